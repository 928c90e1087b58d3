//! What is to be trained, before it begins: a system, its pictures and its settings.

use std::collections::BTreeMap;

use forger_protocol::{
    Declaration, ScalarKind, SystemConfig,
    runs::{
        Derived, DrawnSet, KeptBack, PictureSet, RunConfig, RunData, SetInfo, Weight,
        presets::{self, Needs, Preset},
    },
    system,
};
use leptos::prelude::*;
use serde_json::Value;

use super::{checkpoint::Checkpoint, words};

/// Settings that one may change as numbers, by where they lie.
pub const NUMBERS: [&str; 6] =
    ["/batch", "/seed", "/width", "/generator/width", "/refiner_width", "/discriminator_width"];
/// The ways of differentiable augmentation, by their names in settings.
pub const AUGMENTS: [&str; 3] = ["color", "translation", "cutout"];

#[derive(Clone, Copy)]
pub struct Form {
    pub preset: RwSignal<&'static Preset>,
    /// The set that is learned from, and the second where there are two.
    pub sets: [RwSignal<PictureSet>; 2],
    pub derived: RwSignal<Derived>,
    pub side: RwSignal<usize>,
    pub is_grey: RwSignal<bool>,
    /// Settings that differ from the preset's, by where they lie.
    pub changes: RwSignal<BTreeMap<String, Value>>,
    /// The name that was typed; nothing for the usual one.
    pub typed: RwSignal<String>,
    /// The checkpoint to go on from or the model to begin with, whose settings take the place of these.
    pub checkpoint: RwSignal<Option<Checkpoint>>,
    pub system: Memo<SystemConfig>,
    pub data: Memo<RunData>,
    /// What it will take, or why it cannot be.
    pub weight: RwSignal<Option<Result<Weight, String>>>,
}

/// The sets that a system begins with.
fn usual_sets(preset: &Preset) -> [DrawnSet; 2] {
    match preset.needs {
        Needs::Domains => [DrawnSet::NoGlasses, DrawnSet::Glasses],
        Needs::Simulated => [DrawnSet::WornDigits, DrawnSet::Digits],
        Needs::Pictures if preset.grey => [DrawnSet::Digits, DrawnSet::Avatars],
        Needs::Pictures | Needs::Pairs => [DrawnSet::Avatars, DrawnSet::Digits],
    }
}

/// Whether steps of a system tell a number of a kind.
pub fn tells(system: &SystemConfig, kind: ScalarKind) -> bool {
    let told = |declared: &Declaration| declared.told(&system.config).any(|(_, scalar)| scalar.kind == kind);
    system::find(&system.name).is_some_and(told)
}

/// Whether a system plays against a discriminator, whose verdicts it then tells: some do without where its weight is 0.
pub fn has_opponent(system: &SystemConfig) -> bool {
    tells(system, ScalarKind::Verdict)
}

/// Whether a setting has an effect, by where it lies or its key.
pub fn is_used(system: &SystemConfig, key: &str) -> bool {
    has_opponent(system) || !key.trim_start_matches('/').starts_with("discriminator")
}

/// Learning rates that have an effect, by their keys.
pub fn rates(system: &SystemConfig) -> Vec<(String, f64)> {
    let mut rates = presets::rates(&system.config);
    rates.retain(|(key, _)| is_used(system, key));
    rates
}

impl Form {
    pub fn new() -> Self {
        let preset = RwSignal::new(&presets::ALL[0]);
        let sets = usual_sets(&presets::ALL[0]).map(|set| RwSignal::new(PictureSet::Drawn(set)));
        let (derived, side) = (RwSignal::new(Derived::default()), RwSignal::new(presets::ALL[0].sides[0]));
        let (is_grey, changes) = (RwSignal::new(presets::ALL[0].grey), RwSignal::new(BTreeMap::<String, Value>::new()));
        let checkpoint = RwSignal::new(None::<Checkpoint>);
        let system = Memo::new(move |_| {
            if let Some(system) = checkpoint.with(|file| file.as_ref().map(|file| file.system.clone())) {
                return system;
            }
            let mut system = preset.get().settings(side.get(), if is_grey.get() { 1 } else { 3 });
            changes.with(|changes| {
                for (place, value) in changes {
                    system.config.pointer_mut(place).into_iter().for_each(|slot| *slot = value.clone());
                }
            });
            system
        });
        let data = Memo::new(move |_| {
            let [first, second] = sets;
            match preset.get().needs {
                Needs::Pictures => RunData::Pictures(first.get()),
                Needs::Pairs => RunData::Pairs { set: first.get(), input: derived.get() },
                Needs::Domains => RunData::Domains { x: first.get(), y: second.get() },
                Needs::Simulated => RunData::Simulated(first.get()),
            }
        });
        let (typed, weight) = (RwSignal::new(String::new()), RwSignal::new(None));
        Self { preset, sets, derived, side, is_grey, changes, typed, checkpoint, system, data, weight }
    }

