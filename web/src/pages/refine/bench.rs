//! What is on the page: a simulator and its sample, a model, and what that made of it.

use forger_protocol::{EngineError, SimganConfig, latent_url::ModelRef, refine_url::from_query};
use forger_simulators::{Sample, Simulator};
use leptos::{prelude::*, task::spawn_local};

use super::{
    model::Model,
    subject::{Subject, picture},
    work::{Judged, Refined},
};
use crate::{
    components::labels,
    engine_client::{Engine, Source, use_engine},
    i18n::*,
    pages::{
        image_to_image::ask::{Asker, Picture},
        links::{compare, complain, query},
    },
    shelf::Shelf,
    state::{
        newest::Latest,
        toasts::{Toasts, use_toasts},
    },
};

#[derive(Clone, Copy)]
pub struct Bench {
    engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub shelf: Shelf,
    pub seed: RwSignal<u32>,
    pub subject: RwSignal<Subject>,
    pub simulator: Memo<Simulator>,
    pub sample: Memo<Sample>,
    pub given: Memo<Picture>,
    /// The name of the model that was chosen, for whichever simulator.
    chosen: RwSignal<String>,
    /// The models of the simulator.
    pub models: Memo<Vec<Model>>,
    /// The one that refines, if there is any.
    pub model: Memo<Option<Model>>,
    pub refined: RwSignal<Option<Refined>>,
    /// Whether what D says is laid over the pictures.
    pub is_mapped: RwSignal<bool>,
    /// What D said last.
    pub judged: RwSignal<Option<Judged>>,
    /// Whether the pointer is down on what changes the picture.
    pub is_held: RwSignal<bool>,
    /// Whether what there is of models could not be loaded.
    pub unlisted: RwSignal<bool>,
    /// Whether refining failed: it begins again when it is told to.
    pub failed: RwSignal<bool>,
    /// The model that the address asks for, until the list is there.
    wanted: StoredValue<Option<ModelRef>>,
    /// Apart, so that a picture does not wait until the one before is judged.
    pub refining: Latest,
    pub judging: Latest,
}

