//! The link of what is here: the model, and the drawing or the example that it is.

use forger_protocol::translate_url::{Drawing, LONGEST};
use leptos::prelude::*;

use super::desk::{Desk, address};
use crate::{i18n::*, pages::lab::share::copy};

/// The link of the page as it is.
fn link(desk: Desk, drawing: Option<Drawing>) -> String {
    let (mut state, model) = (desk.state(), desk.model.get_untracked());
    let (Some(drawing), Some(model)) = (drawing, model) else { return address(&state) };
    state.example = desk.examples.with_untracked(|examples| {
        let same = examples.iter().find(|example| example.is_for(&model) && example.drawing(&model) == drawing);
        same.map(|example| example.name.clone())
    });
    state.drawing = state.example.is_none().then_some(drawing);
    address(&state)
}

#[component]
pub fn Share(desk: Desk, #[prop(optional)] drawing: Option<RwSignal<Drawing>>) -> impl IntoView {
    let i18n = use_i18n();
    let share = move |_| {
        let link = link(desk, drawing.map(|drawing| drawing.get_untracked()));
        if link.len() > LONGEST {
            let said = td_string!(desk.locale(), tr_link_long, n = link.len(), most = LONGEST);
            return desk.toasts.error(said.to_string());
        }
        copy(link, move |copied| {
            let locale = desk.locale();
            let text = if copied { td_string!(locale, copied_plain) } else { td_string!(locale, copy_failed) };
            desk.toasts.note(text.to_string());
        });
    };
    view! { <button data-testid="share-button" on:click=share>{t!(i18n, share)}</button> }
}
