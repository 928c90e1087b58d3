//! The messages at the foot of the page.

use leptos::prelude::*;

use super::focus;
use crate::{
    i18n::*,
    state::toasts::{Toast, use_toasts},
};

#[component]
pub fn ToastList() -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let one = move |toast: Toast| {
        let id = toast.id;
        let kind = if toast.error { "toast error" } else { "toast" };
        let close = move |event: web_sys::MouseEvent| {
            focus::keep(&event);
            toasts.close(id);
        };
        view! {
            <div class=kind data-testid=if toast.error { "error-toast" } else { "note-toast" }>
                <p>{toast.text}</p>
                <button class="plain" on:click=close>{t!(i18n, close)}</button>
            </div>
        }
    };
    let of_kind = move |error: bool| {
        let is_it = move |toast: &Toast| toast.error == error;
        let listed = move || toasts.list.get().into_iter().filter(is_it).collect::<Vec<_>>();
        view! { <For each=listed key=|toast| toast.id children=one /> }
    };
    view! {
        // Who listens hears what comes into what was there before, and may miss, or hear twice, what comes with a role of its own.
        <div class="toasts">
            <div aria-live="polite">{of_kind(false)}</div>
            <div aria-live="assertive">{of_kind(true)}</div>
        </div>
    }
}
