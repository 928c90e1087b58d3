//! The page of refined pictures in a link: a model, a sample of its simulator, and what was changed of that.

use std::collections::BTreeMap;

use crate::{
    latent_url::ModelRef,
    query::{self, Query},
};

/// The version of links. A newer one is said to be newer.
pub const VERSION: u32 = 1;

/// The names of what can be changed of a sample, of whichever simulator.
pub const SETTINGS: [&str; 11] =
    ["yaw", "pitch", "openness", "pupil", "light", "skin", "class", "slant", "thickness", "width", "turn"];

/// All that a link holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RefineState {
    /// The simulator by its name; `None` for that of the model.
    pub simulator: Option<String>,
    /// `None` for the first model of the simulator.
    pub model: Option<ModelRef>,
    /// Which sample.
    pub seed: u32,
    /// By its name in [`SETTINGS`], what differs from the sample.
    pub changes: BTreeMap<String, f32>,
}

/// The query of a state, percent-encoded, without the `?`: only what differs from the default.
pub fn to_query(state: &RefineState) -> String {
    let mut query = Query::new(VERSION);
    query.add("simulator", state.simulator.as_ref());
    query.add("model", state.model.as_ref());
    query.add("seed", (state.seed != 0).then_some(state.seed));
    for name in SETTINGS {
        query.add(name, state.changes.get(name));
    }
    query.finish()
}

fn set(state: &mut RefineState, key: &str, text: &str) -> Option<()> {
    match key {
        "simulator" => state.simulator = Some(text.to_owned()).filter(|name| !name.is_empty()),
        "model" => state.model = query::model(text),
        "seed" => state.seed = text.parse().ok()?,
        name if SETTINGS.contains(&name) => {
            let value = text.parse().ok().filter(|value: &f32| value.is_finite())?;
            state.changes.insert(name.to_owned(), value);
        }
        // Of the page itself, or of another.
        _ => {}
    }
    Some(())
}

/// The state of a query, which may begin with `?`, and the parts that could not be used: those keep their default.
pub fn from_query(query: &str) -> (RefineState, Vec<String>) {
    let mut state = RefineState::default();
    let wrong = query::read(query, VERSION, |key, text| set(&mut state, key, text));
    (state, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, Stream};

    #[test]
    fn every_state_survives_the_link() {
        assert_eq!(to_query(&RefineState::default()), "v=1");
        for seed in 0..300 {
            let random = &mut Random::new(seed, Stream::Data);
            let maybe = |random: &mut Random| random.below(2) == 1;
            let mut changes = BTreeMap::new();
            for name in SETTINGS {
                if maybe(random) {
                    changes.insert(name.to_owned(), (random.uniform() - 0.5) * 60.0);
                }
            }
            let state = RefineState {
                simulator: maybe(random).then(|| ["eyes", "digits", "눈 & co"][random.below(3)].to_owned()),
                model: maybe(random)
                    .then(|| ModelRef::parse(["refine-eyes", "mine-0123abcd", "a b&c"][random.below(3)])),
                seed: if maybe(random) { seed.wrapping_mul(0x9e37_79b9) } else { 0 },
                changes,
            };
            let query = to_query(&state);
            assert_eq!(from_query(&format!("?{query}&lang=ko")), (state, Vec::new()), "{query}");
        }
    }

    #[test]
    fn what_does_not_read_is_named_and_the_rest_is_used() {
        let (state, wrong) = from_query("?v=2&yaw=NaN&pitch=up&seed=-1&skin=0.5&lang=ko&x");
        assert_eq!(state, RefineState { changes: [("skin".into(), 0.5)].into(), ..RefineState::default() });
        assert_eq!(wrong, ["v=2", "yaw=NaN", "pitch=up", "seed=-1"]);
    }
}
