//! Semantic consistency: what a classifier sees in a picture, it is to see in what is made of it. Hoffman et al. 2018
//! (arXiv 1711.03213), equation 4, there with classes in the place of attributes.

use burn::{
    module::Module as _,
    tensor::{Device, Tensor, activation::sigmoid},
};

use crate::{
    classifier::Judge,
    losses::classification::binary_cross_entropy,
    nets::{classifier::Classifier, fold},
    parameters,
};

/// Why the term cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SemanticError {
    /// A weight without a classifier.
    #[error("semantic consistency needs a classifier of what is in the pictures")]
    NoClassifier,
    /// It judges pictures, as `[channels, side]`, that cannot be made of those, as `[channels, height, width]`, of the settings.
    #[error(
        "the classifier judges pictures of {judged:?} (channels, side), where those of the settings are of {pictures:?} (channels, \
         height, width): as large, or so many times as large, and square"
    )]
    OtherSize {
        /// The classifier's.
        judged: [usize; 2],
        /// Those of the settings.
        pictures: [usize; 3],
    },
}

/// A classifier that learns no more.
pub struct Semantic {
    network: Classifier,
    /// How many times larger than its own pictures those are that it is shown.
    times: usize,
}

impl Semantic {
    /// `None` for no weight. `pictures` are those of the settings, `[channels, height, width]`.
    pub fn new(
        weight: f64,
        judge: Option<&Judge>,
        pictures: [usize; 3],
        device: &Device,
    ) -> Result<Option<Self>, SemanticError> {
        if weight == 0.0 {
            return Ok(None);
        }
        let judge = judge.ok_or(SemanticError::NoClassifier)?;
        let (judged, [channels, height, width]) = ([judge.config.channels, judge.config.image_size], pictures);
        if channels != judged[0] || height != width || !width.is_multiple_of(judged[1]) {
            return Err(SemanticError::OtherSize { judged, pictures });
        }
        let network = parameters::copy(&fold::classifier(judge.network()), &device.clone().autodiff()).no_grad();
        Ok(Some(Self { network, times: width / judged[1] }))
    }

    /// The cross-entropy between what it sees in pictures, and in those of which they were made, `[batch, channels, side, side]`
    /// in `[-1, 1]`; the mean over attributes and pictures, in nats; `[1]`. The latter have no gradient. Where the paper takes the
    /// likeliest class for the truth, it is as sure here as it is.
    pub fn loss(&self, made: Tensor<4>, of: Tensor<4>) -> Tensor<1> {
        let seen = self.see(of.detach()).detach();
        binary_cross_entropy(self.see(made), sigmoid(seen))
    }

    /// Logits of pictures made as small as those that it knows.
    fn see(&self, pictures: Tensor<4>) -> Tensor<2> {
        let [batch, channels, height, width] = pictures.dims();
        let (times, rows, columns) = (self.times, height / self.times, width / self.times);
        let pictures = match times {
            1 => pictures,
            _ => pictures
                .reshape([batch, channels, rows, times, columns, times])
                .mean_dim(5)
                .mean_dim(3)
                .reshape([batch, channels, rows, columns]),
        };
        self.network.forward(pictures)
    }
}
