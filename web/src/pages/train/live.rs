//! The run that is open: what it does, what it draws, and what is done with it.

use forger_protocol::{Command, config::StepKind, message::SessionState, runs::presets, system};
use leptos::{html::Section, prelude::*};
use web_sys::MouseEvent;

use super::{
    curves::Curves,
    export::Export,
    form,
    leaving::Unsaved,
    look::RunLook,
    pictures::Pictures,
    rates::LiveRates,
    signs::{Sign, signs},
    timeline::Timeline,
    trainer::Trainer,
    words,
};
use crate::{
    components::{confirm::Confirm, focus, labels},
    i18n::*,
    numbers::whole,
};

impl Trainer {
    /// Trains on, to where the user wants it to stop if that is ahead.
    pub fn train_on_now(self) {
        let step = self.look.try_with_untracked(RunLook::step).unwrap_or_default();
        let end = self.stop_at.try_get_untracked().flatten().filter(|end| step < *end);
        self.command(end.map_or(Command::Train, Command::TrainUntil));
    }

    /// Goes on with half of the rates.
    fn go_on_slower(self) {
        let rates =
            self.open.with_untracked(|info| info.as_ref().map(|info| presets::rates(&info.config.system.config)));
        self.tune(rates.unwrap_or_default().into_iter().map(|(key, rate)| (key, rate / 2.0)).collect());
        self.train_on_now();
    }
}

#[component]
pub fn Live(trainer: Trainer) -> impl IntoView {
    let (i18n, section) = (use_i18n(), NodeRef::<Section>::new());
    // Whoever began it wants to see it.
    Effect::new(move |_| {
        if let Some(section) = section.get() {
            section.scroll_into_view();
        }
    });
    let name = move || trainer.open.with(|info| info.as_ref().map(|info| info.config.name.clone()));
    let system = move || {
        let system = trainer.open.with(|info| info.as_ref().map(|info| info.config.system.name.clone()))?;
        Some(labels::system(i18n.get_locale(), &system))
    };
    view! {
        <section class="live" node_ref=section aria-label=name data-testid="live">
            <h2>
                <span data-testid="run-name">{name}</span>
                <span class="muted">{system}</span>
                <span class="badge" role="status" data-testid="state">
                    {move || labels::state(i18n.get_locale(), trainer.state())}
                </span>
            </h2>
            // The worker does what it is asked in turn: what is pressed while another run is being opened would be done to that one.
            <fieldset disabled=move || trainer.is_opening()>
                <Buttons trainer />
                <Unsaved trainer />
                <Signs trainer />
                <Readout trainer />
                <Pictures trainer />
                <Timeline trainer />
                <Curves trainer />
                <LiveRates trainer />
                <Export trainer />
            </fieldset>
        </section>
    }
}

/// The model that the open run began with, by its name. Tracked.
fn origin(trainer: Trainer) -> Option<String> {
    trainer.open.with(|info| info.as_ref()?.config.from.as_ref().map(|from| from.name.clone()))
}

/// Train, pause, step, reset, and put away.
#[component]
fn Buttons(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let running = Memo::new(move |_| trainer.is_running());
    let plays = Memo::new(move |_| {
        trainer.open.with(|info| info.as_ref().is_some_and(|info| form::has_opponent(&info.config.system)))
    });
    let step = move |kind| trainer.command(Command::Step(kind));
    let set_end = move |event| {
        trainer.stop_at.set(whole(&event_target_value(&event)).filter(|end| *end > 0));
        if running.get_untracked() {
            trainer.train_on_now();
        }
    };
    view! {
        <div class="buttons run-buttons">
            <button
                class="primary"
                data-testid="train-button"
                disabled=move || running.get()
                on:click=move |_| trainer.train_on_now()
            >
                {t!(i18n, train)}
            </button>
            <button
                data-testid="pause-button"
                disabled=move || !running.get()
                on:click=move |_| trainer.command(Command::Pause)
            >
                {t!(i18n, pause)}
            </button>
            <Show
                when=move || plays.get()
                fallback=move || view! {
                    <button
                        data-testid="step-button"
                        disabled=move || running.get()
                        on:click=move |_| step(StepKind::Both)
                    >
                        {t!(i18n, step)}
                    </button>
                }
            >
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
            </Show>
            <label>
                <span>{t!(i18n, train_stop_at)}</span>
                <input
                    type="number"
                    min="1"
                    data-testid="stop-at"
                    prop:value=move || trainer.stop_at.get().map(|end| end.to_string()).unwrap_or_default()
                    on:change=set_end
                />
            </label>
            // Of one that began with a model, random weights are not the beginning.
            <Show when=move || origin(trainer).is_none()>
                <Confirm
                    label=Signal::derive(move || t_string!(i18n, reset).to_owned())
                    question=Signal::derive(move || t_string!(i18n, train_reset_ask).to_owned())
                    act=move |()| trainer.command(Command::Reset)
                    id="reset-button"
                />
            </Show>
            <button data-testid="put-away" on:click=move |_| trainer.put_away(false)>{t!(i18n, train_put_away)}</button>
        </div>
    }
}

