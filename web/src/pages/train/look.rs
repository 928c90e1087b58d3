//! What there is to see of the run: its last look, its curves so far, its pictures.

use std::sync::Arc;

use forger_protocol::message::{RunPictures, RunUpdate, SessionState, StepMetrics};
use js_sys::{ArrayBuffer, Uint8Array};

use crate::plots::scalars::thin_out;

/// Pictures of a step, by kinds.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub kinds: Vec<String>,
    /// Of each kind.
    pub count: usize,
    /// Width and height of each.
    pub size: [usize; 2],
    /// RGBA, one kind after the other.
    pub pixels: Arc<[u8]>,
}

impl Shown {
    pub fn new(pictures: &RunPictures, buffers: &[ArrayBuffer]) -> Self {
        let pixels = buffers.iter().flat_map(|buffer| Uint8Array::new(buffer).to_vec()).collect();
        let RunPictures { kinds, count, width, height, .. } = pictures.clone();
        Self { kinds, count, size: [width, height], pixels }
    }

    /// Earlier pictures of the same run, `count` of all kinds: those that are learned from stay what they are, and are not kept.
    pub fn earlier(&self, count: usize, size: [usize; 2], buffers: &[ArrayBuffer]) -> Self {
        let kinds = self.kinds.iter().filter(|kind| *kind != "real").cloned().collect::<Vec<_>>();
        let pixels = buffers.iter().flat_map(|buffer| Uint8Array::new(buffer).to_vec()).collect();
        Self { count: count / kinds.len().max(1), kinds, size, pixels }
    }

    /// Those of a kind, by its place.
    pub fn of_kind(&self, place: usize) -> &[u8] {
        let length = self.count * self.size[0] * self.size[1] * 4;
        self.pixels.get(place * length..(place + 1) * length).unwrap_or_default()
    }
}

/// The last look at a run, without its pictures, and what the looks before it told.
#[derive(Clone, Default)]
pub struct RunLook {
    pub update: Option<RunUpdate>,
    /// One for each step; of a long run, one for so many of its older steps.
    pub metrics: Vec<StepMetrics>,
    /// How much pictures differed from each other, at each look that had any.
    pub varieties: Vec<f32>,
}

impl RunLook {
    pub fn take(&mut self, mut update: RunUpdate) {
        let before = self.update.as_ref().map(|update| (&update.id, update.step));
        match before {
            Some((id, step)) if *id == update.id && step <= update.step => {}
            Some((id, _)) if *id == update.id => {
                self.metrics.retain(|metrics| metrics.step <= update.step);
                self.varieties.clear();
            }
            _ => *self = Self::default(),
        }
        self.metrics.append(&mut update.metrics);
        thin_out(&mut self.metrics, |metrics| metrics.step);
        self.varieties.extend(update.shown.as_ref().and_then(|shown| shown.variety));
        self.update = Some(update);
    }

    /// Whether it is of this run, or of none yet.
    pub fn is_of(&self, id: &str) -> bool {
        self.update.as_ref().is_none_or(|update| update.id == id)
    }

    pub fn state(&self) -> SessionState {
        self.update.as_ref().map(|update| update.state).unwrap_or_default()
    }

    pub fn step(&self) -> u64 {
        self.update.as_ref().map_or(0, |update| update.step)
    }
}

#[cfg(test)]
mod tests {
    use forger_protocol::DeviceKind;

    use super::*;

    fn update(id: &str, steps: std::ops::RangeInclusive<u64>) -> RunUpdate {
        RunUpdate {
            id: id.into(),
            state: SessionState::Running,
            step: *steps.end(),
            steps_per_second: 1.0,
            batch: 16,
            pictures: 64,
            metrics: steps.map(|step| StepMetrics { step, values: Vec::new() }).collect(),
            shown: None,
            frames: Vec::new(),
            saved: None,
            device: DeviceKind::Cpu,
        }
    }

    #[test]
    fn curves_grow_go_back_with_the_run_and_end_with_it() {
        let mut look = RunLook::default();
        let steps = |look: &RunLook| look.metrics.iter().map(|metrics| metrics.step).collect::<Vec<_>>();
        look.take(update("a", 1..=3));
        look.take(update("a", 4..=5));
        assert_eq!(steps(&look), [1, 2, 3, 4, 5]);
        look.take(RunUpdate { metrics: Vec::new(), ..update("a", 2..=2) });
        assert_eq!((steps(&look), look.step()), (vec![1, 2], 2));
        look.take(update("b", 8..=9));
        assert_eq!(steps(&look), [8, 9]);
    }

    #[test]
    fn kinds_lie_one_after_the_other() {
        let kinds = vec!["input".to_owned(), "output".to_owned()];
        let shown = Shown { kinds, count: 2, size: [1, 1], pixels: (0..16).collect() };
        assert_eq!(shown.of_kind(1), [8, 9, 10, 11, 12, 13, 14, 15]);
        assert!(shown.of_kind(2).is_empty());
    }
}
