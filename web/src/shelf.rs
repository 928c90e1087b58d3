//! The models of a page: which there are, which of them are open, and what is asked of them.
//!
//! The worker closes models where memory is short, and one that takes its place may lack them: a shelf opens them again, and
//! asks again. Those that a page has opened are closed when it is left.

mod bringing;
mod making;

use std::collections::HashMap;

use forger_protocol::{
    Card, Codes, DcganConfig, EngineError, Manifest, ManifestEntry, Reply, Settings, SystemConfig, codes::Mapping,
    error::ModelError,
};
use js_sys::{ArrayBuffer, Float32Array};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    engine_client::{Engine, Source, Underway, use_engine},
    state::{queue::Queue, site},
};
use bringing::Bringing;

/// The models of the site.
pub async fn manifest() -> Result<Manifest, EngineError> {
    site::fetch_json::<Manifest>(&site::url("models/manifest.json")).await
}

/// Whether a file holds weights as PyTorch writes them, by its name: what `forger import` takes, and no page.
pub fn is_of_pytorch(name: &str) -> bool {
    [".pth", ".pt"].iter().any(|end| name.to_lowercase().ends_with(end))
}

/// Whether a file is one of a model, by its name.
pub fn is_model(name: &str) -> bool {
    name.to_lowercase().ends_with(".safetensors") || is_of_pytorch(name)
}

/// What the worker says of a model that it has opened.
pub struct Opened {
    pub card: Card,
    pub sha256: String,
    /// Those of [`Reply::Model`].
    pub buffers: Vec<ArrayBuffer>,
}

/// The models of the page that made it, all of its systems.
#[derive(Clone, Copy)]
pub struct Shelf {
    engine: Engine,
    is_of_page: fn(&SystemConfig) -> bool,
    check: fn(&SystemConfig) -> Result<(), ModelError>,
    /// Of the models of its systems, those that it lists.
    lists: fn(&Card) -> bool,
    /// What is wrong with a card whose settings are right.
    accepts: fn(&Card) -> Result<(), ModelError>,
    /// Those of the site, then those that were made on this machine; `None` until the manifest is there.
    pub models: RwSignal<Option<Vec<ManifestEntry>>>,
    /// Of those that are listed, the names of those that were made on this machine.
    own: StoredValue<Vec<String>>,
    /// The opening that began last, while it is under way.
    pub opening: RwSignal<Option<Underway>>,
    /// Names of the models that this page has opened. Gone with the page.
    opened: StoredValue<Vec<String>>,
    /// By name, the mapping networks of models that have one, as the worker told them.
    mappings: StoredValue<HashMap<String, Vec<f32>>>,
    /// By name, the models that are being opened for those who asked something of them.
    bringing: StoredValue<HashMap<String, Bringing>>,
    /// Who wants a picture made.
    making: Queue,
}

impl Shelf {
    /// A shelf for models of a system.
    pub fn new<C: Settings>() -> Self {
        Self::of(SystemConfig::is::<C>, |system| system.settings::<C>().map(drop))
    }

    /// A shelf for models of some systems: whether one is of them, and what is wrong with its settings.
    pub fn of(is_of_page: fn(&SystemConfig) -> bool, check: fn(&SystemConfig) -> Result<(), ModelError>) -> Self {
        let shelf = Self {
            engine: use_engine(),
            is_of_page,
            check,
            lists: |_| true,
            accepts: |_| Ok(()),
            models: RwSignal::new(None),
            own: StoredValue::new(Vec::new()),
            opening: RwSignal::new(None),
            opened: StoredValue::new(Vec::new()),
            mappings: StoredValue::new(HashMap::new()),
            bringing: StoredValue::new(HashMap::new()),
            making: Queue::default(),
        };
        on_cleanup(move || {
            shelf.cancel();
            let opened = shelf.opened.try_update_value(std::mem::take).unwrap_or_default();
            opened.into_iter().for_each(|name| shelf.engine.close_model(name));
        });
        shelf
    }

    /// Lists only such models.
    pub fn only(self, lists: fn(&Card) -> bool) -> Self {
        Self { lists, ..self }
    }

    /// Opens only such models, files of the user's included.
    pub fn accepting(self, accepts: fn(&Card) -> Result<(), ModelError>) -> Self {
        Self { accepts, ..self }
    }

    /// The names of those that are listed. Tracked.
    pub fn names(self) -> Vec<String> {
        self.models.with(|models| models.iter().flatten().map(|entry| entry.card.name.clone()).collect())
    }

