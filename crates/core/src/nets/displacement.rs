//! Moves what a picture shows by a pixel or two: a network says how far, a sampler does it. Jaderberg et al. 2015 (arXiv 1506.02025),
//! with a field in the place of one transformation, as in image registration (Balakrishnan et al. 2019, arXiv 1809.05231).

use burn::{
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
    padding::{extend, reflect},
    refiner::RefinerBlock,
};
use crate::losses::kept::blurred;

/// Nothing is moved further along an axis, in pixels.
pub const FURTHEST: usize = 2;
/// Its field has a value for each square of so many pixels a side.
pub const SQUARE: usize = 4;
/// Residual blocks at a quarter of the size.
const BLOCKS: usize = 2;

/// From a picture to a field of displacements.
#[derive(Module, Debug)]
pub struct Displacement {
    /// Two, 4 x 4, that halve the sides, mirrored at the edges; ReLU follows.
    pub down: Vec<Conv2d>,
    /// At a quarter of the size.
    pub blocks: Vec<RefinerBlock>,
    /// 3 x 3, to a displacement along each axis. It begins with a tenth of what others do: little moves.
    pub out: Conv2d,
}

impl Displacement {
    /// Weights have shapes and take no memory until they are filled. `width` channels after the first halving, twice as many then.
    pub(super) fn unfilled(channels: usize, width: usize, device: &Device) -> Self {
        let conv = |channels: [usize; 2], kernel: usize, stride: usize| {
            let config = Conv2dConfig::new(channels, [kernel; 2]).with_stride([stride; 2]);
            config.with_padding(PaddingConfig2d::Valid).init(device)
        };
        let inner = || conv([2 * width, 2 * width], 3, 1);
        Self {
            down: vec![conv([channels, width], 4, 2), conv([width, 2 * width], 4, 2)],
            blocks: (0..BLOCKS).map(|_| RefinerBlock { first: inner(), second: inner() }).collect(),
            out: conv([2 * width, 2], 3, 1),
        }
    }

    /// Of pictures `[batch, channels, height, width]` in `[-1, 1]` where each pixel comes from: so many pixels to its right, and so many
    /// below it, `[batch, 2, height, width]`, within [`FURTHEST`].
    pub fn field(&self, pictures: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = pictures.dims();
        let missing = |length: usize| length.next_multiple_of(SQUARE) - length;
        let mut x = extend(extend(pictures, 2, missing(height)), 3, missing(width));
        for halving in &self.down {
            x = relu(convolved(halving, reflect(x, 1), 2));
        }
        for block in &self.blocks {
            x = block.forward(x);
        }
        let x = convolved(&self.out, reflect(x, 1), 1);
        let furthest = FURTHEST as f32;
        // Smooth, as a square is the mean of those around it.
        let x = blurred(reflect(enlarged((x / furthest).tanh() * furthest), 2));
        x.narrow(2, 0, height).narrow(3, 0, width)
    }
}

/// Each value becomes a square of [`SQUARE`] by [`SQUARE`].
fn enlarged(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let x = x.reshape([batch, channels, height, 1, width, 1]).expand([batch, channels, height, SQUARE, width, SQUARE]);
    x.reshape([batch, channels, SQUARE * height, SQUARE * width])
}

/// Pictures `[batch, channels, height, width]` with each pixel taken from where `field` says, between pixels by bilinear interpolation,
/// beyond the edges from the mirror: Jaderberg et al., equation 5. A sum over all pixels that are near enough, in slices: what gathers
/// has no gradient on WebGPU that is right where several pixels come from one.
pub fn displaced(pictures: Tensor<4>, field: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = pictures.dims();
    let nothing = pictures.zeros_like();
    let around = reflect(pictures, FURTHEST);
    let near = |axis: usize, at: usize| {
        let distance = field.clone().narrow(1, axis, 1) - (at as f32 - FURTHEST as f32);
        relu(-distance.abs() + 1.0)
    };
    let [across, down] = [0, 1].map(|axis| (0..=2 * FURTHEST).map(|at| near(axis, at)).collect::<Vec<_>>());
    let row = |top: usize| {
        let rows = around.clone().narrow(2, top, height);
        let terms = across.iter().enumerate().map(|(left, share)| rows.clone().narrow(3, left, width) * share.clone());
        terms.fold(nothing.clone(), |sum, term| sum + term)
    };
    let terms = down.iter().enumerate().map(|(top, share)| row(top) * share.clone());
    terms.fold(nothing.clone(), |sum, term| sum + term)
}

fn relu(x: Tensor<4>) -> Tensor<4> {
    leaky_relu(x, 0.0)
}

pub(super) fn convolved(conv: &Conv2d, x: Tensor<4>, stride: usize) -> Tensor<4> {
    conv2d(x, conv.weight.val(), conv.bias.as_ref().map(Param::val), Window { stride, padding: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use forger_protocol::SimganConfig;

    #[test]
    fn whole_pixels_are_shifted_halves_are_between_two_and_the_edge_is_a_mirror() {
        let device = Device::flex();
        let picture =
            Tensor::<4>::from_data(TensorData::new((0..20).map(|n| n as f32).collect(), [1, 1, 4, 5]), &device);
        let moved = |across: f32, down: f32| {
            let along = |by: f32| Tensor::<4>::full([1, 1, 4, 5], by, &device);
            let moved = displaced(picture.clone(), Tensor::cat(vec![along(across), along(down)], 1));
            moved.into_data().try_into_vec::<f32>().unwrap()
        };
        assert_eq!(moved(0.0, 0.0), (0..20).map(|n| n as f32).collect::<Vec<_>>());
        assert_eq!(moved(2.0, 0.0)[..5], [2.0, 3.0, 4.0, 3.0, 2.0]);
        assert_eq!(moved(0.0, -1.0)[..10], [5.0, 6.0, 7.0, 8.0, 9.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(moved(-0.5, 0.25)[6..9], [6.75, 7.75, 8.75]);
    }

    #[test]
    fn a_picture_of_any_size_has_a_field_within_its_bounds() {
        let device = Device::flex();
        let config = SimganConfig { displacement: 1.0, ..SimganConfig::default() };
        assert_eq!(config.multiple(), SQUARE);
        let network = Displacement::unfilled(3, 2, &device);
        let mut chance = 0.0;
        let network = crate::parameters::fill(network, &device, |_, shape| {
            let count = shape.iter().product();
            (0..count)
                .map(|_| {
                    chance += 0.7;
                    f32::sin(chance)
                })
                .collect()
        });
        for [height, width] in [[8, 8], [9, 13], [1, 30]] {
            let pictures = Tensor::<4>::full([2, 3, height, width], 0.5, &device);
            let field = network.field(pictures);
            assert_eq!(field.dims(), [2, 2, height, width]);
            let values = field.into_data().try_into_vec::<f32>().unwrap();
            assert!(values.iter().all(|value| value.abs() <= FURTHEST as f32 + 1e-5), "{values:?}");
        }
    }
}
