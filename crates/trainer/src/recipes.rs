//! Named presets of a run: the files of `recipes/`, or a user's own.

use std::path::Path;

use anyhow::{Context, Result, bail};
use forger_protocol::DcganConfig;
use serde::{Deserialize, Serialize};

/// The recipes that come with the program.
const BUILT_IN: [(&str, &str); 4] = [
    ("dcgan-modern", include_str!("../recipes/dcgan-modern.toml")),
    ("dcgan-cpu", include_str!("../recipes/dcgan-cpu.toml")),
    ("dcgan-digits", include_str!("../recipes/dcgan-digits.toml")),
    ("dcgan-paper", include_str!("../recipes/dcgan-paper.toml")),
];

/// A recipe file. Settings that it does not name have their defaults.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    #[serde(default)]
    pub description: String,
    pub config: DcganConfig,
}

/// Names and descriptions.
pub fn list() -> Result<Vec<(&'static str, String)>> {
    BUILT_IN.into_iter().map(|(name, text)| Ok((name, parse(text, name)?.description))).collect()
}

/// A built-in recipe by its name, or a TOML file by its path.
pub fn find(name: &str) -> Result<DcganConfig> {
    if let Some((_, text)) = BUILT_IN.into_iter().find(|(known, _)| *known == name) {
        return Ok(parse(text, name)?.config);
    }
    let path = Path::new(name);
    if !path.exists() {
        let names = BUILT_IN.map(|(name, _)| name).join(", ");
        bail!("there is no recipe {name}, and no file of that name; the built-in ones are {names}");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    Ok(parse(&text, name)?.config)
}

fn parse(text: &str, name: &str) -> Result<Recipe> {
    // Unknown settings are refused: a misspelt one would silently do nothing.
    let known = toml::Value::try_from(DcganConfig::default()).context("cannot list the settings")?;
    let table: toml::Table = toml::from_str(text).with_context(|| format!("recipe {name} does not read"))?;
    let given = table.get("config").and_then(toml::Value::as_table).into_iter().flatten();
    for (key, _) in given {
        if known.get(key).is_none() {
            bail!("recipe {name}: there is no setting {key}");
        }
    }
    let recipe: Recipe = toml::from_str(text).with_context(|| format!("recipe {name} does not read"))?;
    recipe.config.validate().with_context(|| format!("recipe {name}"))?;
    Ok(recipe)
}

/// A recipe file of these settings.
pub fn write(config: &DcganConfig, description: &str) -> Result<String> {
    let recipe = Recipe { description: description.into(), config: config.clone() };
    toml::to_string(&recipe).context("the settings do not fit a recipe")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_recipe_reads_and_comes_back() {
        for (name, _) in BUILT_IN {
            let config = find(name).unwrap();
            assert_eq!(parse(&write(&config, "x").unwrap(), name).unwrap().config, config, "{name}");
        }
        assert_eq!(list().unwrap().len(), BUILT_IN.len());
    }

    #[test]
    fn the_paper_is_the_paper() {
        let config = find("dcgan-paper").unwrap();
        assert_eq!((config.width << 3, config.latent_dim, config.batch), (1024, 100, 128));
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        assert!(parse("[config]\nwdth = 3", "mine").unwrap_err().to_string().contains("wdth"));
        assert!(format!("{:#}", parse("[config]\nbatch = 1", "mine").unwrap_err()).contains("between 2"));
        assert!(find("dcgan-none").unwrap_err().to_string().contains("dcgan-paper"));
    }
}
