//! Trains each system from the same weights on CPU and on WebGPU in the browser, and compares the weights.
//!
//! A network can agree operation by operation and still go wrong in the whole (burn's `fusion` did), so the comparison is
//! of training, not of operations.
#![cfg(target_arch = "wasm32")]

#[path = "../../../crates/engine/src/constructors.rs"]
mod constructors;
mod layers;
mod pytorch;
mod translation;

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    Auxiliary, Dcgan, Encoder, Images, Superres, System, Toy,
    classifier::Training,
    data::photos::Photo,
    nets::{
        conv::{Window, conv_transpose2d, conv2d},
        dcgan::{Discriminator, Generator},
    },
    parameters::NamedTensor,
    protocol::{
        Activation, AdversarialLoss, ClassifierConfig, DcganConfig, EncoderConfig, LatentPrior, MlpConfig,
        Normalization, Penalty, Random, StepKind, Stream, SuperresConfig, SuperresLosses, ToyConfig,
    },
    systems::networks_async,
    weights::{Drawer, sha256},
};
use wasm_bindgen::prelude::*;

/// Without this, most of the time would go into constructors, which the published worker runs once.
#[wasm_bindgen(start)]
fn start() {
    constructors::run();
}

const STEPS: usize = 20;
/// Steps of a game whose steps are longer, as a software GPU does their operations one after the other, and of what is another in
/// one part only.
const FEW: usize = 6;

/// Dimensions of z of the DCGANs.
const LATENT_DIM: usize = 8;

/// Those of each player, and then those of each moving average.
type Networks = Vec<Vec<NamedTensor>>;

/// Grey pictures of stripes, each of another phase.
struct Stripes;

impl Images for Stripes {
    fn len(&self) -> usize {
        64
    }
    fn shape(&self) -> [usize; 3] {
        [1, 28, 28]
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        for (pixel, value) in out.iter_mut().enumerate() {
            *value = if (pixel % 28 + index) % 7 < 3 { 1.0 } else { -1.0 };
        }
    }
}

/// The networks before and after so many steps.
async fn train(system: &mut dyn System, steps: usize) -> Result<(Networks, Networks), String> {
    let before = networks_async(system).await.map_err(|e| e.to_string())?;
    for _ in 0..steps {
        // Read back, so that the queue does not grow.
        let _ = system.step(StepKind::Both).into_data_async().await;
    }
    Ok((before, networks_async(system).await.map_err(|e| e.to_string())?))
}

async fn toy(device: &Device, config: ToyConfig, steps: usize) -> Result<(Networks, Networks), String> {
    train(&mut Toy::new(config, device).map_err(|e| e.to_string())?, steps).await
}

/// What the default toy leaves out, but for spectral normalisation.
fn penalised() -> ToyConfig {
    let network = MlpConfig { width: 16, layers: 1, activation: Activation::Tanh };
    ToyConfig {
        batch: 32,
        generator: network,
        discriminator: network,
        loss: AdversarialLoss::Wasserstein,
        penalty: Penalty::Gradient,
        instance_noise: 0.05,
        ..ToyConfig::default()
    }
}

/// A classifier that has learned nothing, and codes that ask it for what they hold first and second.
fn auxiliary() -> Result<Auxiliary, String> {
    let config = ClassifierConfig {
        image_size: 28,
        channels: 1,
        width: 4,
        features: 8,
        attributes: vec!["first".into(), "second".into()],
        ..ClassifierConfig::default()
    };
    let judge = Training::new(config, &Device::flex()).map_err(|e| e.to_string())?.judge();
    let codes = Random::new(1, Stream::Latent).latent(LatentPrior::Gaussian, 200, LATENT_DIM);
    let logits = codes.chunks_exact(LATENT_DIM).flat_map(|code| [code[0], code[1]]).collect::<Vec<_>>();
    let found = Auxiliary::find(judge, &[], (&codes, LATENT_DIM), &logits, &logits).map_err(|e| e.to_string())?;
    found.ok_or_else(|| "no attribute follows codes".into())
}

fn dcgan_config(change: DcganConfig) -> DcganConfig {
    DcganConfig { image_size: 28, channels: 1, latent_dim: LATENT_DIM, width: 4, batch: 4, ..change }
}

async fn dcgan(device: &Device, change: DcganConfig, steps: usize) -> Result<(Networks, Networks), String> {
    let config = dcgan_config(change);
    let assisted = config.auxiliary > 0.0;
    let mut dcgan = Dcgan::new(config, Box::new(Stripes), device).map_err(|e| e.to_string())?;
    if assisted {
        dcgan.assist(auxiliary()?);
    }
    train(&mut dcgan, steps).await
}

