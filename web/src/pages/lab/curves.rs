//! The curves of a run, which may be as long as somebody lets it train.

use forger_protocol::message::{LabUpdate, Measures, StepMetrics};

/// Points of a curve, at most.
const MOST: usize = 50_000;
/// The newest, which are all kept.
const NEWEST: usize = 20_000;

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

/// Where there are too many points, keeps the first of every so many steps of all but the newest.
fn thin_out<T>(points: &mut Vec<T>, step: impl Fn(&T) -> u64) {
    if points.len() <= MOST {
        return;
    }
    let older = points.len() - NEWEST;
    // Powers of two divide each other, so that what was kept once is kept evenly.
    let every = (step(&points[older]) / (MOST - NEWEST) as u64 * 2).next_power_of_two();
    let (mut index, mut last) = (0, None);
    points.retain(|point| {
        let part = step(point) / every;
        index += 1;
        index > older || last.replace(part) != Some(part)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_million_steps_take_little_memory_and_the_newest_are_all_there() {
        let mut metrics = Vec::new();
        let steps = 10_000_000;
        for first in (0..steps).step_by(1000) {
            metrics.extend((first..first + 1000).map(|step| StepMetrics { step, ..StepMetrics::default() }));
            thin_out(&mut metrics, |metrics| metrics.step);
        }
        assert!(metrics.capacity() * size_of::<StepMetrics>() < 50 << 20);
        assert!((NEWEST..=MOST).contains(&metrics.len()), "{}", metrics.len());
        assert!(metrics.is_sorted_by(|a, b| a.step < b.step));
        assert_eq!(metrics[0].step, 0);
        let newest = &metrics[metrics.len() - NEWEST..];
        assert!(newest.iter().rev().zip((0..steps).rev()).all(|(metrics, step)| metrics.step == step));
        // No part of the run is without points.
        let widest = metrics.windows(2).map(|pair| pair[1].step - pair[0].step).max();
        assert!(widest.is_some_and(|widest| widest <= 1024), "{widest:?}");
    }
}
