//! What a system is: the numbers it tells of each step, its networks and what it shows. Everything that trainer, engine,
//! weights and page know of a system in general, they read here.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    config::{
        Conflict, CycleganConfig, DcganConfig, EncoderConfig, OutOfRange, Pix2pixConfig, SimganConfig, SuperresConfig,
        ToyConfig,
    },
    error::ModelError,
};

/// A system. Declared once, by its settings: [`Settings::SYSTEM`].
#[derive(Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What it is called on the command line, in checkpoints, on cards and in a manifest.
    pub name: &'static str,
    /// What a step tells, in this order.
    pub scalars: &'static [Scalar],
    /// The networks that it trains, first the one that draws. A model file holds its generators.
    pub networks: &'static [Network],
    /// The settings by which weights of its generators fit a run, or do not, by where they lie, such as `generator/width`.
    pub shape: &'static [&'static str],
    /// The pictures that it shows of itself, in the order of the columns of a sheet; none for a system of points.
    pub visuals: &'static [&'static str],
    /// The setting that says how many batches of real examples a step learns from; none where it is one.
    pub batches: Option<&'static str>,
}

/// A number that a system tells of each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Its column in `losses.csv`.
    pub key: &'static str,
    /// Its unit, and with what it is plotted.
    pub kind: ScalarKind,
    /// Whose loss or gradient it is, or of what a verdict is given; with its kind it says all.
    pub of: &'static str,
    /// The weight that is 0 where no step tells it, by where it lies in the settings, such as `losses/adversarial`; none where steps
    /// always may.
    pub weight: Option<&'static str>,
}

/// What a [`Scalar`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScalarKind {
    /// Without unit.
    Loss,
    /// How real samples are held, the mean in `[0, 1]`: sigma(logit), or the logit within its aims where the loss has 1 and 0 for aims.
    Verdict,
    /// The Euclidean norm of the gradient of a network's loss over all of its weights, 0 where it was not updated.
    Gradient,
}

/// A network that a system trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// What the names of its tensors begin with.
    pub name: &'static str,
    /// Whether it draws or judges.
    pub role: Role,
}

/// What a network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Draws. What it draws with is the moving average of its weights.
    Generator,
    /// Judges: gives each sample a logit.
    Discriminator,
}

impl ScalarKind {
    /// Every kind, in the order in which curves are shown.
    pub const ALL: [Self; 3] = [Self::Loss, Self::Verdict, Self::Gradient];

    /// What the tags of TensorBoard begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Verdict => "verdict",
            Self::Gradient => "gradient",
        }
    }
}

impl Scalar {
    /// A number of this key, kind and owner.
    pub const fn new(key: &'static str, kind: ScalarKind, of: &'static str) -> Self {
        Self { key, kind, of, weight: None }
    }

    /// The same, of a term of this weight.
    pub const fn weighed(self, weight: &'static str) -> Self {
        Self { weight: Some(weight), ..self }
    }

    /// Whether steps of a system with these settings tell it.
    pub fn is_told(&self, config: &Value) -> bool {
        self.weight.and_then(|weight| config.pointer(&format!("/{weight}"))?.as_f64()) != Some(0.0)
    }

    /// `loss/generator`.
    pub fn tag(&self) -> String {
        format!("{}/{}", self.kind.name(), self.of)
    }
}

impl Declaration {
    /// The place of a scalar among those of a step.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.scalars.iter().position(|scalar| scalar.key == key)
    }

    /// The scalars that steps of a system with these settings tell, with their places.
    pub fn told(&self, config: &Value) -> impl Iterator<Item = (usize, &'static Scalar)> {
        self.scalars.iter().enumerate().filter(move |(_, scalar)| scalar.is_told(config))
    }

    /// Real examples that a step with these settings learns from.
    pub fn examples(&self, config: &Value) -> u64 {
        let number = |key: &str| config[key].as_u64().unwrap_or(1);
        number("batch") * self.batches.map_or(1, number)
    }

    /// The scalars of a kind, with their places.
    pub fn of_kind(&self, kind: ScalarKind) -> impl Iterator<Item = (usize, &'static Scalar)> {
        self.scalars.iter().enumerate().filter(move |(_, scalar)| scalar.kind == kind)
    }
}

/// Every system.
pub const ALL: [&Declaration; 7] = [
    &ToyConfig::SYSTEM,
    &DcganConfig::SYSTEM,
    &SuperresConfig::SYSTEM,
    &Pix2pixConfig::SYSTEM,
    &CycleganConfig::SYSTEM,
    &SimganConfig::SYSTEM,
    &EncoderConfig::SYSTEM,
];

/// The system of this name.
pub fn find(name: &str) -> Option<&'static Declaration> {
    ALL.into_iter().find(|system| system.name == name)
}

/// What a game of one generator and one discriminator tells.
pub const GAME: [Scalar; 6] = [
    Scalar::new("d_loss", ScalarKind::Loss, "discriminator"),
    Scalar::new("g_loss", ScalarKind::Loss, "generator"),
    Scalar::new("d_real", ScalarKind::Verdict, "real"),
    Scalar::new("d_fake", ScalarKind::Verdict, "fake"),
    Scalar::new("d_gradient", ScalarKind::Gradient, "discriminator"),
    Scalar::new("g_gradient", ScalarKind::Gradient, "generator"),
];

/// The same of a game whose discriminator is only there where this weight is not 0.
pub const fn game_for(weight: &'static str) -> [Scalar; 6] {
    let [d_loss, g_loss, d_real, d_fake, d_gradient, g_gradient] = GAME;
    [
        d_loss.weighed(weight),
        g_loss,
        d_real.weighed(weight),
        d_fake.weighed(weight),
        d_gradient.weighed(weight),
        g_gradient,
    ]
}

