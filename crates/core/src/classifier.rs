//! A classifier in training, and its file.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData, activation::sigmoid},
};
use forger_protocol::{ClassifierConfig, OutOfRange, Random, Stream};
use serde_json::{Value, json};

use crate::{
    CheckpointError, Images,
    checkpoint::{Reader, Writer},
    data::augment::Changes,
    losses::classification::binary_cross_entropy,
    nets::{classifier::Classifier, lens::Lens},
    optimizer::Optimizer,
    parameters::{self, NamedTensor},
};

/// A classifier, its optimizer and the chance that training it needs.
pub struct Training {
    config: ClassifierConfig,
    network: Classifier,
    optimizer: Optimizer,
    random: Random,
    device: Device,
}

impl Training {
    /// Fails for settings out of range.
    pub fn new(config: ClassifierConfig, device: &Device) -> Result<Self, OutOfRange> {
        let device = device.clone().autodiff();
        let network = Classifier::new(&config, &mut Random::new(config.seed, Stream::Weights), &device)?;
        let random = Random::new(config.seed, Stream::Data);
        Ok(Self { optimizer: Optimizer::new(config.optimizer), config, network, random, device })
    }

    /// Once over all pictures, in a new order, each mirrored by chance and changed where the settings say so. `labels` holds a row
    /// for each picture. After every step `each` gets the share done and the loss, not read back, and says whether to go on.
    pub fn epoch(
        &mut self,
        images: &dyn Images,
        labels: &[Vec<bool>],
        learning_rate: f64,
        mut each: impl FnMut(f64, Tensor<1>) -> bool,
    ) -> bool {
        self.optimizer.tune(self.config.optimizer.with_learning_rate(learning_rate));
        let mut order = (0..images.len().min(labels.len())).collect::<Vec<_>>();
        self.random.shuffle(&mut order);
        let total = order.len();
        for (index, batch) in order.chunks(self.config.batch).enumerate() {
            // Batch normalisation has no variance of one picture.
            if batch.len() < 2 {
                continue;
            }
            let (pictures, targets) = self.batch(images, labels, batch);
            let loss = binary_cross_entropy(self.network.forward(pictures), targets);
            let before = loss.clone().detach().inner();
            self.network = self.optimizer.step(self.network.clone(), loss.backward()).0;
            if !each((index * self.config.batch + batch.len()) as f64 / total as f64, before) {
                return false;
            }
        }
        true
    }

    fn batch(&mut self, images: &dyn Images, labels: &[Vec<bool>], batch: &[usize]) -> (Tensor<4>, Tensor<2>) {
        let [channels, height, width] = images.shape();
        let size = channels * height * width;
        let mut pictures = vec![0.0; batch.len() * size];
        let mut targets = Vec::with_capacity(batch.len() * self.config.attributes.len());
        for (index, out) in batch.iter().zip(pictures.chunks_exact_mut(size)) {
            images.write(*index, out);
            if self.config.mirror && self.random.below(2) == 1 {
                out.chunks_exact_mut(width).for_each(<[f32]>::reverse);
            }
            targets.extend(labels[*index].iter().map(|is| f32::from(u8::from(*is))));
        }
        let shape = [batch.len(), channels, height, width];
        let pictures = Tensor::from_data(TensorData::new(pictures, shape), &self.device);
        let changes = Changes::draw(self.config.augment, batch.len(), [height, width], &mut self.random);
        let targets = TensorData::new(targets, [batch.len(), self.config.attributes.len()]);
        (changes.apply(pictures), Tensor::from_data(targets, &self.device))
    }

    /// The network as it is, for judging.
    pub fn judge(&self) -> Judge {
        Judge { config: self.config.clone(), network: self.network.valid(), note: Value::Null }
    }
}

/// A trained classifier.
#[derive(Clone, Debug)]
pub struct Judge {
    /// Says the sizes of its layers and what its outputs are called.
    pub config: ClassifierConfig,
    network: Classifier,
    /// What is known of it, such as its accuracy on held-out pictures.
    pub note: Value,
}

impl Judge {
    /// A look through its feature maps, for the losses of super-resolution.
    pub fn lens(&self) -> Lens {
        Lens::Classifier(Box::new(self.network.clone()))
    }

    /// Features `[batch, features]` and probabilities `[batch, attributes]` of pictures `[batch, channels, height, width]`
    /// in `[-1, 1]`.
    pub fn see(&self, pictures: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let features = self.network.features(pictures);
        (features.clone(), sigmoid(self.network.judge(features)))
    }

    /// Logits `[batch, attributes]` of pictures as [`Judge::see`] takes them: how sure it is, without bounds.
    pub fn logits(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.network.judge(self.network.features(pictures))
    }

    /// The place of an attribute among the probabilities.
    pub fn attribute(&self, name: &str) -> Option<usize> {
        self.config.attributes.iter().position(|attribute| attribute.eq_ignore_ascii_case(name))
    }

    /// For judging on the device that it was loaded to.
    pub(crate) fn network(&self) -> &Classifier {
        &self.network
    }

    /// Its weights, read back.
    pub(crate) fn tensors(&self) -> Vec<NamedTensor> {
        parameters::collect(&self.network)
    }

    /// The one whose [`Judge::tensors`] a file has under `prefix`.
    pub(crate) fn of(
        config: ClassifierConfig,
        reader: &Reader<'_>,
        prefix: &str,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        let empty = Classifier::new(&config, &mut Random::new(0, Stream::Weights), device)?;
        Ok(Self { network: reader.network(prefix, empty, device)?, config, note: Value::Null })
    }

    /// Its file.
    pub fn save(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.network("classifier", self.tensors());
        writer.finish(json!({ "classifier": self.config, "note": self.note }))
    }

    /// Reads what [`Judge::save`] wrote.
    pub fn load(bytes: &[u8], device: &Device) -> Result<Self, CheckpointError> {
        let mut reader = Reader::new(bytes)?;
        let config = serde_json::from_value::<ClassifierConfig>(reader.state["classifier"].take());
        let config = config.map_err(|_| CheckpointError::Version)?;
        let note = reader.state["note"].take();
        Ok(Self { note, ..Self::of(config, &reader, "classifier", device)? })
    }
}
