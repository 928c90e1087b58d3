//! Super-resolution: a photo becomes larger, in this tab.

use forger_protocol::{SuperresConfig, latent_url::short_hash};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{DragEvent, File};

use super::{
    image_to_image::{
        Progress, Results, Sides, Viewer,
        batch::{Batch, BatchPanel},
        examples::{Examples, LARGER},
        limits::{megabytes, refusal, refused},
        studio::{Plan, Studio},
    },
    links::{self, compare, query},
};
use crate::{
    components::{
        about::About,
        files::{self, PhotoButtons},
        labels,
        models::ModelSelect,
    },
    i18n::*,
    shelf::Shelf,
    state::newest::Turns,
};

/// How many times larger it makes a picture.
const SCALE: usize = 4;

/// A studio whose ways are the models of super-resolution, that of the link or else the first to begin with, and bicubic
/// interpolation. What is chosen before that one is known ends the wait for it.
fn studio(turns: Turns) -> Studio {
    let (shelf, way) = (Shelf::new::<SuperresConfig>(), RwSignal::new(labels::BICUBIC.to_owned()));
    let scale = Memo::new(move |_| {
        let model = shelf.find(&way.get());
        let config = model.and_then(|entry| entry.card.system.settings::<SuperresConfig>().ok());
        config.map_or(SCALE, |config| config.scale)
    });
    let i18n = use_i18n();
    let plan = Plan {
        back: Signal::stored(false),
        size: Callback::new(|size| size),
        refusal: Callback::new(move |size| refusal(i18n.get_locale(), size, scale.get())),
    };
    let studio = Studio::new(shelf, way, scale, plan);
    let (wanted, is_wanted) = (links::model(&query()), turns.begin());
    spawn_local(async move {
        let name = wanted.as_ref().map_or("", |model| &model.name);
        if let Err(error) = shelf.load(name).await {
            labels::tell(studio.toasts, studio.locale(), &error);
            return;
        }
        if !is_wanted() {
            return;
        }
        let entry = shelf.models.with_untracked(|models| {
            let models = models.as_ref()?;
            models.iter().find(|entry| entry.card.name == name).or(models.first()).cloned()
        });
        let Some(entry) = entry else { return };
        if let Some(wanted) = &wanted {
            let hash = short_hash(&entry.sha256);
            compare(studio.toasts, studio.locale(), wanted, &entry.card.name, hash);
        }
        way.set(entry.card.name);
    });
    studio
}

#[component]
pub fn UpscalePage() -> impl IntoView {
    let i18n = use_i18n();
    let turns = Turns::default();
    let studio = studio(turns);
    let is_batching = RwSignal::new(false);
    let batch = Batch::new(studio, is_batching);
    let open = move |files: Vec<File>| batch.open(files);
    files::on_paste(open);
    let drop = files::on_drop(open);
    let card = Signal::derive(move || studio.shelf.find(&studio.way.get()).map(|entry| entry.card));
    let title = Callback::new(move |name: String| labels::model(i18n.get_locale(), &name));
    view! {
        <div class="lead">
            <h1>{t!(i18n, up_title)}</h1>
            <p>{t!(i18n, up_lead)}</p>
        </div>
        <div class="upscale" on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            <Tools studio turns is_batching title open />
            <BatchPanel
                batch
                start=move || t_string!(i18n, up_batch_start).to_owned()
                blocked=move || studio.is_busy()
            />
            <Show
                when=move || studio.picture.with(Option::is_some)
                fallback=move || {
                    view! {
                        <p class="drop-here" data-testid="drop-here">{t!(i18n, drop_photo)}</p>
                        <Examples studio of=Some(LARGER.to_owned()) open=Callback::new(open) />
                    }
                }
            >
                <Before studio />
                <Progress studio label=move || t_string!(i18n, upscale).to_owned() />
                <Sides studio title />
                <Viewer studio />
                <Results studio measured=true is_batching />
            </Show>
        </div>
        <About card />
    }
}

/// Photo, model, and the button that starts.
#[component]
fn Tools(
    studio: Studio,
    /// Whoever waits for the models, to choose the first.
    turns: Turns,
    is_batching: RwSignal<bool>,
    title: Callback<String, String>,
    #[prop(into)] open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let names = move || studio.shelf.names().into_iter().chain([labels::BICUBIC.to_owned()]).collect::<Vec<_>>();
    let choose = move |name: String| {
        turns.end();
        studio.way.set(name);
        links::forget_model("upscale");
    };
    let is_possible = move || studio.size().is_some_and(|size| refused(size, studio.scale.get()).is_none());
    view! {
        <div class="buttons">
            <PhotoButtons camera="environment" multiple=true open />
            <ModelSelect
                label=Signal::derive(move || t_string!(i18n, model).to_owned())
                names=Signal::derive(names)
                title
                chosen=Signal::derive(move || Some(studio.way.get()))
                choose
                is_fixed=is_batching
            />
            <button
                class="primary"
                data-testid="upscale-button"
                disabled=move || studio.is_busy() || studio.is_expecting() || is_batching.get() || !is_possible()
                on:click=move |_| studio.start()
            >
                {move || td_string!(i18n.get_locale(), up_start, n = studio.scale.get()).to_string()}
            </button>
            <span class="badge sent" data-testid="sent">{t!(i18n, up_sent)}</span>
        </div>
    }
}

/// What it will take, or why it cannot be.
#[component]
fn Before(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let [w, h] = studio.size()?;
        let (scale, locale) = (studio.scale.get(), i18n.get_locale());
        let (width, height) = (w as usize * scale, h as usize * scale);
        if let Some(said) = refusal(locale, [w, h], scale) {
            return Some(view! { <p class="warning" role="alert" data-testid="refused">{said}</p> }.into_any());
        }
        let mb = format!("{:.0}", megabytes([w, h], scale));
        let said = td_string!(locale, up_estimate, w = w, h = h, width = width, height = height, mb = mb);
        let losses = studio.picture.with(|picture| picture.as_ref().map(|picture| picture.metadata.losses(locale)))?;
        let loss = |(name, said)| view! { <p class="muted" data-testid=name>{said}</p> };
        Some(
            view! {
                <p class="muted" data-testid="estimate">{said.to_string()}</p>
                {losses.into_iter().map(loss).collect_view()}
            }
            .into_any(),
        )
    }
}
