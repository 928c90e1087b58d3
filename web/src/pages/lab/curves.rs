//! The curves of a run, which may be as long as somebody lets it train.

use forger_protocol::message::{LabUpdate, Measures, StepMetrics};

use crate::plots::scalars::thin_out;

/// The curves of a run.
#[derive(Clone, Default)]
pub struct Curves {
    /// One for each step; of a long run, one for so many of its older steps.
    pub metrics: Vec<StepMetrics>,
    /// One for each time that the distances were measured.
    pub measures: Vec<Measures>,
}

impl Curves {
    /// Forgets what came after a step.
    pub fn keep_until(&mut self, step: u64) {
        self.metrics.retain(|metrics| metrics.step <= step);
        self.measures.retain(|measures| measures.step <= step);
    }

    pub fn add(&mut self, update: &LabUpdate) {
        self.metrics.extend_from_slice(&update.metrics);
        if self.measures.last().is_none_or(|last| last.step < update.measures.step) {
            self.measures.push(update.measures);
        }
        thin_out(&mut self.metrics, |metrics| metrics.step);
        thin_out(&mut self.measures, |measures| measures.step);
    }
}
