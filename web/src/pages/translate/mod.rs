//! Translation: a drawing becomes a photo while it is drawn, a photo becomes a picture of another kind.

mod board;
mod camera;
mod cutting;
mod cycle;
mod desk;
mod drawn;
mod examples;
pub mod model;
mod open;
mod outcome;
mod palette;
mod photos;
mod share;
mod size;
mod trips;
mod why;
pub mod words;

use leptos::prelude::*;
use web_sys::{DragEvent, File};

use crate::{
    components::{
        about::About,
        files, labels,
        models::{ModelSelect, NoModels, OwnModel},
    },
    i18n::*,
    pages::drawing::easel::{Easel, shortcut},
};
use board::Board;
use desk::Desk;
use model::Model;
use open::{OpenDrawing, opener};
use outcome::Outcome;
use palette::{Examples, Palette, Steps, Tools};
use photos::Photos;
use share::Share;
use why::Why;

/// What a model is for.
#[derive(Clone, PartialEq)]
enum Kind {
    /// A board of its own: drawings of one model are not those of another. By its name and the hash of its file, as what one
    /// file makes is not what another of the same name does.
    Board(String, String),
    Photos,
}

#[component]
pub fn TranslatePage() -> impl IntoView {
    let (i18n, desk) = (use_i18n(), Desk::new());
    let kind = Memo::new(move |_| {
        desk.model.with(|model| {
            let model = model.as_ref()?;
            Some(if model.is_drawn_for() {
                Kind::Board(model.card.name.clone(), model.hash.clone())
            } else {
                Kind::Photos
            })
        })
    });
    let is_for_photos = move || kind.with(|kind| *kind == Some(Kind::Photos));
    let card = Signal::derive(move || desk.model.with(|model| model.as_ref().map(|model| model.card.clone())));
    let title = Signal::derive(move || {
        desk.model.with(|model| model.as_ref().map(|model| words::model(i18n.get_locale(), model)))
    });
    view! {
        <div class="lead">
            <h1>{move || if is_for_photos() { t_string!(i18n, tr_photo_title) } else { t_string!(i18n, tr_title) }}</h1>
            <p>{move || if is_for_photos() { t_string!(i18n, tr_photo_lead) } else { t_string!(i18n, tr_lead) }}</p>
        </div>
        <div class="translate">
            <NoModels shelf=desk.shelf />
            <Show when=move || desk.failed.get()>
                <button data-testid="retry-button" on:click=move |_| desk.load()>{t!(i18n, retry)}</button>
            </Show>
            <Models desk />
            {move || match kind.get() {
                None => ().into_any(),
                Some(Kind::Photos) => view! { <Photos desk /> }.into_any(),
                Some(Kind::Board(..)) => {
                    let model = desk.model.get_untracked();
                    model.map(|model| view! { <Drawn desk model /> }).into_any()
                }
            }}
        </div>
        <About card title />
    }
}

/// Which model, and which way it goes.
#[component]
fn Models(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let title = move |name: String| {
        let bytes = desk.shelf.find(&name).map_or(0, |entry| entry.bytes);
        let known = desk.named(&name).map_or(name, |model| words::model(i18n.get_locale(), &model));
        // Not every line is fast, or free.
        if bytes == 0 { known } else { format!("{known} · {}", labels::bytes(bytes as f64)) }
    };
    let goes_back = move || desk.model.with(|model| model.as_ref().is_some_and(Model::goes_back));
    let way = move |back: bool| {
        desk.model.with(|model| model.as_ref().map(|model| words::way(i18n.get_locale(), model, back)))
    };
    let direction = move |back: bool| {
        view! {
            <button
                aria-pressed=move || (desk.back.get() == back).to_string()
                disabled=move || desk.is_batching.get()
                data-testid=if back { "way-back" } else { "way-there" }
                on:click=move |_| desk.back.set(back)
            >
                {move || way(back)}
            </button>
        }
    };
    view! {
        <div class="buttons models">
            <ModelSelect
                label=Signal::derive(move || t_string!(i18n, model).to_owned())
                names=Signal::derive(move || words::in_order(desk.shelf.names()))
                title
                chosen=Signal::derive(move || Some(desk.way.get()))
                choose=move |name| desk.choose(name)
                is_fixed=desk.is_batching
            />
            <Show when=goes_back>
                <div class="ways" role="group" aria-label=move || t_string!(i18n, tr_ways)>
                    {[false, true].map(direction).collect_view()}
                </div>
            </Show>
            <OwnModel open=move |file| desk.open_file(file) is_fixed=desk.is_batching />
        </div>
    }
}

/// The board of a model, and beside it what the model makes of the drawing.
#[component]
fn Drawn(desk: Desk, model: Model) -> impl IntoView {
    let i18n = use_i18n();
    let board = Board::new(desk, model);
    let what = move || board.model.with_value(|model| words::domain(i18n.get_locale(), model, true));
    let draw = opener(board);
    let open = move |files: Vec<File>| {
        if !desk.takes(&files) {
            draw(files);
        }
    };
    files::on_paste(open);
    let drop = files::on_drop(open);
    view! {
        <div
            class="drawing"
            on:keydown=move |event| shortcut(board, &event)
            on:dragover=|event: DragEvent| event.prevent_default()
            on:drop=drop
        >
            <Tools board />
            <figure class="easel">
                <Easel board label=move || t_string!(i18n, tr_board_label).to_owned() />
                <figcaption>
                    <strong>{what}</strong> " " <span class="muted">{t!(i18n, tr_draw_help)}</span> " "
                    <span class="muted by-mouse">{t!(i18n, tr_draw_pick)}</span>
                </figcaption>
            </figure>
            <div class="after">
                <Steps board />
                <Share desk drawing=board.drawing />
                <OpenDrawing open />
            </div>
            <Palette board />
            <Outcome board />
            <Examples board />
        </div>
        <Why board />
    }
}
