//! The convolutions of VGG-19: Simonyan and Zisserman 2015 (arXiv 1409.1556), table 1, configuration E. Its weights are the
//! user's to bring.

use burn::{
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor, TensorData, module::max_pool2d, ops::MaxPoolOptions},
};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
};
use crate::parameters::{self, NamedTensor};

/// Channels of the convolutions between two poolings.
const STAGES: [&[usize]; 5] = [&[64, 64], &[128, 128], &[256; 4], &[512; 4], &[512; 4]];
/// What the weights that PyTorch gives were trained on, for values in `[0, 1]`.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// All of VGG-19 but its three last layers.
#[derive(Module, Debug)]
pub struct Vgg {
    /// Sixteen, of 3 x 3, in the order of the network.
    pub convs: Vec<Conv2d>,
}

/// Feature maps of a picture of `[height, width]`.
#[derive(Clone, Debug)]
pub struct Maps {
    /// After the ReLU of conv1.1, conv2.1 and conv3.1: `[batch, 64, height, width]`, `[batch, 128, height / 2, width / 2]`,
    /// `[batch, 256, height / 4, width / 4]`.
    pub firsts: Vec<Tensor<4>>,
    /// After the second and the fifth pooling: `[batch, 128, height / 4, width / 4]`, `[batch, 512, height / 32, width / 32]`.
    pub pools: Vec<Tensor<4>>,
}

/// Why weights do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are not weights of VGG-19 as PyTorch names them: {name} of shape {shape:?} is missing")]
pub struct NotVgg {
    /// Such as `features.0.weight`.
    pub name: String,
    /// The shape that VGG-19 has there.
    pub shape: Vec<usize>,
}

impl Vgg {
    /// Takes the tensors `features.N.weight` and `features.N.bias` of torchvision; others are passed over.
    pub fn new(tensors: &[NamedTensor], device: &Device) -> Result<Self, NotVgg> {
        let mut inputs = 3;
        let mut conv = |outputs: &usize| {
            let config = Conv2dConfig::new([inputs, *outputs], [3, 3]);
            inputs = *outputs;
            config.with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device)
        };
        let module = Self { convs: STAGES.into_iter().flatten().map(&mut conv).collect() };
        let find = |name: &str, shape: &[usize]| {
            tensors.iter().find(|tensor| tensor.name == name && tensor.shape == shape).map(|tensor| &tensor.values)
        };
        for (name, shape) in parameters::shapes(&module) {
            let name = of_torch(&name);
            if find(&name, &shape).is_none() {
                return Err(NotVgg { name, shape });
            }
        }
        let value = |name: &str, shape: &[usize]| find(&of_torch(name), shape).cloned().unwrap_or_default();
        Ok(parameters::fill(module, device, value).no_grad())
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]`, of sides of at least 32.
    pub fn maps(&self, pictures: Tensor<4>) -> Maps {
        let device = pictures.device();
        let constant =
            |values: [f32; 3]| Tensor::<1>::from_data(TensorData::from(values), &device).reshape([1, 3, 1, 1]);
        let mut x = ((pictures + 1.0) * 0.5 - constant(MEAN)) / constant(DEVIATION);
        let (mut firsts, mut pools) = (Vec::new(), Vec::new());
        let mut convs = self.convs.iter();
        for (stage, channels) in STAGES.into_iter().enumerate() {
            for (place, conv) in convs.by_ref().take(channels.len()).enumerate() {
                let bias = conv.bias.as_ref().map(Param::val);
                x = leaky_relu(conv2d(x, conv.weight.val(), bias, Window { stride: 1, padding: 1 }), 0.0);
                if place == 0 && stage < 3 {
                    firsts.push(x.clone());
                }
            }
            x = max_pool2d(x, MaxPoolOptions::new([2, 2]));
            if stage == 1 || stage == 4 {
                pools.push(x.clone());
            }
        }
        Maps { firsts, pools }
    }
}

/// `convs.3.weight` to `features.7.weight`: torchvision counts activations and poolings as well.
fn of_torch(name: &str) -> String {
    let mut parts = name.split('.').skip(1);
    let (index, leaf) = (parts.next().and_then(|index| index.parse().ok()).unwrap_or(0), parts.next().unwrap_or(""));
    let (mut left, mut place) = (index, 0_usize);
    for stage in STAGES {
        if left < stage.len() {
            break;
        }
        left -= stage.len();
        place += 2 * stage.len() + 1;
    }
    format!("features.{}.{leaf}", place + 2 * left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_torchvision() {
        let places = (0..16).map(|index| of_torch(&format!("convs.{index}.bias")));
        let expected = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];
        assert!(places.eq(expected.map(|place| format!("features.{place}.bias"))));
    }

    #[test]
    fn other_weights_are_refused() {
        let tensor =
            NamedTensor { name: "features.0.weight".into(), shape: vec![64, 3, 3, 3], values: vec![0.0; 1728] };
        assert_eq!(Vgg::new(&[tensor], &Device::flex()).unwrap_err().name, "features.0.bias");
    }
}
