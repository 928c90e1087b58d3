//! A trained U-Net in plain loops, for the tab's CPU.

#[cfg(feature = "gpu")]
pub mod gpu;

use burn::{
    backend::{Flex, flex::FlexTensor},
    module::Param,
    tensor::{Tensor, TensorData},
};

use super::{
    doubling::{self, Doubling},
    halving::{self, Halving},
    maps::Maps,
    picture::Picture,
    relu, values,
};
use crate::nets::{
    fold,
    mlp::LEAK,
    translator::{Doubler, Unet, masked},
};

/// What a U-Net makes outside of training, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    /// From the picture down.
    down: Vec<Halving>,
    /// From the innermost level up, but for the last.
    up: Vec<Doubling>,
    out: Picture,
}

impl Painter {
    /// `None` for a network that is not on the CPU, whose normalisation has statistics of each picture, or that doubles in
    /// another way.
    pub fn new(network: &Unet) -> Option<Self> {
        let network = fold::unet(network);
        let mut down = Vec::new();
        let mut up = Vec::new();
        for level in &network.levels {
            let Doubler::Transposed(conv) = &level.up else { return None };
            if level.down_norm.is_some() || level.up_norm.is_some() {
                return None;
            }
            let outer = level.down.weight.dims()[0];
            down.push(Halving::new(&values(&level.down.weight)?, bias(level.down.bias.as_ref(), outer)?));
            let outer = conv.weight.dims()[1];
            up.push((values(&conv.weight)?, bias(conv.bias.as_ref(), outer)?));
        }
        let mut up = up.into_iter();
        let (mut weight, mut bias) = up.next()?;
        halve_mask(&mut weight, &mut bias);
        let out = Picture::new(&weight, bias);
        Some(Self { down, up: up.rev().map(|(weight, bias)| Doubling::new(&weight, bias)).collect(), out })
    }

    /// [`Unet`]'s pictures `[batch, 3, height, width]` without gradients on the CPU; `None` for any other.
    pub fn forward(&self, given: &Tensor<4>) -> Option<Tensor<4>> {
        let [batch, channels, height, width] = given.dims();
        let x = given.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
        let shape = [batch, self.out.channels(), height, width];
        let mut made = Vec::with_capacity(shape.iter().product());
        for picture in x.storage::<f32>().chunks_exact((channels * height * width).max(1)) {
            self.draw(picture, [height, width], &mut made);
        }
        let made = Tensor::<4>::from_primitive::<Flex>(FlexTensor::from_data(TensorData::new(made, shape)));
        if self.out.channels() == channels {
            return Some(made);
        }
        Some(masked(made.clone().narrow(1, 0, 3), made.narrow(1, 3, 1) * 0.5 + 0.5, given.clone()))
    }

    /// One picture, `[3, height, width]`, after those that are in `out`.
    fn draw(&self, picture: &[f32], size: [usize; 2], out: &mut Vec<f32>) {
        // What each level's doubling is given: the skip, and room for what comes from below.
        let mut skips = Vec::with_capacity(self.down.len());
        let mut x = laid_out(picture, size);
        for (index, level) in self.down.iter().enumerate() {
            let (size, channels) = (x.size.map(|side| side / 2), level.outer());
            let is_last = index + 1 == self.down.len();
            let mut next = Maps::new(1, size, channels, halving::TILE);
            let mut skip = Maps::new(1, size, if is_last { channels } else { 2 * channels }, doubling::TILE);
            level.draw(&x, |[row, column], first, values| {
                let (leaky, plain) = (next.place(row, column) + first, skip.place(row, column) + first);
                for (offset, value) in values.iter().enumerate() {
                    next.values[leaky + offset] = if *value < 0.0 { LEAK as f32 * value } else { *value };
                    skip.values[plain + offset] = relu(*value);
                }
            });
            skips.push(skip);
            x = next;
        }
        let Some(mut below) = skips.pop() else { return };
        for level in &self.up {
            let Some(mut here) = skips.pop() else { return };
            let half = here.channels / 2;
            level.relu_into(&below, &mut here, half);
            below = here;
        }
        self.out.draw(&below, out);
    }
}

/// The mask, where there is one, is a fourth channel of what is made through tanh: its sigmoid is `(1 + tanh(x / 2)) / 2`.
fn halve_mask(weight: &mut [f32], bias: &mut [f32]) {
    let [_, _, _, mask] = bias else { return };
    *mask *= 0.5;
    weight.chunks_exact_mut(16).skip(3).step_by(4).flatten().for_each(|value| *value *= 0.5);
}

/// A bias, of zeros where there is none.
fn bias(bias: Option<&Param<Tensor<1>>>, channels: usize) -> Option<Vec<f32>> {
    match bias {
        Some(bias) => values(bias),
        None => Some(vec![0.0; channels]),
    }
}

/// Planes of a picture as maps.
fn laid_out(picture: &[f32], size: [usize; 2]) -> Maps {
    let area = size[0] * size[1];
    let channels = picture.len() / area.max(1);
    let mut maps = Maps::new(1, size, channels, halving::TILE);
    for (channel, plane) in picture.chunks_exact(area.max(1)).enumerate() {
        for (row, line) in plane.chunks_exact(size[1]).enumerate() {
            let start = maps.place(row, 0) + channel;
            line.iter().enumerate().for_each(|(column, value)| maps.values[start + column * channels] = *value);
        }
    }
    maps
}
