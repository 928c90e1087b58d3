//! The sentence in pictures: its terms, the result, and what is near it.

use forger_protocol::{
    latent,
    latent_url::{Code, Move, Tab, expression},
};
use leptos::{html::Canvas, prelude::*};

use super::{
    board::{Mean, reason},
    drag,
    explorer::Explorer,
    own::Own,
    pictures::{View, show},
};
use crate::i18n::*;

/// The neighbours of a result, as many as the paper shows.
const NEIGHBOURS: usize = 8;

#[component]
pub fn Sum(explorer: Explorer, own: Own) -> impl IntoView {
    let i18n = use_i18n();
    let text = explorer.part(|state| state.expression.clone());
    let result = Memo::new(move |_| explorer.result());
    let view = View::default();
    Effect::new(move |_| {
        if let (Ok(z), true) = (result.get(), explorer.can_draw()) {
            // The result first: it is drawn while the neighbours wait.
            let around = latent::neighbours(&z, NEIGHBOURS, 1);
            let (before, after) = around.split_at(NEIGHBOURS / 2);
            let all = before.iter().chain([&z]).chain(after).flatten().copied().collect();
            explorer.draw(view, all);
        }
    });
    let (large, around) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    show(view, large, 1, || NEIGHBOURS / 2..NEIGHBOURS / 2 + 1);
    show(view, around, 3, || 0..NEIGHBOURS + 1);
    let problem = move || result.get().err().map(|error| reason(i18n.get_locale(), error));
    let use_result = move |tab: Tab| {
        if let Ok(z) = result.get_untracked() {
            let code = Code::nearest(&z);
            explorer.change(|state| {
                state.tab = tab;
                if tab == Tab::Walk {
                    state.walk.push(code);
                } else {
                    (state.base, state.moves) = (Some(code), Vec::new());
                }
            });
        }
    };
    let keep = move |_| {
        if let Ok(z) = result.get_untracked() {
            let name = expression::name(&text.get_untracked());
            let added = own.add(&name, &z);
            explorer.change(|state| {
                state.tab = Tab::Edit;
                state.moves.push(Move { name: added.name, own: Some(added.code), tenths: 10 });
            });
        }
    };
    let drag_result = move |event: web_sys::DragEvent| {
        if let Ok(z) = result.get_untracked() {
            view.pixels.with_untracked(|pixels| {
                let picture = pixels.one(NEIGHBOURS / 2).map(|values| (values, pixels.side));
                drag::start(&event, &Code::nearest(&z), picture);
            });
        }
    };
    let fallback = move || view! { <p class="muted" data-testid="no-result">{problem}</p> };
    view! {
        // Room for all of it from the start: what appeared above would push away what is being dragged below.
        <div class="sum" class:waiting=move || result.with(Result::is_err)>
            <Equation explorer />
            <div class="result">
                <figure>
                    <canvas
                        node_ref=large
                        draggable="true"
                        role="img"
                        aria-label=move || t_string!(i18n, result)
                        data-testid="result"
                        on:dragstart=drag_result
                    ></canvas>
                    <figcaption>{t!(i18n, result)}</figcaption>
                </figure>
                <figure>
                    <canvas
                        node_ref=around
                        role="img"
                        aria-label=move || t_string!(i18n, neighbours)
                        data-testid="neighbours"
                    ></canvas>
                    <figcaption>{t!(i18n, neighbours)}</figcaption>
                </figure>
            </div>
        </div>
        <Show when=move || result.with(Result::is_ok) fallback=fallback>
            <div class="buttons">
                <button data-testid="edit-result" on:click=move |_| use_result(Tab::Edit)>{t!(i18n, edit_this)}</button>
                <button data-testid="walk-result" on:click=move |_| use_result(Tab::Walk)>{t!(i18n, add_to_walk)}</button>
                <button data-testid="keep-direction" on:click=keep>{t!(i18n, keep_direction)}</button>
            </div>
        </Show>
    }
}

/// The expression in pictures, each with its name.
#[component]
fn Equation(explorer: Explorer) -> impl IntoView {
    let summands = Memo::new(move |_| {
        explorer.state.with(|state| {
            let place = |name: &str| state.terms.iter().position(|term| term.name == name);
            let summands = expression::parse(&state.expression, |name| place(name).is_some()).unwrap_or_default();
            let known = summands.into_iter().filter_map(|(sign, name)| Some((sign < 0.0, place(&name)?, name)));
            known.collect::<Vec<_>>()
        })
    });
    let one = move |(at, (minus, index, name)): (usize, (bool, usize, String))| {
        let sign = match (at, minus) {
            (0, false) => "",
            (_, false) => "+",
            (_, true) => "\u{2212}",
        };
        view! {
            <span class="sign">{sign}</span>
            <figure>
                <Mean explorer index />
                <figcaption>{name}</figcaption>
            </figure>
        }
    };
    view! {
        <div class="equation" aria-hidden="true">
            {move || summands.get().into_iter().enumerate().map(one).collect_view()}
            <span class="sign">"="</span>
        </div>
    }
}
