//! The list.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use super::{Group, Kind, Setting};
use crate::config::{Activation, AdversarialLoss, Distribution, LatentPrior, OptimizerConfig, Penalty, ToyConfig};

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
