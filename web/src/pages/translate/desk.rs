//! What is on the page: which model, which way, and what a link or this machine had of a drawing.

use forger_protocol::{
    EngineError, ManifestEntry,
    latent_url::{ModelRef, short_hash},
    message::Made,
    translate_url::{Drawing, TranslateState, from_query, to_query},
};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use super::{
    examples::{self, Example},
    model::{self, Model, check, is_of_page},
};
use crate::{
    components::labels,
    engine_client::{Engine, Source, use_engine},
    i18n::*,
    pages::{
        image_to_image::ask::{Asker, Picture, Told, Verdicts},
        links::{asked, compare, complain, query},
    },
    shelf::{Shelf, is_model},
    state::{
        screen, site, storage,
        toasts::{Toasts, use_toasts},
    },
};

/// Where the name of the model is kept that was used last.
const KEY: &str = "translate";
/// What the styles take for narrow: a phone, whose lines may be slow, too.
const NARROW: &str = "(max-width: 760px)";

#[derive(Clone, Copy)]
pub struct Desk {
    pub engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub shelf: Shelf,
    /// Name of the model; empty before there is one.
    pub way: RwSignal<String>,
    pub model: Memo<Option<Model>>,
    /// Whether a model that knows two ways goes back.
    pub back: RwSignal<bool>,
    pub examples: RwSignal<Vec<Example>>,
    /// Whether several photos are translated one after the other, all by the same model in the same way.
    pub is_batching: RwSignal<bool>,
    /// What the address asks for, until it was had.
    wanted: StoredValue<TranslateState>,
    /// Whether what there is of models could not be loaded.
    pub failed: RwSignal<bool>,
}

