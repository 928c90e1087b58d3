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
        translator::Translator,
    },
    protocol::{Doubling, Normalization, Random, Stream, TranslatorConfig},
};
use wasm_bindgen::prelude::*;

/// What is compared, by name.
const LAYERS: [&str; 6] = ["reflect", "resnet", "resnet-nearest", "unet-nearest", "patch", "cycle"];

fn drawn(shape: [usize; 4], seed: u32, device: &Device) -> Tensor<4> {
    let mut values = vec![0.0; shape.iter().product()];
    Random::new(seed, Stream::Metrics).fill_uniform(&mut values, -1.0, 1.0);
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The gradient of every weight.
struct Slopes<'a> {
    gradients: &'a mut Gradients,
    found: Vec<Tensor<1>>,
}

impl ModuleVisitor for Slopes<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(slope) = param.val().grad_remove(self.gradients) {
            let size = slope.shape().num_elements();
            self.found.push(slope.reshape([size]));
        }
    }
}

async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
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
        let mut slopes = Slopes { gradients: &mut gradients, found: Vec::new() };
        network.visit(&mut slopes);
        for slope in slopes.found {
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
    let mut network = |doubling| {
        // Without normalisation what comes out at these weights is next to nothing, of which a GPU's tanh has few digits.
        let config = TranslatorConfig { doubling, ..TranslatorConfig::resnet(3, 1) };
        Translator::new(&config, random, &device).map_err(|error| error.to_string())
    };
    match name {
        "reflect" => learn(x.clone(), none, reflect(x, 3)).await,
        "resnet" | "resnet-nearest" => {
            let net = network(if name == "resnet" { Doubling::Transposed } else { Doubling::Nearest })?;
            learn(x.clone(), Some(&net), net.forward(x, None)).await
        }
        "unet-nearest" => {
            // The smallest that there is: it needs a larger picture. Batch normalisation, as the models of the site have it.
            let config =
                TranslatorConfig { doubling: Doubling::Nearest, depth: 5, width: 2, ..TranslatorConfig::default() };
            let net = Translator::new(&config, random, &device).map_err(|error| error.to_string())?;
            let x = drawn([2, 3, 32, 32], 1, &device).require_grad();
            learn(x.clone(), Some(&net), net.forward(x, None)).await
        }
        "patch" => {
            let shape = PatchShape { channels: 3, width: 2, patch: 16, normalization: Normalization::Instance };
            let net = PatchDiscriminator::new(shape, random, &device).map_err(|error| error.to_string())?;
            learn(x.clone(), Some(&net), net.verdicts(x)).await
        }
        "cycle" => {
            let (g, f) = (network(Doubling::Nearest)?, network(Doubling::Nearest)?);
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