/// The networks of such a game.
pub const PLAYERS: [Network; 2] = [
    Network { name: "generator", role: Role::Generator },
    Network { name: "discriminator", role: Role::Discriminator },
];

/// The settings of a system.
pub trait Settings: Clone + Default + PartialEq + Serialize + DeserializeOwned + 'static {
    /// The system that they are of.
    const SYSTEM: Declaration;

    /// Says which setting is out of range, if any: a shared URL or a file can hold anything.
    fn validate(&self) -> Result<(), OutOfRange>;

    /// Says which settings do not go together, if any. Asked before training only: see [`Conflict`].
    fn can_train(&self) -> Result<(), Conflict> {
        Ok(())
    }
}

/// The settings of a model or a run, whatever its system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SystemConfig {
    /// [`Declaration::name`].
    pub name: String,
    /// Its settings, as [`Settings`] serialises them. What is missing has its default.
    pub config: Value,
}

impl SystemConfig {
    /// Those of a system.
    pub fn of<C: Settings>(config: &C) -> Self {
        Self { name: C::SYSTEM.name.to_owned(), config: serde_json::to_value(config).unwrap_or_default() }
    }

    /// Whether they are those of a system.
    pub fn is<C: Settings>(&self) -> bool {
        self.name == C::SYSTEM.name
    }

    /// The settings, in range. What they do not say has its default.
    pub fn settings<C: Settings>(&self) -> Result<C, ModelError> {
        if !self.is::<C>() {
            return Err(ModelError::OtherSystem { expected: C::SYSTEM.name.into(), found: self.name.clone() });
        }
        let bad = |detail: String| ModelError::BadCard { detail };
        let config = C::deserialize(&self.config).map_err(|error| bad(error.to_string()))?;
        config.validate().map_err(|error| bad(error.to_string()))?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_and_networks_have_names_of_their_own() {
        for system in ALL {
            assert_eq!(find(system.name), Some(system));
            for (index, scalar) in system.scalars.iter().enumerate() {
                assert_eq!(system.place(scalar.key), Some(index), "{}", system.name);
                let tags = system.scalars.iter().filter(|other| other.tag() == scalar.tag());
                assert_eq!(tags.count(), 1, "{}", scalar.tag());
            }
            let names = system.networks.iter().map(|network| network.name).collect::<std::collections::BTreeSet<_>>();
            assert_eq!(names.len(), system.networks.len(), "{}", system.name);
        }
    }

    #[test]
    fn a_term_without_weight_is_not_told() {
        let every = [
            SystemConfig::of(&ToyConfig::default()),
            SystemConfig::of(&DcganConfig::default()),
            SystemConfig::of(&SuperresConfig::default()),
            SystemConfig::of(&Pix2pixConfig::default()),
            SystemConfig::of(&CycleganConfig::default()),
            SystemConfig::of(&SimganConfig::default()),
            SystemConfig::of(&EncoderConfig::default()),
        ];
        for SystemConfig { name, config } in &every {
            for scalar in find(name).unwrap().scalars {
                // Or a letter of its name is wrong, and it is told for ever.
                let is_number = |weight: &str| config.pointer(&format!("/{weight}")).is_some_and(Value::is_number);
                assert!(scalar.weight.is_none_or(is_number), "{} of {name}", scalar.key);
            }
        }
        let told = |config: &CycleganConfig| {
            let config = SystemConfig::of(config).config;
            let hidden = CycleganConfig::SYSTEM.scalars.iter().filter(|scalar| !scalar.is_told(&config));
            hidden.map(|scalar| scalar.key).collect::<Vec<_>>()
        };
        assert_eq!(told(&CycleganConfig::default()), ["semantic_loss"]);
        assert_eq!(
            told(&CycleganConfig { identity: 0.0, semantic: 1.0, ..CycleganConfig::default() }),
            ["identity_loss"]
        );
        // Super-resolution has no opponent by default.
        let told = SuperresConfig::SYSTEM.told(&every[2].config).map(|(_, scalar)| scalar.key).collect::<Vec<_>>();
        assert_eq!(told, ["g_loss", "g_gradient"]);
    }

    #[test]
    fn a_step_learns_from_all_batches_of_its_updates() {
        let examples = |system: SystemConfig| find(&system.name).unwrap().examples(&system.config);
        let toy = ToyConfig { batch: 4, d_steps: 2, ..ToyConfig::default() };
        let dcgan = DcganConfig { batch: 4, d_steps: 3, ..DcganConfig::default() };
        let simgan = SimganConfig { batch: 4, discriminator_updates: 5, ..SimganConfig::default() };
        let pix2pix = Pix2pixConfig { batch: 4, ..Pix2pixConfig::default() };
        assert_eq!((examples(SystemConfig::of(&toy)), examples(SystemConfig::of(&dcgan))), (8, 12));
        assert_eq!((examples(SystemConfig::of(&simgan)), examples(SystemConfig::of(&pix2pix))), (20, 4));
    }

    #[test]
    fn settings_of_another_system_or_out_of_range_are_refused() {
        let system = SystemConfig::of(&DcganConfig { width: 3, ..DcganConfig::default() });
        assert_eq!(system.settings::<DcganConfig>().unwrap().width, 3);
        let other = system.settings::<SuperresConfig>().unwrap_err();
        assert_eq!(other, ModelError::OtherSystem { expected: "superres".into(), found: "dcgan".into() });
        let config = serde_json::json!({ "width": 0 });
        let bad = SystemConfig { config, ..system }.settings::<DcganConfig>().unwrap_err();
        assert!(bad.to_string().contains("width"), "{bad}");
    }
}
