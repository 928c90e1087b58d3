//! Which model the latent page shows: that of the link, or the one that the user chose. The state names it once it is shown.

use forger_protocol::{
    Card, Codes, DcganConfig, EngineError, ManifestEntry,
    codes::Mapping,
    error::ModelError,
    latent_url::{Code, LatentState, ModelRef, short_hash},
};
use js_sys::Float32Array;
use leptos::{prelude::*, task::spawn_local};

use super::{board, explorer::Explorer, suggest::SENTENCES};
use crate::{components::labels, engine_client::Source, i18n::*, pages::links::compare, shelf::Opened};

impl Explorer {
    /// Loads the manifest, then the model that the page shows.
    pub fn load_manifest(self) {
        let model = self.state.with_untracked(|state| state.model.as_ref().map(|model| model.name.clone()));
        spawn_local(async move {
            match self.shelf.load(&model.unwrap_or_default()).await {
                Ok(()) => self.load_wanted(),
                Err(error) => {
                    self.failed.try_set(true);
                    self.tell(&error);
                }
            }
        });
    }

    /// Loads the model that was chosen, or else the one that the state names. A link that names none means the first that has
    /// directions; where nothing was asked for, it is the first that can say the sentence that the page is about.
    pub fn load_wanted(self) {
        let chosen = self.chosen.get_untracked().map(|name| ModelRef { name, hash: String::new() });
        let model = chosen.or_else(|| self.state.with_untracked(|state| state.model.clone()));
        let is_opening = self.state.with_untracked(|state| *state == LatentState::default());
        let entry = self.shelf.models.with_untracked(|models| {
            let models = models.as_ref()?;
            let named = model.as_ref().and_then(|model| models.iter().find(|entry| entry.card.name == model.name));
            let speaks = |card: &Card| SENTENCES.iter().any(|sentence| sentence.is_possible(card));
            let speaker = models.iter().find(|entry| is_opening && speaks(&entry.card));
            let first = models.iter().find(|entry| !entry.card.directions.is_empty()).or(models.first());
            named.or(speaker).or(first).cloned()
        });
        let Some(entry) = entry else { return };
        if let Some(model) = model {
            if entry.card.name != model.name {
                self.wanted.set(Some(model));
            } else {
                compare(self.toasts, self.locale(), &model, &entry.card.name, short_hash(&entry.sha256));
            }
        }
        self.load(self.shelf.source(&entry), Some(&entry));
    }

    /// Loads the model of this name, which the user has chosen.
    pub fn choose(self, name: &str) {
        if untrack(|| self.shelf.find(name)).is_some() {
            self.stop_loading();
            self.chosen.set(Some(name.to_owned()));
            self.load_wanted();
        } else if self.model().is_some_and(|shown| shown == name) {
            // One that is not listed is a file of the user's, which is shown: it stays in place of what was chosen since.
            self.stop_loading();
        }
    }

    /// Loads a file of the user.
    pub fn load_file(self, file: web_sys::File) {
        self.stop_loading();
        self.load(Source::File(file), None);
    }

    /// What is not wanted any more is not worth its bytes, and is not shown if it comes all the same.
    pub fn stop_loading(self) {
        self.shelf.cancel();
        self.loads.update_value(|count| *count += 1);
        self.chosen.set(None);
        self.failed.set(false);
    }

    fn load(self, source: Source, entry: Option<&ManifestEntry>) {
        self.failed.set(false);
        let file = match &source {
            Source::File(file) => Some(file.name()),
            _ => None,
        };
        let is_asked = file.is_some() || self.chosen.with_untracked(Option::is_some);
        self.loading.set(entry.map(|entry| (entry.card.name.clone(), entry.bytes)));
        let number = self.loads.try_update_value(|count| {
            *count += 1;
            *count
        });
        spawn_local(async move {
            let answer = self.shelf.open(source).await;
            // Another may be wanted by now, or another page.
            if self.loads.try_get_value() != number {
                return;
            }
            match answer.and_then(|model| self.show(model, is_asked)) {
                Ok(()) => {}
                Err(error) => {
                    // What reads well and is for another page would do so again, and a file has to be chosen again.
                    let is_for_another = matches!(error, EngineError::Model(ModelError::OtherSystem { .. }));
                    let is_shown = self.card.with_untracked(Option::is_some);
                    self.failed.set(!(is_for_another || file.is_some() && is_shown));
                    match file {
                        Some(name) => labels::tell_file(self.toasts, self.locale(), &error, &name),
                        None => self.tell(&error),
                    }
                }
            }
        });
    }

    /// Shows a model in place of the one there was. One that the user has asked for takes the place of any that a link wants.
    fn show(self, model: Opened, is_asked: bool) -> Result<(), EngineError> {
        let Opened { card, sha256, buffers } = model;
        let config = card.system.settings::<DcganConfig>()?;
        let values = buffers.first().map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
        let codes = Codes::new(&config, Mapping::from_values(&values, config.latent_dim));
        let hash = short_hash(&sha256);
        let is_wanted =
            self.wanted.with_untracked(|wanted| wanted.as_ref().is_none_or(|w| w.matches(&card.name, hash)));
        if is_asked || is_wanted {
            self.wanted.set(None);
        }
        self.chosen.set(None);
        if self.wanted.with_untracked(Option::is_none) {
            let model = ModelRef { name: card.name.clone(), hash: hash.to_owned() };
            self.state.update(|state| state.model = Some(model));
        }
        let is_other = self.model().is_some_and(|before| before != card.name);
        if is_other && board::is_untouched(self) {
            self.state.update(|state| (state.terms, state.expression) = Default::default());
        }
        self.forget_pictures();
        let dim = codes.as_ref().map_or(0, Codes::dim);
        self.codes.set(codes);
        self.config.set(Some(config));
        self.card.set(Some(card));
        self.sha256.set(sha256);
        let is_whole = |code: &Code| !matches!(code, Code::Own(steps) if steps.len() != dim);
        if !self.state.with_untracked(|state| codes_of(state).all(is_whole)) {
            self.toasts.error(td_string!(self.locale(), other_length, n = dim).to_string());
        }
        Ok(())
    }
}

/// Every code of a state.
fn codes_of(state: &LatentState) -> impl Iterator<Item = &Code> {
    let of_terms = state.terms.iter().flat_map(|term| &term.codes);
    let of_moves = state.moves.iter().filter_map(|step| step.own.as_ref());
    of_terms.chain(of_moves).chain(&state.base).chain(&state.walk)
}
