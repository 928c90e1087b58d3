//! The settings of the lab, each declared once: this list is the form, it is the URL, and it is what a lesson file says.

mod settings;

pub use settings::SETTINGS;

use crate::{config::ToyConfig, system::Settings as _};

/// How a setting is chosen.
#[derive(Clone, Copy)]
pub enum Kind {
    /// One of these names.
    Choice(fn() -> Vec<String>),
    /// A number from a list, or any in the range by URL.
    Number(&'static [f64]),
    /// `on` or `off`.
    Switch,
    /// Any whole number.
    Seed,
    /// A user's own points; not in the form.
    Points,
}

/// Where the form shows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What D takes for real, and how much of it a step sees.
    Data,
    /// What chance decides: z and the seed.
    Noise,
    /// The loss, and what holds D back.
    Game,
    /// G's layers, optimizer and updates a step.
    Generator,
    /// The same of D.
    Discriminator,
}

/// A setting of [`ToyConfig`].
pub struct Setting {
    /// Its name in the URL.
    pub key: &'static str,
    /// The part of the form that it is in.
    pub group: Group,
    /// Decides the control that the form shows.
    pub kind: Kind,
    /// Its value as the URL has it. [`Setting::set`] reads it back.
    pub get: fn(&ToyConfig) -> String,
    /// False for a value that does not read; the range is checked by [`crate::Settings::validate`].
    pub set: fn(&mut ToyConfig, &str) -> bool,
}

impl Setting {
    /// Whether changing it leaves a running session running.
    pub fn is_live(&self) -> bool {
        !["data", "points", "prior", "z", "seed", "sn"].contains(&self.key)
            && !["width", "layers", "act"].iter().any(|end| self.key.ends_with(end))
    }
}

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
    use crate::config::{Activation, AdversarialLoss, Distribution, LatentPrior, MlpConfig, OptimizerConfig, Penalty};

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
