//! The run that is open is put away: saved, or where that cannot be, only as the user says.

use forger_protocol::{EngineError, Request, RunRequest};
use leptos::{html::Div, prelude::*, task::spawn_local};
use web_sys::MouseEvent;

use super::trainer::Trainer;
use crate::{
    components::{focus, labels},
    i18n::*,
};

impl Trainer {
    /// Saves and closes the run that is open; `anyway` also where it cannot be saved, which is asked before.
    pub fn put_away(self, anyway: bool) {
        spawn_local(async move {
            match self.engine.request(Request::Run(RunRequest::Close { anyway }), Vec::new()).await {
                Err(EngineError::Unsaved(why)) => {
                    self.unsaved.try_set(Some(why));
                    return;
                }
                Err(error) => self.tell(&error),
                Ok(_) => {}
            }
            self.forget();
            self.refresh();
        });
    }
}

/// What is asked of a run that was to go and could not be saved.
#[component]
pub fn Unsaved(trainer: Trainer) -> impl IntoView {
    let (i18n, banner) = (use_i18n(), NodeRef::<Div>::new());
    // It may have been another run that was asked for, elsewhere on the page.
    Effect::new(move |_| {
        if let Some(banner) = banner.get() {
            banner.scroll_into_view();
        }
    });
    let question = move || {
        let (locale, why) = (i18n.get_locale(), trainer.unsaved.get()?);
        let saved = trainer.look.with(|look| look.update.as_ref().and_then(|update| update.saved));
        Some(match saved {
            Some((step, _)) => {
                let step = labels::count(step as f64);
                td_string!(locale, train_unsaved, detail = why, step = step).to_string()
            }
            None => td_string!(locale, train_unsaved_all, detail = why).to_string(),
        })
    };
    let put_away = move |event: MouseEvent| {
        focus::keep(&event);
        trainer.put_away(true);
    };
    let stay = move |event: MouseEvent| {
        focus::keep(&event);
        trainer.unsaved.set(None);
    };
    view! {
        <Show when=move || trainer.unsaved.with(Option::is_some)>
            <div class="banner" role="alert" data-testid="unsaved" node_ref=banner>
                <p>{question}</p>
                <button data-testid="put-away-anyway" on:click=put_away>{t!(i18n, train_put_away_anyway)}</button>
                <button class="primary" data-testid="stay-open" on:click=stay>{t!(i18n, cancel)}</button>
            </div>
        </Show>
    }
}