    /// Lists the models of the site, and those of this machine once the worker has said which there are. That is waited for only
    /// where the site does not have the model that is wanted, by its name; an empty one is content with any.
    pub async fn load(self, wanted: &str) -> Result<(), EngineError> {
        let mut models = manifest().await?.models;
        models.retain(|entry| self.takes(&entry.card));
        let is_there = models.iter().any(|entry| wanted.is_empty() || entry.card.name == wanted);
        if self.models.try_set(Some(models)).is_some() {
            return Err(EngineError::Cancelled);
        }
        if is_there {
            spawn_local(self.load_own());
        } else {
            self.load_own().await;
        }
        if self.is_left() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// Lists the models of this machine. A name means one model, and the site's is there for all who have a link.
    async fn load_own(self) {
        // Where nothing can be kept there are none.
        let mut own = self.engine.stored().await.unwrap_or_default().models;
        let listed = self.models.try_with_untracked(|models| {
            models.iter().flatten().map(|entry| entry.card.name.clone()).collect::<Vec<_>>()
        });
        let Some(listed) = listed else { return };
        own.retain(|entry| self.takes(&entry.card) && !listed.contains(&entry.card.name));
        if !own.is_empty() {
            self.own.try_update_value(|names| names.extend(own.iter().map(|entry| entry.card.name.clone())));
            self.models.try_update(|models| models.get_or_insert_default().extend(own));
        }
    }

    /// Whether a model is of this page.
    fn takes(self, card: &Card) -> bool {
        (self.is_of_page)(&card.system) && (self.lists)(card)
    }

    /// Where a model that is listed comes from.
    pub fn source(self, entry: &ManifestEntry) -> Source {
        match self.own.try_with_value(|own| own.contains(&entry.card.name)) {
            Some(true) => Source::Stored(entry.file.clone()),
            _ => Source::Site(Box::new(entry.clone())),
        }
    }

    /// A model that is listed. Tracked.
    pub fn find(self, name: &str) -> Option<ManifestEntry> {
        self.models.try_with(|models| models.as_ref()?.iter().find(|entry| entry.card.name == name).cloned())?
    }

    /// Lists a model that was opened from a file of the user's, in place of one of that name.
    pub fn list(self, card: Card, sha256: String) {
        let entry = ManifestEntry { file: String::new(), bytes: 0, sha256, card };
        self.models.try_update(|models| {
            let models = models.get_or_insert_default();
            match models.iter_mut().find(|old| old.card.name == entry.card.name) {
                Some(old) => *old = entry,
                None => models.push(entry),
            }
        });
    }

    /// Opens a model, in place of one of that name. A file of the user's is wanted in place of what was being opened, and may be what
    /// the worker stopped by: whether it is tried once more is for the user to say.
    pub async fn open(self, source: Source) -> Result<Opened, EngineError> {
        let Source::File(file) = &source else { return self.open_as(source, true, |_| ()).await };
        if is_of_pytorch(&file.name()) {
            return Err(ModelError::NoCard.into());
        }
        self.cancel();
        self.open_as(source, false, |_| ()).await
    }

    /// The same. One that is known was open before, or is of the site: whatever the worker stopped by, it is asked again. `sent` hears
    /// by which request.
    async fn open_as(self, source: Source, is_known: bool, sent: impl Fn(u32)) -> Result<Opened, EngineError> {
        loop {
            let (id, answer) = self.engine.open_model(source.clone()).await?;
            sent(id);
            self.engine.follow(id, self.opening);
            if self.is_left() {
                self.engine.cancel(id);
            }
            let answer = answer.await;
            if self.opening.try_get_untracked().flatten().is_some_and(|opening| opening.id == id) {
                self.opening.set(None);
            }
            match answer {
                Ok((Reply::Model { card, sha256 }, buffers)) => {
                    return self.keep(source, Opened { card: *card, sha256, buffers });
                }
                Ok(_) => return Err(EngineError::Protocol("model".into())),
                Err(EngineError::Restarted(_)) if is_known && !self.is_left() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps what the worker has opened, if it is for this page and the page is there.
    fn keep(self, source: Source, model: Opened) -> Result<Opened, EngineError> {
        let name = &model.card.name;
        let add = |opened: &mut Vec<String>| {
            opened.retain(|other| other != name);
            opened.push(name.clone());
        };
        let checked = (self.check)(&model.card.system).and_then(|()| (self.accepts)(&model.card));
        let kept = checked
            .map_err(EngineError::from)
            .and_then(|()| self.opened.try_update_value(add).ok_or(EngineError::Cancelled));
        if let Err(error) = kept {
            // One of that name that was open is to go on working: whoever asks something of it has it opened again.
            let before = self.engine.source(name);
            self.engine.close_model(name.clone());
            before.into_iter().for_each(|source| self.engine.opened(name.clone(), source));
            return Err(error);
        }
        let values = model.buffers.first().map(|values| Float32Array::new(values).to_vec());
        self.mappings.try_update_value(|mappings| match values {
            Some(values) => drop(mappings.insert(name.clone(), values)),
            None => drop(mappings.remove(name)),
        });
        self.engine.opened(name.clone(), source);
        Ok(model)
    }

    /// What a model of these settings draws from, which is opened for it if it is not open.
    pub async fn codes(self, name: &str, config: &DcganConfig) -> Result<Codes, EngineError> {
        let values = if config.mapping == 0 {
            None
        } else {
            self.ask(Some(name), async || Ok(())).await?;
            self.mappings.try_with_value(|mappings| mappings.get(name).cloned()).flatten()
        };
        let mapping = values.and_then(|values| Mapping::from_values(&values, config.latent_dim));
        Codes::new(config, mapping).ok_or_else(|| EngineError::Internal("a mapping".into()))
    }

    /// Asks something of a model, which is opened for it if it is not open; or of no model. What a worker did not answer
    /// before it stopped is asked again, and once what it could not because it had closed the model.
    pub async fn ask<T>(
        self,
        model: Option<&str>,
        ask: impl AsyncFn() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        if let Some(name) = model
            && !self.opened.try_with_value(|opened| opened.iter().any(|other| other == name)).unwrap_or_default()
        {
            self.bring(name).await?;
        }
        let mut is_first = true;
        while !self.is_left() {
            match (ask().await, model) {
                (Err(EngineError::Restarted(_)), _) => {}
                (Err(EngineError::NotOpen(_)), Some(name)) if is_first => {
                    is_first = false;
                    self.bring(name).await?;
                }
                (answer, _) => return answer,
            }
        }
        Err(EngineError::Cancelled)
    }

    /// Closes a model that this page has opened.
    pub fn close(self, name: String) {
        self.opened.try_update_value(|opened| opened.retain(|other| *other != name));
        self.engine.close_model(name);
    }

    fn is_left(self) -> bool {
        self.opened.try_with_value(|_| ()).is_none()
    }
}
