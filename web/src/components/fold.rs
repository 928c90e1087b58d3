//! A part of a page that folds away.

use leptos::prelude::*;

use crate::state::screen::use_screen;

/// It is as `open` says whenever that changes, and else as the user has it.
#[component]
pub fn Fold(
    name: String,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] open: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let screen = use_screen();
    let id = format!("fold-{name}");
    // What is said anew, and is the same, changes nothing.
    let open = Memo::new(move |_| open.get());
    view! {
        <details class=format!("fold {name}") data-testid=id prop:open=move || open.get() on:toggle=move |_| screen.changed()>
            <summary>{move || title.get()}</summary>
            {children()}
        </details>
    }
}
