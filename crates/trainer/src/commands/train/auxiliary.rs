//! `--auxiliary-classifier`: what the codes of a model ask of a classifier.

use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{Auxiliary, Dcgan, Images, nets::Generator};
use forger_protocol::{DcganConfig, Random, Stream};

use crate::{device::values, measures::classified::Classified, progress, ui};

/// Weight of the loss where neither recipe nor command says one.
pub const WEIGHT: f64 = 1.0;
/// Samples of G that are looked at.
const SAMPLES: usize = 10_000;
/// Pictures of the set that are looked at.
const PICTURES: usize = 4_000;
/// Pictures that are judged at a time.
const CHUNK: usize = 100;

/// A classifier, and what it says of pictures of a set.
pub struct Teacher {
    classified: Classified,
    wanted: Vec<String>,
    /// Logits `[pictures, attributes]`.
    set: Vec<f32>,
}

impl Teacher {
    /// Looks at the set as an epoch shows it.
    pub fn look(path: &Path, wanted: &[String], config: &DcganConfig, images: &dyn Images) -> Result<Self> {
        let classified = Classified::open(path, config)?;
        if let Some(unknown) = wanted.iter().find(|name| classified.judge.attribute(name).is_none()) {
            let known = classified.judge.config.attributes.join(", ");
            bail!("{} knows no attribute {unknown}, but {known}", path.display());
        }
        let mut order = (0..images.len()).collect::<Vec<_>>();
        Random::new(config.seed, Stream::Metrics).shuffle(&mut order);
        order.truncate(PICTURES);
        let size = images.shape().iter().product::<usize>();
        let mut set = Vec::new();
        for chunk in order.chunks(CHUNK) {
            let mut pictures = vec![0.0; chunk.len() * size];
            pictures.chunks_exact_mut(size).zip(chunk).for_each(|(out, index)| images.write(*index, out));
            set.extend(classified.logits(&pictures)?);
        }
        Ok(Self { classified, wanted: wanted.to_vec(), set })
    }

    /// Has the system learn from the classifier, by what its codes ask for now.
    pub fn assist(self, system: &mut Dcgan, device: &Device) -> Result<()> {
        let (dim, prior) = (system.config().latent_dim, system.config().prior);
        let z = Random::new(system.config().seed, Stream::Metrics).latent(prior, SAMPLES, dim);
        let bar = progress::bar(SAMPLES as u64, "judging samples");
        let (mut codes, mut logits) = (Vec::new(), Vec::new());
        for z in z.chunks(CHUNK * dim) {
            let z = Tensor::from_data(TensorData::new(z.to_vec(), [z.len() / dim, dim]), device);
            let some = system.ema_generator().codes(z);
            logits.extend(self.classified.logits(&values(system.ema_generator().draw(some.clone()))?)?);
            codes.extend(values(some)?);
            bar.inc(CHUNK as u64);
        }
        bar.finish_and_clear();
        let auxiliary = Auxiliary::find(self.classified.judge, &self.wanted, (&codes, dim), &logits, &self.set)?;
        let Some(auxiliary) = auxiliary else {
            bail!("the model of --from draws none of these attributes of the classifier: train it without one first")
        };
        ui::note(format_args!("codes ask for {}", auxiliary.attributes().join(", ")));
        system.assist(auxiliary);
        Ok(())
    }
}
