//! A term of the board: a name, its exemplars and their mean.

use forger_protocol::latent_url::{Code, expression};
use leptos::prelude::*;

use super::{
    board::Mean,
    drag,
    explorer::Explorer,
    pictures::Thumb,
    suggest::{EXEMPLARS, Pool},
};
use crate::{
    components::{focus, labels},
    i18n::*,
};

/// Attributes that are offered to find exemplars by.
const OFFERED: usize = 12;

#[component]
pub fn TermCard(explorer: Explorer, index: usize) -> impl IntoView {
    let i18n = use_i18n();
    let name = explorer.part(move |state| state.terms.get(index).map(|term| term.name.clone()).unwrap_or_default());
    let codes = explorer.part(move |state| state.terms.get(index).map(|term| term.codes.clone()).unwrap_or_default());
    let hovering = RwSignal::new(false);
    let is_active = move || explorer.term.get() == index;
    let rename = move |text: String| {
        let (old, new) = (name.get_untracked(), expression::name(&text));
        let taken = explorer.state.with_untracked(|state| state.terms.iter().any(|term| term.name == new));
        if new.is_empty() || (taken && new != old) {
            explorer.toasts.error(td_string!(explorer.locale(), name_taken, name = text).to_string());
            return false;
        }
        explorer.change(|state| {
            // The expression means the same as before.
            let known = state.terms.iter().map(|term| term.name.clone()).collect::<Vec<_>>();
            if let Ok(summands) = expression::parse(&state.expression, |name| known.iter().any(|known| known == name)) {
                let mut text = String::new();
                for (at, (sign, name)) in summands.into_iter().enumerate() {
                    text += match (at, sign < 0.0) {
                        (0, false) => "",
                        (0, true) => "- ",
                        (_, false) => " + ",
                        (_, true) => " - ",
                    };
                    text += if name == old { &new } else { &name };
                }
                state.expression = text;
            }
            if let Some(term) = state.terms.get_mut(index) {
                term.name = new;
            }
        })
    };
    let drop = move |event: web_sys::DragEvent| {
        hovering.set(false);
        if let Some(code) = drag::dropped(&event) {
            explorer.change(|state| {
                if let Some(term) = state.terms.get_mut(index) {
                    term.codes.push(code);
                }
            });
        }
    };
    let remove_term = move |event: web_sys::MouseEvent| {
        focus::keep(&event);
        explorer.change(|state| {
            if index < state.terms.len() {
                state.terms.remove(index);
            }
        });
        explorer
            .term
            .update(|term| *term = (*term).min(explorer.state.with_untracked(|s| s.terms.len().saturating_sub(1))));
    };
    let slots = move || EXEMPLARS.saturating_sub(codes.with(Vec::len));
    let exemplars = move || {
        let one = move |(place, code): (usize, Code)| view! { <Exemplar explorer index place code /> };
        codes.get().into_iter().enumerate().map(one).collect_view()
    };
    view! {
        <section
            class="term"
            role="group"
            aria-label=move || name.get()
            class:active=is_active
            class:hovering=move || hovering.get()
            data-testid=format!("term-{index}")
            on:dragover=drag::over(hovering)
            on:dragleave=move |_| hovering.set(false)
            on:drop=drop
        >
            <div class="term-head">
                <input
                    type="text"
                    aria-label=move || t_string!(i18n, term_name)
                    maxlength=expression::LONGEST_NAME
                    prop:value=move || name.get()
                    on:focus=move |_| explorer.term.set(index)
                    on:change=move |event| {
                        if !rename(event_target_value(&event)) {
                            name.with_untracked(|name| {
                                use wasm_bindgen::JsCast;
                                let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
                                if let Some(input) = input {
                                    input.set_value(name);
                                }
                            });
                        }
                    }
                />
                <button
                    class="plain"
                    aria-label=move || format!("{}: {}", t_string!(i18n, remove_term), name.get())
                    on:click=remove_term
                >
                    "×"
                </button>
            </div>
            <div class="exemplars">
                {exemplars}
                {move || {
                    let slot = move |_| {
                        view! {
                            <button
                                class="slot"
                                aria-label=move || td_string!(i18n.get_locale(), take_term, name = name.get()).to_string()
                                on:click=move |_| explorer.term.set(index)
                            >
                                "+"
                            </button>
                        }
                    };
                    (0..slots()).map(slot).collect_view()
                }}
                <span class="equals" aria-hidden="true">"→"</span>
                <figure class="mean" title=move || t_string!(i18n, mean)>
                    <Show when=move || codes.with(|codes| !codes.is_empty()) fallback=|| view! { <span class="slot"></span> }>
                        <Mean explorer index />
                    </Show>
                </figure>
            </div>
            <div class="buttons">
                <button
                    aria-pressed=move || is_active().to_string()
                    data-testid=format!("choose-term-{index}")
                    on:click=move |_| explorer.term.set(index)
                >
                    {t!(i18n, clicks_go_here)}
                </button>
                <Finder explorer index />
            </div>
        </section>
    }
}

