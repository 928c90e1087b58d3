//! Measures in the features of a classifier that `forger train classifier` trained.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    Images,
    classifier::Judge,
    metrics::{features::Features, frechet::frechet_distance, manifold::manifold, pairwise::pairwise},
};
use forger_protocol::{DcganConfig, Random};

use crate::{commands::values, data::Pictures};

/// Pictures that are judged at a time.
const CHUNK: usize = 128;

/// A classifier that sees the pictures of a generator.
pub struct Classified {
    pub judge: Judge,
    shape: [usize; 3],
}

impl Classified {
    /// Fails for a classifier of pictures of another size.
    pub fn open(path: &Path, config: &DcganConfig) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let judge = Judge::load(&bytes, &Device::flex()).with_context(|| path.display().to_string())?;
        let (side, channels) = (judge.config.image_size, judge.config.channels);
        if (side, channels) != (config.image_size, config.channels) {
            bail!(
                "{} sees pictures of {side} px and {channels} channels, the model draws {} px and {}",
                path.display(),
                config.image_size,
                config.channels
            );
        }
        Ok(Self { judge, shape: [channels, side, side] })
    }

    /// Features `[count, features]` and probabilities `[count, attributes]`, flat, of pictures `[count, channels, height,
    /// width]` flat in `[-1, 1]`.
    pub fn see(&self, pictures: &[f32]) -> Result<(Vec<f32>, Vec<f32>)> {
        let size = self.shape.iter().product::<usize>();
        let (mut features, mut probabilities) = (Vec::new(), Vec::new());
        for chunk in pictures.chunks(CHUNK * size) {
            let [channels, height, width] = self.shape;
            let data = TensorData::new(chunk.to_vec(), [chunk.len() / size, channels, height, width]);
            let (some_features, some_probabilities) = self.judge.see(Tensor::from_data(data, &Device::flex()));
            features.extend(values(some_features)?);
            probabilities.extend(values(some_probabilities)?);
        }
        Ok((features, probabilities))
    }
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
        let size = classified.shape.iter().product::<usize>();
        let mut chosen = vec![0.0; count.min(order.len()) * size];
        chosen.chunks_exact_mut(size).zip(order).for_each(|(out, index)| pictures.write(index, out));
        Ok(Self { features: classified.see(&chosen)?.0, dim: classified.judge.config.features })
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
