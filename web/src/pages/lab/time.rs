//! The time machine: earlier moments of the run.

use leptos::{html::Input, prelude::*};
use web_sys::MouseEvent;

use super::{run::use_run, state::use_lab};
use crate::{
    components::{focus, labels},
    i18n::*,
};

#[component]
pub fn TimeMachine() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let kept = Memo::new(move |_| {
        run.look.with(|look| look.update.as_ref().map(|update| update.kept.clone()).unwrap_or_default())
    });
    let visiting = Memo::new(move |_| run.visit.with(|visit| visit.as_ref().map(|moment| moment.step)));
    // After the last moment there is now.
    let now = move || kept.with(Vec::len);
    let place = move || match run.aim.get() {
        Some(step) => kept.with(|kept| kept.partition_point(|kept| *kept < step)),
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
    let go = move |event| {
        let Ok(place) = event_target_value(&event).parse::<usize>() else { return };
        match kept.with_untracked(|kept| kept.get(place).copied()) {
            Some(step) => run.visit(step),
            None => run.back_to_now(),
        }
    };
    let pin = move |_| {
        let pinned = lab.pinned.with_untracked(Option::is_some);
        lab.pinned.set(if pinned { None } else { Some(untrack(|| run.with_moment(Clone::clone))) });
    };
    let is_visiting = Memo::new(move |_| visiting.with(Option::is_some));
    let looking_at = move || {
        let step = labels::count(visiting.get()? as f64);
        Some(t_string!(i18n, looking_at, step = step).to_string())
    };
    let leave = move |event: MouseEvent| {
        focus::keep(&event);
        run.back_to_now();
    };
    let branch = move |event: MouseEvent| {
        focus::keep(&event);
        visiting.get_untracked().into_iter().for_each(|step| run.branch(step));
    };
    let is_pinned = Memo::new(move |_| lab.pinned.with(Option::is_some));
    let spoken = move || match run.aim.get() {
        Some(step) => t_string!(i18n, at_step, step = labels::count(step as f64)).to_string(),
        None => t_string!(i18n, now).to_string(),
    };
    view! {
        <div class="time">
            <label class="slider">
                <span>{t!(i18n, time_machine)}</span>
                <input
                    type="range"
                    min="0"
                    step="1"
                    node_ref=slider
                    data-testid="time-slider"
                    aria-valuetext=spoken
                    disabled=move || kept.with(Vec::is_empty)
                    on:input=go
                />
            </label>
            <button data-testid="compare-button" aria-pressed=move || is_pinned.get().to_string() on:click=pin>
                {t!(i18n, compare)}
            </button>
            // Not read out at each step: the slider says where it is.
            <Show when=move || is_visiting.get()>
                <div class="banner">
                    <p data-testid="visiting">{looking_at}</p>
                    <button data-testid="now-button" on:click=leave>{t!(i18n, back_to_now)}</button>
                    <button class="primary" data-testid="branch-button" on:click=branch>{t!(i18n, branch)}</button>
                </div>
            </Show>
        </div>
    }
}