impl Desk {
    pub fn new() -> Self {
        let (state, wrong) = from_query(&query());
        let (shelf, way) = (Shelf::of(is_of_page, check), RwSignal::new(String::new()));
        let desk = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf,
            way,
            model: Memo::new(move |_| {
                let entry = shelf.find(&way.get())?;
                Model::of(entry.card, &entry.sha256)
            }),
            back: RwSignal::new(state.back),
            examples: RwSignal::new(Vec::new()),
            is_batching: RwSignal::new(false),
            wanted: StoredValue::new(state),
            failed: RwSignal::new(false),
        };
        complain(desk.toasts, desk.locale(), &wrong);
        desk.load();
        desk
    }

    /// A model of the page. Tracked.
    pub fn named(self, name: &str) -> Option<Model> {
        let entry = self.shelf.find(name)?;
        Model::of(entry.card, &entry.sha256)
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.locale(), error);
    }

    /// Loads what there is, then takes the model of the link, or that of the last time, or else one that is drawn for, a light one on
    /// a narrow screen.
    pub fn load(self) {
        self.failed.set(false);
        spawn_local(async move {
            let examples = examples::load().await;
            if self.examples.try_set(examples).is_some() {
                return;
            }
            match self.shelf.load(&self.asked()).await {
                Ok(()) => self.begin(),
                Err(error) => {
                    self.failed.try_set(true);
                    self.tell(&error);
                }
            }
        });
    }

    /// The name of the model that is asked for.
    fn asked(self) -> String {
        self.wanted.with_value(|state| asked(state.model.as_ref(), KEY))
    }

    fn begin(self) {
        let (wanted, asked) = (self.wanted.with_value(|state| state.model.clone()), self.asked());
        let entry = self.shelf.models.with_untracked(|models| {
            let models = models.as_ref()?;
            let asked = models.iter().find(|entry| entry.card.name == asked);
            asked.or_else(|| model::first(models, screen::matches(NARROW))).cloned()
        });
        let Some(entry) = entry else { return };
        if let Some(model) = wanted {
            let hash = short_hash(&entry.sha256);
            compare(self.toasts, self.locale(), &model, &entry.card.name, hash);
        }
        self.way.set(entry.card.name);
    }

    /// Whether the link may mean this model: what is drawn with the colours of one says nothing to another.
    fn is_wanted(self, name: &str) -> bool {
        self.wanted.with_value(|state| state.model.as_ref().is_none_or(|model| model.name == name))
    }

    /// Takes another model of the page.
    pub fn choose(self, name: String) {
        // What is not wanted any more is not worth its bytes.
        self.shelf.cancel();
        if !self.is_wanted(&name) {
            self.wanted.set_value(TranslateState::default());
        }
        self.back.set(false);
        storage::set(KEY, &name);
        self.way.set(name);
        self.forget_link();
    }

    /// Opens a model file of the user's, and takes it.
    pub fn open_file(self, file: web_sys::File) {
        let name = file.name();
        spawn_local(async move {
            match self.shelf.open(Source::File(file)).await {
                Ok(opened) => {
                    let name = opened.card.name.clone();
                    self.shelf.list(opened.card, opened.sha256);
                    // Photos may be translated by another one since, which keeps its place.
                    if self.is_batching.try_get_untracked() == Some(false) {
                        self.choose(name);
                    }
                }
                Err(error) => labels::tell_file(self.toasts, self.locale(), &error, &name),
            }
        });
    }

    /// Opens the model that is among files that were dropped or opened as pictures. Whether there is one.
    pub fn takes(self, files: &[web_sys::File]) -> bool {
        let model = files.iter().find(|file| is_model(&file.name())).filter(|_| !self.is_batching.get_untracked());
        model.into_iter().for_each(|file| self.open_file(file.clone()));
        model.is_some()
    }

    /// The drawing that a board begins with: that of the link, else what was kept, else the first example. What was kept comes
    /// second where it is not that: the first stroke will take its place.
    pub fn first_drawing(self, model: &Model) -> (Drawing, Option<Drawing>) {
        let mut state = TranslateState::default();
        if self.is_wanted(&model.card.name) {
            self.wanted.update_value(|wanted| state = std::mem::take(wanted));
        }
        let (drawing, name) = (state.drawing, state.example);
        let examples = self.examples.get_untracked();
        let mut fitting = examples.iter().filter(|example| example.is_for(model));
        let of_example = |name: String| {
            let found = examples.iter().find(|example| example.is_for(model) && example.name == name);
            if found.is_none() {
                complain(self.toasts, self.locale(), &[format!("example={name}")]);
            }
            found.map(|example| example.drawing(model))
        };
        let checked = |drawing: Drawing| {
            let fits = drawing.side() == model.side && drawing.fits(model.card.palette.len());
            if !fits {
                complain(self.toasts, self.locale(), &["drawing=".to_owned()]);
            }
            fits.then_some(drawing)
        };
        let kept = || {
            let drawing = storage::get(&self.kept_key(model))?.parse::<Drawing>().ok()?;
            (drawing.side() == model.side && drawing.fits(model.card.palette.len())).then_some(drawing)
        };
        let (asked, kept) = (drawing.and_then(checked).or_else(|| name.and_then(of_example)), kept());
        let example = || fitting.next().map_or_else(|| Drawing::new(model.side), |example| example.drawing(model));
        let first = asked.or_else(|| kept.clone()).unwrap_or_else(example);
        let kept = kept.filter(|kept| *kept != first);
        (first, kept)
    }

    /// Keeps a drawing on this machine, for the next time.
    pub fn keep(self, model: &Model, drawing: &Drawing) {
        storage::set(&self.kept_key(model), &drawing.to_string());
        self.forget_link();
    }

    /// Where its drawing is kept. A file of the user's may have the name of a model of the site.
    fn kept_key(self, model: &Model) -> String {
        let Model { card, hash, .. } = model;
        let is_it = |entry: &ManifestEntry| entry.card.name == card.name && entry.sha256.starts_with(hash);
        let is_of_file = |entry: &ManifestEntry| entry.file.is_empty() && is_it(entry);
        let is_file =
            self.shelf.models.try_with_untracked(|models| models.iter().flatten().any(is_of_file)).unwrap_or_default();
        if is_file { format!("drawing-{}-{hash}", card.name) } else { format!("drawing-{}", card.name) }
    }

    /// What a link says of the model and the way.
    pub fn state(self) -> TranslateState {
        let model = self.model.get_untracked();
        let named = |model: Model| ModelRef { name: model.card.name, hash: model.hash };
        let back = self.back.get_untracked() && model.as_ref().is_some_and(Model::goes_back);
        TranslateState { model: model.map(named), back, ..TranslateState::default() }
    }

    /// Takes a drawing out of the address, which is no longer the one that is here.
    fn forget_link(self) {
        let search = window().location().search().unwrap_or_default();
        if from_query(&search).0 != TranslateState::default()
            && let Ok(history) = window().history()
        {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address(&self.state())));
        }
    }
}

/// The link of a state.
pub fn address(state: &TranslateState) -> String {
    site::url(&format!("translate?{}", to_query(state)))
}

impl Desk {
    /// Has the model make a picture of a picture.
    pub async fn make(self, picture: &Picture, back: bool, told: Told) -> Result<(Picture, Made), EngineError> {
        self.make_if(|| true, picture, back, told).await
    }

    /// The same, unless it is not wanted any more when its turn comes.
    pub async fn make_if(
        self,
        is_wanted: impl Fn() -> bool,
        picture: &Picture,
        back: bool,
        told: Told,
    ) -> Result<(Picture, Made), EngineError> {
        self.asker().make_if(is_wanted, &self.way.get_untracked(), picture, back, told).await
    }

    /// Has the model judge a picture, made of the given one, as one of its first or its second domain.
    pub async fn judge(self, given: &Picture, judged: &Picture, first: bool) -> Result<Verdicts, EngineError> {
        self.asker().judge(&self.way.get_untracked(), given, judged, first).await
    }

    pub fn asker(self) -> Asker {
        Asker { engine: self.engine, shelf: self.shelf }
    }
}
