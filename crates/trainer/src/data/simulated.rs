//! Pictures of a simulator, with their labels.

use forger_core::Images;
use forger_simulators::{Sample, Simulator};
use rayon::prelude::*;

/// So many pictures of the endless row that a seed means. They are drawn as they are asked for, which takes less time than a step
/// and no memory.
pub struct Simulated {
    pub simulator: Simulator,
    pub seed: u32,
    pub count: usize,
}

impl Simulated {
    /// All of them, in order.
    pub fn samples(&self) -> Vec<Sample> {
        (0..self.count).into_par_iter().map(|index| self.simulator.nth(self.seed, index as u64)).collect()
    }
}

impl Images for Simulated {
    fn len(&self) -> usize {
        self.count
    }

    fn shape(&self) -> [usize; 3] {
        let (height, width) = self.simulator.size();
        [1, height, width]
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        let sample = self.simulator.nth(self.seed, index as u64);
        out.iter_mut().zip(values(&sample)).for_each(|(out, value)| *out = value);
    }
}

/// A picture as networks see it, `[height, width]` in `[-1, 1]`: in steps of 8 bits, as files and the page have it.
pub fn values(sample: &Sample) -> Vec<f32> {
    sample.bytes().into_iter().map(|value| f32::from(value) / 127.5 - 1.0).collect()
}
