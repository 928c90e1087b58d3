//! Named presets of a run: the files of `recipes/`, or a user's own.

use std::path::Path;

use anyhow::{Context, Result, bail};
use forger_protocol::Settings;
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

/// The recipes that come with the program; the name of each file begins with its system.
static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/recipes");

/// Names and texts of the built-in ones, by name.
fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = BUILT_IN.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)));
    let mut all = named.collect::<Vec<_>>();
    all.sort_unstable();
    all.into_iter()
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
    built_in().map(described).collect()
}

/// A built-in recipe by its name, or a TOML file by its path.
pub fn find<C: Settings>(name: &str) -> Result<C> {
    let is_ours = |name: &str| name.split('-').next() == Some(C::SYSTEM.name);
    if let Some((_, text)) = built_in().find(|(known, _)| *known == name) {
        if !is_ours(name) {
            bail!("recipe {name} is not one of train {}", C::SYSTEM.name);
        }
        return Ok(parse(text, name)?.config);
    }
    let path = Path::new(name);
    if !path.exists() {
        let names = built_in().map(|(name, _)| name).filter(|name| is_ours(name)).collect::<Vec<_>>();
        let built_in = match names.as_slice() {
            [] => format!("there are no built-in ones for {}", C::SYSTEM.name),
            names => format!("the built-in ones are {}", names.join(", ")),
        };
        bail!("there is no recipe {name}, and no file of that name; {built_in}");
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

/// Puts a value in the place of another; of a table what it has, and the rest stays.
fn put(place: &mut toml::Value, value: toml::Value) {
    match (place, value) {
        (toml::Value::Table(old), toml::Value::Table(new)) => {
            for (key, value) in new {
                match old.get_mut(&key) {
                    Some(old) => put(old, value),
                    None => drop(old.insert(key, value)),
                }
            }
        }
        (place, value) => *place = value,
    }
}

/// Changes one setting, of any depth, or those of a table: `losses.pixel=0.5`, `losses={pixel=0.5}`. What is not TOML is taken as a
/// word.
pub fn set<C: Settings>(config: &C, change: &str) -> Result<C> {
    let (path, text) = change.split_once('=').with_context(|| format!("--set {change}: use KEY=VALUE"))?;
    let mut all = toml::Value::try_from(config).context("cannot list the settings")?;
    let parsed = toml::from_str::<toml::Table>(&format!("value = {text}"));
    let value = parsed.ok().and_then(|mut table| table.remove("value")).unwrap_or_else(|| text.into());
    let path = path.trim();
    let place = path.split('.').try_fold(&mut all, |at, key| at.get_mut(key));
    let known = || keys(&toml::Value::try_from(config).unwrap_or_else(|_| toml::Table::new().into())).join(", ");
    let place = place.with_context(|| format!("--set {path}: there is no such setting; there are {}", known()))?;
    let given = value.as_table().cloned();
    put(place, value);
    let changed: C = all.try_into().with_context(|| format!("--set {change}"))?;
    // As in a recipe: a misspelt one would silently do nothing.
    let all = toml::Value::try_from(&changed).context("cannot list the settings")?;
    let place = path.split('.').try_fold(&all, |at, key| at.get(key));
    if let Some(key) = given.zip(place).and_then(|(given, place)| unknown(&given, place)) {
        bail!("--set {path}: there is no setting {path}.{key}");
    }
    Ok(changed)
}

/// The path of every setting.
fn keys(settings: &toml::Value) -> Vec<String> {
    let Some(table) = settings.as_table() else { return Vec::new() };
    let of = |(key, value): (&String, &toml::Value)| match value.is_table() {
        true => keys(value).into_iter().map(|rest| format!("{key}.{rest}")).collect(),
        false => vec![key.clone()],
    };
    table.iter().flat_map(of).collect()
}

/// A recipe file of these settings.
pub fn write<C: Settings>(config: &C, description: &str) -> Result<String> {
    let recipe = Recipe { description: description.into(), config: config.clone() };
    toml::to_string(&recipe).context("the settings do not fit a recipe")
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{
        CycleganConfig, DcganConfig, Normalization, OptimizerConfig, Pix2pixConfig, SimganConfig, SuperresConfig,
        SuperresLosses, ToyConfig,
    };

    fn comes_back<C: Settings + PartialEq + std::fmt::Debug>() -> usize {
        let ours = built_in().filter(|(name, _)| name.starts_with(C::SYSTEM.name));
        let check = |(name, _)| {
            let config: C = find(name).unwrap();
            assert_eq!(parse::<C>(&write(&config, "x").unwrap(), name).unwrap().config, config, "{name}");
        };
        ours.map(check).count()
    }

    #[test]
    fn every_built_in_recipe_reads_and_comes_back() {
        let of_pictures = comes_back::<Pix2pixConfig>() + comes_back::<CycleganConfig>() + comes_back::<SimganConfig>();
        assert_eq!(comes_back::<DcganConfig>() + comes_back::<SuperresConfig>() + of_pictures, built_in().count());
        assert!(built_in().count() >= 13 && built_in().any(|(name, _)| name == "dcgan-modern"));
        assert_eq!(list().unwrap().len(), built_in().count());
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
    fn a_light_translator_is_a_narrow_one_of_maps() {
        let maps: Pix2pixConfig = find("pix2pix-maps").unwrap();
        let changes = "constant_steps=4000 decay_steps=4000 batch=4 jitter=1 patch=34 discriminator_width=16 generator.width=12 \
                       generator.dropout=false generator_optimizer.learning_rate=8e-4 discriminator_optimizer.learning_rate=2e-4";
        let light = changes.split_whitespace().fold(maps, |config, change| set(&config, change).unwrap());
        assert_eq!(find::<Pix2pixConfig>("pix2pix-light").unwrap(), light);
    }

    #[test]
    fn any_setting_can_be_changed() {
        let config = DcganConfig::default();
        let config = set(&config, "width=3").unwrap();
        let config = set(&config, "normalization=instance").unwrap();
        let config = set(&config, "augment.cutout = true").unwrap();
        let config = set(&config, "generator_optimizer.learning_rate=1").unwrap();
        assert_eq!((config.width, config.normalization, config.augment.cutout), (3, Normalization::Instance, true));
        assert_eq!(config.generator_optimizer.learning_rate(), 1.0);
        let masked = set(&CycleganConfig::default(), "generator.attention=true").unwrap();
        assert!(masked.generator.attention);
        let toy = set(&ToyConfig::default(), "points=[[1, 2], [-3, 4]]").unwrap();
        assert_eq!(toy.points, [[1, 2], [-3, 4]]);
        let refused = |change| format!("{:#}", set(&SuperresConfig::default(), change).unwrap_err());
        assert!(refused("losses.pixl=1").contains("losses.pixel"), "{}", refused("losses.pixl=1"));
        assert!(refused("width=wide").contains("width=wide"), "{}", refused("width=wide"));
        assert!(refused("width").contains("KEY=VALUE"));
        assert!(refused("width.of=3").contains("no such setting"));
    }

    #[test]
    fn a_table_changes_what_it_has_and_a_misspelt_key_of_it_is_named() {
        let losses = SuperresLosses { perceptual: 2.0, ..SuperresLosses::default() };
        let config = SuperresConfig { losses, ..SuperresConfig::default() };
        let changed = set(&config, "losses={pixel=0.5}").unwrap();
        assert_eq!(changed.losses, SuperresLosses { pixel: 0.5, ..losses });
        let sgd = "generator_optimizer={name=\"sgd\", momentum=0.5}";
        let kept = config.generator_optimizer.learning_rate();
        let sgd = set(&config, sgd).unwrap().generator_optimizer;
        assert_eq!(sgd, OptimizerConfig::Sgd { learning_rate: kept, momentum: 0.5 });
        for (change, key) in
            [("losses={pixl=0.5}", "losses.pixl"), ("generator_optimizer={beta3=0.5}", "generator_optimizer.beta3")]
        {
            let error = set(&config, change).unwrap_err().to_string();
            assert!(error.contains(&format!("there is no setting {key}")), "{error}");
        }
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
        assert!(find::<ToyConfig>("none").unwrap_err().to_string().ends_with("there are no built-in ones for toy"));
        assert!(find::<SuperresConfig>("dcgan-cpu").unwrap_err().to_string().contains("not one of train superres"));
    }
}
