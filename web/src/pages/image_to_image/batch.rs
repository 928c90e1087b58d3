//! Several photos, one after the other, into one zip.

use forger_protocol::EngineError;
use js_sys::{Array, Date, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Blob, File};
use zip::DateTime;

use super::{
    archive::Archive,
    formats::{FORMATS, Format, PNG},
    make::{How, Stopped},
    pictures::decode,
    saving::Saved,
    studio::Studio,
};
use crate::{
    components::{files, labels, start_stop::StartStop},
    i18n::*,
};

/// What the zip is called, and its type.
const NAME: &str = "forger-photos.zip";
const KIND: &str = "application/zip";

#[derive(Clone, PartialEq)]
enum State {
    Waiting,
    Working,
    /// With what is lost or not as was asked, if anything.
    Done(String),
    Failed(String),
}

/// The photos and how far each is. The studio shows the one that is being made, or that the user wants to see.
#[derive(Clone, Copy)]
pub struct Batch {
    studio: Studio,
    files: StoredValue<Vec<File>, LocalStorage>,
    states: RwSignal<Vec<State>>,
    /// Which of them the studio shows.
    shown: RwSignal<Option<usize>>,
    format: RwSignal<&'static Format>,
    is_running: RwSignal<bool>,
    /// Falls before `is_running` does, when the user stops it.
    is_wanted: RwSignal<bool>,
    zip: RwSignal<Option<Blob>, LocalStorage>,
}

fn today() -> DateTime {
    let now = Date::new_0();
    let byte = |value: u32| value as u8;
    let (day, month) = (byte(now.get_date()), byte(now.get_month()) + 1);
    let (hour, minute, second) = (byte(now.get_hours()), byte(now.get_minutes()), byte(now.get_seconds()));
    DateTime::from_date_and_time(now.get_full_year() as u16, month, day, hour, minute, second).unwrap_or_default()
}

impl Batch {
    /// `is_running` is where it is kept whether it makes something.
    pub fn new(studio: Studio, is_running: RwSignal<bool>) -> Self {
        Self {
            studio,
            files: StoredValue::new_local(Vec::new()),
            states: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            format: RwSignal::new(&PNG),
            is_running,
            is_wanted: RwSignal::new(false),
            zip: RwSignal::new_local(None),
        }
    }

    /// Opens one photo, or several as a batch, in place of what there is.
    pub fn open(self, files: Vec<File>) {
        if self.is_running.get_untracked() {
            self.stop();
        }
        self.studio.give_up();
        self.zip.set(None);
        self.shown.set(None);
        let count = if files.len() > 1 { files.len() } else { 0 };
        self.states.set(vec![State::Waiting; count]);
        self.files.set_value(files);
        self.show(0);
    }

    /// Shows one of them as it was opened: what was made of it is in the zip alone, as a dozen results would fill the memory.
    fn show(self, index: usize) {
        let file = self.files.with_value(|files| files.get(index).cloned());
        // Of the one that is shown, there may be a result.
        if let Some(file) = file.filter(|_| self.shown.get_untracked() != Some(index)) {
            self.studio.open(&file, move || self.shown.set(Some(index)));
        }
    }

    /// Whether there are several. Tracked.
    pub fn has_many(self) -> bool {
        self.states.with(|states| !states.is_empty())
    }

    fn stop(self) {
        self.is_wanted.set(false);
        self.studio.cancel();
    }

    fn say(self, index: usize, state: State) {
        self.states.try_update(|states| states.get_mut(index).map(|old| *old = state));
    }

    /// Makes something of all of them. What is finished when it is stopped can be saved.
    fn start(self) {
        self.is_running.set(true);
        self.is_wanted.set(true);
        self.zip.set(None);
        // All of them in the same way, whatever is chosen meanwhile.
        let (files, how) = (self.files.get_value(), self.studio.how());
        self.states.set(vec![State::Waiting; files.len()]);
        spawn_local(async move {
            let mut zip = Zip::default();
            for (index, file) in files.iter().enumerate() {
                self.say(index, State::Working);
                let state = match self.one(index, file, &how, &mut zip).await {
                    Ok(notes) => State::Done(notes.join(" ")),
                    Err(Stopped::Because(said)) => State::Failed(said),
                    Err(Stopped::Cancelled) => {
                        self.say(index, State::Waiting);
                        break;
                    }
                };
                self.say(index, state);
            }
            // Other photos may have been opened since.
            let is_same = |now: &Vec<File>| now.first() == files.first();
            if self.files.try_with_value(is_same).unwrap_or_default() {
                self.zip.try_set(zip.finish());
            }
            self.is_running.try_set(false);
        });
    }

