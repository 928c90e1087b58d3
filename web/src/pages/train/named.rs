//! A name that is changed in its place.

use leptos::{
    ev::KeyboardEvent,
    html::{Button, Input},
    prelude::*,
};

use crate::i18n::*;

/// The name of something in a list, and what gives it another. `id` is that of tests.
#[component]
pub fn Named(
    #[prop(into)] name: Signal<String>,
    #[prop(into)] rename: Callback<String>,
    #[prop(into)] id: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = RwSignal::new(false);
    let (field, button) = (NodeRef::<Input>::new(), NodeRef::<Button>::new());
    let (button_id, field_id) = (format!("rename-{id}"), format!("name-{id}"));
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let close = move || {
        is_open.set(false);
        // Whoever uses the keyboard was in the field, which goes.
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let finish = move || {
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        close();
        if !typed.trim().is_empty() && typed.trim() != name.get_untracked() {
            rename.run(typed);
        }
    };
    let escape = move |event: &KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            close();
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            // Or the button, which has the focus then, would be pressed by it.
            event.prevent_default();
            finish();
        }
        escape(&event);
    };
    let press = move |_| if is_open.get_untracked() { finish() } else { is_open.set(true) };
    view! {
        <Show when=move || is_open.get() fallback=move || view! { <span class="name">{name}</span> }>
            <input
                type="text"
                node_ref=field
                value=name.get_untracked()
                maxlength="60"
                aria-label=move || t_string!(i18n, train_name)
                data-testid=field_id.clone()
                on:keydown=key
            />
        </Show>
        // It stays where it is, while the name beside it changes.
        <button
            class:plain=move || !is_open.get()
            node_ref=button
            data-testid=button_id
            aria-label=move || td_string!(i18n.get_locale(), train_rename_of, name = name.get()).to_string()
            on:click=press
            on:keydown=move |event| escape(&event)
        >
            {t!(i18n, train_rename)}
        </button>
    }
}
