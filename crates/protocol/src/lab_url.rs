//! The settings of the lab, each declared once: this list is the form, it is the URL, and it is what a lesson file says.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::config::{Activation, AdversarialLoss, Distribution, LatentPrior, OptimizerConfig, Penalty, ToyConfig};

/// How a setting is chosen.
#[derive(Clone, Copy)]
pub enum Kind {
    /// One of these names.
    Choice(fn() -> Vec<String>),
    /// A number from a list, or any in the range by URL.
    Number(&'static [f64]),
    Switch,
    /// Any whole number.
    Seed,
    /// A user's own points; not in the form.
    Points,
}

/// Where the form shows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Data,
    Noise,
    Game,
    Generator,
    Discriminator,
}

/// A setting of [`ToyConfig`].
pub struct Setting {
    /// Its name in the URL.
    pub key: &'static str,
    pub group: Group,
    pub kind: Kind,
    pub get: fn(&ToyConfig) -> String,
    /// False for a value that does not read; the range is checked by [`ToyConfig::validate`].
    pub set: fn(&mut ToyConfig, &str) -> bool,
}

impl Setting {
    /// Whether changing it leaves a running session running.
    pub fn is_live(&self) -> bool {
        !["data", "points", "prior", "z", "seed", "sn"].contains(&self.key)
            && !["width", "layers", "act"].iter().any(|end| self.key.ends_with(end))
    }
}

fn name<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn read<T: DeserializeOwned>(text: &str, to: &mut T) -> bool {
    serde_json::from_value(text.into()).map(|value| *to = value).is_ok()
}

fn number<T: std::str::FromStr>(text: &str, to: impl FnOnce(T)) -> bool {
    text.parse().map(to).is_ok()
}

fn switch(text: &str, to: &mut bool) -> bool {
    *to = text == "on";
    *to || text == "off"
}

fn on_off(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

fn optimizers() -> Vec<String> {
    ["adam", "rmsprop", "momentum", "sgd"].map(str::to_owned).to_vec()
}

fn optimizer_name(optimizer: &OptimizerConfig) -> String {
    match *optimizer {
        OptimizerConfig::Adam { .. } => "adam",
        OptimizerConfig::RmsProp { .. } => "rmsprop",
        OptimizerConfig::Sgd { momentum: 0.0, .. } => "sgd",
        OptimizerConfig::Sgd { .. } => "momentum",
    }
    .to_owned()
}

fn set_optimizer(optimizer: &mut OptimizerConfig, text: &str) -> bool {
    let learning_rate = optimizer.learning_rate();
    *optimizer = match text {
        "adam" => OptimizerConfig::adam(learning_rate),
        "rmsprop" => OptimizerConfig::RmsProp { learning_rate, alpha: 0.99 },
        "momentum" => OptimizerConfig::Sgd { learning_rate, momentum: 0.9 },
        "sgd" => OptimizerConfig::Sgd { learning_rate, momentum: 0.0 },
        _ => return false,
    };
    true
}

fn points_text(points: &[[i8; 2]]) -> String {
    URL_SAFE_NO_PAD.encode(points.iter().flatten().map(|value| value.cast_unsigned()).collect::<Vec<_>>())
}

fn set_points(config: &mut ToyConfig, text: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return false };
    config.points = bytes.chunks_exact(2).map(|pair| [pair[0].cast_signed(), pair[1].cast_signed()]).collect();
    // Own data without points is out of range: the two come together, in either order.
    if !config.points.is_empty() {
        config.distribution = Distribution::Own;
    }
    bytes.len().is_multiple_of(2)
}