/// What should be known of how it goes.
#[component]
fn Signs(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let found = Memo::new(move |_| {
        let name = trainer.open.with(|info| info.as_ref().map(|info| info.config.system.name.clone()));
        let system = name.as_deref().and_then(system::find);
        system.map_or_else(Vec::new, |system| trainer.look.with(|look| signs(system, &look.metrics, &look.varieties)))
    });
    let is_diverged = Memo::new(move |_| trainer.state() == SessionState::Diverged);
    let slower = move |event: MouseEvent| {
        focus::keep(&event);
        trainer.go_on_slower();
    };
    let line = move |sign: Sign| {
        let (id, said) = match sign {
            Sign::DWins => ("sign-d-wins", td_string!(i18n.get_locale(), train_d_wins).to_string()),
            Sign::Collapse => ("sign-collapse", td_string!(i18n.get_locale(), train_collapse).to_string()),
        };
        view! { <p class="sign" role="status" data-testid=id>{said}</p> }
    };
    view! {
        <Show when=move || is_diverged.get()>
            <div class="banner" role="alert" data-testid="diverged">
                <p>{t!(i18n, train_diverged)}</p>
                <button class="primary" data-testid="go-on-slower" on:click=slower>
                    {t!(i18n, train_slower)}
                </button>
            </div>
        </Show>
        {move || found.get().into_iter().map(line).collect_view()}
    }
}

/// How far it is, how fast, on what, and whether it is kept.
#[component]
fn Readout(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let none = || "–".to_owned();
    let of = move |read: fn(&RunLook) -> Option<String>| trainer.look.with(read).unwrap_or_else(none);
    let next = move || {
        let left = trainer.look.with(seconds_to_epoch);
        left.map_or_else(none, |seconds| words::duration(i18n.get_locale(), seconds))
    };
    let device = move || of(|look| Some(labels::device(look.update.as_ref()?.device).to_owned()));
    let began = move || {
        let (locale, name) = (i18n.get_locale(), origin(trainer)?);
        let said = td_string!(locale, train_began_with, name = labels::model(locale, &name)).to_string();
        Some(view! { <p class="muted" data-testid="began-with">{said}</p> })
    };
    let saved = move || {
        let (locale, now) = (i18n.get_locale(), trainer.now.get());
        let saved = trainer.look.with(|look| look.update.as_ref().map(|update| update.saved))?;
        let Some((step, time)) = saved else { return Some(td_string!(locale, train_not_saved).to_string()) };
        let (step, time) = (labels::count(step as f64), words::ago(locale, time, now));
        Some(td_string!(locale, train_saved_at, step = step, time = time).to_string())
    };
    view! {
        <dl class="readout">
            <div>
                <dt>{t!(i18n, step_count)}</dt>
                <dd data-testid="step-count">{move || of(|look| Some(labels::count(look.step() as f64)))}</dd>
            </div>
            <div><dt>{t!(i18n, train_epochs)}</dt><dd data-testid="epochs">{move || of(|look| epochs(look).map(|n| format!("{n:.2}")))}</dd></div>
            <div>
                <dt>{t!(i18n, train_per_second)}</dt>
                <dd data-testid="per-second">{move || of(|look| per_second(look).map(labels::count))}</dd>
            </div>
            <div><dt>{t!(i18n, train_next_epoch)}</dt><dd data-testid="next-epoch">{next}</dd></div>
            <div><dt>{t!(i18n, device_choice)}</dt><dd data-testid="run-device">{device}</dd></div>
        </dl>
        {began}
        <p class="muted" data-testid="saved">{saved}</p>
    }
}

/// How often all pictures of the smaller set were seen.
fn epochs(look: &RunLook) -> Option<f64> {
    let update = look.update.as_ref().filter(|update| update.pictures > 0)?;
    Some(update.step as f64 * update.batch as f64 / update.pictures as f64)
}

/// Pictures a second; none while nothing runs.
fn per_second(look: &RunLook) -> Option<f64> {
    let update = look.update.as_ref().filter(|update| update.steps_per_second > 0.0)?;
    Some(update.steps_per_second * update.batch as f64)
}

fn seconds_to_epoch(look: &RunLook) -> Option<f64> {
    let (epochs, pictures) = (epochs(look)?, look.update.as_ref()?.pictures as f64);
    Some((epochs.floor() + 1.0 - epochs) * pictures / per_second(look)?)
}
