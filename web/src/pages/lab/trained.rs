//! Runs that are trained at once, from settings that are known to end well: what other playgrounds load from a file.

use forger_protocol::{
    Command,
    message::SessionState,
    trained::{Trained, trained},
};
use leptos::prelude::*;

use super::{
    run::{Run, use_run},
    state::use_lab,
};
use crate::{components::labels, i18n::*, state::screen::now};

/// The last run of this kind: under way, or done.
#[derive(Clone, Copy)]
pub struct Training {
    run: Run,
    /// What is trained, and since when, once the engine has begun.
    begun: RwSignal<Option<(Trained, Option<f64>)>>,
    /// Steps and seconds of what was trained to its end without a stop.
    pub took: RwSignal<Option<(u64, f64)>>,
}

/// Watches the run of the page.
pub fn watch_training(run: Run) -> Training {
    let training = Training { run, begun: RwSignal::new(None), took: RwSignal::new(None) };
    Effect::new(move |_| {
        let (state, step) = (run.state(), run.step());
        let is_there = run.look.with(|look| look.update.is_some());
        let Some((of, since)) = training.begun.get().filter(|_| is_there) else { return };
        let is_this = run.config.with(|config| *config == of.config);
        match (state, since) {
            _ if !is_this => training.begun.set(None),
            (SessionState::Paused | SessionState::Diverged, _) => {
                training.begun.set(None);
                if let Some(since) = since.filter(|_| step == of.steps) {
                    training.took.set(Some((step, (now() - since) / 1000.0)));
                }
            }
            (_, None) => training.begun.set(Some((of, Some(now())))),
            _ => {}
        }
    });
    training
}

impl Training {
    /// Trains to the end: on, where the run is this one and not there yet, or else from the start.
    pub fn go_on(self, trained: Trained) {
        let Self { run, .. } = self;
        let is_this = run.replayable.get_untracked() && run.config.with_untracked(|config| *config == trained.config);
        let step = untrack(|| run.step());
        if is_this && step == trained.steps {
            return;
        }
        let goes_on = is_this && step < trained.steps;
        if !goes_on {
            run.config.set(trained.config.clone());
            run.open();
        }
        let steps = trained.steps;
        if !goes_on || step == 0 {
            self.took.set(None);
            self.begun.set(Some((trained, None)));
        }
        run.command(Command::TrainUntil(steps));
    }
}

/// What the training took, where it was made: nothing was loaded.
#[component]
pub fn TrainedNote(training: Training) -> impl IntoView {
    let i18n = use_i18n();
    let text = move || {
        let (steps, seconds) = training.took.get()?;
        let (steps, seconds) = (labels::count(steps as f64), format!("{seconds:.1}"));
        Some(td_string!(i18n.get_locale(), trained_note, steps = steps, s = seconds).to_string())
    };
    view! { <span class="muted" role="status" data-testid="trained-note">{text}</span> }
}

/// Beside the distributions: a state after training to start from.
#[component]
pub fn AlreadyTrained() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let training = watch_training(run);
    let offered = Memo::new(move |_| run.config.with(|config| trained(config.distribution)));
    let start = move |_| {
        if let Some(trained) = offered.get_untracked() {
            lab.slow.close();
            lab.pinned.set(None);
            lab.zoom.set(None);
            training.go_on(trained);
        }
    };
    view! {
        <div class="trained">
            <button
                type="button"
                data-testid="already-trained"
                title=move || t_string!(i18n, trained_title)
                disabled=move || offered.with(Option::is_none)
                on:click=start
            >
                {t!(i18n, trained_button)}
            </button>
            " "
            <TrainedNote training />
        </div>
    }
}
