//! What there is of models, and what is known of each.

use std::collections::HashMap;

use forger_protocol::{
    EngineError, ManifestEntry,
    runs::{self, Stored},
};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};

use super::checks::{Checking, Tried, Verdict};
use crate::{
    components::{files, labels},
    engine_client::{Engine, use_engine},
    i18n::*,
    shelf::{Shelf, manifest},
    state::toasts::{Toasts, use_toasts},
};

/// Where a model lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Site,
    /// On this machine, made here.
    Here,
    /// In a file that the user has opened.
    File,
}

/// A model of the page.
#[derive(Clone, PartialEq)]
pub struct Item {
    pub place: Place,
    pub entry: ManifestEntry,
}

impl Item {
    /// What it is known by: models of two places may have one name.
    pub fn key(&self) -> String {
        let place = match self.place {
            Place::Site => "model",
            Place::Here => "own",
            Place::File => "file",
        };
        format!("{place}-{}", self.entry.card.name)
    }
}

#[derive(Clone, Copy)]
pub struct Stock {
    pub engine: Engine,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    /// Opens models of any system; each is closed again.
    pub shelf: Shelf,
    /// The models of the site; `None` until the manifest is there.
    pub site: RwSignal<Option<Vec<ManifestEntry>>>,
    /// What lies on this machine, or why nothing can; `None` until the worker has said so.
    pub stored: RwSignal<Option<Result<Stored, EngineError>>>,
    /// Whether the manifest could not be loaded.
    pub failed: RwSignal<bool>,
    /// By [`Item::key`], what came of checks.
    pub verdicts: RwSignal<HashMap<String, Verdict>>,
    pub checking: RwSignal<Option<Checking>>,
    /// The file of the user's that was opened last.
    pub tried: RwSignal<Option<Tried>>,
    /// Grows with all that is begun and with all that is stopped: what was begun before is not wanted any more.
    pub(super) turn: StoredValue<u32>,
}

impl Stock {
    pub fn new() -> Self {
        let stock = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf: Shelf::of(|_| true, |_| Ok(())),
            site: RwSignal::new(None),
            stored: RwSignal::new(None),
            failed: RwSignal::new(false),
            verdicts: RwSignal::new(HashMap::new()),
            checking: RwSignal::new(None),
            tried: RwSignal::new(None),
            turn: StoredValue::new(0),
        };
        stock.load();
        stock.load_stored();
        stock
    }

    fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.i18n.get_locale_untracked(), error);
    }

    /// Loads what there is on the site.
    pub fn load(self) {
        self.failed.set(false);
        spawn_local(async move {
            match manifest().await {
                Ok(manifest) => {
                    self.site.try_set(Some(manifest.models));
                }
                Err(error) if self.failed.try_set(true).is_none() => self.tell(&error),
                Err(_) => {}
            }
        });
    }

    fn load_stored(self) {
        spawn_local(async move {
            let stored = self.engine.stored().await;
            self.stored.try_set(Some(stored));
        });
    }

    /// The models that were made here. Tracked.
    pub fn own(self) -> Vec<Item> {
        self.stored.with(|stored| {
            let models = stored.iter().flatten().flat_map(|stored| &stored.models);
            models.map(|entry| Item { place: Place::Here, entry: entry.clone() }).collect()
        })
    }

    /// Those of the site, then those that were made here. Tracked.
    pub fn all(self) -> Vec<Item> {
        let mut all = self.site.with(|site| {
            let models = site.iter().flatten().cloned();
            models.map(|entry| Item { place: Place::Site, entry }).collect::<Vec<_>>()
        });
        all.extend(self.own());
        all
    }

    /// Whether pages offer a model of the site by the name of this one that was made here. Tracked.
    pub fn is_hidden(self, item: &Item) -> bool {
        let name = &item.entry.card.name;
        let is_on_site = || self.site.with(|site| site.iter().flatten().any(|entry| entry.card.name == *name));
        item.place == Place::Here && is_on_site()
    }

    /// Gives the file of a model that was made here to the user.
    pub fn download(self, file: String) {
        spawn_local(async move {
            match self.engine.read_stored(runs::Item::Model, file.clone()).await {
                Ok(buffer) => files::give(&Array::of1(&buffer), "application/octet-stream", &file),
                Err(error) => self.tell(&error),
            }
        });
    }

    /// Deletes a model that was made here.
    pub fn delete(self, item: Item) {
        spawn_local(async move {
            if let Err(error) = self.engine.delete_stored(runs::Item::Model, item.entry.file).await {
                return self.tell(&error);
            }
            let name = item.entry.card.name;
            let said = td_string!(self.i18n.get_locale_untracked(), models_deleted, name = name);
            self.toasts.note(said.to_string());
            self.load_stored();
        });
    }
}
