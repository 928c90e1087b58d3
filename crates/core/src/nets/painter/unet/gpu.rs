//! A trained U-Net on a GPU: normalisation in its kernels, which are packed once, and channels last from end to end.

use burn::{
    module::{Module as _, Param},
    tensor::{Tensor, activation::relu},
};
use burn_cubecl::CubeBackend;

use crate::nets::{
    activation::leaky_relu,
    conv::Fixed,
    dcgan::HALVE,
    fold,
    mlp::LEAK,
    translator::{Doubler, Unet, finished},
};

/// What a U-Net makes outside of training, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    /// From the picture down.
    down: Vec<Fixed>,
    /// From the innermost level up, but for the last.
    up: Vec<Fixed>,
    out: Fixed,
}

impl Painter {
    /// `None` for a network that is not on a GPU, whose normalisation has statistics of each picture, or that doubles in another
    /// way.
    pub fn new(network: &Unet) -> Option<Self> {
        let network = fold::unet(network).valid();
        let (mut down, mut up) = (Vec::new(), Vec::new());
        for level in &network.levels {
            let Doubler::Transposed(conv) = &level.up else { return None };
            if level.down_norm.is_some() || level.up_norm.is_some() {
                return None;
            }
            let bias = |bias: &Option<Param<Tensor<1>>>| bias.as_ref().map(Param::val);
            down.push(Fixed::new(level.down.weight.val(), bias(&level.down.bias), HALVE, false)?);
            up.push(Fixed::new(conv.weight.val(), bias(&conv.bias), HALVE, true)?);
        }
        let mut up = up.into_iter();
        let out = up.next()?;
        Some(Self { down, up: up.rev().collect(), out })
    }

    /// [`Unet`]'s pictures `[batch, 3, height, width]`; `None` for such that are not on this GPU.
    pub fn forward(&self, given: &Tensor<4>) -> Option<Tensor<4>> {
        let apply = |layer: &Fixed, x: Tensor<4>, relu| {
            let x = x.try_into_primitive::<CubeBackend>().ok()?;
            Some(Tensor::<4>::from_primitive::<CubeBackend>(layer.apply(x, relu, None)))
        };
        let mut skips = Vec::with_capacity(self.down.len());
        let mut x = given.clone().permute([0, 2, 3, 1]);
        for (index, level) in self.down.iter().enumerate() {
            let before = if index == 0 { x } else { leaky_relu(x, LEAK as f32) };
            x = apply(level, before, false)?;
            skips.push(relu(x.clone()));
        }
        let mut below = skips.pop()?;
        for level in &self.up {
            below = Tensor::cat(vec![skips.pop()?, apply(level, below, true)?], 3);
        }
        Some(finished(apply(&self.out, below, false)?.permute([0, 3, 1, 2]), given.clone()))
    }
}
