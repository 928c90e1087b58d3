//! A trained generator in plain loops, for drawing on a CPU without wide SIMD: in a browser's tab.
//!
//! It is for those who draw again and again with weights that stay: normalisation goes into the kernels ([`fold`]), kernels
//! are transformed and packed once, and bias and ReLU are done where sums are written. It has no gradients. Where the CPU
//! has wide vectors that multiply and add in one, as native builds find out, burn's product of matrices is faster.

mod combine;
mod doubling;
#[cfg(feature = "gpu")]
pub mod gpu;
mod halving;
pub(super) mod maps;
mod picture;
pub(super) mod product;
mod tanh;
pub mod unet;

use burn::{
    backend::{Autodiff, Flex, flex::FlexTensor},
    module::Param,
    nn::conv::ConvTranspose2d,
    tensor::{Tensor, TensorData},
};

use super::{dcgan::Generator, fold};
use doubling::Doubling;
use maps::Maps;
use picture::Picture;
use product::Packed;

/// Pictures that are drawn together.
const GROUP: usize = 16;

/// What [`Generator`] draws outside of training, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    /// Side of the first feature map.
    base: usize,
    /// Columns are places, then channels.
    project: Packed,
    bias: Vec<f32>,
    blocks: Vec<Doubling>,
    out: Picture,
}

impl Painter {
    /// `None` for a network that is not on the CPU, or whose normalisation has statistics of each picture.
    pub fn new(network: &Generator) -> Option<Self> {
        let network = fold::generator(network);
        if network.project_norm.is_some() || network.blocks.iter().any(|block| block.norm.is_some()) {
            return None;
        }
        let base = network.base;
        let (weight, bias) = (values(&network.project.weight)?, values(network.project.bias.as_ref()?)?);
        let (area, columns) = (base * base, bias.len());
        let (channels, depth) = (columns / area, weight.len() / columns);
        // burn's columns are channels, then places.
        let moved = |column: usize| column % channels * area + column / channels;
        let blocks = network.blocks.iter().map(|block| kernel(&block.conv).map(|(w, b)| Doubling::new(&w, b)));
        Some(Self {
            base,
            project: Packed::new(depth, columns, |row, column| weight[row * columns + moved(column)]),
            bias: (0..columns).map(|column| bias[moved(column)]).collect(),
            blocks: blocks.collect::<Option<_>>()?,
            out: kernel(&network.out).map(|(weight, bias)| Picture::new(&weight, bias))?,
        })
    }

    /// [`Generator::forward`] for z without gradients on the CPU; `None` for any other.
    pub fn forward(&self, z: &Tensor<2>) -> Option<Tensor<4>> {
        let z = z.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
        let pictures = self.draw(z.storage::<f32>());
        let side = self.base << (self.blocks.len() + 1);
        let count = pictures.len() / (self.out.channels() * side * side);
        let pictures = TensorData::new(pictures, [count, self.out.channels(), side, side]);
        Some(Tensor::from_primitive::<Flex>(FlexTensor::from_data(pictures)))
    }

    /// z `[count, latent_dim]` to pictures `[count, channels, side, side]`. What a picture is does not depend on the others.
    fn draw(&self, z: &[f32]) -> Vec<f32> {
        let mut pictures = Vec::new();
        for z in z.chunks(GROUP * self.project.depth()) {
            let first = self.first(z);
            let features = self.blocks.iter().fold(first, |x, block| block.relu(&x));
            self.out.draw(&features, &mut pictures);
        }
        pictures
    }

    /// The projection of z.
    fn first(&self, z: &[f32]) -> Maps {
        let (count, columns) = (z.len() / self.project.depth(), self.project.columns());
        let mut projected = vec![0.0; count * columns];
        self.project.multiply(z, &mut projected);
        let mut x = Maps::new(count, [self.base; 2], columns / (self.base * self.base), doubling::TILE);
        let (line, picture) = (self.base * x.channels, x.picture());
        for (index, projected) in projected.chunks_exact(columns).enumerate() {
            for (row, (values, bias)) in projected.chunks_exact(line).zip(self.bias.chunks_exact(line)).enumerate() {
                let start = index * picture + x.place(row, 0);
                let to = x.values[start..start + line].iter_mut();
                to.zip(values.iter().zip(bias)).for_each(|(to, (value, bias))| *to = relu(value + bias));
            }
        }
        x
    }
}

/// Kernel and bias.
fn kernel(conv: &ConvTranspose2d) -> Option<(Vec<f32>, Vec<f32>)> {
    Some((values(&conv.weight)?, values(conv.bias.as_ref()?)?))
}

/// The values of a folded weight, which is on a device with autodiff; `None` if it is not the CPU.
fn values<const D: usize>(weight: &Param<Tensor<D>>) -> Option<Vec<f32>> {
    let weight = weight.val().try_into_primitive::<Autodiff<Flex>>().ok()?;
    Some(weight.primitive().to_contiguous().storage::<f32>().to_vec())
}

/// Not `f32::max`, which is a call on WebAssembly, because it drops NaN; here NaN stays, so that a broken model is noticed.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

#[cfg(test)]
mod tests;
