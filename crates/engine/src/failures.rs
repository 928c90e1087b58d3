//! What fails again and again is told once.

/// Failures in a row.
#[derive(Default)]
pub struct Failures {
    is_told: bool,
}

impl Failures {
    /// One more. Whether it is the first since something worked, and to be told.
    pub fn is_first(&mut self) -> bool {
        !std::mem::replace(&mut self.is_told, true)
    }

    /// Something worked.
    pub fn end(&mut self) {
        self.is_told = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_once_and_again_after_something_that_worked() {
        let mut failures = Failures::default();
        assert_eq!([(); 3].map(|()| failures.is_first()), [true, false, false]);
        failures.end();
        assert_eq!([(); 2].map(|()| failures.is_first()), [true, false]);
        failures.end();
        failures.end();
        assert!(failures.is_first());
    }
}
