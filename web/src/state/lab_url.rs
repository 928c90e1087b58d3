//! The settings of the lab, each declared once: this list is the form, and it is the URL.

use forger_protocol::{AdversarialLoss, Distribution, LatentPrior, ToyConfig};
use serde::{Serialize, de::DeserializeOwned};

/// How a setting is chosen.
pub enum Kind {
    /// One of these names.
    Choice(fn() -> Vec<String>),
    /// A number from a list, or any in the range by URL.
    Number(&'static [f64]),
    /// Any whole number.
    Seed,
}

/// A setting of [`ToyConfig`].
pub struct Setting {
    /// Its name in the URL.
    pub key: &'static str,
    pub kind: Kind,
    pub get: fn(&ToyConfig) -> String,
    /// False for a value that does not read; the range is checked by [`ToyConfig::validate`].
    pub set: fn(&mut ToyConfig, &str) -> bool,
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

const RATES: &[f64] = &[0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03];
const WIDTHS: &[f64] = &[4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
const LAYERS: &[f64] = &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0];

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "data",
        kind: Kind::Choice(|| Distribution::ALL.map(name).to_vec()),
        get: |c| name(c.distribution),
        set: |c, text| read(text, &mut c.distribution),
    },
    Setting {
        key: "loss",
        kind: Kind::Choice(|| AdversarialLoss::ALL.map(name).to_vec()),
        get: |c| name(c.loss),
        set: |c, text| read(text, &mut c.loss),
    },
    Setting {
        key: "prior",
        kind: Kind::Choice(|| [LatentPrior::Gaussian, LatentPrior::Uniform].map(name).to_vec()),
        get: |c| name(c.prior),
        set: |c, text| read(text, &mut c.prior),
    },
    Setting {
        key: "g_lr",
        kind: Kind::Number(RATES),
        get: |c| c.generator_optimizer.learning_rate().to_string(),
        set: |c, text| number(text, |v| c.generator_optimizer = c.generator_optimizer.with_learning_rate(v)),
    },
    Setting {
        key: "d_lr",
        kind: Kind::Number(RATES),
        get: |c| c.discriminator_optimizer.learning_rate().to_string(),
        set: |c, text| number(text, |v| c.discriminator_optimizer = c.discriminator_optimizer.with_learning_rate(v)),
    },
    Setting {
        key: "d_steps",
        kind: Kind::Number(&[1.0, 2.0, 3.0, 5.0, 10.0]),
        get: |c| c.d_steps.to_string(),
        set: |c, text| number(text, |v| c.d_steps = v),
    },
    Setting {
        key: "batch",
        kind: Kind::Number(&[16.0, 32.0, 64.0, 128.0, 256.0, 512.0]),
        get: |c| c.batch.to_string(),
        set: |c, text| number(text, |v| c.batch = v),
    },
    Setting {
        key: "g_width",
        kind: Kind::Number(WIDTHS),
        get: |c| c.generator.width.to_string(),
        set: |c, text| number(text, |v| c.generator.width = v),
    },
    Setting {
        key: "g_layers",
        kind: Kind::Number(LAYERS),
        get: |c| c.generator.layers.to_string(),
        set: |c, text| number(text, |v| c.generator.layers = v),
    },
    Setting {
        key: "d_width",
        kind: Kind::Number(WIDTHS),
        get: |c| c.discriminator.width.to_string(),
        set: |c, text| number(text, |v| c.discriminator.width = v),
    },
    Setting {
        key: "d_layers",
        kind: Kind::Number(LAYERS),
        get: |c| c.discriminator.layers.to_string(),
        set: |c, text| number(text, |v| c.discriminator.layers = v),
    },
    Setting { key: "seed", kind: Kind::Seed, get: |c| c.seed.to_string(), set: |c, text| number(text, |v| c.seed = v) },
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
    for (key, text) in query {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else { continue };
        let mut changed = config;
        if (setting.set)(&mut changed, text) && changed.validate().is_ok() {
            config = changed;
        } else {
            wrong.push(format!("{key}={text}"));
        }
    }
    (config, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{MlpConfig, OptimizerConfig};

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
            generator: MlpConfig { width: 7, layers: 0 },
            discriminator: MlpConfig { width: 512, layers: 5 },
            generator_optimizer: OptimizerConfig::adam(0.000_123),
            discriminator_optimizer: OptimizerConfig::adam(0.7),
            batch: 4096,
            d_steps: 9,
            seed: u32::MAX,
            ..ToyConfig::default()
        });
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
    }
}
