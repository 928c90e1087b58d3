//! Super-resolution: a photo becomes larger, in this tab.

mod archive;
mod batch;
mod limits;
mod metadata;
mod pictures;
mod studio;
mod viewer;

use leptos::prelude::*;
use web_sys::{DragEvent, File};

use crate::{
    components::{
        about::About,
        files::{self, PhotoButtons},
    },
    i18n::*,
};
use batch::{Batch, BatchPanel};
use limits::{megabytes, refusal, refused};
use studio::{BICUBIC, ORIGINAL, Studio};
use viewer::Viewer;

#[component]
pub fn UpscalePage() -> impl IntoView {
    let i18n = use_i18n();
    let studio = Studio::new();
    let batch = Batch::new(studio);
    studio.load_manifest();
    let open = move |files: Vec<File>| batch.open(files);
    files::on_paste(open);
    let drop = move |event: DragEvent| {
        let files = files::all_dropped(&event);
        if !files.is_empty() {
            batch.open(files);
        }
    };
    let card = Signal::derive(move || {
        let name = studio.model.get();
        studio.models.with(|models| models.iter().find(|entry| entry.card.name == name).map(|entry| entry.card.clone()))
    });
    view! {
        <div class="lead">
            <h1>{t!(i18n, up_title)}</h1>
            <p>{t!(i18n, up_lead)}</p>
        </div>
        <div class="upscale" on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            <Tools studio open />
            <BatchPanel batch />
            <Show
                when=move || studio.photo.with(Option::is_some)
                fallback=move || view! { <p class="drop-here" data-testid="drop-here">{t!(i18n, drop_photo)}</p> }
            >
                <Before studio />
                <Progress studio />
                <Sides studio />
                <Viewer studio />
                <Results studio />
            </Show>
        </div>
        <About card />
    }
}

/// Photo, model, and the button that starts.
#[component]
fn Tools(studio: Studio, #[prop(into)] open: Callback<Vec<File>>) -> impl IntoView {
    let i18n = use_i18n();
    let names =
        move || studio.models.with(|models| models.iter().map(|entry| entry.card.name.clone()).collect::<Vec<_>>());
    let option = move |name: String| {
        let (value, label) = (name.clone(), name.clone());
        view! { <option value=value prop:selected=move || studio.model.get() == name>{label}</option> }
    };
    let is_possible = move || {
        let photo = studio.photo.with(|photo| photo.as_ref().map(|photo| photo.size));
        photo.is_some_and(|size| refused(size, studio.scale()).is_none())
    };
    let is_busy = move || studio.work.get().is_some() || studio.loading.get().is_some();
    view! {
        <div class="buttons">
            <PhotoButtons camera="environment" multiple=true open />
            <label>
                <span>{t!(i18n, model)}</span>
                <select data-testid="model-select" on:change=move |event| studio.model.set(event_target_value(&event))>
                    {move || names().into_iter().map(option).collect_view()}
                    <option value=BICUBIC prop:selected=move || studio.model.get() == BICUBIC>{t!(i18n, up_bicubic)}</option>
                </select>
            </label>
            <button
                class="primary"
                data-testid="upscale-button"
                disabled=move || is_busy() || !is_possible()
                on:click=move |_| studio.start()
            >
                {move || td_string!(i18n.get_locale(), up_start, n = studio.scale()).to_string()}
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
        let [w, h] = studio.photo.with(|photo| photo.as_ref().map(|photo| photo.size))?;
        let (scale, locale) = (studio.scale(), i18n.get_locale());
        let (width, height) = (w as usize * scale, h as usize * scale);
        if let Some(said) = refusal(locale, [w, h], scale) {
            return Some(view! { <p class="warning" role="alert" data-testid="refused">{said}</p> }.into_any());
        }
        let mb = format!("{:.0}", megabytes([w, h], scale));
        let said = td_string!(locale, up_estimate, w = w, h = h, width = width, height = height, mb = mb);
        let is_animated = studio.photo.with(|photo| photo.as_ref().is_some_and(|photo| photo.is_animated));
        let animated = is_animated.then(|| td_string!(locale, up_animated).to_string());
        Some(
            view! {
                <p class="muted" data-testid="estimate">{said.to_string()}</p>
                {animated.map(|said| view! { <p class="muted" data-testid="animated">{said}</p> })}
            }
            .into_any(),
        )
    }
}

