//! A run that another tab has open: two that train it would write the same files.

use forger_protocol::EngineError;
use leptos::prelude::*;

use super::trainer::Trainer;
use crate::{components::labels, i18n::*};

impl Trainer {
    /// Whether a run does not open because another tab has it: then the page says so, and else no longer.
    pub fn note_elsewhere(self, id: Option<&str>, answer: &Result<(), EngineError>) -> bool {
        let id = id.filter(|_| matches!(answer, Err(EngineError::OpenElsewhere)));
        self.elsewhere.try_set(id.map(str::to_owned));
        id.is_some()
    }
}

/// Says so, with a way to try again.
#[component]
pub fn Elsewhere(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let again = move |_| trainer.elsewhere.get_untracked().into_iter().for_each(|id| trainer.go_on(id));
    view! {
        <Show when=move || trainer.elsewhere.with(Option::is_some)>
            <div class="banner" role="alert" data-testid="elsewhere">
                <p>{move || labels::error(i18n.get_locale(), &EngineError::OpenElsewhere)}</p>
                <button
                    data-testid="elsewhere-again"
                    disabled=move || trainer.is_busy.get()
                    on:click=again
                >
                    {t!(i18n, retry)}
                </button>
            </div>
        </Show>
    }
}
