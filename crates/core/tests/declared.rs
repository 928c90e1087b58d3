//! A system that only this test knows, of three players and five scalars: what the library does for every system, it does
//! for this one.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use burn::{
    module::Module,
    nn::conv::{Conv2d, Conv2dConfig},
    tensor::{Device, Tensor, TensorData},
};
use common::values;
use forger_core::{
    CheckpointError, Session, System, burn,
    checkpoint::Reader,
    data::{Chance, Draws},
    parameters::{self, NamedTensor},
    player::Player,
    protocol::{
        Card, Command, Declaration, OptimizerConfig, OutOfRange, Random, Scalar, ScalarKind, Settings, StepKind,
        Stream, SystemConfig,
        error::ModelError,
        message::SessionState,
        system::{Network, Role},
    },
    scalars::Scalars,
    systems::{AnySettings, Parts},
    weights::{File, Model, Networks},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const LOSS: ScalarKind = ScalarKind::Loss;

/// Two forgers of pictures, one of which follows the other, and a critic of the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct TrioConfig {
    optimizer: OptimizerConfig,
    seed: u32,
}

impl Default for TrioConfig {
    fn default() -> Self {
        Self { optimizer: OptimizerConfig::adam(0.02), seed: 1 }
    }
}

impl Settings for TrioConfig {
    const SYSTEM: Declaration = Declaration {
        name: "trio",
        scalars: &[
            Scalar::new("lead_loss", LOSS, "lead"),
            Scalar::new("second_loss", LOSS, "second"),
            Scalar::new("critic_loss", LOSS, "critic"),
            Scalar::new("fake", ScalarKind::Verdict, "fake"),
            Scalar::new("lead_gradient", ScalarKind::Gradient, "lead"),
        ],
        shape: &[],
        networks: &[
            Network { name: "lead", role: Role::Generator },
            Network { name: "second", role: Role::Generator },
            Network { name: "critic", role: Role::Discriminator },
        ],
        visuals: &["drawn"],
        batches: None,
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        Ok(())
    }
}

fn conv(random: &mut Random, device: &Device) -> Conv2d {
    parameters::fill(Conv2dConfig::new([1, 1], [1, 1]).init(device), device, |_, shape| {
        let mut values = vec![0.0; shape.iter().product()];
        random.fill_normal(&mut values);
        values
    })
}

struct Trio {
    config: TrioConfig,
    lead: Player<Conv2d>,
    second: Player<Conv2d>,
    critic: Player<Conv2d>,
    noise: Draws,
    steps: u64,
    /// Whether it takes no term of a checkpoint.
    refuses: bool,
}

impl Trio {
    fn new(config: TrioConfig) -> Self {
        let (random, device) = (&mut Random::new(config.seed, Stream::Weights), Device::flex().autodiff());
        let mut player = |name| Player::new(name, conv(random, &device), config.optimizer);
        let (lead, second, critic) = (player("lead").averaged(), player("second").averaged(), player("critic"));
        let noise = Draws::noise(config.seed);
        Self { config, lead, second, critic, noise, steps: 0, refuses: false }
    }
}

impl System for Trio {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        Parts {
            players: vec![&mut self.lead, &mut self.second, &mut self.critic],
            chances: vec![&mut self.noise],
            steps: &mut self.steps,
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    /// The lead learns to give twice what it is given.
    fn step(&mut self, _: StepKind) -> Tensor<1> {
        self.steps += 1;
        let (device, mut x) = (Device::flex().autodiff(), vec![0.0; 16]);
        self.noise.random.fill_normal(&mut x);
        let x = Tensor::<4>::from_data(TensorData::new(x, [4, 1, 2, 2]), &device);
        let mut told = Scalars::new(TrioConfig::SYSTEM.scalars, &Device::flex());
        let fake = self.lead.network.forward(x.clone());
        let verdict = self.critic.network.forward(fake.clone().detach());
        told.tell("fake", verdict.clone().detach().inner().mean());
        let losses = [
            (fake.clone() - x.clone() * 2.0).square().mean(),
            (self.second.network.forward(x) - fake.detach()).square().mean(),
            verdict.square().mean(),
        ];
        for (key, loss) in ["lead_loss", "second_loss", "critic_loss"].into_iter().zip(&losses) {
            told.tell(key, loss.clone().detach().inner());
        }
        if let Some(norm) = self.lead.learn(&losses[0]) {
            told.tell("lead_gradient", norm);
        }
        self.second.learn(&losses[1]);
        self.critic.learn(&losses[2]);
        self.lead.follow(0.5);
        self.second.follow(0.5);
        told.into_tensor()
    }

    fn restart(&mut self) {
        *self = Self::new(self.config.clone());
    }

    fn take_term(&mut self, _: &Reader<'_>) -> Result<(), CheckpointError> {
        if self.refuses { Err(CheckpointError::Tensor("term".into())) } else { Ok(()) }
    }

    fn visuals(&self) -> Vec<Tensor<4>> {
        vec![self.lead.average().forward(Tensor::ones([1, 1, 2, 2], &Device::flex()))]
    }
}

/// What a model file holds of it: both forgers, one after the other.
#[derive(Clone, Debug)]
struct Pair {
    lead: Conv2d,
    second: Conv2d,
}

impl Networks for Pair {
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError> {
        file.card.system.settings::<TrioConfig>()?;
        let empty = || Conv2dConfig::new([1, 1], [1, 1]).init(device);
        Ok(Self { lead: file.network("lead", empty(), device)?, second: file.network("second", empty(), device)? })
    }

    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)> {
        vec![("lead", parameters::collect(&self.lead)), ("second", parameters::collect(&self.second))]
    }

