//! Synthetic pictures beside what a model of SimGAN makes of them.

use anyhow::{Context as _, Result};
use burn::tensor::{Tensor, TensorData};
use forger_core::{
    Images,
    weights::{self, Translator},
};
use forger_protocol::Way;
use forger_simulators::Sample;

use crate::{data::simulated, device::values};

/// Pictures that are refined at a time.
const CHUNK: usize = 64;

/// Grey pictures in memory.
#[derive(Clone)]
pub struct Set {
    /// Height and width.
    pub size: [usize; 2],
    /// `[count, height, width]` in `[-1, 1]`.
    pub values: Vec<f32>,
}

impl Set {
    /// Those of a simulator.
    pub fn of(samples: &[Sample], (height, width): (usize, usize)) -> Self {
        Self { size: [height, width], values: samples.iter().flat_map(simulated::values).collect() }
    }

    /// Some of other pictures, by their places.
    pub fn some(images: &dyn Images, places: &[usize]) -> Self {
        let [channels, height, width] = images.shape();
        let area = channels * height * width;
        let mut values = vec![0.0; places.len() * area];
        values.chunks_exact_mut(area).zip(places).for_each(|(out, place)| images.write(*place, out));
        Self { size: [height, width], values }
    }

    /// Each as `[height, width]`.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact((self.size[0] * self.size[1]).max(1))
    }

    /// What a model makes of them, in steps of 8 bits as a file would have it.
    pub fn refined(&self, model: &Translator, told: &dyn Fn(usize)) -> Result<Self> {
        let [height, width] = self.size;
        let area = height * width;
        let mut made = Vec::with_capacity(self.values.len());
        for chunk in self.values.chunks(CHUNK * area) {
            let count = chunk.len() / area;
            let grey = TensorData::new(chunk.to_vec(), [count, 1, height, width]);
            let grey = Tensor::<4>::from_data(grey, &model.device()).repeat_dim(1, 3);
            let refined = model.translate(Way::Forward, grey).context("the model refines nothing")?;
            let bytes = weights::to_bytes(&values(refined.narrow(1, 0, 1))?);
            made.extend(bytes.into_iter().map(|value| f32::from(value) / 127.5 - 1.0));
            told(count);
        }
        Ok(Self { size: self.size, values: made })
    }

    /// The mean absolute difference from others, of values from 0 to 1.
    pub fn distance(&self, other: &Self) -> f64 {
        let sum = self.values.iter().zip(&other.values).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>();
        sum / 2.0 / self.values.len().max(1) as f64
    }
}

impl Images for Set {
    fn len(&self) -> usize {
        self.values.len() / (self.size[0] * self.size[1]).max(1)
    }

    fn shape(&self) -> [usize; 3] {
        [1, self.size[0], self.size[1]]
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        if let Some(picture) = self.iter().nth(index) {
            out.copy_from_slice(picture);
        }
    }
}
