//! What cannot be taken back is asked once more, in its place.

use leptos::prelude::*;

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
    let agree = move |_| {
        asks.set(false);
        act.run(());
    };
    view! {
        // It stays where it is, so that whoever uses the keyboard does not lose the place.
        <button
            data-testid=id
            aria-label=name
            aria-expanded=move || asks.get().to_string()
            on:click=move |_| asks.update(|asks| *asks = !*asks)
        >
            {label}
        </button>
        <Show when=move || asks.get()>
            <span class="ask" role="alert">{question}</span>
            <button class="primary" data-testid=yes.clone() on:click=agree>{label}</button>
            <button on:click=move |_| asks.set(false)>{t!(i18n, cancel)}</button>
        </Show>
    }
}