/// Of the DCGAN as it begins.
async fn encoder(device: &Device) -> Result<(Networks, Networks), String> {
    let config = dcgan_config(DcganConfig::default());
    let random = &mut Random::new(config.seed, Stream::Weights);
    let generator = Generator::new(&config, random, &Device::flex()).map_err(|e| e.to_string())?;
    let discriminator = Discriminator::new(&config, random, &Device::flex()).map_err(|e| e.to_string())?;
    let model = Drawer::new(config.clone(), generator, Some(discriminator)).ok_or("no model")?;
    let settings = EncoderConfig { width: 4, batch: 4, ..EncoderConfig::default() }.for_model(&config, false);
    let mut encoder = Encoder::new(settings, &model, Box::new(Stripes), device).map_err(|e| e.to_string())?;
    train(&mut encoder, FEW).await
}

/// With an opponent. The losses that look through a trained network have none here.
async fn superres(device: &Device) -> Result<(Networks, Networks), String> {
    let config = SuperresConfig {
        scale: 2,
        width: 8,
        blocks: 1,
        losses: SuperresLosses { adversarial: 0.1, ..SuperresLosses::default() },
        patch: 16,
        batch: 4,
        discriminator_width: 4,
        ..SuperresConfig::default()
    };
    let (height, width) = (48, 64);
    let pixel = |at: usize, phase: usize| ((at % width * 9 + at / width * 5 + phase) % 256) as u8;
    let photo = |phase| Photo { height, width, pixels: (0..3 * height * width).map(|at| pixel(at, phase)).collect() };
    let photos = (0..4).map(|index| photo(60 * index)).collect();
    train(&mut Superres::new(config, photos, None, device).map_err(|e| e.to_string())?, FEW).await
}

async fn run(system: &str, device: &Device) -> Result<(Networks, Networks), String> {
    match system {
        "toy" => toy(device, ToyConfig { batch: 32, ..ToyConfig::default() }, STEPS).await,
        "toy-penalised" => toy(device, penalised(), FEW).await,
        "toy-spectral" => toy(device, ToyConfig { batch: 32, spectral_norm: true, ..ToyConfig::default() }, FEW).await,
        "dcgan" => dcgan(device, DcganConfig::default(), STEPS).await,
        "dcgan-mapping" => dcgan(device, DcganConfig { mapping: 8, ..DcganConfig::default() }, FEW).await,
        "dcgan-auxiliary" => dcgan(device, DcganConfig { auxiliary: 1.0, ..DcganConfig::default() }, FEW).await,
        "dcgan-spectral" => dcgan(device, DcganConfig { spectral_norm: true, ..DcganConfig::default() }, FEW).await,
        "dcgan-instance" => {
            dcgan(device, DcganConfig { normalization: Normalization::Instance, ..DcganConfig::default() }, FEW).await
        }
        "encoder" => encoder(device).await,
        "superres" => superres(device).await,
        "pix2pix" => translation::pix2pix(device).await,
        "cyclegan" => translation::cyclegan(device).await,
        "simgan" => translation::simgan(device).await,
        other => Err(format!("no system {other}")),
    }
}

