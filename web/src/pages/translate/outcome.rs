//! What the model made of the drawing, what it took, and what the discriminator says; and both pictures to be kept.

use leptos::{prelude::*, task::spawn_local};

use super::{board::Board, words};
use crate::{
    components::{files, focus, labels},
    i18n::*,
    pages::{
        drawing::easel::Sheet as _,
        image_to_image::{
            ask::Picture,
            formats::PNG,
            heat::{PatchVerdicts, Shown},
            pictures::blank,
            saving::written,
        },
    },
};

/// Gives a picture to the user, as a PNG.
fn save(board: Board, picture: Option<Picture>, what: &'static str) {
    let Some(picture) = picture else { return };
    let name = board.model.with_value(|model| format!("{}-{what}.{}", model.card.name, PNG.end));
    let no_memory = move || board.desk.toasts.error(td_string!(board.desk.locale(), up_no_memory).to_string());
    spawn_local(async move {
        let Some(canvas) = blank(picture.size.map(|side| side as u32)) else { return no_memory() };
        picture.show(&canvas);
        match written(&canvas, &PNG).await {
            Ok(blob) => files::give_blob(&blob, &name),
            Err(_) => no_memory(),
        }
    });
}

#[component]
pub fn Outcome(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let made = Signal::derive(move || board.made.with(|made| made.as_ref().map(|made| made.made.clone())));
    let judges = board.model.with_value(|model| model.judges(false));
    let is_busy = move || board.request.get().is_some() || board.desk.shelf.opening.get().is_some();
    let took = move || {
        let took = board.made.with(|made| made.as_ref().map(|made| made.took))?;
        let (ms, device) = (format!("{:.0}", took.milliseconds), labels::device(took.device));
        Some(td_string!(i18n.get_locale(), tr_took, ms = ms, device = device).to_string())
    };
    let opinion = move || {
        let locale = i18n.get_locale();
        board.verdicts.with(|verdicts| verdicts.as_ref().map(|verdicts| verdicts.said(locale)))
    };
    let judge = move |event| {
        let on = event_target_checked(&event);
        board.is_judged.set(on);
        if on { board.translate() } else { board.verdicts.set(None) }
    };
    let label = move || board.model.with_value(|model| words::domain(i18n.get_locale(), model, false));
    // These two go with what they do.
    let cancel = move |event| {
        focus::keep(&event);
        board.cancel();
    };
    let retry = move |event| {
        focus::keep(&event);
        board.retry();
    };
    view! {
        <div class="outcome">
            <figure>
                <div
                    class="sheet"
                    class:waiting=move || made.with(Option::is_none)
                    role="img"
                    aria-label=label
                    aria-busy=move || (!board.is_current.get()).to_string()
                    data-testid="outcome"
                >
                    <Shown picture=made id="result" />
                    <PatchVerdicts verdicts=board.verdicts />
                </div>
                // Of every stroke: whoever listens would hear nothing else.
                <figcaption><span class="took" data-testid="took">{took}</span></figcaption>
            </figure>
            <section class="results">
                <Show when=move || board.is_slow()>
                    <p class="muted">{t!(i18n, tr_slow)}</p>
                </Show>
                <Opening board />
                <div class="buttons">
                    <Show when=move || board.request.get().is_some() && board.is_slow()>
                        <button data-testid="cancel-button" on:click=cancel>{t!(i18n, cancel)}</button>
                    </Show>
                    <Show when=move || board.failed.get() && !is_busy()>
                        <button class="primary" data-testid="retry-button" on:click=retry>{t!(i18n, tr_start)}</button>
                    </Show>
                    <button
                        data-testid="save-result"
                        disabled=move || made.with(Option::is_none)
                        on:click=move |_| save(board, made.get_untracked(), "result")
                    >
                        {t!(i18n, tr_save_result)}
                    </button>
                    <button data-testid="save-drawing" on:click=move |_| save(board, board.picture(), "drawing")>
                        {t!(i18n, tr_save_drawing)}
                    </button>
                    {judges
                        .then(|| {
                            view! {
                                <label class="check">
                                    <input
                                        type="checkbox"
                                        data-testid="patch-verdicts"
                                        prop:checked=move || board.is_judged.get()
                                        on:change=judge
                                    />
                                    <span>{t!(i18n, patch_verdicts)}</span>
                                </label>
                            }
                        })}
                </div>
                <Show when=move || board.is_judged.get()>
                    <p class="muted" data-testid="patch-verdicts-help">{t!(i18n, patch_verdicts_help)}</p>
                </Show>
                <p class="muted opinion" role="status" data-testid="opinion">{opinion}</p>
            </section>
        </div>
    }
}

/// How far the model is that is loaded, and a way out.
#[component]
fn Opening(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let shelf = board.desk.shelf;
    let share = move || shelf.opening.get()?.share;
    let said = move || {
        let name = board.model.with_value(|model| words::model(i18n.get_locale(), model));
        let entry = shelf.find(&board.desk.way.get()).filter(|entry| entry.bytes > 0);
        let size = entry.map(|entry| labels::bytes(entry.bytes as f64));
        size.map_or_else(
            || t_string!(i18n, downloading).to_string(),
            |size| td_string!(i18n.get_locale(), downloading_named, name = name, size = size).to_string(),
        )
    };
    let cancel = move |event| {
        focus::keep(&event);
        shelf.cancel();
        // At once, and not when the engine has heard of it: whoever had the focus here is looked for then.
        shelf.opening.set(None);
    };
    view! {
        <Show when=move || shelf.opening.get().is_some()>
            <p class="loading" role="status">
                {said} " "
                <progress data-testid="progress" max="1" prop:value=share aria-label=said></progress>
                <button data-testid="cancel-opening" on:click=cancel>{t!(i18n, cancel)}</button>
            </p>
        </Show>
    }
}
