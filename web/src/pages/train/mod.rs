//! Training in the tab: pictures, a system, and a run that one sees learn.

mod beginning;
mod checkpoint;
mod choices;
mod curves;
mod data;
mod elsewhere;
mod export;
mod form;
mod intake;
mod keeping;
mod leaving;
mod live;
mod look;
mod named;
mod offered;
mod pictures;
mod rates;
mod reading;
mod runs;
mod sets;
mod settings;
mod signs;
mod timeline;
mod trainer;
mod words;

use leptos::{html::Div, prelude::*};
use web_sys::DragEvent;

use crate::{components::fold::Fold, i18n::*};
use choices::Choices;
use elsewhere::Elsewhere;
use intake::Panel;
use keeping::Kept;
use live::Live;
pub use offered::is_offered;
use runs::Runs;
use sets::Sets;
use trainer::Trainer;

#[component]
pub fn TrainPage() -> impl IntoView {
    let (i18n, trainer) = (use_i18n(), Trainer::new());
    let is_free = Signal::derive(move || trainer.open.with(Option::is_none));
    let open = Memo::new(move |_| trainer.open.with(|info| info.as_ref().map(|info| info.id.clone())));
    let pictures = NodeRef::<Div>::new();
    // Whoever asks for it wants to see it.
    Effect::new(move |_| {
        if let (true, Some(pictures)) = (trainer.adding.get(), pictures.get()) {
            // It may have been folded away since it was asked for first.
            if let Ok(Some(fold)) = pictures.query_selector("details") {
                let _ = fold.set_attribute("open", "");
            }
            pictures.scroll_into_view();
        }
    });
    let keep = |event: DragEvent| event.prevent_default();
    view! {
        <div class="lead">
            <h1>{t!(i18n, train_page)}</h1>
            <p>{t!(i18n, train_lead)}</p>
        </div>
        // What is dropped beside the place for it must not take the place of the page.
        <div class="train" on:dragover=keep on:drop=keep>
            <p>
                <span class="badge sent" data-testid="sent">{t!(i18n, up_sent)}</span>
                " "
                {t!(i18n, train_private)}
            </p>
            <Runs trainer />
            <Opening trainer />
            <Elsewhere trainer />
            <Kept trainer />
            <Fold name="what".to_owned() title=Signal::derive(move || t_string!(i18n, train_new).to_owned()) open=is_free>
                <Choices trainer />
            </Fold>
            <div node_ref=pictures>
                <Fold
                    name="pictures".to_owned()
                    title=Signal::derive(move || t_string!(i18n, train_pictures).to_owned())
                    open=trainer.adding
                >
                    <Panel trainer />
                    <Sets trainer />
                </Fold>
            </div>
            {move || open.get().map(|_| view! { <Live trainer /> })}
        </div>
    }
}

/// How far the run is that is begun or opened, and a way out.
#[component]
fn Opening(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let share = move || trainer.underway.get()?.share;
    let said =
        move || if trainer.reading.is_on() { t_string!(i18n, downloading) } else { t_string!(i18n, train_opening) };
    view! {
        <Show when=move || trainer.reading.is_on() || trainer.underway.get().is_some()>
            <p class="loading" role="status">
                {said} " "
                <progress max="1" prop:value=share aria-label=said></progress>
                <button data-testid="cancel-opening" on:click=move |_| trainer.cancel()>{t!(i18n, cancel)}</button>
            </p>
        </Show>
    }
}
