//! What such pages show around their viewer: the work, what is compared, and what came of it.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::{
    compare::Likeness,
    formats::{FORMATS, Format, PNG},
    studio::{ORIGINAL, Studio},
};
use crate::{
    components::{files, focus, labels},
    i18n::*,
};

/// How far it is, and a way out. `label` says what is done.
#[component]
pub fn Progress(studio: Studio, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let begun = move || studio.work.get().filter(|work| work.id.is_some());
    let share = move || match begun() {
        Some(work) => (work.total > 0).then(|| work.done as f64 / work.total as f64),
        None => studio.shelf.opening.get()?.share,
    };
    let said = move || {
        let Some(work) = begun() else {
            let is_opening = studio.shelf.opening.with(Option::is_some);
            let said = if is_opening { t_string!(i18n, downloading) } else { t_string!(i18n, up_waiting) };
            return said.to_string();
        };
        let seconds = studio.seconds_left().map_or_else(|| "…".to_owned(), |seconds| format!("{:.0}", seconds.ceil()));
        td_string!(i18n.get_locale(), up_tiles, done = work.done, total = work.total, s = seconds).to_string()
    };
    let cancel = move |event: MouseEvent| {
        focus::keep(&event);
        studio.cancel();
    };
    view! {
        // A part of the page, which whoever pressed the button is in once that goes.
        <section class="progress-row">
            <Show when=move || studio.is_underway()>
                <progress max="1" prop:value=share aria-label=label></progress>
                <span data-testid="tiles">{said}</span>
                <button data-testid="cancel-button" on:click=cancel>{t!(i18n, cancel)}</button>
            </Show>
        </section>
    }
}

/// Which two pictures are compared. `title` says what the user calls a version.
#[component]
pub fn Sides(studio: Studio, #[prop(into)] title: Callback<String, String>) -> impl IntoView {
    let i18n = use_i18n();
    let names = move || {
        let made =
            studio.versions.with(|versions| versions.iter().map(|version| version.name.clone()).collect::<Vec<_>>());
        std::iter::once(ORIGINAL.to_owned()).chain(made).collect::<Vec<_>>()
    };
    let label = move |name: &str| match name {
        ORIGINAL => t_string!(i18n, up_original).to_owned(),
        name => title.run(name.to_owned()),
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

/// What came of it, to be kept, and measured where there may be a picture of how it should be.
#[component]
pub fn Results(
    studio: Studio,
    #[prop(optional)] measured: bool,
    /// Whether one after the other comes: what each took is not read out then.
    #[prop(into)]
    is_batching: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let took = move || {
        let right = studio.right.get();
        let took = studio
            .versions
            .with(|versions| versions.iter().find(|version| version.name == right).and_then(|version| version.took))?;
        let (locale, (seconds, device)) = (i18n.get_locale(), took);
        Some(if seconds < 1.0 {
            td_string!(locale, tr_took, ms = format!("{:.0}", seconds * 1e3), device = device).to_string()
        } else {
            td_string!(locale, up_took, s = format!("{seconds:.1}"), device = device).to_string()
        })
    };
    let is_made = move || studio.versions.with(|versions| versions.iter().any(|version| version.took.is_some()));
    let likeness = move |found: Likeness| {
        let psnr = if found.psnr.is_finite() { format!("{:.2}", found.psnr) } else { "∞".to_owned() };
        view! { <tr><th scope="row">{labels::model(i18n.get_locale(), &found.name)}</th><td>{psnr}" dB"</td><td>{format!("{:.4}", found.ssim)}</td></tr> }
    };
    // Why the right picture cannot be saved so. Tracked.
    let too_long = move |format: &Format| {
        studio.versions.track();
        let canvas = studio.canvas(&studio.right.get())?;
        format.refusal(i18n.get_locale(), [canvas.width(), canvas.height()])
    };
    let save = move |format: &'static Format| {
        let lead = move || (*format == PNG).then(|| format!("{} ", t_string!(i18n, up_save)));
        view! {
            <button
                data-testid=format!("save-{}", format.name.to_lowercase())
                disabled=move || too_long(format).is_some()
                on:click=move |_| studio.save(format)
            >
                {lead}{format.name}
            </button>
        }
    };
    let reference = move |event: web_sys::Event| files::chosen(&event).iter().for_each(|file| studio.compare(file));
    view! {
        <p class="muted" role=move || (!is_batching.get()).then_some("status") data-testid="took">{took}</p>
        <Show when=is_made>
            <div class="buttons">
                {FORMATS.map(save)}
                {measured
                    .then(|| {
                        view! {
                            <label class="button file" title=move || t_string!(i18n, up_reference_help)>
                                <span>{t!(i18n, up_reference)}</span>
                                <input
                                    type="file"
                                    class="unseen"
                                    accept="image/*"
                                    data-testid="reference-file"
                                    on:change=reference
                                />
                            </label>
                        }
                    })}
            </div>
        </Show>
        {move || FORMATS.map(too_long).map(|said| said.map(|said| view! { <p class="muted" data-testid="too-long">{said}</p> }))}
        <Show when=move || studio.likeness.with(|found| !found.is_empty())>
            <table class="likeness" data-testid="likeness">
                <thead><tr><th></th><th scope="col">"PSNR (Y)"</th><th scope="col">"SSIM (Y)"</th></tr></thead>
                <tbody>{move || studio.likeness.get().into_iter().map(likeness).collect_view()}</tbody>
            </table>
        </Show>
    }
}
