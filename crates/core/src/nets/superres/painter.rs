//! A trained generator with sub-pixels in plain loops, for making pictures larger on a CPU without wide SIMD: in a
//! browser's tab. See [`crate::nets::painter`], which does the same for a DCGAN.

use burn::{
    backend::{Flex, flex::FlexTensor},
    module::Param,
    nn::conv::Conv2d,
    tensor::{Tensor, TensorData},
};

use super::{
    Generator,
    winograd::{Conv, filled},
};
use crate::nets::{painter::maps::Maps, winograd::TILE};

/// What [`Generator::residual`] makes outside of training, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    input: Conv,
    blocks: Vec<[Conv; 2]>,
    out: Conv,
    scale: usize,
}

impl Painter {
    /// `None` for a network that is not on the CPU, or whose last layers work on the large picture.
    pub fn new(network: &Generator) -> Option<Self> {
        if !network.upsample.is_empty() {
            return None;
        }
        let blocks = network.blocks.iter().map(|block| Some([conv(&block.first)?, conv(&block.second)?]));
        Some(Self {
            input: conv(&network.input)?,
            blocks: blocks.collect::<Option<_>>()?,
            out: conv(&network.out)?,
            scale: network.scale,
        })
    }

    pub fn scale(&self) -> usize {
        self.scale
    }

    /// [`Generator::residual`] for pictures without gradients on the CPU; `None` for any other.
    pub fn residual(&self, small: &Tensor<4>) -> Option<Tensor<4>> {
        let [count, channels, height, width] = small.dims();
        let small = small.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
        let area = channels * height * width;
        let pictures = small.storage::<f32>().chunks_exact(area.max(1));
        let values = pictures.flat_map(|picture| self.paint(picture, [height, width])).collect::<Vec<_>>();
        let shape = [count, channels, height * self.scale, width * self.scale];
        Some(Tensor::from_primitive::<Flex>(FlexTensor::from_data(TensorData::new(values, shape))))
    }

    /// One picture `[channels, height, width]` to `[channels, height * scale, width * scale]`.
    fn paint(&self, picture: &[f32], size: [usize; 2]) -> Vec<f32> {
        let [height, width] = size;
        let channels = picture.len() / (height * width).max(1);
        let mut small = Maps::new(1, size, filled(channels), TILE);
        for row in 0..height {
            for column in 0..width {
                let place = small.place(row, column);
                for channel in 0..channels {
                    small.values[place + channel] = picture[(channel * height + row) * width + column];
                }
            }
        }
        let first = self.input.apply(&small, true, None);
        let last = self.blocks.iter().fold(first, |x, [first, second]| {
            let inner = first.apply(&x, true, None);
            second.apply(&inner, false, Some(&x))
        });
        self.shuffled(&self.out.apply(&last, false, None), channels)
    }

    /// Channels to pixels.
    fn shuffled(&self, x: &Maps, channels: usize) -> Vec<f32> {
        let scale = self.scale;
        let [height, width] = x.size.map(|side| side * scale);
        let mut large = Vec::with_capacity(channels * height * width);
        for channel in 0..channels {
            for row in 0..height {
                let first = (channel * scale + row % scale) * scale;
                for column in 0..x.size[1] {
                    let place = x.place(row / scale, column) + first;
                    large.extend_from_slice(&x.values[place..place + scale]);
                }
            }
        }
        large
    }
}

fn conv(conv: &Conv2d) -> Option<Conv> {
    Some(Conv::new(&values(&conv.weight)?, &values(conv.bias.as_ref()?)?))
}

/// The values of a weight; `None` if it is not on the CPU.
fn values<const D: usize>(weight: &Param<Tensor<D>>) -> Option<Vec<f32>> {
    Some(weight.val().try_into_primitive::<Flex>().ok()?.to_contiguous().storage::<f32>().to_vec())
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};
    use forger_protocol::{Random, Stream, SuperresConfig};

    use super::*;
    use crate::parameters;

    #[test]
    fn paints_what_the_network_makes() {
        let device = Device::flex();
        // Channels and sides that are not multiples of what is taken together; more tiles than are.
        for (scale, width, size) in [(4, 12, [5, 7]), (2, 32, [40, 21]), (4, 8, [1, 1]), (2, 9, [2, 30])] {
            let config = SuperresConfig { scale, width, blocks: 2, ..SuperresConfig::default() };
            let random = &mut Random::new(3, Stream::Weights);
            let network = Generator::new(&config, random, &device).unwrap();
            // Biases begin as zeros, which would hide a fault.
            let network = parameters::fill(network, &device, |name, shape| {
                let mut values = vec![0.0; shape.iter().product()];
                random.fill_normal(&mut values);
                let share = if name.ends_with("weight") { 0.1 } else { 0.3 };
                values.iter_mut().for_each(|value| *value *= share);
                values
            });
            let small = Tensor::random([2, 3, size[0], size[1]], Distribution::Uniform(-1.0, 1.0), &device);
            let painter = Painter::new(&network).unwrap();
            let painted = painter.residual(&small).unwrap();
            let expected = network.residual(small);
            assert_eq!(painted.dims(), expected.dims());
            let (painted, expected) = (painted.into_data(), expected.into_data());
            painted.assert_approx_eq::<f32>(&expected, burn::tensor::Tolerance::absolute(1e-4));
            assert!(expected.try_into_vec::<f32>().unwrap().iter().any(|value| value.abs() > 0.1));
        }
    }

    #[test]
    fn a_broken_network_is_noticed() {
        let device = Device::flex();
        let config = SuperresConfig { width: 8, blocks: 1, ..SuperresConfig::default() };
        let network = Generator::new(&config, &mut Random::new(3, Stream::Weights), &device).unwrap();
        let painter = Painter::new(&network).unwrap();
        let painted = painter.residual(&Tensor::full([1, 3, 4, 4], f32::NAN, &device)).unwrap();
        assert!(painted.into_data().try_into_vec::<f32>().unwrap().iter().any(|value| value.is_nan()));
    }
}
