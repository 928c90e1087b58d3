//! What a new run begins with: random weights, a model of the site or of this machine, or a file.

use forger_protocol::{
    EngineError, ManifestEntry, RunRequest,
    runs::{Item, RunConfig},
};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, File, MouseEvent};

use super::{
    checkpoint::{self, Checkpoint, Place, Refused},
    offered::{of_site, of_system, size, take_linked},
    trainer::Trainer,
};
use crate::{
    components::{files, focus, labels},
    i18n::*,
    state::{newest::Turns, site},
};

/// What is chosen, in words.
fn described(locale: Locale, chosen: Checkpoint) -> String {
    if chosen.from.is_none() {
        let (system, step) = (labels::system(locale, &chosen.system.name), labels::count(chosen.steps as f64));
        return td_string!(locale, train_from_checkpoint, name = chosen.name, system = system, step = step).to_string();
    }
    let [height, width] = size(&chosen.system);
    let (name, size) = (labels::model(locale, &chosen.name), format!("{width} × {height}"));
    let begins = td_string!(locale, train_begins_with, name = name, size = size).to_string();
    if chosen.lacks_opponent {
        let alone = td_string!(locale, train_begins_alone).to_string();
        format!("{begins} {alone}")
    } else {
        begins
    }
}

impl Trainer {
    /// Begins a run and trains it, with what lies in a place if there is one: of the user's, in the file.
    pub fn begin(self, config: RunConfig, place: Option<Place>, file: Option<File>) {
        if self.is_busy.try_update(|is_busy| std::mem::replace(is_busy, true)) != Some(false) {
            return;
        }
        let (is_wanted, signal) = self.reading.begin();
        spawn_local(async move {
            let read = match place {
                None => Ok(Vec::new()),
                Some(place) => self.read(place, file, signal).await.map(|bytes| vec![bytes]),
            };
            // It may have been given up meanwhile, or the page left.
            if !is_wanted() {
                return;
            }
            self.end_reading();
            match read {
                Ok(buffers) => {
                    self.train(RunRequest::Begin(Box::new(config)), buffers).await;
                    self.ask_for_promise();
                }
                Err(error) => {
                    let lost = td_string!(self.locale(), train_opening_lost).to_string();
                    labels::tell_loss(self.toasts, self.locale(), &error, lost);
                }
            }
        });
    }

    /// The bytes that a run begins with.
    async fn read(
        self,
        place: Place,
        file: Option<File>,
        signal: Option<AbortSignal>,
    ) -> Result<ArrayBuffer, EngineError> {
        match (place, file) {
            (Place::Site(name), _) => site::fetch_bytes(&site::url(&format!("models/{name}")), signal.as_ref()).await,
            (Place::Own(name), _) => self.engine.read_stored(Item::Model, name).await,
            (Place::File, Some(file)) => match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => Ok(buffer.unchecked_into()),
                Err(_) => Err(EngineError::Gone(file.name())),
            },
            (Place::File, None) => Err(EngineError::Gone(String::new())),
        }
    }
}

/// A model to begin with, or a file, in place of random weights. The file is kept in `file`.
#[component]
pub fn BeginWith(trainer: Trainer, file: StoredValue<Option<File>, LocalStorage>) -> impl IntoView {
    let (i18n, form, of_site) = (use_i18n(), trainer.form, of_site());
    take_linked(trainer, of_site);
    let place = Memo::new(move |_| form.checkpoint.with(|chosen| chosen.as_ref().map(|chosen| chosen.place.clone())));
    let is_file = Memo::new(move |_| place.get() == Some(Place::File));
    let turns = Turns::default();
    let pick = move |event: web_sys::Event| {
        let Some(chosen) = files::chosen(&event) else { return };
        let is_wanted = turns.begin();
        spawn_local(async move {
            let read = checkpoint::read(&chosen).await;
            if !is_wanted() {
                return;
            }
            match read {
                Ok(read) => {
                    file.try_set_value(Some(chosen));
                    form.go_on_from(read);
                }
                Err(refused) => {
                    let (locale, name) = (trainer.locale(), chosen.name());
                    let said = match refused {
                        Refused::Unread => td_string!(locale, train_no_checkpoint, name = name).to_string(),
                        Refused::System(system) => {
                            let system = labels::system(locale, &system);
                            td_string!(locale, train_no_system, name = name, system = system).to_string()
                        }
                    };
                    trainer.toasts.error(said);
                }
            }
        });
    };
    let said = move || form.checkpoint.get().map(|chosen| described(i18n.get_locale(), chosen));
    let drop_it = move |event: MouseEvent| {
        focus::keep(&event);
        form.checkpoint.set(None);
    };
    view! {
        <div class="buttons">
            <Show when=move || !is_file.get()>
                <Models trainer of_site place />
            </Show>
            <label class="button file">
                <span>{t!(i18n, train_open_checkpoint)}</span>
                <input type="file" class="unseen" accept=".safetensors" data-testid="checkpoint-file" on:change=pick />
            </label>
            <Show when=move || is_file.get()>
                <button data-testid="drop-checkpoint" on:click=drop_it>{t!(i18n, remove)}</button>
            </Show>
        </div>
        <Show when=move || place.with(Option::is_some)>
            <p role="status" data-testid="checkpoint">{said}</p>
        </Show>
    }
}

/// The models that there are, to choose from.
#[component]
fn Models(
    trainer: Trainer,
    of_site: RwSignal<Option<Vec<ManifestEntry>>>,
    place: Memo<Option<Place>>,
) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let models = Memo::new(move |_| {
        let own = trainer.stored.with(|stored| stored.as_ref().map(|stored| stored.models.clone()));
        let of_site = of_site.get().unwrap_or_default();
        of_system(&of_site, &own.unwrap_or_default(), form.preset.get().system)
    });
    let choose = move |event| {
        let key = event_target_value(&event);
        let is_it = |model: &&Checkpoint| model.place.key() == key;
        form.checkpoint.set(models.with_untracked(|models| models.iter().find(is_it).cloned()));
    };
    let option = move |model: Checkpoint| {
        let (key, of, name) = (model.place.key(), model.place, model.name);
        let is_it = move || place.with(|place| place.as_ref() == Some(&of));
        let said = move || labels::model(i18n.get_locale(), &name);
        view! { <option value=key prop:selected=is_it>{said}</option> }
    };
    view! {
        <label>
            <span>{t!(i18n, train_begin_with)}</span>
            <select data-testid="begin-with" on:change=choose>
                <option value="" prop:selected=move || place.with(Option::is_none)>{t!(i18n, train_random)}</option>
                {move || models.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
