//! Train, pause, step, undo, reset.

use forger_protocol::{Command, StepKind, message::SessionState};
use leptos::prelude::*;

use super::{run::use_run, slow::SlowButtons, state::use_lab};
use crate::i18n::*;

/// `short` leaves out all but the first.
#[component]
pub fn Buttons(#[prop(optional)] short: bool) -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let running = Memo::new(move |_| run.state() == SessionState::Running);
    // What begins something else ends the slow motion.
    let command = move |command| {
        lab.slow.close();
        run.command(command);
    };
    let step = move |kind| command(Command::Step(kind));
    view! {
        <div class="buttons run-buttons">
            <button
                class="primary"
                data-testid="train-button"
                disabled=move || running.get()
                on:click=move |_| command(Command::Train)
            >
                {t!(i18n, train)}
            </button>
            <button
                data-testid="pause-button"
                disabled=move || !running.get()
                on:click=move |_| run.command(Command::Pause)
            >
                {t!(i18n, pause)}
            </button>
            <button data-testid="step-button" disabled=move || running.get() on:click=move |_| step(StepKind::Both)>
                {t!(i18n, step)}
            </button>
            <button data-testid="reset-button" on:click=move |_| command(Command::Reset)>{t!(i18n, reset)}</button>
            {(!short).then(|| view! { <Undo /> })}
        </div>
        {(!short)
            .then(|| {
                view! {
                    <div class="buttons">
                        <button
                            data-testid="step-d-button"
                            disabled=move || running.get()
                            on:click=move |_| step(StepKind::Discriminator)
                        >
                            {t!(i18n, step_d)}
                        </button>
                        <button
                            data-testid="step-g-button"
                            disabled=move || running.get()
                            on:click=move |_| step(StepKind::Generator)
                        >
                            {t!(i18n, step_g)}
                        </button>
                        <SlowButtons />
                    </div>
                }
            })}
    }
}

#[component]
fn Undo() -> impl IntoView {
    let (i18n, run) = (use_i18n(), use_run());
    let can = Memo::new(move |_| run.can_undo());
    view! {
        <button
            data-testid="undo-button"
            title=move || t_string!(i18n, undo_title)
            disabled=move || !can.get()
            on:click=move |_| run.undo()
        >
            {t!(i18n, undo)}
        </button>
    }
}
