//! What cannot be taken back is asked once more, in its place.

use leptos::{ev::KeyboardEvent, html::Button, prelude::*};
use web_sys::HtmlElement;

use super::focus;
use crate::i18n::*;

/// A button that asks before it acts. `id` is that of tests; the button that says yes ends in `-yes`.
#[component]
pub fn Confirm(
    #[prop(into)] label: Signal<String>,
    /// What is asked.
    #[prop(into)]
    question: Signal<String>,
    /// Which of several buttons of the same label it is, for those who hear it.
    #[prop(into, optional)]
    of: Option<Signal<String>>,
    #[prop(into)] act: Callback<()>,
    #[prop(into)] id: String,
) -> impl IntoView {
    let (i18n, asks) = (use_i18n(), RwSignal::new(false));
    let name = move || of.map(|of| format!("{}: {}", label.get(), of.get()));
    let yes = format!("{id}-yes");
    let first = NodeRef::<Button>::new();
    let close = move || {
        asks.set(false);
        // Whoever uses the keyboard was on a button that goes.
        if let Some(first) = first.get_untracked() {
            let _ = first.focus();
        }
    };
    // Where the button was when it was agreed to what may take it along.
    let parts = StoredValue::new_local(Vec::<HtmlElement>::new());
    let agree = move |_| {
        close();
        parts.set_value(first.get_untracked().map(|first| focus::around(&first)).unwrap_or_default());
        act.run(());
    };
    on_cleanup(move || {
        parts.try_get_value().filter(|parts| !parts.is_empty()).into_iter().for_each(focus::settle);
    });
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && asks.get_untracked() {
            close();
        }
    };
    view! {
        // It stays where it is, so that whoever uses the keyboard does not lose the place.
        <button
            node_ref=first
            data-testid=id
            aria-label=name
            aria-expanded=move || asks.get().to_string()
            on:click=move |_| asks.update(|asks| *asks = !*asks)
            on:keydown=escape
        >
            {label}
        </button>
        <Show when=move || asks.get()>
            <span class="ask" role="alert">{question}</span>
            <button class="primary" data-testid=yes.clone() on:click=agree on:keydown=escape>{label}</button>
            <button on:click=move |_| close() on:keydown=escape>{t!(i18n, cancel)}</button>
        </Show>
    }
}
