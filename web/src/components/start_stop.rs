//! A button that begins something and, while that is under way, ends it.

use leptos::prelude::*;

use crate::i18n::*;

/// One for both, so that whoever pressed it with the keyboard is still on it.
#[component]
pub fn StartStop(
    /// Whether it is under way.
    #[prop(into)]
    is_on: Signal<bool>,
    #[prop(into)] start: Callback<()>,
    #[prop(into)] stop: Callback<()>,
    /// What it says while nothing is under way.
    #[prop(into)]
    label: Signal<String>,
    /// What it says while something is, if not that it cancels.
    #[prop(into, optional)]
    end: Option<Signal<String>>,
    /// Whether it cannot begin now.
    #[prop(into, optional)]
    blocked: Option<Signal<bool>>,
    /// Whether one comes here to begin it.
    #[prop(optional)]
    primary: bool,
    /// Those of tests, to begin and to end.
    ids: [&'static str; 2],
) -> impl IntoView {
    let i18n = use_i18n();
    let text = move || match (is_on.get(), end) {
        (false, _) => label.get(),
        (true, Some(end)) => end.get(),
        (true, None) => t_string!(i18n, cancel).to_owned(),
    };
    // Not disabled, or it would lose the focus.
    let is_blocked = move || !is_on.get() && blocked.is_some_and(|blocked| blocked.get());
    let press = move |_| {
        if is_on.get_untracked() {
            stop.run(());
        } else if !untrack(is_blocked) {
            start.run(());
        }
    };
    view! {
        <button
            class:primary=move || primary && !is_on.get()
            data-testid=move || ids[usize::from(is_on.get())]
            aria-disabled=move || is_blocked().then_some("true")
            on:click=press
        >
            {text}
        </button>
    }
}
