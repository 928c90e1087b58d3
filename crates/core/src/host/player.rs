//! [`crate::player`] on the host, with the same state.

use forger_protocol::OptimizerConfig;

use super::{mlp::HostMlp, optimizer::HostOptimizer, spectral::Spectral};
use crate::{
    CheckpointError,
    checkpoint::Reader,
    parameters::NamedTensor,
    player::{Progress, Trained, average_of, moments_of},
    snapshot::{Part, Values},
};

/// A network with its optimizer.
pub struct HostPlayer {
    name: &'static str,
    /// With the weights that the optimizer changes, spectral normalisation not done.
    pub network: HostMlp,
    /// Remembers something for each weight of the network.
    pub optimizer: HostOptimizer,
    /// Of a generator: the moving average of its weights.
    pub average: Option<Vec<f32>>,
    /// Where its weights are normalised.
    pub spectral: Option<Spectral>,
}

impl HostPlayer {
    /// Before its first update, without average and normalisation. `name` is that of [`Trained::name`].
    pub fn new(name: &'static str, network: HostMlp, optimizer: OptimizerConfig) -> Self {
        Self { name, network, optimizer: HostOptimizer::new(optimizer), average: None, spectral: None }
    }

    /// One update by the gradient of a loss; moves the average with this decay.
    pub fn learn(&mut self, gradient: &[f32], decay: f32) {
        self.optimizer.update(&mut self.network.values, gradient);
        if let Some(average) = &mut self.average {
            for (average, value) in average.iter_mut().zip(&self.network.values) {
                *average = decay * *average + (1.0 - decay) * value;
            }
        }
    }

    /// The network as it judges: with its weights normalised where they are to be.
    pub fn normalised(&self) -> HostMlp {
        match &self.spectral {
            Some(spectral) => spectral.normalised(&self.network).network,
            None => self.network.clone(),
        }
    }

    /// Weights, and the vectors of spectral normalisation.
    fn tensors(&self) -> Vec<NamedTensor> {
        let mut tensors = self.network.to_tensors(&self.network.values);
        if let Some(Spectral { us, vs }) = &self.spectral {
            tensors.extend(us.iter().zip(vs).enumerate().map(|(index, (u, v))| NamedTensor {
                name: format!("spectral.{index}"),
                shape: vec![u.len() + v.len()],
                values: [u.as_slice(), v].concat(),
            }));
        }
        tensors
    }

    fn read(&self, reader: &Reader<'_>) -> Result<Self, CheckpointError> {
        let tensors = reader.tensors(self.name, &self.tensors())?;
        let values = |tensors: &[NamedTensor]| HostMlp::from_tensors(tensors, self.network.activation).values;
        let average = match &self.average {
            Some(average) => {
                let expected = self.network.to_tensors(average);
                Some(values(&reader.tensors(&average_of(self.name), &expected)?))
            }
            None => None,
        };
        let moments = moments_of(self.name);
        let kept = reader.floats(&moments).unwrap_or_default();
        let progress = reader.progress(self.name)?;
        let optimizer = self.optimizer.restored(progress, kept, self.network.values.len());
        Ok(Self {
            name: self.name,
            network: HostMlp { values: values(&tensors), ..self.network.clone() },
            optimizer: optimizer.ok_or(CheckpointError::Tensor(moments))?,
            average,
            spectral: self.spectral.as_ref().and_then(|_| spectral(&self.network, &tensors)),
        })
    }
}

/// The vectors of spectral normalisation among the tensors of a network, if there are any.
pub fn spectral(network: &HostMlp, tensors: &[NamedTensor]) -> Option<Spectral> {
    let of_layer = |(index, outputs): (usize, usize)| {
        let tensor = tensors.iter().find(|tensor| tensor.name == format!("spectral.{index}"))?;
        tensor.values.split_at_checked(outputs).map(|(u, v)| (u.to_vec(), v.to_vec()))
    };
    let layers = network.layers().map(|layer| layer.outputs).enumerate();
    let (us, vs) = layers.map(of_layer).collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some(Spectral { us, vs })
}

impl Trained for HostPlayer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn parts(&self) -> Vec<Part> {
        let moments = Values::Host(self.optimizer.moments.clone());
        let mut parts = vec![Part::host(self.name, self.tensors()), Part::vector(moments_of(self.name), moments)];
        let average = self.average.as_ref();
        parts.extend(average.map(|average| Part::host(&average_of(self.name), self.network.to_tensors(average))));
        parts
    }

    fn progress(&self) -> Progress {
        Progress { updates: self.optimizer.time, pace: self.optimizer.pace, origin: None }
    }

    fn fits(&self, reader: &Reader<'_>) -> Result<(), CheckpointError> {
        self.read(reader).map(|_| ())
    }

    fn take(&mut self, reader: &Reader<'_>) {
        if let Ok(read) = self.read(reader) {
            *self = read;
        }
    }

    fn slow_down(&mut self, factor: f64) {
        self.optimizer.pace *= factor;
    }
}
