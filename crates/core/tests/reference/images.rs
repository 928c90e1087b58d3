//! What is done to pictures and to kernels: differentiable augmentation and spectral normalisation.

use burn::{
    module::{Param, ParamId},
    optim::GradientsParams,
};
use forger_core::{
    burn,
    data::augment::Changes,
    losses::{auxiliary::auxiliary, classification::binary_cross_entropy},
    nets::{classifier::Classifier, spectral},
    protocol::ClassifierConfig,
};

use crate::{
    case::{self, Case, file},
    common::values,
    training,
};

#[test]
fn augmentation() {
    let file = file("augment.safetensors");
    for name in ["color", "translation", "cutout", "all"] {
        let (case, device) = (Case::read(&file, name), training());
        let numbers = |name: &str| if case.has(name) { case.values(name).to_vec() } else { Vec::new() };
        let pairs = |name: &str| numbers(name).chunks_exact(2).map(|p| [p[0] as isize, p[1] as isize]).collect();
        let changes = Changes {
            brightness: numbers("brightness"),
            saturation: numbers("saturation"),
            contrast: numbers("contrast"),
            shift: pairs("shift"),
            hole: pairs("hole"),
        };
        let x = case.tensor::<4>("input", &device).require_grad();
        let y = changes.apply(x.clone());
        case.assert_close("output", &values(y.clone().inner()), 1e-5);
        let gradients = (y * case.tensor("probe", &device)).sum().backward();
        case.assert_close("grad", &values(x.grad(&gradients).unwrap()), 1e-5);
    }
}

#[test]
fn spectral_normalisation_of_a_kernel() {
    let (case, device) = (Case::only(&file("spectral_kernel.safetensors")), training());
    let weight = case.tensor::<4>("weight", &device).require_grad();
    let start = [case.values("u").to_vec(), vec![0.0; 48]].concat();
    let start = Param::initialized(ParamId::new(), burn::tensor::Tensor::from_floats(start.as_slice(), &device));
    let vectors = spectral::iterate(weight.clone(), start).val();
    let after = [case.values("u_after"), case.values("v_after")].concat();
    case::assert_close("vectors", &values(vectors.clone().inner()), &after, 1e-5);
    let normalized = spectral::normalize(weight.clone(), vectors);
    case.assert_close("normalized", &values(normalized.clone().inner()), 1e-5);
    let gradients = (normalized * case.tensor("probe", &device)).sum().backward();
    case.assert_close("grad", &values(weight.grad(&gradients).unwrap()), 1e-5);
}

#[test]
fn a_classifier_and_its_loss() {
    let (case, device) = (Case::only(&file("classifier.safetensors")), training());
    let config = ClassifierConfig {
        image_size: 28,
        channels: 1,
        width: 3,
        features: 6,
        attributes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        ..ClassifierConfig::default()
    };
    let net = case.fill("", Classifier::new(&config, &mut crate::random(), &device).unwrap(), &device);
    let features = net.features(case.tensor("input", &device));
    case.assert_close("features", &values(features.clone().inner()), 2e-5);
    let logits = net.judge(features);
    case.assert_close("logits", &values(logits.clone().inner()), 2e-5);
    let loss = binary_cross_entropy(logits, case.tensor("targets", &device));
    case.assert_close("loss", &values(loss.clone().inner()), 1e-5);
    let gradients = GradientsParams::from_grads(loss.backward(), &net);
    let gradients = crate::gradients_of(&net, gradients);
    assert_eq!(gradients.len(), 10);
    for (name, found) in gradients {
        case.assert_close(&format!("grad.{name}"), &found, 2e-5);
    }
}

#[test]
fn the_loss_of_an_auxiliary_classifier() {
    let (case, device) = (Case::only(&file("auxiliary.safetensors")), training());
    let [logits, codes] = ["logits", "codes"].map(|name| case.tensor::<2>(name, &device).require_grad());
    let loss = auxiliary(logits.clone(), codes.clone(), case.tensor("axes", &device), case.tensor("borders", &device));
    case.assert_close("loss", &values(loss.clone().inner()), 1e-5);
    let gradients = loss.backward();
    case.assert_close("grad.logits", &values(logits.grad(&gradients).unwrap()), 1e-5);
    assert!(codes.grad(&gradients).is_none());
}
