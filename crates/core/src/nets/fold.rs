//! Trained networks as constants, for gradients in what they are given.
//!
//! Batch normalisation with fixed statistics is a scale and a shift of each channel, which the kernel before it takes in, and
//! a kernel under spectral normalisation is divided once. What is left is on a device with autodiff, but no weight asks for a
//! gradient, so that none is computed.

use burn::{
    module::{Module, Param, ParamId},
    nn::BatchNorm,
    tensor::Tensor,
};

use super::{
    classifier::{Block, Classifier},
    dcgan::{Discriminator, DownBlock, Generator, UpBlock},
    norm::Norm,
    translator::{Doubler, Unet, UnetLevel},
};
use crate::parameters;

/// G as it draws outside of training, of codes: without its mapping network.
pub fn generator(network: &Generator) -> Generator {
    let mut folded = network.valid();
    folded.mapping = None;
    let area = folded.base * folded.base;
    if let Some((scale, shift)) = settled(&folded.project_norm) {
        let channels = scale.dims()[0];
        // The columns are channels, then places.
        let spread = |values: Tensor<1>| values.reshape([channels, 1]).repeat_dim(1, area).reshape([channels * area]);
        let (scale, shift) = (spread(scale), spread(shift));
        folded.project.weight = folded.project.weight.map(|weight| weight * scale.clone().unsqueeze());
        folded.project.bias = shifted(folded.project.bias, scale, shift);
        folded.project_norm = None;
    }
    for UpBlock { conv, norm } in &mut folded.blocks {
        if let Some((scale, shift)) = settled(norm) {
            let channels = scale.dims()[0];
            conv.weight = parameter(conv.weight.val() * scale.clone().reshape([1, channels, 1, 1]));
            conv.bias = shifted(conv.bias.take(), scale, shift);
            *norm = None;
        }
    }
    constant(&folded)
}

/// D as it judges outside of training.
pub fn discriminator(network: &Discriminator) -> Discriminator {
    let network = network.valid();
    let mut folded = network.clone();
    folded.spectral.clear();
    folded.input.weight = parameter(network.kernel(0, &network.input));
    for (index, DownBlock { conv, norm }) in folded.blocks.iter_mut().enumerate() {
        let mut weight = network.kernel(index + 1, conv);
        if let Some((scale, shift)) = settled(norm) {
            let channels = scale.dims()[0];
            weight = weight * scale.clone().reshape([channels, 1, 1, 1]);
            conv.bias = shifted(conv.bias.take(), scale, shift);
            *norm = None;
        }
        conv.weight = parameter(weight);
    }
    folded.out.weight = parameter(network.kernel(network.blocks.len() + 1, &network.out));
    constant(&folded)
}

/// A U-Net as it translates outside of training.
pub fn unet(network: &Unet) -> Unet {
    let mut folded = network.valid();
    for UnetLevel { down, down_norm, up, up_norm } in &mut folded.levels {
        if let Some((scale, shift)) = settled(down_norm) {
            let channels = scale.dims()[0];
            down.weight = parameter(down.weight.val() * scale.clone().reshape([channels, 1, 1, 1]));
            down.bias = shifted(down.bias.take(), scale, shift);
            *down_norm = None;
        }
        if let (Some((scale, shift)), Doubler::Transposed(conv)) = (settled(up_norm), up) {
            let channels = scale.dims()[0];
            conv.weight = parameter(conv.weight.val() * scale.clone().reshape([1, channels, 1, 1]));
            conv.bias = shifted(conv.bias.take(), scale, shift);
            *up_norm = None;
        }
    }
    constant(&folded)
}

/// A classifier as it judges outside of training.
pub fn classifier(network: &Classifier) -> Classifier {
    let mut folded = network.valid();
    for Block { conv, norm } in &mut folded.blocks {
        if let Some((scale, shift)) = settled(norm) {
            let channels = scale.dims()[0];
            conv.weight = parameter(conv.weight.val() * scale.clone().reshape([channels, 1, 1, 1]));
            conv.bias = shifted(conv.bias.take(), scale, shift);
            *norm = None;
        }
    }
    constant(&folded)
}

/// Scale and shift of each channel; instance normalisation has statistics of each picture and stays.
fn settled(norm: &Option<Norm>) -> Option<(Tensor<1>, Tensor<1>)> {
    match norm {
        Some(Norm::Batch(norm)) => Some(affine(norm)),
        _ => None,
    }
}

/// What batch normalisation does outside of training: scale and shift, `[channels]`.
pub fn affine(norm: &BatchNorm) -> (Tensor<1>, Tensor<1>) {
    let scale = norm.gamma.val() / (norm.running_var.value() + norm.epsilon).sqrt();
    let shift = norm.beta.val() - norm.running_mean.value() * scale.clone();
    (scale, shift)
}

fn shifted(bias: Option<Param<Tensor<1>>>, scale: Tensor<1>, shift: Tensor<1>) -> Option<Param<Tensor<1>>> {
    Some(parameter(match bias {
        Some(bias) => bias.val() * scale + shift,
        None => shift,
    }))
}

fn parameter<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::initialized(ParamId::new(), value)
}

fn constant<M: Module>(network: &M) -> M {
    let device = network.devices().into_iter().next().unwrap_or_default();
    parameters::copy(network, &device.autodiff()).no_grad()
}
