//! Earlier pictures of the run, step by step or as a film.

use std::time::Duration;

use forger_protocol::{EngineError, Reply, Request, RunRequest};
use futures_channel::oneshot;
use leptos::{html::Input, prelude::*, task::spawn_local};

use super::trainer::Trainer;
use crate::{components::labels, i18n::*, state::newest::Latest};

/// How long each picture of the film is shown.
const PAUSE: Duration = Duration::from_millis(180);

async fn pause() {
    let (sender, over) = oneshot::channel();
    set_timeout(
        move || {
            let _ = sender.send(());
        },
        PAUSE,
    );
    let _ = over.await;
}

/// Shows the pictures of the step that is wanted, if it is wanted still when they are there.
async fn show(trainer: Trainer) -> Result<(), EngineError> {
    let Some(Some(step)) = trainer.aim.try_get_untracked() else { return Ok(()) };
    let request = Request::Run(RunRequest::Frame { step });
    let (reply, buffers) = trainer.engine.request(request, Vec::new()).await?;
    let Reply::Pictures { count, width, height, .. } = reply else {
        return Err(EngineError::Protocol("frame".into()));
    };
    let earlier = trainer
        .shown
        .try_with_untracked(|shown| shown.as_ref().map(|shown| shown.earlier(count, [width, height], &buffers)));
    if trainer.aim.try_get_untracked() == Some(Some(step)) {
        trainer.visit.set(earlier.flatten());
    }
    Ok(())
}

#[component]
pub fn Timeline(trainer: Trainer) -> impl IntoView {
    let (i18n, latest) = (use_i18n(), Latest::default());
    let frames = Memo::new(move |_| {
        trainer.look.with(|look| look.update.as_ref().map(|update| update.frames.clone()).unwrap_or_default())
    });
    // After the last step there is now.
    let now = move || frames.with(Vec::len);
    let place = move || match trainer.aim.get() {
        Some(step) => frames.with(|frames| frames.partition_point(|frame| *frame < step)),
        None => now(),
    };
    let slider = NodeRef::<Input>::new();
    // Together and in this order: a value above the maximum would be cut.
    Effect::new(move |_| {
        if let Some(slider) = slider.get() {
            slider.set_max(&now().to_string());
            slider.set_value(&place().to_string());
        }
    });
    // Grows with every film and with its end: the last one counts.
    let films = RwSignal::new(0_u32);
    let is_playing = RwSignal::new(false);
    let stop = move || {
        films.update(|films| *films += 1);
        is_playing.set(false);
    };
    let go = move |event| {
        stop();
        let Ok(place) = event_target_value(&event).parse::<usize>() else { return };
        match frames.with_untracked(|frames| frames.get(place).copied()) {
            Some(step) => {
                trainer.aim.set(Some(step));
                latest.ask(async move || {
                    if let Err(error) = show(trainer).await {
                        trainer.tell(&error);
                    }
                });
            }
            None => trainer.back_to_now(),
        }
    };
    let play = move |_| {
        if is_playing.get_untracked() {
            return stop();
        }
        stop();
        is_playing.set(true);
        let film = films.get_untracked();
        let from = trainer.aim.get_untracked().unwrap_or_default();
        spawn_local(async move {
            let is_wanted = || films.try_get_untracked() == Some(film);
            let steps = frames.get_untracked().into_iter().filter(|step| *step >= from);
            for step in steps.collect::<Vec<_>>() {
                if !is_wanted() {
                    return;
                }
                trainer.aim.set(Some(step));
                if let Err(error) = show(trainer).await {
                    trainer.tell(&error);
                    break;
                }
                pause().await;
            }
            if is_wanted() {
                is_playing.set(false);
                trainer.back_to_now();
            }
        });
    };
    // What begins something else ends the film.
    Effect::new(move |before: Option<bool>| {
        let is_away = trainer.aim.with(Option::is_some);
        if before == Some(true) && !is_away {
            stop();
        }
        is_away
    });
    let spoken = move || match trainer.aim.get() {
        Some(step) => t_string!(i18n, at_step, step = labels::count(step as f64)).to_string(),
        None => t_string!(i18n, now).to_string(),
    };
    view! {
        <div class="time">
            <label class="slider">
                <span>{t!(i18n, train_timeline)} " " <output data-testid="shown-step">{spoken}</output></span>
                <input
                    type="range"
                    min="0"
                    step="1"
                    node_ref=slider
                    data-testid="timeline"
                    aria-valuetext=spoken
                    disabled=move || frames.with(Vec::is_empty)
                    on:input=go
                />
            </label>
            <button
                data-testid="play"
                aria-pressed=move || is_playing.get().to_string()
                disabled=move || frames.with(Vec::is_empty)
                on:click=play
            >
                {t!(i18n, train_play)}
            </button>
            <button
                data-testid="now-button"
                disabled=move || trainer.aim.get().is_none()
                on:click=move |_| trainer.back_to_now()
            >
                {t!(i18n, back_to_now)}
            </button>
        </div>
    }
}
