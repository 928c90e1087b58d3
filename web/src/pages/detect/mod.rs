//! Strange pictures: what a generator of normal ones cannot draw.

mod batch;
mod board;
mod desk;
mod histogram;
mod prepare;
mod roc;
mod verdict;

use forger_protocol::detect::Patches;
use leptos::prelude::*;
use web_sys::DragEvent;

use crate::{
    components::{
        about::About,
        files::{self, PhotoButtons},
        labels,
        models::{ModelSelect, NoModels, OwnModel},
    },
    i18n::*,
    pages::{
        drawing::easel::{Easel, Sheet, shortcut},
        lab::{share::copy, walk},
    },
};
use batch::{Batch, Replace, Table};
use board::Board;
use desk::{Desk, Model, address};
use prepare::{INKS, PENS};
use verdict::{Pictures, Words, searches};

/// A sheet of a longer side may be shown smaller than it is, in pixels.
const LARGE: usize = 256;

#[component]
pub fn DetectPage() -> impl IntoView {
    let (i18n, desk) = (use_i18n(), Desk::new());
    let card = Signal::derive(move || desk.model.with(|model| model.as_ref().map(|model| model.card.clone())));
    view! {
        <div class="lead">
            <h1>{t!(i18n, detect_title)}</h1>
            <p>{t!(i18n, detect_lead)}</p>
        </div>
        <div class="detect">
            <NoModels shelf=desk.shelf />
            <Show when=move || desk.failed.get()>
                <button data-testid="retry-button" on:click=move |_| desk.load()>{t!(i18n, retry)}</button>
            </Show>
            <Models desk />
            // A sheet of its own: drawings for one model are not those of another.
            {move || desk.model.get().map(|model| view! { <Judge desk model /> })}
        </div>
        <Meaning desk />
        <About card />
    }
}

#[component]
fn Models(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let title = move |name: String| labels::model(i18n.get_locale(), &name);
    view! {
        <div class="buttons models">
            <ModelSelect
                label=Signal::derive(move || t_string!(i18n, detect_model).to_owned())
                names=Signal::derive(move || desk.shelf.names())
                title
                chosen=Signal::derive(move || Some(desk.name.get()))
                choose=move |name| desk.choose(name)
            />
            <OwnModel open=move |file| desk.open_file(file) />
        </div>
    }
}

/// The sheet, and what the model says of it.
#[component]
fn Judge(desk: Desk, model: Model) -> impl IntoView {
    let i18n = use_i18n();
    let parts = in_parts(&model);
    let board = Board::new(desk, model);
    let batch = Batch::new(board);
    let open = move |files| batch.open(files);
    files::on_paste(open);
    let drop = files::on_drop(open);
    let pick_folder = move |event: web_sys::Event| match files::all_chosen(&event) {
        files if files.is_empty() => {}
        files => {
            let pictures = files.into_iter().filter(files::is_picture).collect::<Vec<_>>();
            if pictures.is_empty() {
                desk.toasts.error(td_string!(desk.locale(), detect_no_pictures).to_string());
            } else {
                batch.open(pictures);
            }
        }
    };
    let share = move |_| {
        let (state, is_all) = board.state();
        copy(address(&state), move |copied| {
            let locale = desk.locale();
            let text = if !copied {
                td_string!(locale, copy_failed)
            } else if is_all {
                td_string!(locale, copied_plain)
            } else {
                td_string!(locale, detect_copied_without)
            };
            desk.toasts.note(text.to_string());
        });
    };
    let is_large = move || {
        board.track();
        board.side() > LARGE
    };
    view! {
        <div
            class="judge"
            class:large=is_large
            on:keydown=move |event| shortcut(board, &event)
            on:dragover=|event: DragEvent| event.prevent_default()
            on:drop=drop
        >
            <div class="buttons files">
                <PhotoButtons camera="environment" multiple=true open />
                <label class="button file">
                    <span>{t!(i18n, detect_folder)}</span>
                    <input type="file" class="unseen" prop:webkitdirectory=true data-testid="folder-file" on:change=pick_folder />
                </label>
                <button data-testid="sample" on:click=move |_| board.sample()>{t!(i18n, detect_sample)}</button>
                <button data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
                <span class="badge sent" data-testid="sent">{t!(i18n, up_sent)}</span>
            </div>
            <Replace batch />
            <div class="pictures">
                <div class="draw">
                    <figure class="easel">
                        <Easel board label=move || t_string!(i18n, detect_board).to_owned() />
                        <figcaption>
                            <strong>{t!(i18n, detect_yours)}</strong>
                            <span class="muted">
                                {t!(i18n, detect_draw_help)}
                                {parts.map(|parts| view! { " " {move || parts_help(i18n.get_locale(), parts)} })}
                            </span>
                        </figcaption>
                    </figure>
                    <Tools board />
                </div>
                <Pictures board />
            </div>
            <Words board batch />
            <Table batch />
        </div>
    }
}

