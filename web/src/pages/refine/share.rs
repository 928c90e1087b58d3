//! The link of what is here.

use forger_protocol::refine_url::{RefineState, from_query, to_query};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::bench::Bench;
use crate::state::site;

impl Bench {
    /// What a link says.
    fn state(self) -> RefineState {
        let model = self.model.get_untracked();
        let (subject, seed) = (self.subject.get_untracked(), self.seed.get_untracked());
        RefineState {
            simulator: Some(subject.simulator().name().to_owned()),
            model: model.map(|model| model.key),
            seed,
            changes: subject.changes(seed),
        }
    }

    /// The link of the page as it is.
    pub fn link(self) -> String {
        site::url(&format!("refine?{}", to_query(&self.state())))
    }

    /// Takes out of the address what is no longer here.
    pub fn forget_link(self) {
        let search = window().location().search().unwrap_or_default();
        if from_query(&search).0 != RefineState::default()
            && let Ok(history) = window().history()
        {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&site::url("refine")));
        }
    }
}