/// Euclidean distance over all weights of one of the networks.
fn distance(a: &[NamedTensor], b: &[NamedTensor]) -> f64 {
    let pairs = a.iter().zip(b).flat_map(|(a, b)| a.values.iter().zip(&b.values));
    pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

/// A fingerprint of every weight, to the last bit.
fn fingerprint(networks: &Networks) -> String {
    let values = networks.iter().flatten().flat_map(|tensor| &tensor.values);
    sha256(&values.flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// What a seed gives on CPU after [`STEPS`] steps, to the last bit: the same in every browser.
#[wasm_bindgen]
pub async fn on_cpu(system: String) -> Result<String, JsValue> {
    Ok(fingerprint(&run(&system, &Device::flex()).await?.1))
}

/// Pictures, inner and outer channels, height, width, kernel, stride, padding: what networks have, and what only a general
/// kernel stands.
const CONVOLUTIONS: [[usize; 8]; 13] = [
    [2, 3, 32, 13, 17, 3, 1, 1],
    [1, 32, 48, 9, 8, 3, 1, 1],
    [3, 3, 5, 8, 8, 4, 2, 1],
    [2, 8, 16, 8, 8, 4, 2, 1],
    [2, 4, 1, 4, 4, 4, 1, 0],
    [1, 1, 2, 9, 7, 3, 2, 0],
    [2, 3, 2, 6, 5, 5, 3, 2],
    [4, 6, 10, 7, 7, 1, 1, 0],
    [2, 3, 5, 26, 26, 7, 1, 0],
    [2, 12, 12, 7, 7, 3, 1, 0],
    // In tiles, whole ones and such that end beside the picture.
    [8, 64, 64, 32, 32, 4, 2, 1],
    [8, 48, 80, 33, 31, 3, 1, 1],
    [12, 64, 96, 30, 31, 3, 2, 1],
];

/// Output, and gradients in picture and kernel, of a convolution and a transposed one.
async fn convolve(device: &Device, case: [usize; 8], transposed: bool) -> Result<Vec<Vec<f32>>, String> {
    let [batch, inner, outer, height, width, kernel, stride, padding] = case;
    let device = device.clone().autodiff();
    let random = &mut Random::new(1, Stream::Metrics);
    let mut draw = |shape: [usize; 4]| {
        let mut values = vec![0.0; shape.iter().product()];
        random.fill_normal(&mut values);
        Tensor::<4>::from_data(TensorData::new(values, shape), &device)
    };
    let weight = draw([outer, inner, kernel, kernel]).require_grad();
    let x = draw([batch, if transposed { outer } else { inner }, height, width]).require_grad();
    let window = Window { stride, padding };
    let map = if transposed { conv_transpose2d } else { conv2d };
    let y = map(x.clone(), weight.clone(), None, window);
    let slope = draw(y.dims());
    let gradients = (y.clone() * slope).sum().backward();
    let mut values = Vec::new();
    for tensor in [Some(y.inner()), x.grad(&gradients), weight.grad(&gradients)] {
        let data = tensor.ok_or("no gradient")?.into_data_async().await.map_err(|error| error.to_string())?;
        values.push(data.try_into_vec().map_err(|error| format!("{error:?}"))?);
    }
    Ok(values)
}

/// The largest difference of two lists, in parts of the largest value; NaN where they cannot be compared.
fn apart(ours: &[f32], theirs: &[f32]) -> f32 {
    furthest(ours, theirs) / theirs.iter().fold(0.0, |most: f32, value| most.max(value.abs()))
}

/// The largest difference of two lists; NaN where they cannot be compared.
fn furthest(ours: &[f32], theirs: &[f32]) -> f32 {
    if ours.len() != theirs.len() {
        return f32::NAN;
    }
    let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    // NaN would pass a maximum.
    apart.fold(0.0, |most: f32, value| if most.is_nan() || value <= most { most } else { value })
}

/// The largest difference between CPU and WebGPU in a value of any convolution, in parts of the largest value. Returns JSON, one
/// number for each case. May be called once.
#[wasm_bindgen]
pub async fn convolutions() -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let gpu = Device::wgpu_options().init_async().await.map_err(|error| JsValue::from(error.to_string()))?;
    let mut worst = Vec::new();
    for case in CONVOLUTIONS {
        for transposed in [false, true] {
            let (ours, theirs) =
                (convolve(&gpu, case, transposed).await?, convolve(&Device::flex(), case, transposed).await?);
            for (ours, theirs) in ours.iter().zip(&theirs) {
                worst.push(apart(ours, theirs));
            }
        }
    }
    serde_json::to_string(&worst).map_err(|error| error.to_string().into())
}

/// For each network and each moving average: how far training moved the weights on CPU (`moved`), and how far
/// those on WebGPU then are from them (`apart`). Returns JSON. May be called once: burn opens WebGPU once.
#[wasm_bindgen]
pub async fn compare(systems: String) -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let gpu = Device::wgpu_options().init_async().await.map_err(|error| JsValue::from(error.to_string()))?;
    let mut report = serde_json::Map::new();
    for system in systems.split(',') {
        let (start, cpu) = run(system, &Device::flex()).await?;
        let (start_on_gpu, gpu) = run(system, &gpu).await?;
        let networks = (0..start.len()).map(|index| {
            serde_json::json!({
                "network": index,
                "start": distance(&start[index], &start_on_gpu[index]),
                "moved": distance(&start[index], &cpu[index]),
                "apart": distance(&cpu[index], &gpu[index]),
            })
        });
        report.insert(system.to_owned(), networks.collect());
    }
    Ok(serde_json::Value::Object(report).to_string())
}
