//! A name that is changed in its place.

use leptos::{ev::KeyboardEvent, html::Input, prelude::*};

use crate::i18n::*;

/// The name of something in a list, and what gives it another. `id` is that of tests.
#[component]
pub fn Named(
    #[prop(into)] name: String,
    #[prop(into)] rename: Callback<String>,
    #[prop(into)] id: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = RwSignal::new(false);
    let field = NodeRef::<Input>::new();
    let (name, id) = (StoredValue::new(name), StoredValue::new(id));
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let finish = move || {
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        is_open.set(false);
        if !typed.trim().is_empty() && typed.trim() != name.get_value() {
            rename.run(typed);
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => finish(),
        "Escape" => is_open.set(false),
        _ => {}
    };
    view! {
        <Show
            when=move || is_open.get()
            fallback=move || view! {
                <span class="name">{name.get_value()}</span>
                <button
                    class="plain"
                    data-testid=format!("rename-{}", id.get_value())
                    aria-label=move || {
                        td_string!(i18n.get_locale(), train_rename_of, name = name.get_value()).to_string()
                    }
                    on:click=move |_| is_open.set(true)
                >
                    {t!(i18n, train_rename)}
                </button>
            }
        >
            <input
                type="text"
                node_ref=field
                value=name.get_value()
                maxlength="60"
                aria-label=move || t_string!(i18n, train_name)
                data-testid=format!("name-{}", id.get_value())
                on:keydown=key
            />
            <button data-testid=format!("named-{}", id.get_value()) on:click=move |_| finish()>
                {t!(i18n, train_rename)}
            </button>
        </Show>
    }
}
