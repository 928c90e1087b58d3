//! What a GAN learns from.

pub mod augment;
pub mod degrade;
pub mod distributions;
pub mod images;
pub mod jpeg;
pub mod patches;
pub mod photos;
pub mod resize;

use burn::tensor::{Device, Tensor};
use serde_json::Value;

/// Gives batches of real samples of rank `N`, reproducibly.
pub trait Source<const N: usize> {
    /// The next `[count, ...]` samples.
    fn next(&mut self, count: usize, device: &Device) -> Tensor<N>;
    /// What D is to see of samples, real or forged. Differentiable.
    fn augment(&mut self, samples: Tensor<N>) -> Tensor<N> {
        samples
    }
    /// Back to the first sample.
    fn rewind(&mut self);
    /// Where it stands, for a checkpoint.
    fn state(&self) -> Value;
    /// Goes on where [`Source::state`] was taken; false for a state that does not read.
    fn restore(&mut self, state: &Value) -> bool;
}
