//! What makes a picture of a picture, in tiles.

use std::rc::Rc;

use burn::tensor::{Int, Tensor};
use forger_core::{
    nets::superres::bicubic,
    weights::{Model, Translator, Upscaler},
};
use forger_protocol::{MOST_AT_ONCE, MOST_FILLED, Way};

/// A network, or what does without, that is shown a tile and what lies around it.
pub trait ImageToImage {
    /// How many times larger what it makes is.
    fn scale(&self) -> usize;

    /// Side of the tiles in which it works.
    fn tile(&self) -> usize;

    /// How far it sees around a pixel.
    fn reach(&self) -> usize;

    /// What the places of its tiles are multiples of, so that all of them fall alike on the layers of smaller size.
    fn multiple(&self) -> usize {
        1
    }

    /// The pixels of a picture of this size, height and width, where they are more than it takes at once and it cannot work in tiles;
    /// and how many it takes.
    fn too_many(&self, _size: [usize; 2]) -> Option<[u64; 2]> {
        None
    }

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

/// A model that translates, one way.
pub struct Translation {
    pub model: Rc<Model<Translator>>,
    pub way: Way,
}

/// Side of the tiles of a network that sees so far around a pixel: what overlaps is done twice.
const TILE: usize = 256;

impl Translation {
    fn sees_all(&self) -> bool {
        self.model.config.reach().is_none()
    }
}

impl ImageToImage for Translation {
    fn scale(&self) -> usize {
        1
    }

    fn tile(&self) -> usize {
        if self.sees_all() { 1 << 16 } else { TILE }
    }

    fn reach(&self) -> usize {
        self.model.config.reach().unwrap_or_default()
    }

    fn multiple(&self) -> usize {
        if self.sees_all() { 1 } else { self.model.config.multiple() }
    }

    fn too_many(&self, size: [usize; 2]) -> Option<[u64; 2]> {
        let generator = self.model.config.generator().filter(|generator| !generator.takes(size))?;
        let pixels = size.into_iter().map(|side| side as u64).fold(1, u64::saturating_mul);
        // A thin picture has few, and many once its sides are filled up.
        let is_large = pixels > MOST_AT_ONCE;
        Some(if is_large { [pixels, MOST_AT_ONCE] } else { [generator.filled(size), MOST_FILLED] })
    }

    fn make(&self, input: Tensor<4>) -> Tensor<4> {
        let unknown = Tensor::full(input.dims(), f32::NAN, &input.device());
        // Nobody asks for a way that the model does not know: what opens it has looked.
        self.model.translate(self.way, input).unwrap_or(unknown)
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
