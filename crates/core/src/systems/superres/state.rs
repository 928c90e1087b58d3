//! The whole state of a run of super-resolution, in the file that [`crate::checkpoint`] describes.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{Random, Stream, SuperresConfig};
use serde_json::json;

use super::{Opponent, Superres, SuperresError, networks};
use crate::{
    CheckpointError,
    checkpoint::{Reader, Writer},
    data::photos::Photo,
    nets::{lens::Lens, superres::Generator},
    optimizer::Optimizer,
    parameters::{self, NamedTensor},
    systems::{System as _, gan::OPTIMIZERS},
};

/// What a checkpoint says that it is of.
const SYSTEM: &str = "superres";

impl Superres {
    /// A run that goes on from a checkpoint, with the settings that it holds.
    pub fn resume(
        checkpoint: &[u8],
        photos: Vec<Photo>,
        lens: Option<Lens>,
        device: &Device,
    ) -> Result<Self, SuperresError> {
        let mut run = Self::new(Self::config_of(checkpoint)?, photos, lens, device)?;
        run.load(checkpoint)?;
        Ok(run)
    }

    /// The settings that a checkpoint holds.
    pub fn config_of(checkpoint: &[u8]) -> Result<SuperresConfig, CheckpointError> {
        let mut reader = Reader::new(checkpoint)?;
        reader.check_system(SYSTEM)?;
        serde_json::from_value(reader.state["config"].take()).map_err(|_| CheckpointError::Version)
    }

    /// The moving average of the generator that a checkpoint holds, and its step.
    pub fn generator_of(
        checkpoint: &[u8],
        device: &Device,
    ) -> Result<(SuperresConfig, Generator, u64), CheckpointError> {
        let config = Self::config_of(checkpoint)?;
        let reader = Reader::new(checkpoint)?;
        let empty = Generator::new(&config, &mut Random::new(config.seed, Stream::Weights), device)?;
        let generator = reader.network("average", empty, device)?;
        Ok((config, generator, reader.state["steps"].as_u64().unwrap_or_default()))
    }

    fn optimizers(&self) -> Vec<&Optimizer> {
        std::iter::once(&self.optimizer).chain(self.opponent.as_ref().map(|opponent| &opponent.optimizer)).collect()
    }

    /// The file, of tensors and moments that were read back.
    fn write(&self, networks: Vec<(&str, Vec<NamedTensor>)>, moments: Vec<Vec<f32>>) -> Vec<u8> {
        let mut writer = Writer::default();
        for (name, tensors) in networks {
            writer.network(name, tensors);
        }
        for (name, values) in OPTIMIZERS.into_iter().zip(moments) {
            writer.network(name, vec![NamedTensor { name: "moments".into(), shape: vec![values.len()], values }]);
        }
        writer.finish(json!({
            "system": SYSTEM,
            "config": self.config,
            "steps": self.steps,
            "updates": self.optimizers().iter().map(|optimizer| optimizer.state().0).collect::<Vec<_>>(),
            "data": self.patches.state(),
        }))
    }

    pub(super) fn saved(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut moments = Vec::new();
        for optimizer in self.optimizers() {
            let values = optimizer.state().1.map(parameters::try_read).transpose()?;
            moments.push(values.and_then(|values| values.try_into_vec().ok()).unwrap_or_default());
        }
        let mut networks = vec![
            ("generator", parameters::try_collect(&self.generator)?),
            ("average", parameters::try_collect(&self.average)?),
        ];
        if let Some(opponent) = &self.opponent {
            networks.push(("discriminator", parameters::try_collect(&opponent.network)?));
        }
        Ok(self.write(networks, moments))
    }

    pub(super) async fn saved_async(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut moments = Vec::new();
        for optimizer in self.optimizers() {
            let values = match optimizer.state().1 {
                Some(tensor) => parameters::read_async(tensor).await?.try_into_vec().unwrap_or_default(),
                None => Vec::new(),
            };
            moments.push(values);
        }
        let [generator, discriminator, average] = self.networks_async().await?;
        let mut networks = vec![("generator", generator), ("average", average)];
        if self.opponent.is_some() {
            networks.push(("discriminator", discriminator));
        }
        Ok(self.write(networks, moments))
    }

    /// Generator, discriminator (nothing if there is none) and the generator's moving average, read back in a browser.
    pub async fn networks_async(&self) -> Result<[Vec<NamedTensor>; 3], CheckpointError> {
        let discriminator = match &self.opponent {
            Some(opponent) => parameters::collect_async(&opponent.network).await?,
            None => Vec::new(),
        };
        Ok([
            parameters::collect_async(&self.generator).await?,
            discriminator,
            parameters::collect_async(&self.average).await?,
        ])
    }

    pub(super) fn loaded(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        if Self::config_of(checkpoint)? != self.config {
            return Err(CheckpointError::OtherRun("the configuration differs".into()));
        }
        let reader = Reader::new(checkpoint)?;
        let plain = self.device.clone().inner();
        let restored = |index: usize, mut optimizer: Optimizer, weights: usize| {
            let name = format!("{}.moments", OPTIMIZERS[index]);
            let moments: Option<Tensor<1>> = reader.vector(&name, &plain).filter(|moments| moments.dims()[0] > 0);
            let updates = reader.state["updates"][index].as_u64().and_then(|updates| u32::try_from(updates).ok());
            let taken = updates.is_some_and(|updates| optimizer.restore(updates, moments, weights));
            if taken { Ok(optimizer) } else { Err(CheckpointError::Tensor(name)) }
        };
        let (generator, average, opponent) = networks(&self.config, &self.device)?;
        let average = reader.network("average", average.valid(), &plain)?;
        let generator = reader.network("generator", generator, &self.device)?;
        let fresh = Optimizer::new(self.config.generator_optimizer);
        let optimizer = restored(0, fresh, parameters::trained(&generator))?;
        let opponent = match opponent {
            Some(Opponent { network, optimizer }) => {
                let network = reader.network("discriminator", network, &self.device)?;
                let optimizer = restored(1, optimizer, parameters::trained(&network))?;
                Some(Opponent { network, optimizer })
            }
            None => None,
        };
        let steps = reader.state["steps"].as_u64().ok_or(CheckpointError::Version)?;
        if !self.patches.restore(&reader.state["data"]) {
            return Err(CheckpointError::Version);
        }
        (self.generator, self.average, self.optimizer) = (generator, average, optimizer);
        (self.opponent, self.steps) = (opponent, steps);
        Ok(())
    }
}
