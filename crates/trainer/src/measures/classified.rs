//! Measures in the features of a classifier that `forger train classifier` trained.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    Images,
    classifier::Judge,
    metrics::{features::Features, frechet::frechet_distance, manifold::manifold, pairwise::pairwise},
    nets::Generator as _,
    weights::Drawer,
};
use forger_protocol::{DcganConfig, Random, Stream};

use super::watch::Watch;
use crate::{data::Pictures, device::values, models, run::DataNote};

/// What says which checkpoint is the best.
const DECIDES: &str = "frechet_classifier";

/// Pictures that are judged at a time.
const CHUNK: usize = 128;

/// A classifier at work, where it is.
pub struct Classified {
    pub judge: Judge,
    device: Device,
}

impl Classified {
    /// `device` is that of the classifier.
    pub fn new(judge: Judge, device: Device) -> Self {
        Self { judge, device }
    }

    /// On the CPU. Fails for a classifier of pictures of another size than the model draws.
    pub fn open(path: &Path, config: &DcganConfig) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let device = Device::flex();
        let judge = Judge::load(&bytes, &device).with_context(|| path.display().to_string())?;
        let (side, channels) = (judge.config.image_size, judge.config.channels);
        if (side, channels) != (config.image_size, config.channels) {
            bail!(
                "{} sees pictures of {side} px and {channels} channels, the model draws {} px and {}",
                path.display(),
                config.image_size,
                config.channels
            );
        }
        Ok(Self { judge, device })
    }

    /// `[channels, height, width]`.
    fn shape(&self) -> [usize; 3] {
        [self.judge.config.channels, self.judge.config.image_size, self.judge.config.image_size]
    }

    /// Features `[count, features]` and probabilities `[count, attributes]`, flat, of pictures `[count, channels, height,
    /// width]` flat in `[-1, 1]`.
    pub fn see(&self, pictures: &[f32]) -> Result<(Vec<f32>, Vec<f32>)> {
        let [channels, height, width] = self.shape();
        let size = channels * height * width;
        let (mut features, mut probabilities) = (Vec::new(), Vec::new());
        for chunk in pictures.chunks(CHUNK * size) {
            let data = TensorData::new(chunk.to_vec(), [chunk.len() / size, channels, height, width]);
            let (some_features, some_probabilities) = self.judge.see(Tensor::from_data(data, &self.device));
            features.extend(values(some_features)?);
            probabilities.extend(values(some_probabilities)?);
        }
        Ok((features, probabilities))
    }

    /// Logits `[count, attributes]` of the same pictures.
    pub fn logits(&self, pictures: &[f32]) -> Result<Vec<f32>> {
        let [channels, height, width] = self.shape();
        let size = channels * height * width;
        let mut logits = Vec::new();
        for chunk in pictures.chunks(CHUNK * size) {
            let data = TensorData::new(chunk.to_vec(), [chunk.len() / size, channels, height, width]);
            logits.extend(values(self.judge.logits(Tensor::from_data(data, &self.device)))?);
        }
        Ok(logits)
    }

    /// [`Classified::see`] of these pictures of a set.
    pub fn see_set(&self, set: &Pictures, indices: &[usize]) -> Result<(Vec<f32>, Vec<f32>)> {
        let size = self.shape().iter().product::<usize>();
        let (mut features, mut probabilities) = (Vec::new(), Vec::new());
        for chunk in indices.chunks(CHUNK) {
            let mut pictures = vec![0.0; chunk.len() * size];
            pictures.chunks_exact_mut(size).zip(chunk).for_each(|(out, index)| set.write(*index, out));
            let seen = self.see(&pictures)?;
            features.extend(seen.0);
            probabilities.extend(seen.1);
        }
        Ok((features, probabilities))
    }
}

/// Measures checkpoints of a DCGAN in the features of a classifier, beside those of `count` held-out pictures.
pub fn watch(
    classifier: &Path,
    config: &DcganConfig,
    held_out: &Pictures,
    count: usize,
    device: Device,
) -> Result<Watch> {
    let classified = Classified::open(classifier, config)?;
    let count = count.min(held_out.len());
    let mut random = Random::new(1, Stream::Metrics);
    let reference = Reference::new(&classified, held_out, count, &mut random)?;
    let z = random.latent(config.prior, count, config.latent_dim);
    let measure = Arc::new((classified, reference));
    Ok(Watch::new("", DECIDES, move |state| {
        let model = models::of_checkpoint::<Drawer>(DataNote::default(), state, &device)?;
        let z = Tensor::from_data(TensorData::new(z.clone(), [count, model.config.latent_dim]), &device);
        let codes = values(model.generator().context("no generator")?.codes(z))?;
        let (pictures, measure) = (models::draw(&model, &codes)?, measure.clone());
        Ok(Box::new(move || measure.1.measure(&measure.0, &pictures)))
    }))
}

/// Features of held-out pictures, to compare with.
pub struct Reference {
    features: Vec<f32>,
    dim: usize,
}

impl Reference {
    /// Of `count` of the pictures, by chance.
    pub fn new(classified: &Classified, pictures: &Pictures, count: usize, random: &mut Random) -> Result<Self> {
        let mut order = (0..pictures.len()).collect::<Vec<_>>();
        random.shuffle(&mut order);
        order.truncate(count);
        Ok(Self { features: classified.see_set(pictures, &order)?.0, dim: classified.judge.config.features })
    }

    /// The Fréchet distance in these features (which is not FID), improved precision and recall, density and coverage, and
    /// how far samples lie from each other in units of what the data has: well below 1 is collapse.
    pub fn measure(&self, classified: &Classified, fakes: &[f32]) -> Result<Vec<(&'static str, f64)>> {
        let fakes = classified.see(fakes)?.0;
        let (real, fake) = (Features::new(&self.features, self.dim)?, Features::new(&fakes, self.dim)?);
        let manifold = manifold(&real, &fake)?;
        Ok(vec![
            ("frechet_classifier", frechet_distance(&real, &fake)?),
            ("precision", manifold.precision),
            ("recall", manifold.recall),
            ("density", manifold.density),
            ("coverage", manifold.coverage),
            ("diversity", pairwise(&real, &fake)?.diversity().unwrap_or(f64::NAN)),
        ])
    }
}
