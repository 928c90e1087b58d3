//! Weights by the names that pytorch-CycleGAN-and-pix2pix gives them: what is read of them makes what it makes in PyTorch.

use burn::tensor::{Device, Tensor};
use forger_core::{
    burn,
    nets::{patch::PatchShape, translator::import},
    parameters::NamedTensor,
    protocol::{Normalization, TranslatorConfig},
};

use super::{CLOSE, pictures};
use crate::{
    case::{Case, file},
    common::values,
};

/// The weights of a case as they are saved, and as they are saved of a network that was trained on several GPUs.
fn weights(case: &Case) -> [Vec<NamedTensor>; 2] {
    let plain = case.under("weights");
    let of_several = |tensor: &NamedTensor| NamedTensor { name: format!("module.{}", tensor.name), ..tensor.clone() };
    let wrapped = plain.iter().map(of_several).collect();
    [plain, wrapped]
}

/// Fails unless what `make` makes of the weights and the pictures of a case is what PyTorch does.
fn compare(name: &str, shape: [usize; 4], make: impl Fn(&[NamedTensor], Tensor<4>) -> Tensor<4>) {
    let case = Case::read(&file("translation_imports.safetensors"), name);
    // Of large pictures fewer values stand for all.
    let stride = if case.has("eval_output_stride7") { 7 } else { 97 };
    for weights in weights(&case) {
        let made = values(make(&weights, pictures(shape, &Device::flex())));
        let some = made.into_iter().step_by(stride).collect::<Vec<_>>();
        case.assert_close(&format!("eval_output_stride{stride}"), &some, CLOSE);
    }
}

#[test]
fn generators_of_every_kind() {
    use Normalization::{Batch, Instance};
    // Dropout of a U-Net leaves no trace among its tensors.
    let unet = |normalization, depth| {
        let shape = TranslatorConfig { width: 1, depth, dropout: false, ..TranslatorConfig::default() };
        TranslatorConfig { normalization, ..shape }
    };
    let resnet = |normalization, dropout| TranslatorConfig { normalization, dropout, ..TranslatorConfig::resnet(1, 2) };
    for (name, expected, size) in [
        ("unet_256", unet(Batch, 8), [256, 256]),
        ("unet_instance_old", unet(Instance, 5), [32, 64]),
        ("resnet_batch", resnet(Batch, false), [16, 20]),
        ("resnet_batch_dropout", resnet(Batch, true), [16, 20]),
        ("resnet_dropout", resnet(Instance, true), [16, 20]),
    ] {
        compare(name, [1, 3, size[0], size[1]], |weights, x| {
            let (config, network) = import::generator(weights, &x.device()).unwrap();
            assert_eq!(config, expected, "{name}");
            network.forward(x, None)
        });
    }
}

#[test]
fn discriminators_of_every_kind() {
    for (name, channels, patch, normalization, size) in [
        ("patch_70_instance", 3, 70, Normalization::Instance, [48, 40]),
        ("patch_34", 6, 34, Normalization::Batch, [24, 28]),
    ] {
        compare(name, [1, channels, size[0], size[1]], |weights, x| {
            let (shape, network) = import::discriminator(weights, &x.device()).unwrap();
            assert_eq!(shape, PatchShape { channels, width: 1, patch, normalization }, "{name}");
            network.logits(x)
        });
    }
}
