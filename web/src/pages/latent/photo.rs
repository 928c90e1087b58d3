//! The photo tab: from a photo to the z that draws most like it.

use forger_protocol::latent_url::Tab;
use leptos::{html::Canvas, prelude::*};
use web_sys::File;

use super::{
    pictures::Thumb,
    search::{Found, PhotoSearch},
};
use crate::{
    components::{
        crop::Crop,
        files::{self, PhotoButtons},
        labels,
        start_stop::StartStop,
    },
    i18n::*,
    plots::{
        lines::{self, Chart, Line},
        pictures,
    },
    state::screen::animate,
};

#[component]
pub fn PhotoTab(search: PhotoSearch) -> impl IntoView {
    let i18n = use_i18n();
    let explorer = search.explorer;
    let live = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let (canvas, is_new) = (live.get_untracked(), search.curve.with(Vec::is_empty));
        search.inverting.with(|look| match (look, canvas) {
            (Some(look), Some(canvas)) => {
                let side = (look.pixels.len() / 4).isqrt();
                pictures::draw(&canvas, &look.pixels, side, 1);
            }
            // What is there is of another photo or model. A canvas that is given its size is empty.
            (None, Some(canvas)) if is_new => canvas.set_width(canvas.width()),
            _ => {}
        });
    });
    let open = move |files: Vec<File>| files.into_iter().take(1).for_each(|file| search.open(file));
    files::on_paste(open);
    let progress = move || {
        search.inverting.with(|look| {
            let look = look.as_ref()?;
            Some((look.step as f64 / look.steps.max(1) as f64, look.step, look.steps, look.psnr))
        })
    };
    let status = move || {
        progress().map(|(_, step, steps, psnr)| {
            let psnr = format!("{psnr:.1}");
            td_string!(i18n.get_locale(), search_step, step = step, steps = steps, psnr = psnr).to_string()
        })
    };
    // What came of it is read out, and not each step.
    let told = move || search.found.with(|found| found.as_ref().map(|found| found_words(i18n.get_locale(), found)));
    let has_features = move || explorer.card.with(|card| card.as_ref().is_some_and(|card| card.discriminator));
    view! {
        <p class="muted">{t!(i18n, photo_lead)}</p>
        <div class="buttons">
            <PhotoButtons camera="user" open />
        </div>
        <Show
            when=move || search.photo.with(Option::is_some)
            fallback=move || view! { <p class="drop-here" data-testid="drop-here">{t!(i18n, drop_photo)}</p> }
        >
            <div class="photo">
                <figure>
                    <Crop photo=search.photo place=search.place />
                    <figcaption>{t!(i18n, your_photo)}</figcaption>
                </figure>
                <figure>
                    <canvas
                        class="crop"
                        width="64"
                        height="64"
                        role="img"
                        aria-label=move || t_string!(i18n, found_picture)
                        node_ref=live
                        data-testid="found-picture"
                    ></canvas>
                    <figcaption>{t!(i18n, found_picture)}</figcaption>
                </figure>
            </div>
            <div class="buttons">
                <Show when=move || search.searching.get().is_some()>
                    <progress max="1" prop:value=move || progress().map(|(share, ..)| share) aria-label=move || t_string!(i18n, search_z)></progress>
                </Show>
                <StartStop
                    is_on=Signal::derive(move || search.searching.get().is_some())
                    start=move |()| search.start()
                    stop=move |()| search.cancel()
                    label=Signal::derive(move || t_string!(i18n, search_z).to_owned())
                    primary=true
                    ids=["search", "cancel-search"]
                />
                <Show when=has_features>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || search.features.get()
                            on:change=move |event| search.features.set(event_target_checked(&event))
                        />
                        <span>{t!(i18n, with_features)}</span>
                    </label>
                </Show>
            </div>
            <p class="muted" data-testid="search-status">{status}</p>
            <p class="unseen" role="status" data-testid="told">{told}</p>
            <Show when=move || search.curve.with(|curve| curve.len() > 1)>
                <LossCurve search />
            </Show>
            {move || search.found.get().map(|found| view! { <FoundCode search found /> })}
        </Show>
    }
}

/// The loss by step.
#[component]
fn LossCurve(search: PhotoSearch) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    let draw = move || {
        let (Some(canvas), Some(points)) = (canvas.get_untracked(), search.curve.try_get_untracked()) else { return };
        let steps = (0.0, points.last().map_or(1.0, |point| point.0));
        let lines = vec![Line { colour: "--accent", points }];
        lines::draw(&canvas, &Chart { lines, log: true, steps, ..Chart::default() });
    };
    animate(
        move || {
            search.curve.track();
            canvas.track();
        },
        draw,
    );
    view! {
        <figure class="loss">
            <canvas node_ref=canvas role="img" aria-label=move || t_string!(i18n, loss_curve)></canvas>
            <figcaption>{t!(i18n, loss_curve)}</figcaption>
        </figure>
    }
}

/// How good it is, and what it took.
fn found_words(locale: Locale, Found { inverted, .. }: &Found) -> String {
    let (psnr, seconds) = (format!("{:.1}", inverted.psnr), format!("{:.1}", inverted.milliseconds / 1000.0));
    let device = labels::device(inverted.device);
    td_string!(locale, found_z, psnr = psnr, seconds = seconds, device = device).to_string()
}

#[component]
fn FoundCode(search: PhotoSearch, found: Found) -> impl IntoView {
    let i18n = use_i18n();
    let explorer = search.explorer;
    let (shown, kept, unlike) = (found.code.clone(), StoredValue::new(found.code.clone()), found.unlike);
    let said = move || found_words(i18n.get_locale(), &found);
    let edit = move |_| {
        explorer.change(|state| (state.base, state.moves, state.tab) = (Some(kept.get_value()), Vec::new(), Tab::Edit));
    };
    let to_term = move |_| {
        let index = explorer.term.get_untracked();
        explorer.change(|state| {
            if let Some(term) = state.terms.get_mut(index) {
                term.codes.push(kept.get_value());
                state.tab = Tab::Arithmetic;
            }
        });
    };
    view! {
        <div class="found" data-testid="found">
            <Thumb explorer code=Signal::derive(move || Some(shown.clone())) />
            <p>{said}</p>
            {unlike.then(|| view! { <p class="warning" role="alert" data-testid="unlike">{t!(i18n, unlike)}</p> })}
            <div class="buttons">
                <button data-testid="edit-found" on:click=edit>{t!(i18n, edit_this)}</button>
                <button on:click=to_term>{t!(i18n, add_to_board)}</button>
            </div>
        </div>
    }
}