const RATES: &[f64] = &[0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
const WIDTHS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 14.0, 16.0, 32.0, 64.0, 128.0];
const LAYERS: &[f64] = &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
const UPDATES: &[f64] = &[1.0, 2.0, 3.0, 5.0, 10.0, 20.0];

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "points",
        group: Group::Data,
        kind: Kind::Points,
        get: |c| if c.distribution == Distribution::Own { points_text(&c.points) } else { String::new() },
        set: |c, text| set_points(c, text),
    },
    Setting {
        key: "data",
        group: Group::Data,
        kind: Kind::Choice(|| Distribution::ALL.iter().chain([&Distribution::Own]).map(name).collect()),
        get: |c| name(c.distribution),
        set: |c, text| read(text, &mut c.distribution),
    },
    Setting {
        key: "batch",
        group: Group::Data,
        kind: Kind::Number(&[16.0, 32.0, 64.0, 128.0, 150.0, 256.0, 512.0]),
        get: |c| c.batch.to_string(),
        set: |c, text| number(text, |v| c.batch = v),
    },
    Setting {
        key: "prior",
        group: Group::Noise,
        kind: Kind::Choice(|| [LatentPrior::Gaussian, LatentPrior::Uniform].map(name).to_vec()),
        get: |c| name(c.prior),
        set: |c, text| read(text, &mut c.prior),
    },
    Setting {
        key: "z",
        group: Group::Noise,
        kind: Kind::Number(&[1.0, 2.0]),
        get: |c| c.latent_dim.to_string(),
        set: |c, text| number(text, |v| c.latent_dim = v),
    },
    Setting {
        key: "seed",
        group: Group::Noise,
        kind: Kind::Seed,
        get: |c| c.seed.to_string(),
        set: |c, text| number(text, |v| c.seed = v),
    },
    Setting {
        key: "loss",
        group: Group::Game,
        kind: Kind::Choice(|| AdversarialLoss::ALL.map(name).to_vec()),
        get: |c| name(c.loss),
        set: |c, text| read(text, &mut c.loss),
    },
    Setting {
        key: "penalty",
        group: Group::Game,
        kind: Kind::Choice(|| Penalty::ALL.map(name).to_vec()),
        get: |c| name(c.penalty),
        set: |c, text| read(text, &mut c.penalty),
    },
    Setting {
        key: "penalty_weight",
        group: Group::Game,
        kind: Kind::Number(&[0.01, 0.1, 1.0, 10.0, 100.0]),
        get: |c| c.penalty_weight.to_string(),
        set: |c, text| number(text, |v| c.penalty_weight = v),
    },
    Setting {
        key: "clip",
        group: Group::Game,
        kind: Kind::Number(&[0.01, 0.03, 0.1, 0.3, 1.0]),
        get: |c| c.clip.to_string(),
        set: |c, text| number(text, |v| c.clip = v),
    },
    Setting {
        key: "sn",
        group: Group::Game,
        kind: Kind::Switch,
        get: |c| on_off(c.spectral_norm),
        set: |c, text| switch(text, &mut c.spectral_norm),
    },
    Setting {
        key: "smooth",
        group: Group::Game,
        kind: Kind::Number(&[0.0, 0.1, 0.2, 0.3]),
        get: |c| c.label_smoothing.to_string(),
        set: |c, text| number(text, |v| c.label_smoothing = v),
    },
    Setting {
        key: "noise",
        group: Group::Game,
        kind: Kind::Number(&[0.0, 0.02, 0.05, 0.1, 0.2, 0.5]),
        get: |c| c.instance_noise.to_string(),
        set: |c, text| number(text, |v| c.instance_noise = v),
    },
    Setting {
        key: "g_layers",
        group: Group::Generator,
        kind: Kind::Number(LAYERS),
        get: |c| c.generator.layers.to_string(),
        set: |c, text| number(text, |v| c.generator.layers = v),
    },
    Setting {
        key: "g_width",
        group: Group::Generator,
        kind: Kind::Number(WIDTHS),
        get: |c| c.generator.width.to_string(),
        set: |c, text| number(text, |v| c.generator.width = v),
    },
    Setting {
        key: "g_act",
        group: Group::Generator,
        kind: Kind::Choice(|| Activation::ALL.map(name).to_vec()),
        get: |c| name(c.generator.activation),
        set: |c, text| read(text, &mut c.generator.activation),
    },
    Setting {
        key: "g_opt",
        group: Group::Generator,
        kind: Kind::Choice(optimizers),
        get: |c| optimizer_name(&c.generator_optimizer),
        set: |c, text| set_optimizer(&mut c.generator_optimizer, text),
    },
    Setting {
        key: "g_lr",
        group: Group::Generator,
        kind: Kind::Number(RATES),
        get: |c| c.generator_optimizer.learning_rate().to_string(),
        set: |c, text| number(text, |v| c.generator_optimizer = c.generator_optimizer.with_learning_rate(v)),
    },
    Setting {
        key: "g_steps",
        group: Group::Generator,
        kind: Kind::Number(UPDATES),
        get: |c| c.g_steps.to_string(),
        set: |c, text| number(text, |v| c.g_steps = v),
    },
    Setting {
        key: "d_layers",
        group: Group::Discriminator,
        kind: Kind::Number(LAYERS),
        get: |c| c.discriminator.layers.to_string(),
        set: |c, text| number(text, |v| c.discriminator.layers = v),
    },
    Setting {
        key: "d_width",
        group: Group::Discriminator,
        kind: Kind::Number(WIDTHS),
        get: |c| c.discriminator.width.to_string(),
        set: |c, text| number(text, |v| c.discriminator.width = v),
    },
    Setting {
        key: "d_act",
        group: Group::Discriminator,
        kind: Kind::Choice(|| Activation::ALL.map(name).to_vec()),
        get: |c| name(c.discriminator.activation),
        set: |c, text| read(text, &mut c.discriminator.activation),
    },
    Setting {
        key: "d_opt",
        group: Group::Discriminator,
        kind: Kind::Choice(optimizers),
        get: |c| optimizer_name(&c.discriminator_optimizer),
        set: |c, text| set_optimizer(&mut c.discriminator_optimizer, text),
    },
    Setting {
        key: "d_lr",
        group: Group::Discriminator,
        kind: Kind::Number(RATES),
        get: |c| c.discriminator_optimizer.learning_rate().to_string(),
        set: |c, text| number(text, |v| c.discriminator_optimizer = c.discriminator_optimizer.with_learning_rate(v)),
    },
    Setting {
        key: "d_steps",
        group: Group::Discriminator,
        kind: Kind::Number(UPDATES),
        get: |c| c.d_steps.to_string(),
        set: |c, text| number(text, |v| c.d_steps = v),
    },
];

