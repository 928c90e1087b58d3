//! The link of the page as it is.

use std::time::Duration;

use forger_protocol::latent_url::from_query;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::explorer::{Explorer, address};
use crate::{
    i18n::*,
    pages::{lab::share::copy, links::complain},
};

/// A browser refuses an address bar that changes more often than this.
const SETTLED: Duration = Duration::from_millis(250);

impl Explorer {
    /// Opens a link of this page in place.
    pub fn visit(self, query: &str) {
        let (state, wrong) = from_query(query);
        complain(self.toasts, self.locale(), &wrong);
        let is_open = self.card.with_untracked(|card| {
            card.as_ref().is_some_and(|card| state.model.as_ref().is_none_or(|model| model.name == card.name))
        });
        // What is loaded is not what the link means.
        self.stop_loading();
        self.wanted.set(None);
        self.state.set(state);
        self.term.set(0);
        if !is_open {
            self.load_wanted();
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Keeps the address bar at the state, once it has settled.
pub fn keep_address(explorer: Explorer) {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        let Some(state) = explorer.state.try_get_untracked() else { return };
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address(&state)));
        }
    };
    Effect::new(move |_| {
        explorer.state.track();
        // What a link asks for stays in the address until it is here.
        if explorer.card.with(Option::is_none) || explorer.wanted.with(Option::is_some) {
            return;
        }
        if let Some(before) = waiting.try_update_value(Option::take).flatten() {
            before.clear();
        }
        waiting.set_value(set_timeout_with_handle(write, SETTLED).ok());
    });
    // Another page has another address.
    on_cleanup(move || {
        if let Some(before) = waiting.try_update_value(Option::take).flatten() {
            before.clear();
        }
    });
}

/// The browser's own way to share, where it has one.
fn system_share(url: &str) -> bool {
    let navigator = window().navigator();
    let share = js_sys::Reflect::get(&navigator, &"share".into()).ok();
    let Some(share) = share.and_then(|share| share.dyn_into::<js_sys::Function>().ok()) else { return false };
    let data = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&data, &"url".into(), &url.into());
    let _ = js_sys::Reflect::set(&data, &"title".into(), &"Forger".into());
    share.call1(&navigator, &data).is_ok()
}

#[component]
pub fn Share(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let link = move || address(&explorer.state.get_untracked());
    let share = move |_| {
        copy(link(), move |copied| {
            let locale = explorer.locale();
            let text = if copied { td_string!(locale, copied_plain) } else { td_string!(locale, copy_failed) };
            explorer.toasts.note(text.to_string());
        });
    };
    let can_share = js_sys::Reflect::has(&window().navigator(), &"share".into()).unwrap_or(false);
    view! {
        <div class="buttons">
            <button class="primary" data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
            {can_share
                .then(|| {
                    view! {
                        <button
                            data-testid="system-share"
                            on:click=move |_| {
                                system_share(&link());
                            }
                        >
                            {t!(i18n, system_share)}
                        </button>
                    }
                })}
        </div>
    }
}
