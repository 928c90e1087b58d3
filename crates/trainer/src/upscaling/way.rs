//! What makes a picture larger: a network, or interpolation.

use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    data::{photos::Photo, resize::resize_bytes},
    metrics::image::grey,
    weights::{self, Upscaler},
};
use forger_protocol::Upsampling;

use crate::device::values;

/// How far bicubic interpolation sees, and about how high its tiles become.
const BICUBIC_REACH: usize = 3;
const BICUBIC_TILE: usize = 640;
/// What all tiles that are made at a time may take together, in bytes.
const AT_WORK: usize = 384 << 20;

/// What makes a picture larger.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// So many times.
    Bicubic(usize),
    Network(&'a Upscaler),
}

impl Way<'_> {
    pub fn scale(self) -> usize {
        match self {
            Self::Bicubic(scale) => scale,
            Self::Network(upscaler) => upscaler.config.scale,
        }
    }

    /// How many pixels around one are looked at.
    pub fn reach(self) -> usize {
        match self {
            Self::Bicubic(_) => BICUBIC_REACH,
            Self::Network(upscaler) => upscaler.config.reach(),
        }
    }

    /// Side of a tile without its overlap.
    pub fn side(self) -> usize {
        match self {
            Self::Bicubic(scale) => (BICUBIC_TILE / scale).max(1),
            Self::Network(upscaler) => upscaler.config.tile(),
        }
    }

    /// How many tiles are made at a time: one on a GPU, which is busy with it; on the CPU one a core where memory allows it.
    pub fn at_a_time(self) -> usize {
        if self.is_on_gpu() {
            return 1;
        }
        rayon::current_num_threads().min(AT_WORK / self.of_tile()).max(1)
    }

    fn is_on_gpu(self) -> bool {
        matches!(self, Self::Network(upscaler) if upscaler.device() != Device::flex())
    }

    /// About how many bytes making tiles takes.
    pub fn memory(self) -> usize {
        self.at_a_time() * self.of_tile()
    }

    fn of_tile(self) -> usize {
        let shown = self.side() + 2 * self.reach();
        let large = (shown * self.scale()).pow(2);
        // Pixels in f64, before and after they are rounded.
        let pixels = 2 * 8 * 3 * large;
        let Self::Network(upscaler) = self else { return pixels };
        let layer = match upscaler.config.upsampling {
            Upsampling::SubPixel => shown * shown,
            Upsampling::NearestNeighbor => large,
        };
        // Measured: about as much as six of the largest layers, and the pixels twice.
        6 * 4 * upscaler.config.width * layer + 2 * pixels
    }

    /// `[channels, height, width]` to `[channels, height * scale, width * scale]`.
    pub fn make(self, planes: &[u8], [channels, height, width]: [usize; 3]) -> Result<Vec<u8>> {
        let (area, size) = (height * width, [height * self.scale(), width * self.scale()]);
        let Self::Network(upscaler) = self else {
            return Ok(resize_bytes(planes, [channels, height, width], size));
        };
        let colours = match channels {
            1 => planes.repeat(3),
            _ => planes[..3 * area].to_vec(),
        };
        let small = Photo { height, width, pixels: colours }.values();
        let small = Tensor::from_data(TensorData::new(small, [1, 3, height, width]), &upscaler.device());
        let mut large = weights::to_bytes(&values(upscaler.upscale(small))?);
        if channels == 1 {
            large = grey(&large).into_iter().map(|value| value as u8).collect();
        }
        if channels == 4 {
            // How clear a pixel is is no picture that a network would know.
            large.extend(resize_bytes(&planes[3 * area..], [1, height, width], size));
        }
        Ok(large)
    }
}
