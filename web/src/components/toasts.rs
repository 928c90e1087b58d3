//! The messages at the foot of the page.

use leptos::prelude::*;

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
        view! {
            <div
                class=kind
                role=if toast.error { "alert" } else { "status" }
                data-testid=if toast.error { "error-toast" } else { "note-toast" }
            >
                <p>{toast.text}</p>
                <button class="plain" on:click=move |_| toasts.close(id)>{t!(i18n, close)}</button>
            </div>
        }
    };
    view! {
        <div class="toasts">
            <For each=move || toasts.list.get() key=|toast| toast.id children=one />
        </div>
    }
}
