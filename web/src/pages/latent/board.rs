//! The arithmetic board: exemplars under names, and an expression of the names.

use forger_protocol::latent_url::{Code, Term, expression};
use leptos::prelude::*;

use super::{
    explorer::{Explorer, NoResult},
    pictures::Thumb,
    suggest::{EXEMPLARS, SENTENCES},
    term::TermCard,
};
use crate::{components::labels, i18n::*};

/// The place of the same under the field.
const PROBLEM: &str = "expression-problem";

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

/// What a board begins with: the first sentence that the model can say, with exemplars among the samples of a seed; of a model
/// that knows none, three names.
fn beginning(explorer: Explorer, seed: u32) -> (Vec<Term>, String) {
    let locale = explorer.locale();
    let said = explorer.of_model(|card, codes| {
        let sentence = SENTENCES.iter().find(|sentence| sentence.is_possible(card))?;
        Some(sentence.of(card, codes, seed, |key| labels::term(locale, key)))
    });
    said.flatten().unwrap_or_else(|| {
        let term = |name: &str| Term { name: name.into(), codes: Vec::new() };
        (["A", "B", "C"].map(term).to_vec(), "A - B + C".into())
    })
}

/// Makes the sentence where there is none.
pub fn begin(explorer: Explorer) {
    let state = explorer
        .state
        .with_untracked(|state| (state.terms.is_empty() && state.expression.is_empty()).then_some(state.seed));
    if let Some(seed) = state {
        let (terms, expression) = beginning(explorer, seed);
        explorer.change(|state| (state.terms, state.expression) = (terms, expression));
    }
}

/// Whether the board is as the page made it for the model that is open: of another, the same terms would say nothing.
pub fn is_untouched(explorer: Explorer) -> bool {
    let (terms, text, mut seed) =
        explorer.state.with_untracked(|state| (state.terms.clone(), state.expression.clone(), state.seed));
    if let Some(Code::Sample { seed: first, .. }) = terms.first().and_then(|term| term.codes.first()) {
        // Other samples may be on show by now.
        seed = *first;
    }
    (terms, text) == beginning(explorer, seed)
}

#[component]
pub fn Board(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let names = explorer.part(|state| state.terms.iter().map(|term| term.name.clone()).collect::<Vec<_>>());
    let text = explorer.part(|state| state.expression.clone());
    let problem = Memo::new(move |_| explorer.result().err());
    let is_wrong = move || problem.with(|problem| matches!(problem, Some(NoResult::Expression(_))));
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
                aria-invalid=move || is_wrong().to_string()
                aria-describedby=move || problem.with(Option::is_some).then_some(PROBLEM)
                prop:value=move || text.get()
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    explorer.change(|state| state.expression = typed);
                }
            />
        </label>
        // Beside the field, too: what stands in place of the result is far above.
        {move || {
            problem
                .get()
                .map(|of| {
                    view! {
                        <p id=PROBLEM class="problem" data-testid=PROBLEM>
                            {reason(i18n.get_locale(), of)}
                        </p>
                    }
                })
        }}
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