    fn test_shape(&self) -> Vec<usize> {
        vec![1, 3, 3]
    }

    fn test(&self, shape: &[usize], random: &mut Random) -> Option<Tensor<4>> {
        let &[1, height, width] = shape else { return None };
        let mut input = vec![0.0; height * width];
        random.fill_uniform(&mut input, -0.5, 0.5);
        let input = TensorData::new(input, [1, 1, height, width]);
        Some(self.second.forward(self.lead.forward(Tensor::from_data(input, &Device::flex()))))
    }
}

fn trained(mut trio: Trio, steps: usize) -> Trio {
    (0..steps).for_each(|_| drop(trio.step(StepKind::Both)));
    trio
}

#[test]
fn it_trains_in_a_session_and_tells_what_it_declares() {
    let trio: Box<dyn System> = Box::new(Trio::new(TrioConfig::default()));
    let mut session = Session::new(trio);
    session.handle(Command::TrainUntil(400));
    session.advance(&mut || true);
    assert_eq!((session.state(), session.system().steps()), (SessionState::Paused, 400));
    let (first, metrics) = session.take_metrics().unwrap();
    assert_eq!(metrics.dims(), [400, 5]);
    let metrics = session.settle(first, &values(metrics));
    let system = session.system().declaration();
    let of = |at: usize, key: &str| metrics[at].get(system, key).unwrap();
    assert!(of(399, "lead_loss") < 0.01 * of(0, "lead_loss") && of(0, "lead_gradient") > 0.0);
    assert!(of(399, "critic_loss") < of(0, "critic_loss") && of(399, "second_loss") < of(0, "second_loss"));
    let drawn = values(session.system().visuals().remove(0));
    assert!(drawn.iter().all(|value| (value - 2.0).abs() < 0.05), "{drawn:?}");
    // A reset begins as the first time.
    session.handle(Command::Reset);
    session.handle(Command::TrainUntil(1));
    session.advance(&mut || true);
    let (first, again) = session.take_metrics().unwrap();
    assert_eq!(session.settle(first, &values(again)), metrics[..1]);
}

#[test]
fn it_goes_on_bit_equal_and_refuses_what_is_not_its_own() {
    let new = || Trio::new(TrioConfig::default());
    let half = trained(new(), 5).save().unwrap();
    let mut resumed = trained(new().resumed(&half).unwrap(), 7);
    assert!(resumed.save().unwrap() == trained(new(), 12).save().unwrap());
    assert_eq!(Reader::new(&half).unwrap().state["players"]["critic"]["updates"], 5);

    let other = TrioConfig { seed: 2, ..TrioConfig::default() };
    let mut other = trained(Trio::new(other), 3);
    let before = other.save().unwrap();
    assert!(matches!(other.load(&half), Err(CheckpointError::OtherRun(_))));
    assert!(other.save().unwrap() == before, "what does not fit changes nothing");
    // Nor does what fits but for its term.
    let mut refusing = trained(Trio { refuses: true, ..new() }, 3);
    let before = refusing.save().unwrap();
    assert_eq!(refusing.load(&half), Err(CheckpointError::Tensor("term".into())));
    assert!(refusing.save().unwrap() == before, "what does not fit changes nothing");
    // Without the state of a chance.
    let mut reader = Reader::new(&half).unwrap();
    reader.state["chance"] = json!({});
    assert!(!Draws::noise(1).restore(&reader.state["chance"]["noise"]));
}

#[test]
fn what_it_has_learned_is_exported_read_back_and_drawn() {
    let (config, device) = (TrioConfig::default(), Device::flex());
    let checkpoint = trained(Trio::new(config.clone()), 50).save().unwrap();
    let card = Card::new("trio", SystemConfig::of(&config), 3);
    let model = Model::<Pair>::of_checkpoint(Reader::new(&checkpoint).unwrap(), card, &device).unwrap();
    let (bytes, card) = Model::write(model.card, &model.networks).unwrap();
    assert_eq!(card.test_vector.shape, [1, 3, 3]);
    let read = Model::<Pair>::read(&bytes, &device).unwrap();
    read.check(&values(read.test_output().unwrap())).unwrap();
    let x = || Tensor::<4>::ones([1, 1, 2, 2], &device);
    let (before, after) = (model.networks.lead.forward(x()), read.lead.forward(x()));
    assert!(values(before).iter().zip(values(after)).all(|(a, b)| (a - b).abs() < 1e-2));
    // What draws is the average, which is behind the weights.
    let mut trio = Trio::new(config).resumed(&checkpoint).unwrap();
    let learned = values(trio.lead.network.valid().forward(x()));
    assert_ne!(learned, values(model.networks.lead.forward(x())));
    assert_eq!(values(trio.visuals().remove(0)), values(model.networks.lead.forward(x())));
    trio.slow_down(0.5);
    assert_eq!(Reader::new(&trio.save().unwrap()).unwrap().progress("second").unwrap().pace, 0.5);
}