/// The query of these settings: only what differs from the default, so that most links are short.
pub fn to_query(config: &ToyConfig) -> Vec<(&'static str, String)> {
    let default = ToyConfig::default();
    let differs = |setting: &&Setting| (setting.get)(config) != (setting.get)(&default);
    SETTINGS.iter().filter(differs).map(|setting| (setting.key, (setting.get)(config))).collect()
}

/// The settings of a query, and the keys whose values could not be used: those keep their default.
pub fn from_query<'a>(query: impl IntoIterator<Item = (&'a str, &'a str)>) -> (ToyConfig, Vec<String>) {
    let (mut config, mut wrong) = (ToyConfig::default(), Vec::new());
    let place = |key| SETTINGS.iter().position(|setting| setting.key == key);
    let mut query = query.into_iter().filter_map(|(key, text)| Some((place(key)?, text))).collect::<Vec<_>>();
    // Data of one's own is in range only once its points are there.
    query.sort_by_key(|(place, _)| *place);
    for (place, text) in query {
        let setting = &SETTINGS[place];
        let mut changed = config.clone();
        if (setting.set)(&mut changed, text) && changed.validate().is_ok() {
            config = changed;
        } else {
            wrong.push(format!("{}={text}", setting.key));
        }
    }
    (config, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MlpConfig;

    fn round_trip(config: ToyConfig) {
        let query = to_query(&config);
        let (found, wrong) = from_query(query.iter().map(|(key, text)| (*key, text.as_str())));
        assert_eq!((found, wrong), (config, Vec::new()), "{query:?}");
    }

    #[test]
    fn every_setting_survives_the_url() {
        round_trip(ToyConfig::default());
        assert!(to_query(&ToyConfig::default()).is_empty());
        for distribution in Distribution::ALL {
            for loss in AdversarialLoss::ALL {
                round_trip(ToyConfig { distribution, loss, ..ToyConfig::default() });
            }
        }
        round_trip(ToyConfig {
            prior: LatentPrior::Uniform,
            generator: MlpConfig { width: 7, layers: 0, activation: Activation::Silu },
            discriminator: MlpConfig { width: 512, layers: 5, activation: Activation::Relu },
            generator_optimizer: OptimizerConfig::adam(0.000_123),
            discriminator_optimizer: OptimizerConfig::Sgd { learning_rate: 0.7, momentum: 0.9 },
            batch: 4096,
            d_steps: 9,
            g_steps: 3,
            penalty: Penalty::R1,
            penalty_weight: 0.125,
            spectral_norm: true,
            label_smoothing: 0.1,
            instance_noise: 0.25,
            distribution: Distribution::Own,
            points: vec![[-127, 127], [0, 5], [-128, 3]],
            seed: u32::MAX,
            ..ToyConfig::default()
        });
    }

    #[test]
    fn a_setting_is_live_exactly_where_the_session_says_so() {
        for setting in SETTINGS {
            let mut config = ToyConfig { points: vec![[1, 1], [2, 2]], ..ToyConfig::default() };
            let other = match setting.kind {
                Kind::Choice(names) => names().into_iter().find(|name| *name != (setting.get)(&config)).unwrap(),
                Kind::Number(numbers) => {
                    let mut others = numbers.iter().map(f64::to_string);
                    others.find(|text| *text != (setting.get)(&config)).unwrap()
                }
                Kind::Switch => "on".to_owned(),
                Kind::Seed => "99".to_owned(),
                Kind::Points => "AQIDBA".to_owned(),
            };
            let before = config.clone();
            assert!((setting.set)(&mut config, &other), "{}", setting.key);
            assert_ne!(before, config, "{}", setting.key);
            assert_eq!(before.is_live_change(&config), setting.is_live(), "{}", setting.key);
        }
    }

    #[test]
    fn the_form_offers_the_default_of_every_number() {
        for setting in SETTINGS {
            if let Kind::Number(offered) = setting.kind {
                let default: f64 = (setting.get)(&ToyConfig::default()).parse().unwrap();
                assert!(offered.contains(&default), "{}", setting.key);
            }
        }
    }

    #[test]
    fn what_does_not_read_is_named_and_keeps_its_default() {
        let query =
            [("data", "banana"), ("batch", "-3"), ("seed", "5"), ("g_lr", "NaN"), ("d_width", "1e9"), ("x", "y")];
        let (config, wrong) = from_query(query);
        assert_eq!(config, ToyConfig { seed: 5, ..ToyConfig::default() });
        assert_eq!(wrong, ["data=banana", "batch=-3", "g_lr=NaN", "d_width=1e9"]);
        assert_eq!(from_query([("data", "own")]).1, ["data=own"]);
        assert_eq!(from_query([("points", "!")]).1, ["points=!"]);
    }
}
