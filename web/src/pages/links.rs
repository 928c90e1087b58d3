//! Links: what a page is opened with, and what pages say of a link that cannot be used as it is.

use forger_protocol::latent_url::ModelRef;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use crate::{
    i18n::*,
    state::{site, storage, toasts::Toasts},
};

/// As much of what could not be used as a message holds, in characters.
const SHOWN: usize = 80;

/// The query of the address that a page is opened with. The bar of the browser may still have the page before.
pub fn query() -> String {
    use_location().search.get_untracked()
}

/// The model that the query of an address asks for, as `model=NAME-SHA8`.
pub fn model(query: &str) -> Option<ModelRef> {
    let name = UrlSearchParams::new_with_str(query).ok()?.get("model")?;
    Some(ModelRef::parse(&name)).filter(|model| !model.name.is_empty())
}

/// Takes the model out of the address of a page that no longer has it.
pub fn forget_model(page: &str) {
    if model(&window().location().search().unwrap_or_default()).is_some()
        && let Ok(history) = window().history()
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&site::url(page)));
    }
}

/// The name of the model of a link, or else of that which was used last and kept under this key.
pub fn asked(wanted: Option<&ModelRef>, last: &str) -> String {
    wanted.map(|model| model.name.clone()).or_else(|| storage::get(last)).unwrap_or_default()
}

/// Names the parts of a link that could not be used. Of a drawing, that says enough.
pub fn complain(toasts: Toasts, locale: Locale, wrong: &[String]) {
    let (drawings, others): (Vec<_>, Vec<_>) = wrong.iter().partition(|part| part.starts_with("drawing="));
    if !drawings.is_empty() {
        toasts.error(td_string!(locale, tr_bad_drawing).to_string());
    }
    if !others.is_empty() {
        let what = others.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        toasts.error(td_string!(locale, bad_url, what = shortened(&what)).to_string());
    }
}

/// As much of a part of a link as a message holds.
pub fn shortened(what: &str) -> String {
    what.chars().take(SHOWN).collect()
}

/// What a page has in the place of the model that a link names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Same,
    /// One of that name, with other weights.
    Renewed,
    /// There is none of that name.
    Other,
}

/// Says where the model that is taken, by the name on its card and the hash of its file, is not the one of a link.
pub fn compare(toasts: Toasts, locale: Locale, wanted: &ModelRef, name: &str, hash: &str) -> Found {
    if wanted.name != name {
        toasts.error(td_string!(locale, wanted_model, name = wanted.to_string()).to_string());
        return Found::Other;
    }
    if wanted.matches(name, hash) {
        return Found::Same;
    }
    let found = format!("{name}-{hash}");
    toasts.error(td_string!(locale, other_model, wanted = wanted.to_string(), found = found).to_string());
    Found::Renewed
}