/// How far it is, and a way out.
#[component]
fn Progress(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let share = move || match (studio.work.get(), studio.engine.progress.get()) {
        (Some(work), _) if work.total > 0 => Some(work.done as f64 / work.total as f64),
        (None, Some((id, done, total))) if Some(id) == studio.loading.get() && total > 0.0 => Some(done / total),
        _ => None,
    };
    let said = move || {
        let Some(work) = studio.work.get() else { return t_string!(i18n, downloading).to_string() };
        let seconds = studio.seconds_left().map_or_else(|| "…".to_owned(), |seconds| format!("{:.0}", seconds.ceil()));
        td_string!(i18n.get_locale(), up_tiles, done = work.done, total = work.total, s = seconds).to_string()
    };
    view! {
        <div class="progress-row">
            <Show when=move || studio.work.get().is_some() || studio.loading.get().is_some()>
                <progress max="1" prop:value=share aria-label=move || t_string!(i18n, upscale)></progress>
                <span role="status" data-testid="tiles">{said}</span>
                <button data-testid="cancel-button" on:click=move |_| studio.cancel()>{t!(i18n, cancel)}</button>
            </Show>
        </div>
    }
}

/// Which two pictures are compared.
#[component]
fn Sides(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let names = move || {
        let made =
            studio.versions.with(|versions| versions.iter().map(|version| version.name.clone()).collect::<Vec<_>>());
        std::iter::once(ORIGINAL.to_owned()).chain(made).collect::<Vec<_>>()
    };
    let label = move |name: &str| match name {
        ORIGINAL => t_string!(i18n, up_original).to_owned(),
        BICUBIC => t_string!(i18n, up_bicubic).to_owned(),
        name => name.to_owned(),
    };
    let side = move |chosen: RwSignal<String>, id: &'static str| {
        let option = move |name: String| {
            let (value, text) = (name.clone(), label(&name));
            view! { <option value=value prop:selected=move || chosen.get() == name>{text}</option> }
        };
        view! {
            <select data-testid=id on:change=move |event| chosen.set(event_target_value(&event))>
                {move || names().into_iter().map(option).collect_view()}
            </select>
        }
    };
    view! {
        <div class="sides">
            <label><span>{t!(i18n, up_left)}</span>{side(studio.left, "left-select")}</label>
            <label><span>{t!(i18n, up_right)}</span>{side(studio.right, "right-select")}</label>
        </div>
    }
}

/// What came of it, to be kept.
#[component]
fn Results(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let took = move || {
        let right = studio.right.get();
        let took = studio
            .versions
            .with(|versions| versions.iter().find(|version| version.name == right).and_then(|version| version.took))?;
        let seconds = format!("{:.1}", took.0);
        Some(td_string!(i18n.get_locale(), up_took, s = seconds, device = took.1).to_string())
    };
    let is_made = move || studio.versions.with(|versions| versions.iter().any(|version| version.took.is_some()));
    let likeness = move |found: studio::Likeness| {
        let psnr = if found.psnr.is_finite() { format!("{:.2}", found.psnr) } else { "∞".to_owned() };
        view! { <tr><th scope="row">{found.name}</th><td>{psnr}" dB"</td><td>{format!("{:.4}", found.ssim)}</td></tr> }
    };
    let reference = move |event: web_sys::Event| files::chosen(&event).iter().for_each(|file| studio.compare(file));
    view! {
        <p class="muted" role="status" data-testid="took">{took}</p>
        <Show when=is_made>
            <div class="buttons">
                <button data-testid="save-png" on:click=move |_| studio.save("image/png")>{t!(i18n, up_save)} " PNG"</button>
                <button data-testid="save-jpeg" on:click=move |_| studio.save("image/jpeg")>"JPEG"</button>
                <button data-testid="save-webp" on:click=move |_| studio.save("image/webp")>"WebP"</button>
                <label class="button file" title=move || t_string!(i18n, up_reference_help)>
                    <span>{t!(i18n, up_reference)}</span>
                    <input type="file" class="unseen" accept="image/*" data-testid="reference-file" on:change=reference />
                </label>
            </div>
        </Show>
        <Show when=move || studio.likeness.with(|found| !found.is_empty())>
            <table class="likeness" data-testid="likeness">
                <thead><tr><th></th><th scope="col">"PSNR (Y)"</th><th scope="col">"SSIM (Y)"</th></tr></thead>
                <tbody>{move || studio.likeness.get().into_iter().map(likeness).collect_view()}</tbody>
            </table>
        </Show>
    }
}
