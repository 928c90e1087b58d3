//! Named presets of a run: the files of `recipes/`, or a user's own.

use std::path::Path;

use anyhow::{Context, Result, bail};
use forger_protocol::{DcganConfig, OutOfRange, SuperresConfig};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The recipes that come with the program; the name begins with the system.
const BUILT_IN: [(&str, &str); 13] = [
    ("dcgan-modern", include_str!("../recipes/dcgan-modern.toml")),
    ("dcgan-cpu", include_str!("../recipes/dcgan-cpu.toml")),
    ("dcgan-digits", include_str!("../recipes/dcgan-digits.toml")),
    ("dcgan-paper", include_str!("../recipes/dcgan-paper.toml")),
    ("superres-light", include_str!("../recipes/superres-light.toml")),
    ("superres-full", include_str!("../recipes/superres-full.toml")),
    ("superres-full-pat", include_str!("../recipes/superres-full-pat.toml")),
    ("superres-light-pat", include_str!("../recipes/superres-light-pat.toml")),
    ("superres-photo", include_str!("../recipes/superres-photo.toml")),
    ("superres-e", include_str!("../recipes/superres-e.toml")),
    ("superres-p", include_str!("../recipes/superres-p.toml")),
    ("superres-pa", include_str!("../recipes/superres-pa.toml")),
    ("superres-pat", include_str!("../recipes/superres-pat.toml")),
];

/// The settings of a system.
pub trait Settings: Default + Clone + Serialize + DeserializeOwned {
    /// What the names of its recipes begin with.
    const SYSTEM: &str;

    /// Says which setting is out of range, if any.
    fn validate(&self) -> Result<(), OutOfRange>;
}

impl Settings for DcganConfig {
    const SYSTEM: &str = "dcgan";

    fn validate(&self) -> Result<(), OutOfRange> {
        Self::validate(self)
    }
}

impl Settings for SuperresConfig {
    const SYSTEM: &str = "superres";

    fn validate(&self) -> Result<(), OutOfRange> {
        Self::validate(self)
    }
}

/// A recipe file. Settings that it does not name have their defaults.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe<C> {
    #[serde(default)]
    pub description: String,
    pub config: C,
}

/// Names and descriptions.
pub fn list() -> Result<Vec<(&'static str, String)>> {
    let described = |(name, text): (&'static str, &str)| {
        let recipe: Recipe<toml::Value> = toml::from_str(text).with_context(|| format!("recipe {name}"))?;
        Ok((name, recipe.description))
    };
    BUILT_IN.into_iter().map(described).collect()
}

/// A built-in recipe by its name, or a TOML file by its path.
pub fn find<C: Settings>(name: &str) -> Result<C> {
    let is_ours = |name: &str| name.split('-').next() == Some(C::SYSTEM);
    if let Some((_, text)) = BUILT_IN.into_iter().find(|(known, _)| *known == name) {
        if !is_ours(name) {
            bail!("recipe {name} is not one of train {}", C::SYSTEM);
        }
        return Ok(parse(text, name)?.config);
    }
    let path = Path::new(name);
    if !path.exists() {
        let names = BUILT_IN.map(|(name, _)| name).into_iter().filter(|name| is_ours(name)).collect::<Vec<_>>();
        bail!("there is no recipe {name}, and no file of that name; the built-in ones are {}", names.join(", "));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    Ok(parse(&text, name)?.config)
}

fn parse<C: Settings>(text: &str, name: &str) -> Result<Recipe<C>> {
    let recipe: Recipe<C> = toml::from_str(text).with_context(|| format!("recipe {name} does not read"))?;
    // Unknown settings are refused: a misspelt one would silently do nothing.
    let given: Recipe<toml::Table> = toml::from_str(text).with_context(|| format!("recipe {name} does not read"))?;
    let known = toml::Value::try_from(&recipe.config).context("cannot list the settings")?;
    if let Some(key) = unknown(&given.config, &known) {
        bail!("recipe {name}: there is no setting {key}");
    }
    recipe.config.validate().with_context(|| format!("recipe {name}"))?;
    Ok(recipe)
}

/// The first key of a table, at any depth, that what was read of it does not have: `losses.pixl`.
fn unknown(given: &toml::Table, known: &toml::Value) -> Option<String> {
    given.iter().find_map(|(key, value)| match (known.get(key), value) {
        (None, _) => Some(key.clone()),
        (Some(known), toml::Value::Table(inner)) => unknown(inner, known).map(|rest| format!("{key}.{rest}")),
        _ => None,
    })
}

/// A recipe file of these settings.
pub fn write<C: Settings>(config: &C, description: &str) -> Result<String> {
    let recipe = Recipe { description: description.into(), config: config.clone() };
    toml::to_string(&recipe).context("the settings do not fit a recipe")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<C: Settings + PartialEq + std::fmt::Debug>() -> usize {
        let ours = BUILT_IN.into_iter().filter(|(name, _)| name.starts_with(C::SYSTEM));
        let check = |(name, _)| {
            let config: C = find(name).unwrap();
            assert_eq!(parse::<C>(&write(&config, "x").unwrap(), name).unwrap().config, config, "{name}");
        };
        ours.map(check).count()
    }

    #[test]
    fn every_built_in_recipe_reads_and_comes_back() {
        assert_eq!(comes_back::<DcganConfig>() + comes_back::<SuperresConfig>(), BUILT_IN.len());
        assert_eq!(list().unwrap().len(), BUILT_IN.len());
    }

    #[test]
    fn the_papers_are_the_papers() {
        let config: DcganConfig = find("dcgan-paper").unwrap();
        assert_eq!((config.width << 3, config.latent_dim, config.batch), (1024, 100, 128));
        let rows = ["superres-e", "superres-p", "superres-pa", "superres-pat"].map(|name| {
            let SuperresConfig { width, blocks, losses, .. } = find(name).unwrap();
            assert_eq!((width, blocks), (64, 10), "{name}");
            [losses.pixel, losses.perceptual, losses.adversarial, losses.texture].map(|weight| weight > 0.0)
        });
        let wanted = [[true, false, false, false], [false, true, false, false], [false, true, true, false]];
        assert_eq!((&rows[..3], rows[3]), (&wanted[..], [false, true, true, true]));
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let parse = |text| parse::<DcganConfig>(text, "mine").unwrap_err();
        assert!(parse("[config]\nwdth = 3").to_string().contains("wdth"));
        let optimizer =
            "[config.generator_optimizer]\nname = \"adam\"\nlearning_rate = 0.1\nbeta1 = 0.5\nbeta2 = 0.9\nbeta3 = 0.9";
        assert!(parse(optimizer).to_string().contains("generator_optimizer.beta3"));
        let losses = self::parse::<SuperresConfig>("[config.losses]\npixl = 1.0", "mine").unwrap_err();
        assert!(losses.to_string().contains("losses.pixl"), "{losses}");
        assert!(format!("{:#}", parse("[config]\nbatch = 1")).contains("between 2"));
        assert!(find::<DcganConfig>("dcgan-none").unwrap_err().to_string().contains("dcgan-paper"));
        assert!(find::<SuperresConfig>("dcgan-cpu").unwrap_err().to_string().contains("not one of train superres"));
    }
}