    /// Takes another system, as it usually is.
    pub fn choose(self, preset: &'static Preset) {
        self.checkpoint.set(None);
        self.changes.set(BTreeMap::new());
        self.side.set(preset.sides[0]);
        self.preset.set(preset);
        for (signal, set) in self.sets.into_iter().zip(usual_sets(preset)) {
            signal.set(PictureSet::Drawn(set));
        }
        self.fit_colours();
    }

    /// Takes another set in a place.
    pub fn take(self, place: usize, set: PictureSet) {
        self.sets[place].set(set);
        self.fit_colours();
    }

    /// Pictures that have no colours need none; those of the user's may have some.
    fn fit_colours(self) {
        let [first, _] = self.sets;
        let is_grey = first.with_untracked(|set| matches!(set, PictureSet::Drawn(set) if !set.is_coloured()));
        self.is_grey.set(is_grey && self.preset.get_untracked().grey);
    }

    /// Takes the settings of a checkpoint or a model, and its system.
    pub fn go_on_from(self, checkpoint: Checkpoint) {
        if let Some(preset) = presets::find(&checkpoint.system.name) {
            if preset.system != self.preset.get_untracked().system {
                self.choose(preset);
            }
            self.checkpoint.set(Some(checkpoint));
        }
    }

    /// Whether anything was chosen of which a model would take the place. Tracked.
    pub fn is_chosen(self) -> bool {
        let preset = self.preset.get();
        preset.system != presets::ALL[0].system
            || self.side.get() != preset.sides[0]
            || !self.changes.with(BTreeMap::is_empty)
            || self.checkpoint.with(Option::is_some)
    }

    /// Whether one may choose between grey and colours. Tracked.
    pub fn has_colours(self) -> bool {
        let (preset, side) = (self.preset.get(), self.side.get());
        preset.grey && preset.settings(side, 1) != preset.settings(side, 3)
    }

    /// A setting by where it lies; `None` where the system has no such, or it has no effect. Tracked.
    pub fn setting(self, place: &str) -> Option<Value> {
        self.system.with(|system| system.config.pointer(place).filter(|_| is_used(system, place)).cloned())
    }

    pub fn change(self, place: &str, value: Value) {
        self.changes.update(|changes| {
            changes.insert(place.to_owned(), value);
        });
    }

    /// What the run is called unless something is typed. Tracked.
    pub fn usual_name(self, sets: &[SetInfo]) -> String {
        let first = self.sets[0].with(|set| words::plain_name(set, sets));
        format!("{}-{first}", self.preset.get().system)
    }

    /// All of it. Tracked.
    pub fn config(self, sets: &[SetInfo]) -> RunConfig {
        let typed = self.typed.with(|typed| typed.trim().to_owned());
        let name = if typed.is_empty() { self.usual_name(sets) } else { typed };
        let from = self.checkpoint.with(|chosen| chosen.as_ref().and_then(|chosen| chosen.from.clone()));
        RunConfig { name, system: self.system.get(), data: self.data.get(), kept_back: KeptBack::default(), from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_takes_the_place_of_settings_and_not_of_pictures() {
        Owner::new().with(|| {
            let form = Form::new();
            form.take(0, PictureSet::Drawn(DrawnSet::Avatars));
            form.typed.set("mine".into());
            assert!(!form.is_chosen());
            form.change("/batch", 12.into());
            assert!(form.is_chosen());
            form.choose(&presets::ALL[0]);
            assert!(!form.is_chosen());
            form.choose(&presets::ALL[1]);
            assert!(form.is_chosen());
        });
    }

    #[test]
    fn super_resolution_has_no_opponent_and_the_others_have() {
        for preset in &presets::ALL {
            let system = preset.settings(preset.sides[0], 3);
            assert_eq!(has_opponent(&system), preset.system != "superres", "{}", preset.system);
            assert_eq!(rates(&system).len(), if preset.system == "superres" { 1 } else { 2 }, "{}", preset.system);
            assert!(NUMBERS.iter().any(|place| system.config.pointer(place).is_some()));
        }
    }

    #[test]
    fn an_opponent_of_no_weight_is_none_and_there_is_nothing_to_draw_of_it() {
        for (name, place) in
            [("pix2pix", "/adversarial"), ("simgan", "/adversarial"), ("superres", "/losses/adversarial")]
        {
            let preset = presets::find(name).unwrap();
            let mut system = preset.settings(preset.sides[0], 3);
            *system.config.pointer_mut(place).unwrap() = serde_json::json!(0.0);
            assert_eq!(ScalarKind::ALL.map(|kind| tells(&system, kind)), [true, false, true], "{name}");
            assert!(!has_opponent(&system) && !is_used(&system, "/discriminator_width"), "{name}");
            assert_eq!(rates(&system).len(), 1, "{name}");
        }
    }
}
