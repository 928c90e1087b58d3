//! Moments of a run that one can go back to: evenly spread, however long it gets.

use std::sync::Arc;

/// A training state and its step.
#[derive(Clone, Debug)]
struct Moment {
    step: u64,
    /// Shared, so that a copy of the history costs next to nothing.
    state: Arc<[u8]>,
}

/// At most so many moments; when there are more, every second one goes and the distance between them doubles.
#[derive(Clone, Debug)]
pub struct History {
    moments: Vec<Moment>,
    most: usize,
    every: u64,
}

impl History {
    /// Empty, with room for `most` moments, at first `every` so many steps.
    pub fn new(most: usize, every: u64) -> Self {
        Self { moments: Vec::new(), most: most.max(2), every: every.max(1) }
    }

    /// Whether the state of this step should be kept.
    pub fn is_due(&self, step: u64) -> bool {
        self.moments.last().is_none_or(|last| step >= last.step + self.every)
    }

    /// Keeps a state, of a later step than all others.
    pub fn keep(&mut self, step: u64, state: Arc<[u8]>) {
        self.moments.push(Moment { step, state });
        if self.moments.len() > self.most {
            let mut index = 0;
            // The first stays: one can always go back to the start.
            self.moments.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.every *= 2;
        }
    }

    /// The steps of the moments, in order.
    pub fn steps(&self) -> Vec<u64> {
        self.moments.iter().map(|moment| moment.step).collect()
    }

    /// The newest state at or before a step.
    pub fn at(&self, step: u64) -> Option<&Arc<[u8]>> {
        let found = self.moments.iter().rev().find(|moment| moment.step <= step);
        found.map(|moment| &moment.state)
    }

    /// Forgets what came after a step.
    pub fn cut(&mut self, step: u64) {
        self.moments.retain(|moment| moment.step <= step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_few_moments_evenly_and_its_start() {
        let mut history = History::new(8, 10);
        for step in (0..=5000).step_by(5).filter(|step| step % 5 == 0) {
            if history.is_due(step) {
                history.keep(step, step.to_le_bytes().to_vec().into());
            }
        }
        let steps = history.steps();
        assert!((4..=8).contains(&steps.len()) && steps[0] == 0, "{steps:?}");
        let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{steps:?}");
        assert_eq!(history.at(steps[2] + 1).map(|state| &state[..]), Some(&steps[2].to_le_bytes()[..]));
        history.cut(steps[1]);
        assert_eq!(history.steps(), steps[..2]);
        assert_eq!(history.at(u64::MAX).map(|state| &state[..]), Some(&steps[1].to_le_bytes()[..]));
    }
}
