//! Pictures that a generator of normal ones cannot draw: the search for the code that explains a picture best, and a score of
//! what remains.
//!
//! - AnoGAN: Schlegl et al. 2017 (arXiv 1703.05921), section 2.2: only the code moves, and the loss has a part in the features
//!   of D (`loss.rs`).
//! - ADGAN: Deecke et al. 2018 ("Image Anomaly Detection with Generative Adversarial Networks", ECML), section 4: several
//!   starts, and the weights of G move with the codes, picture by picture. The paper has a G for every start; here the starts of
//!   a picture share one, so that a step is one batch and not as many as there are starts.
//! - An encoder's code needs no search (f-AnoGAN: Schlegl et al. 2019, doi 10.1016/j.media.2019.01.010), or can be the first start
//!   of one.
//!
//! Beside them plain ways that need no search ([`baselines`]), without which a figure means little.

pub mod baselines;
mod loss;
mod search;

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::error::ModelError;

use crate::{
    nets::fold,
    parameters::{self, values},
    weights::{Drawer, Model},
};

pub use forger_protocol::detect::{DetectSettings, Over, Way};
pub use loss::Loss;
pub use search::Search;

/// Pictures whose features are taken at a time.
const CHUNK: usize = 64;

/// Why a search ended without a score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    /// Pictures of another size than the model draws, or losses and gradients of other codes than those that are followed.
    #[error("{found} values where {expected} are needed")]
    Size {
        /// Values that there should be, or of which it should be a multiple.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// A picture, a loss or a gradient.
    #[error("the search met a value that is not a number")]
    NotFinite,
    /// Networks that are prepared to draw have no gradients.
    #[error("a search needs the networks as they were trained")]
    Prepared,
    /// The features of D are asked for, and the file has none.
    #[error("the model has no discriminator, whose features are asked for")]
    NoDiscriminator,
    /// Its codes are asked for, and the file has none.
    #[error("the model has no encoder, whose codes are asked for")]
    NoEncoder,
    /// Nothing to search with.
    #[error("a search needs a picture, a start and a step")]
    Settings,
    /// Pictures that tune weights cannot share them.
    #[error("a search that tunes weights takes one picture at a time, and not {found}")]
    Together {
        /// Pictures that were given.
        found: usize,
    },
    /// The device was lost.
    #[error("the device gave nothing back")]
    Device,
    /// Whoever was told did not want to go on.
    #[error("the search was given up")]
    Cancelled,
}

/// What was found for a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The higher, the stranger. Comparable only with scores of the same model and settings.
    pub score: f32,
    /// The least losses that its starts came to, in their order, at the moment of the score.
    pub losses: Vec<f32>,
    /// The code of the least of them, `[dim]`.
    pub code: Vec<f32>,
    /// What the generator makes of it, with its weights as tuned, `[channels, side, side]` in `[-1, 1]`.
    pub reconstruction: Vec<f32>,
    /// Where the picture differs from it: `|x - G(z)|`, the mean over channels, `[side, side]`.
    pub residual: Vec<f32>,
    /// The least score so far after each step.
    pub path: Vec<f32>,
}

/// How far the search for a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pictures that have a score.
    pub done: usize,
    /// Pictures that were given.
    pub pictures: usize,
    /// Steps done for those that are searched for now.
    pub step: usize,
}

/// Searches for all of `pictures`, `[count, channels, side, side]` in `[-1, 1]`, waiting for the device. No picture has a part
/// in what is found for another: each is a batch of its own, of its starts. In a larger one sums round otherwise, and a search makes
/// more of that than one would think. `given` are codes to begin with, one for each picture, or nothing. `told` hears of every step and
/// may give up.
pub fn detect(
    model: &Drawer,
    pictures: &[f32],
    settings: DetectSettings,
    given: &[f32],
    told: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<Finding>, DetectError> {
    let (size, dim) = (size(model), model.config.latent_dim);
    if !pictures.len().is_multiple_of(size) || pictures.is_empty() {
        return Err(DetectError::Size { expected: size, found: pictures.len() });
    }
    let count = pictures.len() / size;
    if !given.is_empty() && given.len() != count * dim {
        return Err(DetectError::Size { expected: count * dim, found: given.len() });
    }
    let mut found: Vec<Finding> = Vec::with_capacity(count);
    for picture in pictures.chunks_exact(size) {
        let given = given.get(found.len() * dim..(found.len() + 1) * dim).unwrap_or_default();
        let mut search = Search::new(model, picture, settings, given)?;
        while !search.is_done() {
            let progress = Progress { done: found.len() + search.finished(), pictures: count, step: search.step() };
            if told(progress).is_break() {
                return Err(DetectError::Cancelled);
            }
            let (losses, gradient) = search.gradient();
            let read = values(losses).zip(values(gradient)).ok_or(DetectError::Device)?;
            search.update(&read.0, &read.1)?;
        }
        let drawn = values(search.reconstructions()).ok_or(DetectError::Device)?;
        found.extend(search.findings(&drawn)?);
    }
    Ok(found)
}

/// What the encoder of a model makes of pictures, `[count, channels, side, side]` in `[-1, 1]`: `[count, latent_dim]`, waiting for
/// the device. Codes to begin searches with.
pub fn codes(model: &Drawer, pictures: &[f32]) -> Result<Vec<f32>, DetectError> {
    let network = model.encoder.as_ref().ok_or(DetectError::NoEncoder)?.folded();
    let network = parameters::copy(&network, &model.device());
    in_chunks(model, pictures, |pictures| Some(network.forward(pictures)))
}

/// What the last layer of D before its logit makes of pictures, `[count, channels, side, side]` in `[-1, 1]`: `[count, features]`,
/// waiting for the device.
pub fn features(model: &Drawer, pictures: &[f32]) -> Result<Vec<f32>, DetectError> {
    let discriminator = model.discriminator.as_ref().ok_or(DetectError::NoDiscriminator)?;
    // Nothing is differentiated here.
    let network = parameters::copy(&fold::discriminator(discriminator), &model.device());
    in_chunks(model, pictures, |pictures| network.features(pictures).pop())
}

/// What a network makes of pictures, some at a time.
fn in_chunks<const D: usize>(
    model: &Drawer,
    pictures: &[f32],
    made: impl Fn(Tensor<4>) -> Option<Tensor<D>>,
) -> Result<Vec<f32>, DetectError> {
    let size = size(model);
    if !pictures.len().is_multiple_of(size) {
        return Err(DetectError::Size { expected: size, found: pictures.len() });
    }
    let [channels, height, width] = model.config.shape();
    let mut found = Vec::new();
    for some in pictures.chunks(CHUNK * size) {
        let some = TensorData::new(some.to_vec(), [some.len() / size, channels, height, width]);
        found.extend(made(Tensor::from_data(some, &model.device())).and_then(values).ok_or(DetectError::Device)?);
    }
    Ok(found)
}

/// Values of a picture.
fn size(model: &Drawer) -> usize {
    model.config.channels * model.config.image_size * model.config.image_size
}
/// A model as its file has it, in which weights are rounded: scores of normal pictures are those of this one.
pub fn as_filed(mut trained: Model<Drawer>) -> Result<Model<Drawer>, ModelError> {
    trained.card.normal = None;
    let (bytes, card) = Model::write(trained.card, &trained.networks)?;
    Ok(Model { card, ..Model::read(&bytes, &Device::flex())? })
}
