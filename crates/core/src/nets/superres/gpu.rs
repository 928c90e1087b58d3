//! A trained generator with sub-pixels on a GPU: kernels packed once, bias, ReLU and sums in their pass, channels last from the
//! small picture to the last layer, and bicubic interpolation as one more convolution, whose channels are sub-pixels, too.

use burn::{
    module::Param,
    nn::conv::Conv2d,
    tensor::{Int, Tensor, TensorData},
};
use burn_cubecl::{CubeBackend, tensor::CubeTensor};

use super::{Generator, KEEP, pixels};
use crate::{
    data::resize,
    nets::conv::{Fixed, Window},
};

/// How far bicubic interpolation sees, in pixels of the small picture.
const REACH: usize = 2;
const SEEN: usize = 2 * REACH + 1;

/// What [`Generator::forward`] makes, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    input: Fixed,
    blocks: Vec<[Fixed; 2]>,
    out: Fixed,
    bicubic: Fixed,
    scale: usize,
}

impl Painter {
    /// `None` for a network that is not on a GPU, or whose last layers work on the large picture.
    pub fn new(network: &Generator) -> Option<Self> {
        if !network.upsample.is_empty() {
            return None;
        }
        let fixed = |conv: &Conv2d| Fixed::new(conv.weight.val(), conv.bias.as_ref().map(Param::val), KEEP, false);
        let blocks = network.blocks.iter().map(|block| Some([fixed(&block.first)?, fixed(&block.second)?]));
        let device = network.input.weight.val().device();
        let scale = network.scale;
        let kernel = TensorData::new(bicubic(scale), [3 * scale * scale, 3, SEEN, SEEN]);
        let bicubic = Tensor::from_data(kernel, &device);
        Some(Self {
            input: fixed(&network.input)?,
            blocks: blocks.collect::<Option<_>>()?,
            out: fixed(&network.out)?,
            bicubic: Fixed::new(bicubic, None, Window { stride: 1, padding: 0 }, false)?,
            scale,
        })
    }

    /// [`Generator::forward`]; `None` for pictures that are not on this GPU.
    pub fn forward(&self, small: &Tensor<4>) -> Option<Tensor<4>> {
        let [count, channels, height, width] = small.dims();
        let pixels = Tensor::<4>::from_primitive::<CubeBackend>(self.sub_pixels(small)?);
        let scale = self.scale;
        let pixels = pixels.reshape([count, height, width, channels, scale, scale]).permute([0, 3, 1, 4, 2, 5]);
        Some(pixels.reshape([count, channels, height * scale, width * scale]))
    }

    /// [`Painter::forward`] as RGBA, a byte each: `[batch, height * scale, width * scale]`. A pixel that is no number is clear.
    pub fn rgba(&self, small: &Tensor<4>) -> Option<Tensor<3, Int>> {
        Some(Tensor::from_primitive::<CubeBackend>(pixels::packed(self.sub_pixels(small)?, self.scale)))
    }

    /// The large picture, `[batch, height, width, 3 * scale * scale]`.
    fn sub_pixels(&self, small: &Tensor<4>) -> Option<CubeTensor> {
        let [_, _, height, width] = small.dims();
        let small = small.clone().permute([0, 2, 3, 1]);
        let mirrored = |x: Tensor<4>, dim: usize, length: usize| {
            let places =
                (0..length + 2 * REACH).map(|place| resize::mirrored(place as i64 - REACH as i64, length) as i32);
            let places =
                Tensor::<1, Int>::from_data(TensorData::from(places.collect::<Vec<_>>().as_slice()), &x.device());
            x.select(dim, places)
        };
        let wide = mirrored(mirrored(small.clone(), 1, height), 2, width).try_into_primitive::<CubeBackend>().ok()?;
        let smooth = self.bicubic.apply(wide, false, None);
        let first = self.input.apply(small.try_into_primitive::<CubeBackend>().ok()?, true, None);
        let last = self.blocks.iter().fold(first, |x, [first, second]| {
            let inner = first.apply(x.clone(), true, None);
            second.apply(inner, false, Some(x))
        });
        Some(self.out.apply(last, false, Some(smooth)))
    }
}

/// Bicubic interpolation as a kernel `[3 * scale * scale, 3, SEEN, SEEN]` for a mirrored picture: each channel to its sub-pixels.
fn bicubic(scale: usize) -> Vec<f32> {
    // In a picture as wide as the kernel, the pixel in the middle sees all and no edge.
    let matrix = resize::matrix(SEEN, SEEN * scale);
    let row = |phase: usize| &matrix[(REACH * scale + phase) * SEEN..][..SEEN];
    let mut kernel = Vec::with_capacity(3 * scale * scale * 3 * SEEN * SEEN);
    for output in 0..3 * scale * scale {
        let (channel, down, across) = (output / (scale * scale), output / scale % scale, output % scale);
        for input in 0..3 {
            let own = if input == channel { 1.0 } else { 0.0 };
            kernel.extend(row(down).iter().flat_map(|y| row(across).iter().map(move |x| own * x * y)));
        }
    }
    kernel
}
