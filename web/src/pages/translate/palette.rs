//! What is drawn with: tools, colours by what they mean, and the way back.

use forger_protocol::card::Swatch;
use leptos::prelude::*;

use super::{board::Board, examples::Example, words};
use crate::{
    i18n::*,
    pages::drawing::{easel::Sheet as _, tools::Tool},
};

/// Widths of the brush, in pixels of a side of 256.
const WIDTHS: [i32; 6] = [1, 2, 4, 8, 16, 32];

#[component]
pub fn Tools(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let label = move |tool: Tool| match tool {
        Tool::Rectangle => t_string!(i18n, tr_rectangle),
        Tool::Brush => t_string!(i18n, tr_brush),
        Tool::Eraser => t_string!(i18n, tr_eraser),
        Tool::Bucket => t_string!(i18n, tr_bucket),
    };
    let one = move |tool: Tool| {
        view! {
            <button
                aria-pressed=move || (board.tool.get() == tool).to_string()
                aria-keyshortcuts=tool.key()
                title=move || format!("{} ({})", label(tool), tool.key().to_uppercase())
                data-testid=format!("tool-{}", tool.name())
                on:click=move |_| board.tool.set(tool)
            >
                <Icon tool />
                <span>{move || label(tool)}</span>
            </button>
        }
    };
    let width = move |width: i32| {
        view! { <option value=width prop:selected=move || board.width.get() == width>{format!("{width} px")}</option> }
    };
    view! {
        <div class="buttons tools-of-board" role="group" aria-label=move || t_string!(i18n, tr_tools)>
            {Tool::ALL.map(one).collect_view()}
            <label>
                <span class="unseen">{t!(i18n, tr_width)}</span>
                <select
                    data-testid="brush-width"
                    title=move || t_string!(i18n, tr_width)
                    disabled=move || !board.tool.get().has_width()
                    on:change=move |event| {
                        event_target_value(&event).parse().into_iter().for_each(|width| board.width.set(width));
                    }
                >
                    {WIDTHS.map(width).collect_view()}
                </select>
            </label>
        </div>
    }
}

/// A tool as a small picture.
#[component]
fn Icon(tool: Tool) -> impl IntoView {
    let path = match tool {
        Tool::Rectangle => "M3 5h14v10H3z",
        Tool::Brush => "M17 3 9 12M9 12c-3 0-3 3-6 4 3 2 7 1 7-3z",
        Tool::Eraser => "m11 4 6 6-6 6H7l-4-4zM6 9l6 6",
        Tool::Bucket => "m8 3 8 8-6 5-6-6zM17 13c2 3 0 4 0 4s-2-1 0-4",
    };
    view! { <svg viewBox="0 0 20 20" aria-hidden="true"><path d=path /></svg> }
}

/// What was done, taken back.
#[component]
pub fn Steps(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="buttons steps-of-board">
            <button data-testid="undo" disabled=move || !board.can_undo() on:click=move |_| board.undo()>
                {t!(i18n, undo)}
            </button>
            <button data-testid="redo" disabled=move || !board.can_redo() on:click=move |_| board.redo()>
                {t!(i18n, tr_redo)}
            </button>
            <button data-testid="clear" on:click=move |_| board.clear()>{t!(i18n, clear)}</button>
        </div>
    }
}

#[component]
pub fn Palette(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let swatches = board.model.with_value(|model| model.card.palette.clone());
    let one = move |(number, swatch): (usize, Swatch)| {
        let [r, g, b] = swatch.color;
        let (colour, id, name) = (format!("rgb({r} {g} {b})"), format!("swatch-{}", swatch.name), swatch.name);
        let chosen = move || usize::from(board.colour.get()) == number;
        let choose = move |_| board.take_up(number as u8);
        view! {
            <button class="swatch" aria-pressed=move || chosen().to_string() data-testid=id on:click=choose>
                <span class="colour" style:background-color=colour></span>
                <span>{move || words::swatch(i18n.get_locale(), &name)}</span>
            </button>
        }
    };
    view! {
        <div class="palette" role="group" aria-label=move || t_string!(i18n, tr_palette) data-testid="palette">
            {swatches.into_iter().enumerate().map(one).collect_view()}
        </div>
    }
}

/// Drawings to begin with.
#[component]
pub fn Examples(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let model = board.model.get_value();
    let fitting = board.desk.examples.get_untracked().into_iter().filter(|example| example.is_for(&model));
    let one = |example: Example| {
        let (drawing, id, titles) = (example.drawing(&model), format!("example-{}", example.name), example.title);
        let canvas = NodeRef::<leptos::html::Canvas>::new();
        let picture = board.picture_of(&drawing);
        Effect::new(move |_| canvas.get().iter().for_each(|canvas| picture.show(canvas)));
        let title = move || titles.get(if i18n.get_locale() == Locale::ko { "ko" } else { "en" }).cloned();
        view! {
            <li>
                <button data-testid=id on:click=move |_| board.put(drawing.clone())>
                    <canvas node_ref=canvas width="64" height="64" aria-hidden="true"></canvas>
                    <span>{title}</span>
                </button>
            </li>
        }
    };
    let items = fitting.map(one).collect::<Vec<_>>();
    (!items.is_empty()).then(|| {
        view! {
            <section class="drawings">
                <h2>{t!(i18n, tr_examples)}</h2>
                <ul>{items}</ul>
            </section>
        }
    })
}