    /// Makes something of one of them. What of it is not as one may expect.
    async fn one(self, index: usize, file: &File, how: &How, zip: &mut Zip) -> Result<Vec<String>, Stopped> {
        let picture = decode(self.studio.locale(), file).await;
        let is_wanted = || self.is_wanted.try_get_untracked().unwrap_or_default();
        if !is_wanted() {
            return Err(Stopped::Cancelled);
        }
        let picture = picture.map_err(Stopped::Because)?;
        let losses = picture.metadata.losses(self.studio.locale());
        self.studio.put(picture);
        self.shown.set(Some(index));
        let made = self.studio.make(how).await?;
        let Some(format) = self.format.try_get_untracked() else { return Err(Stopped::Cancelled) };
        let Saved { blob, name, notes } = self.studio.file(&made, format).await?;
        let internal = |detail| Stopped::Because(labels::error(self.studio.locale(), &EngineError::Internal(detail)));
        let bytes = files::bytes(&blob).await.map_err(|error| internal(files::reason(&error)))?;
        zip.add(&name, &bytes).map_err(|error| internal(error.to_string()))?;
        if !is_wanted() {
            return Err(Stopped::Cancelled);
        }
        Ok(losses.into_iter().map(|(_, said)| said).chain(notes).collect())
    }
}

/// An archive whose pieces the browser keeps.
pub struct Zip {
    archive: Archive,
    pieces: Array,
    count: usize,
}

impl Default for Zip {
    fn default() -> Self {
        Self { archive: Archive::new(today()), pieces: Array::new(), count: 0 }
    }
}

impl Zip {
    fn keep(&self, piece: &[u8]) {
        if let Some(piece) = files::blob(piece, KIND) {
            self.pieces.push(&piece);
        }
    }

    pub fn add(&mut self, name: &str, bytes: &[u8]) -> zip::result::ZipResult<()> {
        let piece = self.archive.add(name, bytes)?;
        self.keep(&piece);
        self.count += 1;
        Ok(())
    }

    /// `None` for no file.
    pub fn finish(self) -> Option<Blob> {
        if self.count == 0 {
            return None;
        }
        let Self { archive, pieces, .. } = self;
        let last = archive.finish().ok()?;
        pieces.push(&Uint8Array::from(last.as_slice()));
        files::blob_of(&pieces, KIND)
    }
}

/// The list of a batch; nothing for a single photo. `start` is what the button says that begins it, unless it is `blocked`.
#[component]
pub fn BatchPanel(
    batch: Batch,
    #[prop(into)] start: Signal<String>,
    #[prop(into)] blocked: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let names = move || batch.files.with_value(|files| files.iter().map(File::name).collect::<Vec<_>>());
    let state = move |state: State| match state {
        State::Waiting => t_string!(i18n, up_waiting).to_owned(),
        State::Working => t_string!(i18n, up_working).to_owned(),
        State::Done(notes) if notes.is_empty() => t_string!(i18n, up_done).to_owned(),
        State::Done(notes) => format!("{}. {notes}", t_string!(i18n, up_done)),
        State::Failed(said) => said,
    };
    let row = move |(index, (name, now)): (usize, (String, State))| {
        let (is_done, is_failed) = (matches!(now, State::Done(_)), matches!(now, State::Failed(_)));
        let current = move || (batch.shown.get() == Some(index)).then_some("true");
        // While others are made, the studio shows those.
        let is_running = move || batch.is_running.get();
        let name = if is_done {
            view! { <button class="plain name" disabled=is_running on:click=move |_| batch.show(index)>{name}</button> }
                .into_any()
        } else {
            view! { <span class="name">{name}</span> }.into_any()
        };
        view! {
            <li aria-current=current>
                {name}
                <span class:good=is_done class:bad=is_failed>{state(now)}</span>
            </li>
        }
    };
    let rows = move || names().into_iter().zip(batch.states.get()).enumerate().map(row).collect_view();
    let done =
        move || batch.states.with(|states| states.iter().filter(|state| matches!(state, State::Done(_))).count());
    let count = move || {
        let total = batch.states.with(Vec::len);
        td_string!(i18n.get_locale(), up_batch, done = done(), total = total).to_string()
    };
    // Not read out with every photo: what came of them is.
    let outcome = move || (!batch.is_running.get() && done() > 0).then(count);
    let kind = move |event| {
        Format::of(&event_target_value(&event)).into_iter().for_each(|format| batch.format.set(format));
    };
    let options = FORMATS.map(|format| {
        view! { <option value=format.mime prop:selected=move || batch.format.get() == format>{format.name}</option> }
    });
    let save = move |_| {
        if let Some(zip) = batch.zip.get_untracked() {
            files::give_blob(&zip, NAME);
        }
    };
    view! {
        <Show when=move || batch.states.with(|states| !states.is_empty())>
            <section class="batch" aria-label=count>
                <div class="buttons">
                    <strong data-testid="batch-count">{count}</strong>
                    <span class="unseen" role="status" data-testid="batch-end">{outcome}</span>
                    <label>
                        <span>{t!(i18n, up_kind)}</span>
                        <select data-testid="batch-kind" disabled=move || batch.is_running.get() on:change=kind>
                            {options.clone()}
                        </select>
                    </label>
                    <StartStop
                        is_on=batch.is_running
                        start=move |()| batch.start()
                        stop=move |()| batch.stop()
                        label=start
                        blocked
                        primary=true
                        ids=["batch-start", "batch-stop"]
                    />
                    <button data-testid="save-zip" disabled=move || batch.zip.with(Option::is_none) on:click=save>
                        {t!(i18n, up_save_zip)}
                    </button>
                </div>
                <ol data-testid="batch">{rows}</ol>
            </section>
        </Show>
    }
}
