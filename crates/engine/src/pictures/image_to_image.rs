//! What makes a picture of a picture, in tiles.

use burn::tensor::{Int, Tensor};
use forger_core::{
    nets::superres::bicubic,
    weights::{Model, Upscaler},
};

/// A network, or what does without, that is shown a tile and what lies around it.
pub trait ImageToImage {
    /// How many times larger what it makes is.
    fn scale(&self) -> usize;

    /// Side of the tiles in which it works.
    fn tile(&self) -> usize;

    /// How far it sees around a pixel.
    fn reach(&self) -> usize;

    /// A picture `[1, 3, height, width]` in `[-1, 1]` to what it makes, `[1, 3, height * scale, width * scale]`.
    fn make(&self, input: Tensor<4>) -> Tensor<4>;

    /// The same as RGBA, a byte each, `[1, height * scale, width * scale]`, clear where a pixel is no number: where the device can
    /// make that as well.
    fn rgba(&self, _input: &Tensor<4>) -> Option<Tensor<3, Int>> {
        None
    }
}

impl ImageToImage for Model<Upscaler> {
    fn scale(&self) -> usize {
        self.config.scale
    }

    fn tile(&self) -> usize {
        self.config.tile()
    }

    fn reach(&self) -> usize {
        self.config.reach()
    }

    fn make(&self, input: Tensor<4>) -> Tensor<4> {
        self.upscale(input)
    }

    fn rgba(&self, input: &Tensor<4>) -> Option<Tensor<3, Int>> {
        self.networks.rgba(input)
    }
}

/// Bicubic interpolation.
pub struct Bicubic {
    pub scale: usize,
}

impl ImageToImage for Bicubic {
    fn scale(&self) -> usize {
        self.scale
    }

    fn tile(&self) -> usize {
        160
    }

    fn reach(&self) -> usize {
        3
    }

    fn make(&self, input: Tensor<4>) -> Tensor<4> {
        bicubic(input, self.scale)
    }
}
