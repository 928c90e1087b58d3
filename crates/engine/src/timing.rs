//! How long a step takes, found out in few of them.

/// Steps that are timed, after the first, which takes longer than the others.
const TIMED: usize = 4;
/// Milliseconds after which those that were timed do: whoever waits has waited long enough.
const ENOUGH: f64 = 100.0;

/// Steps that were timed so far.
#[derive(Default)]
pub struct Timing {
    count: usize,
    /// Milliseconds of all that count.
    total: f64,
    is_begun: bool,
}

impl Timing {
    /// One more, in milliseconds. What a step takes, once that is known.
    pub fn add(&mut self, took: f64) -> Option<f64> {
        if !std::mem::replace(&mut self.is_begun, true) {
            return (took > ENOUGH).then_some(took);
        }
        self.count += 1;
        self.total += took;
        (self.count == TIMED || self.total > ENOUGH).then(|| self.total / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many steps are done, and what one is said to take.
    fn timed(steps: impl IntoIterator<Item = f64>) -> Option<(usize, f64)> {
        let mut timing = Timing::default();
        steps.into_iter().zip(1..).find_map(|(took, count)| Some((count, timing.add(took)?)))
    }

    #[test]
    fn short_steps_are_timed_without_the_first() {
        assert_eq!(timed([90.0, 1.0, 2.0, 3.0, 2.0, 50.0]), Some((5, 2.0)));
        assert_eq!(timed([9.0, 1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn of_long_ones_no_more_are_done_than_it_takes() {
        assert_eq!(timed([1500.0, 1400.0]), Some((1, 1500.0)));
        assert_eq!(timed([95.0, 120.0, 90.0]), Some((2, 120.0)));
        assert_eq!(timed([95.0, 60.0, 60.0, 60.0]), Some((3, 60.0)));
    }
}
