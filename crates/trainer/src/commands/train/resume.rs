//! `--resume` beside other flags. A run that goes on keeps what it is: its networks, its data and its loss. How fast it learns may
//! change for the rest of it. Flags that say what the run is anyway pass, so that the command that began it can be repeated.

use anyhow::{Context as _, Result, bail};
use forger_core::{
    checkpoint::Reader,
    systems::{AnySettings as _, FREE},
};
use forger_protocol::Settings;
use serde_json::json;

use super::Course;
use crate::{recipes, run::Run, ui};

/// Numbers of an optimizer, which may change as [`FREE`] may, by the end of their name.
const OF_OPTIMIZERS: [&str; 5] = ["learning_rate", "beta1", "beta2", "alpha", "momentum"];
/// Those of [`FREE`] that say when a learning rate that falls has come to its end, and with it the run.
const LENGTHS: [&str; 2] = ["constant_steps", "decay_steps"];
/// Settings that are named where a recipe has others; the rest are not.
const NAMED: usize = 5;

/// A setting that is asked for and is another one.
struct Change {
    key: String,
    has: String,
    asked: String,
}

impl Change {
    fn is_free(&self) -> bool {
        OF_OPTIMIZERS.iter().chain(&FREE).any(|end| self.key == *end || self.key.ends_with(&format!(".{end}")))
    }
}

/// With what a run goes on.
pub struct Resumed<C> {
    /// The settings of its checkpoint, and what the flags change.
    pub config: C,
    /// Whether its learning rates end at another step than before, and so it does.
    pub has_other_end: bool,
    /// What is to be said of changes, where it goes on indeed.
    pub changes: Vec<String>,
}

/// Refuses what cannot change. `run` is the run of --out, where it is that which goes on.
pub fn settings<C: Course>(course: &C, run: Option<&Run>, checkpoint: &[u8]) -> Result<Resumed<C::Config>> {
    let reader = Reader::new(checkpoint)?;
    let kept: C::Config = reader.settings()?;
    let asked = match &course.run().recipe {
        Some(name) => with_recipe(name, run, &kept)?,
        None => kept.clone(),
    };
    let asked = course.run().set.iter().try_fold(asked, |config, change| recipes::set(&config, change))?;
    let changes = changes(&kept, &asked)?;
    if !asked.is_same(&json!(kept)) {
        bail!(
            "--set asks for {}, and a run that goes on keeps its networks, its data and its loss: leave it out, or begin \
             another run in a new --out",
            list(&changes, "the run")
        );
    }
    let told = changes.iter().map(|Change { key, has, asked }| format!("{key} is {asked} from here on; it was {has}"));
    let mut told = told.collect::<Vec<_>>();
    let paces = C::Config::SYSTEM.networks.iter().filter_map(|network| Some(reader.progress(network.name).ok()?.pace));
    let pace = paces.fold(1.0, f64::min);
    if pace < 1.0 && !changes.is_empty() {
        told.push(format!("learning rates count {pace} times, since a loss was not a number"));
    }
    let has_other_end = json!(asked)["decay_steps"].as_u64().is_some_and(|steps| steps > 0)
        && changes.iter().any(|change| LENGTHS.contains(&change.key.as_str()));
    Ok(Resumed { config: asked, has_other_end, changes: told })
}

/// What `--recipe` changes: nothing, if it is the one that the run began with.
fn with_recipe<C: Settings>(name: &str, run: Option<&Run>, kept: &C) -> Result<C> {
    let recipe: C = recipes::find(name)?;
    let Some(begun) = run.and_then(Run::read_begun::<C>) else {
        let changes = changes(kept, &recipe)?;
        if !changes.is_empty() {
            let others = list(&changes, "the run");
            ui::warn(format_args!("--recipe {name} has {others}; the run keeps its own settings"));
        }
        return Ok(kept.clone());
    };
    let changes = changes(&begun, &recipe)?;
    if !recipe.is_same(&json!(begun)) {
        bail!(
            "--recipe {name} is not the recipe that the run began with: it has {}. Leave it out, or begin another run in a \
             new --out",
            list(&changes, "that")
        );
    }
    // A file in which somebody changed rates since.
    changes
        .iter()
        .try_fold(kept.clone(), |config, change| recipes::set(&config, &format!("{}={}", change.key, change.asked)))
}

/// Where two settings differ.
fn changes<C: Settings>(has: &C, asked: &C) -> Result<Vec<Change>> {
    let [has, asked] = [has, asked].map(|config| toml::Value::try_from(config).context("cannot list the settings"));
    let mut found = Vec::new();
    compare(String::new(), &has?, &asked?, &mut found);
    Ok(found)
}

fn compare(key: String, has: &toml::Value, asked: &toml::Value, found: &mut Vec<Change>) {
    match (has, asked) {
        (toml::Value::Table(has), toml::Value::Table(asked)) => {
            for (name, asked) in asked {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                match has.get(name) {
                    Some(has) => compare(key, has, asked, found),
                    None => found.push(Change { key, has: "none".into(), asked: asked.to_string() }),
                }
            }
        }
        (has, asked) if has != asked => {
            found.push(Change { key, has: has.to_string(), asked: asked.to_string() });
        }
        _ => {}
    }
}

/// `width=3 where the run has 2`, of what cannot change.
fn list(changes: &[Change], whose: &str) -> String {
    let fixed = changes.iter().filter(|change| !change.is_free()).collect::<Vec<_>>();
    // An optimizer that remembers more than before differs by its numbers only.
    let chosen = if fixed.is_empty() { changes.iter().collect() } else { fixed };
    let named = chosen.iter().take(NAMED).map(|change| {
        let Change { key, has, asked } = change;
        format!("{key}={asked} where {whose} has {has}")
    });
    let more = if chosen.len() > NAMED { format!(" and {} more", chosen.len() - NAMED) } else { String::new() };
    named.collect::<Vec<_>>().join(", ") + &more
}

/// Refuses a network to look through that is not the one of the run, where it has one; `flag` names it.
pub fn check_features(flag: &str, before: &str, now: &str) -> Result<()> {
    // Notes of before a name had the hash of its file have the name alone.
    let name = now.rsplit_once(" (").map_or(now, |(name, _)| name);
    if !before.is_empty() && before != now && before != name {
        bail!("{flag} is {now}, and the losses of the run looked through {before}: name that");
    }
    Ok(())
}
