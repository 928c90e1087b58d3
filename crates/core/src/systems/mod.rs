//! GAN systems, one file each.

pub mod dcgan;
pub mod gan;
pub mod superres;
pub mod toy;

use burn::tensor::Tensor;
use forger_protocol::StepKind;

use crate::CheckpointError;

/// Networks, optimizers and one `step`: what a [`crate::Session`] runs.
pub trait System: Sized {
    /// Updates the players that `kind` names. Returns `[d_loss, g_loss, d_real, d_fake, d_gradient, g_gradient]`, not read
    /// back: losses (without unit) and verdicts (means of sigma(logit) in `[0, 1]`) as they were before the updates, and
    /// the norms of the gradients that updated, 0 for a player that was not.
    fn step(&mut self, kind: StepKind) -> Tensor<1>;

    /// Multiplies both learning rates, as after a loss that was not a number; false where that is not possible.
    fn slow_down(&mut self, factor: f64) -> bool;

    /// Steps done.
    fn steps(&self) -> u64;

    /// Back to step 0, with the same seed.
    fn reset(&mut self);

    /// The whole training state. A run that goes on from it ends bit-equal to one that never stopped, on CPU.
    /// Fails when the device is lost.
    fn save(&self) -> Result<Vec<u8>, CheckpointError>;

    /// [`System::save`] where waiting is not allowed: in a browser. No step may run until it is done.
    fn save_async(&self) -> impl Future<Output = Result<Vec<u8>, CheckpointError>>;

    /// Takes a state of the same settings back.
    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError>;
}
