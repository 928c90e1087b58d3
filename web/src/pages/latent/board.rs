//! The arithmetic board: exemplars under names, and an expression of the names.

use forger_protocol::{
    latent,
    latent_url::{Code, Move, Tab, Term, expression},
};
use leptos::{html::Canvas, prelude::*};

use super::{
    drag,
    explorer::{Explorer, NoResult},
    own::Own,
    pictures::{Thumb, View, show},
    suggest::{EXEMPLARS, SENTENCES},
    term::TermCard,
};
use crate::{components::labels, engine_client::Status, i18n::*};

/// The neighbours of a result, as many as the paper shows.
const NEIGHBOURS: usize = 8;

/// What is wrong with the expression, in the language of the page.
pub fn reason(locale: Locale, reason: NoResult) -> String {
    match reason {
        NoResult::EmptyTerm(name) => td_string!(locale, no_exemplar, name = name).to_string(),
        NoResult::Expression(expression::BadExpression::Empty) => td_string!(locale, no_expression).to_string(),
        NoResult::Expression(expression::BadExpression::Unfinished) => td_string!(locale, unfinished).to_string(),
        NoResult::Expression(expression::BadExpression::Unknown(name)) => {
            td_string!(locale, unknown_term, name = name).to_string()
        }
    }
}

/// The terms to begin with: those of the first sentence that the model can say, without exemplars.
pub fn beginning(explorer: Explorer) -> (Vec<Term>, String) {
    let locale = explorer.locale();
    let names = |key: &str| labels::term(locale, key);
    let sentence =
        explorer.card.with_untracked(|card| SENTENCES.iter().find(|s| card.as_ref().is_some_and(|c| s.is_possible(c))));
    match sentence {
        Some(sentence) => {
            let term = |key: &str| Term { name: names(key), codes: Vec::new() };
            (sentence.terms.iter().map(|(key, ..)| term(key)).collect(), sentence.expression(names))
        }
        None => {
            let term = |name: &str| Term { name: name.into(), codes: Vec::new() };
            (["A", "B", "C"].map(term).to_vec(), "A - B + C".into())
        }
    }
}

#[component]
pub fn Board(explorer: Explorer, own: Own) -> impl IntoView {
    let i18n = use_i18n();
    let names = explorer.part(|state| state.terms.iter().map(|term| term.name.clone()).collect::<Vec<_>>());
    let text = explorer.part(|state| state.expression.clone());
    let result = Memo::new(move |_| explorer.result());
    let view = View::default();
    Effect::new(move |_| {
        if let (Ok(z), Status::Ready) = (result.get(), explorer.engine.status.get()) {
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
    let say = move |index: usize| {
        let locale = explorer.locale();
        let sentence = &SENTENCES[index];
        let seed = explorer.state.with_untracked(|state| state.seed);
        let found = explorer.of_model(|card, codes| sentence.of(card, codes, seed, |key| labels::term(locale, key)));
        if let Some((terms, expression)) = found {
            explorer.change(|state| (state.terms, state.expression) = (terms, expression));
            explorer.term.set(0);
        }
    };
    let sentences = move || {
        let locale = i18n.get_locale();
        let possible = explorer.card.with(|card| {
            let card = card.as_ref()?;
            Some((0..SENTENCES.len()).filter(|index| SENTENCES[*index].is_possible(card)).collect::<Vec<_>>())
        });
        let button = move |index: usize| {
            let text = SENTENCES[index].expression(|key| labels::term(locale, key)).replace(" - ", " \u{2212} ");
            view! {
                <button data-testid=format!("sentence-{index}") on:click=move |_| say(index)>
                    {text}
                </button>
            }
        };
        possible.unwrap_or_default().into_iter().map(button).collect_view()
    };
    let add = move |_| {
        let name = (b'A'..=b'Z').map(|letter| char::from(letter).to_string());
        let free = name.into_iter().find(|name| names.with_untracked(|names| !names.contains(name)));
        if let Some(name) = free
            && explorer.change(|state| state.terms.push(Term { name, codes: Vec::new() }))
        {
            explorer.term.set(names.with_untracked(Vec::len).saturating_sub(1));
        }
    };
    let clear = move |_| {
        explorer.change(|state| state.terms.iter_mut().for_each(|term| term.codes.clear()));
        explorer.term.set(0);
    };
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
        <p class="muted">{t!(i18n, board_help, n = EXEMPLARS)}</p>
        <div class="buttons">{sentences}</div>
        <div class="terms">
            <For
                each=move || 0..names.with(Vec::len)
                key=|index| *index
                children=move |index| view! { <TermCard explorer index /> }
            />
        </div>
        <div class="buttons">
            <button data-testid="add-term" on:click=add>{t!(i18n, add_term)}</button>
            <button data-testid="clear-terms" on:click=clear>{t!(i18n, clear_terms)}</button>
        </div>
        <label class="expression">
            <span>{t!(i18n, expression)}</span>
            <input
                type="text"
                spellcheck="false"
                autocomplete="off"
                data-testid="expression"
                prop:value=move || text.get()
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    explorer.change(|state| state.expression = typed);
                }
            />
        </label>
        <Show when=move || result.with(Result::is_ok) fallback=fallback>
            <Equation explorer />
            <div class="result">
                <figure>
                    <canvas node_ref=large draggable="true" data-testid="result" on:dragstart=drag_result></canvas>
                    <figcaption>{t!(i18n, result)}</figcaption>
                </figure>
                <figure>
                    <canvas node_ref=around data-testid="neighbours"></canvas>
                    <figcaption>{t!(i18n, neighbours)}</figcaption>
                </figure>
            </div>
            <div class="buttons">
                <button data-testid="edit-result" on:click=move |_| use_result(Tab::Edit)>{t!(i18n, edit_this)}</button>
                <button data-testid="walk-result" on:click=move |_| use_result(Tab::Walk)>{t!(i18n, add_to_walk)}</button>
                <button data-testid="keep-direction" on:click=keep>{t!(i18n, keep_direction)}</button>
            </div>
        </Show>
    }
}

/// The expression in pictures.
#[component]
fn Equation(explorer: Explorer) -> impl IntoView {
    let summands = Memo::new(move |_| {
        explorer.state.with(|state| {
            let place = |name: &str| state.terms.iter().position(|term| term.name == name);
            let summands = expression::parse(&state.expression, |name| place(name).is_some()).unwrap_or_default();
            summands.into_iter().filter_map(|(sign, name)| Some((sign < 0.0, place(&name)?))).collect::<Vec<_>>()
        })
    });
    let one = move |(at, (minus, index)): (usize, (bool, usize))| {
        let sign = match (at, minus) {
            (0, false) => "",
            (_, false) => "+",
            (_, true) => "\u{2212}",
        };
        view! {
            <span>{sign}</span>
            <Mean explorer index />
        }
    };
    view! {
        <div class="equation" aria-hidden="true">
            {move || summands.get().into_iter().enumerate().map(one).collect_view()}
            <span>"="</span>
        </div>
    }
}

/// The mean of a term as a small picture.
#[component]
pub fn Mean(explorer: Explorer, index: usize) -> impl IntoView {
    let code = Signal::derive(move || {
        let term = explorer.state.with(|state| state.terms.get(index).cloned())?;
        explorer.mean(&term).map(|mean| Code::nearest(&mean))
    });
    view! { <Thumb explorer code /> }
}