#[component]
fn Exemplar(explorer: Explorer, index: usize, place: usize, code: Code) -> impl IntoView {
    let i18n = use_i18n();
    let code = StoredValue::new(code);
    let remove = move |event: web_sys::MouseEvent| {
        focus::keep(&event);
        explorer.change(|state| {
            if let Some(term) = state.terms.get_mut(index).filter(|term| place < term.codes.len()) {
                term.codes.remove(place);
            }
        });
    };
    view! {
        <button
            class="exemplar"
            draggable="true"
            title=move || t_string!(i18n, remove)
            aria-label=move || td_string!(i18n.get_locale(), remove_exemplar, n = place + 1).to_string()
            on:click=remove
            on:dragstart=move |event| code.with_value(|code| drag::start(&event, code, None))
        >
            <Thumb explorer code=Signal::derive(move || Some(code.get_value())) />
        </button>
    }
}

/// Finds exemplars by attributes that they should have or lack.
#[component]
fn Finder(explorer: Explorer, index: usize) -> impl IntoView {
    let i18n = use_i18n();
    let wish = RwSignal::new(Vec::<(String, bool)>::new());
    let offered = move || {
        explorer.card.with(|card| {
            let attributes = card.iter().flat_map(|card| &card.directions);
            let attributes = attributes.filter(|d| d.kind == forger_protocol::card::DirectionKind::Attribute);
            attributes.take(OFFERED).map(|direction| direction.name.clone()).collect::<Vec<_>>()
        })
    };
    let state_of =
        move |name: &str| wish.with(|wish| wish.iter().find(|(known, _)| known == name).map(|(_, has)| *has));
    let chip = move |name: String| {
        let (label, known) = (name.clone(), StoredValue::new(name));
        let mark = move || match known.with_value(|name| state_of(name)) {
            Some(true) => "+ ",
            Some(false) => "\u{2212} ",
            None => "",
        };
        let turn = move |_| {
            let name = known.get_value();
            let now = untrack(|| state_of(&name));
            wish.update(|wish| {
                wish.retain(|(known, _)| *known != name);
                match now {
                    None => wish.push((name, true)),
                    Some(true) => wish.push((name, false)),
                    Some(false) => {}
                }
            });
        };
        view! {
            <button class="chip" aria-pressed=move || known.with_value(|name| state_of(name)).is_some().to_string() on:click=turn>
                {mark}
                {move || labels::attribute(i18n.get_locale(), &label)}
            </button>
        }
    };
    let search = move |_| {
        let wish = wish.get_untracked();
        let wish = wish.iter().map(|(name, has)| (name.as_str(), *has)).collect::<Vec<_>>();
        let seed = explorer.state.with_untracked(|state| state.seed);
        let taken =
            explorer.state.with_untracked(|state| state.terms.get(index).map(|t| t.codes.clone()).unwrap_or_default());
        let found = explorer.of_model(|card, codes| Pool::new(card, codes, seed).find(&wish, &taken));
        explorer.change(|state| {
            if let Some(term) = state.terms.get_mut(index) {
                term.codes.extend(found.unwrap_or_default());
            }
        });
    };
    view! {
        <Show when=move || !offered().is_empty()>
            <details class="finder">
                <summary>{t!(i18n, find_exemplars)}</summary>
                <div class="chips">{move || offered().into_iter().map(chip).collect_view()}</div>
                <button disabled=move || wish.with(Vec::is_empty) data-testid=format!("find-{index}") on:click=search>
                    {t!(i18n, find_three, n = EXEMPLARS)}
                </button>
            </details>
        </Show>
    }
}
