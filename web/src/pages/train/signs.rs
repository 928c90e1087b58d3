//! Signs that a run goes wrong, told by its numbers.

use forger_protocol::{Declaration, ScalarKind, message::StepMetrics};

/// Steps over which D must have won.
const STEPS: usize = 200;
/// What D says of real and of fake pictures when it wins, on the mean.
const SURE_OF_REAL: f32 = 0.95;
const SURE_OF_FAKE: f32 = 0.05;
/// Pictures that differ by less than this share of what real ones do look alike.
const ALIKE: f32 = 0.25;
/// So many looks in a row.
const LOOKS: usize = 3;
/// Before this step all that a network draws is alike.
const EARLIEST: u64 = 300;

/// Something that one should know of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// D tells all pictures apart: G learns nothing from it.
    DWins,
    /// G draws the same whatever its code.
    Collapse,
}

/// The signs in what the last steps told, and in how much pictures differed at the last looks.
pub fn signs(system: &Declaration, metrics: &[StepMetrics], varieties: &[f32]) -> Vec<Sign> {
    let mut found = Vec::new();
    if d_wins(system, metrics) {
        found.push(Sign::DWins);
    }
    let is_old = metrics.last().is_some_and(|metrics| metrics.step >= EARLIEST);
    let last = varieties.len().checked_sub(LOOKS).map(|from| &varieties[from..]);
    if is_old && last.is_some_and(|last| last.iter().all(|variety| *variety < ALIKE)) {
        found.push(Sign::Collapse);
    }
    found
}

/// Whether any D has won. Verdicts are declared in pairs: of real pictures, then of fake ones.
fn d_wins(system: &Declaration, metrics: &[StepMetrics]) -> bool {
    let Some(last) = metrics.len().checked_sub(STEPS).and_then(|from| metrics.get(from..)) else { return false };
    let mean = |place: usize| {
        let sum = last.iter().map(|metrics| metrics.values.get(place).copied().unwrap_or(f32::NAN)).sum::<f32>();
        sum / STEPS as f32
    };
    let places = system.of_kind(ScalarKind::Verdict).map(|(place, _)| place).collect::<Vec<_>>();
    places.chunks_exact(2).any(|pair| mean(pair[0]) > SURE_OF_REAL && mean(pair[1]) < SURE_OF_FAKE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{CycleganConfig, DcganConfig, Settings as _};

    fn told(first: u64, count: u64, values: &[f32]) -> Vec<StepMetrics> {
        (first..first + count).map(|step| StepMetrics { step, values: values.to_vec() }).collect()
    }

    #[test]
    fn d_wins_where_it_was_sure_of_both_for_200_steps() {
        let system = &DcganConfig::SYSTEM;
        let sure = [0.0, 9.0, 0.99, 0.01, 0.0, 0.0];
        assert_eq!(signs(system, &told(1, 200, &sure), &[]), [Sign::DWins]);
        assert!(signs(system, &told(1, 199, &sure), &[]).is_empty());
        assert!(signs(system, &told(1, 300, &[0.0, 9.0, 0.99, 0.2, 0.0, 0.0]), &[]).is_empty());
        // Long ago does not count.
        let later = [told(1, 300, &sure), told(301, 200, &[0.7, 0.7, 0.5, 0.5, 0.0, 0.0])].concat();
        assert!(signs(system, &later, &[]).is_empty());
        assert!(signs(system, &told(1, 300, &[f32::NAN; 6]), &[]).is_empty());
    }

    #[test]
    fn either_of_two_judges_may_win() {
        let system = &CycleganConfig::SYSTEM;
        let mut values = vec![0.5; system.scalars.len()];
        for (key, value) in [("y_real", 0.99), ("y_fake", 0.01)] {
            values[system.place(key).unwrap()] = value;
        }
        assert_eq!(signs(system, &told(1, 200, &values), &[]), [Sign::DWins]);
    }

    #[test]
    fn samples_that_stay_alike_are_a_collapse_but_not_at_the_beginning() {
        let system = &DcganConfig::SYSTEM;
        let even = [0.7, 0.7, 0.5, 0.5, 0.0, 0.0];
        assert_eq!(signs(system, &told(1, 400, &even), &[0.9, 0.1, 0.2, 0.0]), [Sign::Collapse]);
        assert!(signs(system, &told(1, 100, &even), &[0.1, 0.2, 0.0]).is_empty());
        assert!(signs(system, &told(1, 400, &even), &[0.1, 0.2, 0.5]).is_empty());
        assert!(signs(system, &told(1, 400, &even), &[0.1, 0.2]).is_empty());
    }
}