impl Bench {
    pub fn new() -> Self {
        let (state, mut wrong) = from_query(&query());
        let simulator = state.simulator.as_deref().map(str::parse::<Simulator>);
        if let Some(Err(unknown)) = &simulator {
            wrong.push(format!("simulator={}", unknown.0));
        }
        let mut subject = Subject::nth(simulator.and_then(Result::ok).unwrap_or(Simulator::Eyes), state.seed, 0);
        for (name, value) in &state.changes {
            if subject.allows(name, *value) {
                subject.set(name, *value);
            } else {
                wrong.push(format!("{name}={value}"));
            }
        }
        let shelf = Shelf::new::<SimganConfig>();
        let (subject, chosen) = (RwSignal::new(subject), RwSignal::new(String::new()));
        let simulator = Memo::new(move |_| subject.with(Subject::simulator));
        let sample = Memo::new(move |_| subject.with(Subject::sample));
        let models = Memo::new(move |_| {
            let all = shelf.models.with(|models| {
                let models = models.iter().flatten();
                models.filter_map(|entry| Model::of(entry.card.clone(), &entry.sha256)).collect::<Vec<_>>()
            });
            let is_for = |model: &Model| model.size == simulator.get().size();
            all.into_iter().filter(is_for).collect::<Vec<_>>()
        });
        let model = Memo::new(move |_| {
            let chosen = chosen.get();
            models.with(|models| models.iter().find(|model| model.card.name == chosen).or(models.first()).cloned())
        });
        let bench = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf,
            seed: RwSignal::new(state.seed),
            subject,
            simulator,
            sample,
            given: Memo::new(move |_| sample.with(|sample| picture(simulator.get(), sample))),
            chosen,
            models,
            model,
            refined: RwSignal::new(None),
            is_mapped: RwSignal::new(false),
            judged: RwSignal::new(None),
            is_held: RwSignal::new(false),
            unlisted: RwSignal::new(false),
            failed: RwSignal::new(false),
            wanted: StoredValue::new(state.model),
            refining: Latest::default(),
            judging: Latest::default(),
        };
        complain(bench.toasts, bench.locale(), &wrong);
        bench.work();
        bench.load();
        bench
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.locale(), error);
    }

    pub fn asker(self) -> Asker {
        Asker { engine: self.engine, shelf: self.shelf }
    }

    /// Loads what there is of models, and takes that of the link.
    pub fn load(self) {
        self.unlisted.set(false);
        let wanted = self.wanted.with_value(|wanted| wanted.as_ref().map(|model| model.name.clone()));
        spawn_local(async move {
            match self.shelf.load(&wanted.unwrap_or_default()).await {
                Ok(()) => self.begin(),
                Err(error) => {
                    self.unlisted.try_set(true);
                    self.tell(&error);
                }
            }
        });
    }

    fn begin(self) {
        let Some(wanted) = self.wanted.try_update_value(Option::take).flatten() else { return };
        let entry = untrack(|| self.shelf.find(&wanted.name));
        let model = entry.and_then(|entry| Model::of(entry.card, &entry.sha256));
        let (name, hash) = model.as_ref().map_or(("", ""), |model| (&model.key.name, &model.key.hash));
        compare(self.toasts, self.locale(), &wanted, name, hash);
        model.into_iter().for_each(|model| self.take(&model));
    }

    /// Takes a model, and its simulator.
    fn take(self, model: &Model) {
        let Some(simulator) = model.simulator() else {
            let (name, (h, w)) = (model.card.name.clone(), model.size);
            let said = td_string!(self.locale(), refine_no_simulator, name = name, w = w, h = h);
            return self.toasts.error(said.to_string());
        };
        self.failed.set(false);
        self.chosen.set(model.card.name.clone());
        if simulator != self.simulator.get_untracked() {
            self.simulate(simulator);
        }
    }

    /// The model that refines. Tracked.
    pub fn key(self) -> Option<ModelRef> {
        self.model.try_with(|model| model.as_ref().map(|model| model.key.clone())).flatten()
    }

    /// Its name. Tracked.
    pub fn model_name(self) -> Option<String> {
        self.key().map(|key| key.name)
    }

    /// Whether this model is still there: a file of the user's may have taken its name.
    pub fn has(self, key: &ModelRef) -> bool {
        let entry = untrack(|| self.shelf.find(&key.name));
        entry.is_some_and(|entry| ModelRef::of(&key.name, &entry.sha256) == *key)
    }

    /// Takes another model of the page.
    pub fn choose(self, name: &str) {
        // What is being opened for it must not be stopped.
        if untrack(|| self.model_name()).is_some_and(|chosen| chosen == name) {
            return;
        }
        // What is not wanted any more is not worth its bytes.
        self.shelf.cancel();
        let found = self.models.with_untracked(|models| models.iter().find(|model| model.card.name == name).cloned());
        found.into_iter().for_each(|model| self.take(&model));
        self.forget_link();
    }

    /// Opens a model file of the user's, and takes it.
    pub fn open_file(self, file: web_sys::File) {
        let name = file.name();
        spawn_local(async move {
            match self.shelf.open(Source::File(file)).await {
                Ok(opened) => {
                    let model = Model::of(opened.card.clone(), &opened.sha256);
                    self.shelf.list(opened.card, opened.sha256);
                    model.into_iter().for_each(|model| self.take(&model));
                    self.forget_link();
                }
                Err(error) => labels::tell_file(self.toasts, self.locale(), &error, &name),
            }
        });
    }

    /// Goes to a simulator.
    pub fn simulate(self, simulator: Simulator) {
        self.subject.set(Subject::nth(simulator, self.seed.get_untracked(), 0));
        self.forget_link();
    }

    /// Changes what is simulated.
    pub fn change(self, change: impl FnOnce(&mut Subject)) {
        self.subject.update(change);
        self.forget_link();
    }

    /// Draws another sample. A digit stays the digit that it is.
    pub fn another(self) {
        let seed = random_seed();
        self.seed.set(seed);
        self.change(|subject| {
            let class = subject.get("class");
            *subject = Subject::nth(subject.simulator(), seed, 0);
            class.into_iter().for_each(|class| subject.set("class", class));
        });
    }
}

/// A seed that nobody chose, short enough for a link.
pub fn random_seed() -> u32 {
    (js_sys::Math::random() * 1e6) as u32 + 1
}
