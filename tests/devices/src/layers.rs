//! The layers that translation adds, alone: what they make, and their gradients, on CPU and on WebGPU.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use forger_core::{
    burn,
    nets::{
        padding::reflect,
        patch::{PatchDiscriminator, PatchShape},
        refiner::Refiner,
        translator::Translator,
    },
    protocol::{Doubling, Normalization, Random, SimganConfig, Stream, TranslatorConfig},
};
use wasm_bindgen::prelude::*;

/// What is compared, by name.
const LAYERS: [&str; 10] = [
    "reflect",
    "resnet",
    "resnet-nearest",
    "resnet-dropout",
    "unet",
    "unet-nearest",
    "patch",
    "patch-batch",
    "refiner",
    "cycle",
];

fn drawn(shape: [usize; 4], seed: u32, device: &Device) -> Tensor<4> {
    let mut values = vec![0.0; shape.iter().product()];
    Random::new(seed, Stream::Metrics).fill_uniform(&mut values, -1.0, 1.0);
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The gradient of every tensor of a network, in order; of statistics there is none.
pub fn slopes<M: Module>(network: &M, gradients: &mut Gradients) -> Vec<Option<Tensor<1>>> {
    struct Slopes<'a> {
        gradients: &'a mut Gradients,
        found: Vec<Option<Tensor<1>>>,
    }
    impl ModuleVisitor for Slopes<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.push(param.val().grad_remove(self.gradients).map(flat));
        }
    }
    let mut slopes = Slopes { gradients, found: Vec::new() };
    network.visit(&mut slopes);
    slopes.found
}

/// The values of a tensor, one after the other.
pub fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let size = tensor.shape().num_elements();
    tensor.reshape([size])
}

pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|error| error.to_string())?;
    data.try_into_vec().map_err(|error| format!("{error:?}"))
}

/// What a function makes of a picture, its slope in the picture, and those of the weights of a network.
async fn learn<M: Module>(x: Tensor<4>, network: Option<&M>, y: Tensor<4>) -> Result<Vec<Vec<f32>>, String> {
    let probe = drawn(y.dims(), 7, &y.device());
    let mut gradients = (y.clone() * probe).sum().backward();
    let slope = x.grad_remove(&mut gradients).ok_or("no gradient")?;
    let mut values = vec![read(y.inner()).await?, read(slope).await?];
    if let Some(network) = network {
        for slope in slopes(network, &mut gradients).into_iter().flatten() {
            values.push(read(slope).await?);
        }
    }
    Ok(values)
}

async fn layer(name: &str, device: &Device) -> Result<Vec<Vec<f32>>, String> {
    let device = device.clone().autodiff();
    let x = drawn([2, 3, 20, 20], 1, &device).require_grad();
    let random = &mut Random::new(3, Stream::Weights);
    let none = None::<&Translator>;
    // Without normalisation what comes out at these weights is next to nothing, of which a GPU's tanh has few digits.
    let resnet = TranslatorConfig::resnet(3, 1);
    let nearest = |config| TranslatorConfig { doubling: Doubling::Nearest, ..config };
    let mut network =
        |config: TranslatorConfig| Translator::new(&config, random, &device).map_err(|error| error.to_string());
    match name {
        "reflect" => learn(x.clone(), none, reflect(x, 3)).await,
        "resnet" | "resnet-nearest" => {
            let net = network(if name == "resnet" { resnet } else { nearest(resnet) })?;
            learn(x.clone(), Some(&net), net.forward(x, None)).await
        }
        "resnet-dropout" => {
            let net = network(TranslatorConfig { dropout: true, ..resnet })?;
            // Drawn on the host, and so the same on both.
            let made = net.forward(x.clone(), Some(&mut Random::new(5, Stream::Noise)));
            learn(x, Some(&net), made).await
        }
        "unet" | "unet-nearest" => {
            // The smallest that there is: it needs a larger picture. Batch normalisation, as the models of the site have it.
            let unet = TranslatorConfig { depth: 5, width: 2, ..TranslatorConfig::default() };
            let net = network(if name == "unet" { unet } else { nearest(unet) })?;
            let x = drawn([2, 3, 32, 32], 1, &device).require_grad();
            learn(x.clone(), Some(&net), net.forward(x, None)).await
        }
        "patch" | "patch-batch" => {
            let normalization = if name == "patch" { Normalization::Instance } else { Normalization::Batch };
            let shape = PatchShape { channels: 3, width: 2, patch: 16, normalization };
            let net = PatchDiscriminator::new(shape, random, &device).map_err(|error| error.to_string())?;
            learn(x.clone(), Some(&net), net.logits(x)).await
        }
        "refiner" => {
            let config = SimganConfig { channels: 3, refiner_width: 4, blocks: 2, ..SimganConfig::default() };
            let net = Refiner::new(&config, random, &device);
            learn(x.clone(), Some(&net), net.forward(x)).await
        }
        "cycle" => {
            let (g, f) = (network(nearest(resnet.clone()))?, network(nearest(resnet))?);
            learn(x.clone(), Some(&g), f.forward(g.forward(x, None), None)).await
        }
        other => Err(format!("no layer {other}")),
    }
}

/// For each layer, the largest difference between CPU and WebGPU in what it makes and in each of its gradients, in parts of the
/// largest value. Returns JSON. May be called once.
#[wasm_bindgen]
pub async fn layers() -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let gpu = Device::wgpu_options().init_async().await.map_err(|error| JsValue::from(error.to_string()))?;
    let mut report = serde_json::Map::new();
    for name in LAYERS {
        let (ours, theirs) = (layer(name, &gpu).await?, layer(name, &Device::flex()).await?);
        let worst = ours.iter().zip(&theirs).map(|(ours, theirs)| crate::apart(ours, theirs)).collect::<Vec<_>>();
        report.insert(name.to_owned(), serde_json::json!(worst));
    }
    Ok(serde_json::Value::Object(report).to_string())
}