/// Pen, ink, and what was done taken back.
#[component]
fn Tools(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    // The sheet is of another side where a picture of another size lies on it.
    let side = Memo::new(move |_| {
        board.track();
        board.side()
    });
    let ink = move |(number, name): (u8, &'static str)| {
        let label = move || {
            let locale = i18n.get_locale();
            match name {
                "white" => td_string!(locale, detect_white),
                "black" => td_string!(locale, detect_black),
                "grey" => td_string!(locale, detect_grey),
                _ => td_string!(locale, detect_rub),
            }
            .to_string()
        };
        view! {
            <button
                aria-pressed=move || (board.ink.get() == number).to_string()
                data-testid=format!("ink-{name}")
                on:click=move |_| board.ink.set(number)
            >
                {label}
            </button>
        }
    };
    let inks = INKS.iter().enumerate().map(|(index, (name, _))| (index as u8 + 1, *name)).chain([(0, "rub")]);
    let pen_option = move |width: i32| {
        let shown = move || prepare::pen(width, side.get());
        view! { <option value=width prop:selected=move || board.width.get() == width>{shown}</option> }
    };
    let strokes = board.model.with_value(|model| model.normal.strokes);
    view! {
        <div class="buttons tools-of-sheet" role="group" aria-label=move || t_string!(i18n, detect_tools)>
            {inks.map(ink).collect_view()}
            <label>
                <span>{t!(i18n, detect_pen)}</span>
                <select
                    data-testid="pen"
                    on:change=move |event| event_target_value(&event).parse().into_iter().for_each(|to| board.width.set(to))
                >
                    {PENS.map(pen_option).collect_view()}
                </select>
            </label>
            <button data-testid="undo" disabled=move || !board.can_undo() on:click=move |_| board.undo()>
                {t!(i18n, undo)}
            </button>
            <button data-testid="redo" disabled=move || !board.can_redo() on:click=move |_| board.redo()>
                {t!(i18n, tr_redo)}
            </button>
            <button data-testid="clear" on:click=move |_| board.clear()>{t!(i18n, clear)}</button>
            {strokes.then(|| view! {
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="fitted"
                        prop:checked=move || board.is_fitted.get()
                        on:change=move |event| {
                            board.is_fitted.set(event_target_checked(&event));
                            board.judge();
                        }
                    />
                    <span>{t!(i18n, detect_fit)}</span>
                </label>
            })}
        </div>
    }
}

/// Side of the parts in which a model judges pictures, where it does.
fn in_parts(model: &Model) -> Option<usize> {
    model.normal.patches.map(|_| model.side())
}

/// How pictures are judged in parts of this side.
fn parts_help(locale: Locale, side: usize) -> String {
    td_string!(locale, detect_parts, n = side, most = Patches::LONGEST).to_string()
}

/// What a score means, and what it does not.
#[component]
fn Meaning(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let score = move || {
        let searched = desk.model.with(|model| model.as_ref().is_none_or(|model| searches(&model.normal)));
        if searched { t_string!(i18n, detect_meaning_search) } else { t_string!(i18n, detect_meaning_encoder) }
    };
    let parts = move || desk.model.with(|model| model.as_ref().and_then(in_parts));
    view! {
        <section class="prose meaning">
            <h2>{t!(i18n, detect_meaning)}</h2>
            {move || parts().map(|parts| view! {
                <p data-testid="meaning-parts">{parts_help(i18n.get_locale(), parts)} " " {t!(i18n, detect_meaning_parts)}</p>
            })}
            <p>{score} " " <a href=walk::link() data-testid="walk-link">{t!(i18n, detect_in_2d)}</a></p>
            <p>{t!(i18n, detect_meaning_p)}</p>
            <p>{t!(i18n, detect_meaning_limits)}</p>
        </section>
    }
}
