//! What lies on this machine: listed, renamed, deleted, and whether the browser will keep it.

use forger_protocol::{
    EngineError, Request,
    message::StoreRequest,
    runs::{Item, RunInfo, SetInfo},
};
use js_sys::{Array, ArrayBuffer};
use leptos::{prelude::*, task::spawn_local};

use super::trainer::Trainer;
use crate::{components::files, i18n::*, state::room};

impl Trainer {
    /// Asks what lies on this machine.
    pub fn refresh(self) {
        spawn_local(async move {
            match self.engine.stored().await {
                Ok(stored) => {
                    self.unkept.try_set(None);
                    self.stored.try_set(Some(stored));
                    return;
                }
                Err(EngineError::Storage(why)) => drop(self.unkept.try_set(Some(why))),
                Err(error) => self.tell(&error),
            }
            // What was listed before may be there all the same.
            self.stored.try_update(|stored| {
                stored.get_or_insert_default();
            });
        });
    }

    /// The user's sets, the newest first. Tracked.
    pub fn own_sets(self) -> Vec<SetInfo> {
        self.stored.with(|stored| stored.as_ref().map(|stored| stored.sets.clone()).unwrap_or_default())
    }

    /// The runs of this machine but for the one that is open, the newest first. Tracked.
    pub fn other_runs(self) -> Vec<RunInfo> {
        let open = self.open.with(|info| info.as_ref().map(|info| info.id.clone()));
        let runs = self.stored.with(|stored| stored.as_ref().map(|stored| stored.runs.clone()).unwrap_or_default());
        runs.into_iter().filter(|run| Some(&run.id) != open.as_ref()).collect()
    }

    fn store(self, request: StoreRequest) {
        spawn_local(async move {
            if let Err(error) = self.engine.request(Request::Store(request), Vec::new()).await {
                self.tell(&error);
            }
            self.refresh();
        });
    }

    /// Gives something another name; nothing is no name.
    pub fn rename(self, item: Item, id: String, name: &str) {
        let name = name.trim().to_owned();
        if !name.is_empty() {
            self.store(StoreRequest::Rename { item, id, name });
        }
    }

    pub fn delete(self, item: Item, id: String) {
        self.store(StoreRequest::Delete { item, id });
    }

    /// Gives the newest checkpoint of a run to the user.
    pub fn download(self, run: RunInfo) {
        spawn_local(async move {
            match self.engine.read_stored(Item::Run, run.id).await {
                Ok(buffer) => give_file(&buffer, &run.config.name),
                Err(error) => self.tell(&error),
            }
        });
    }

    /// Asks the browser to keep what lies here, once: the first time that there is something to lose.
    pub fn ask_for_promise(self) {
        if self.promised.try_get_untracked() != Some(None) {
            return;
        }
        spawn_local(async move {
            let promised = room::promise().await;
            self.promised.try_set(Some(promised.unwrap_or_default()));
        });
    }
}

/// What a list says now of one of its items, known by its id: the row stays, and what is begun in it, while the list is made anew.
pub fn item_of<T>(list: Memo<Vec<T>>, item: T, id: fn(&T) -> &str) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |before: Option<&T>| {
        let now = list.with(|list| list.iter().find(|other| id(other) == id(&item)).cloned());
        // Of one that is gone, the row goes next.
        now.unwrap_or_else(|| before.unwrap_or(&item).clone())
    })
}

/// Gives a checkpoint or a model to the user.
pub fn give_file(buffer: &ArrayBuffer, name: &str) {
    files::give(&Array::of1(buffer), "application/octet-stream", &format!("{name}.safetensors"));
}

/// What the user should know of what is kept here.
#[component]
pub fn Kept(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let said = move || {
        let locale = i18n.get_locale();
        if let Some(why) = trainer.unkept.get() {
            return Some(td_string!(locale, train_unkept, detail = why).to_string());
        }
        (trainer.promised.get() == Some(false)).then(|| td_string!(locale, train_unpromised).to_string())
    };
    move || said().map(|said| view! { <p class="muted" role="status" data-testid="kept">{said}</p> })
}
