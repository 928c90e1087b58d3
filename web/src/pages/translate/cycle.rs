//! There and back: what a CycleGAN learns from, shown with the pictures that are here.

use forger_protocol::latent_url::ModelRef;
use leptos::prelude::*;
use web_sys::MediaStream;

use super::{
    desk::Desk,
    model::Model,
    trips::{Trip, Trips},
    words,
};
use crate::{
    components::start_stop::StartStop,
    i18n::*,
    pages::image_to_image::{
        ask::Picture,
        heat::{PatchVerdicts, Shown},
        studio::Studio,
    },
};

/// Both cycles, and why they are enough. A picture that is opened goes there and back by itself, unless that takes long or the camera
/// is on.
#[component]
pub fn Cycles(desk: Desk, studio: Studio, stream: RwSignal<Option<MediaStream>, LocalStorage>) -> impl IntoView {
    let i18n = use_i18n();
    let trips = Trips::new(desk, studio);
    Effect::new(move |before: Option<Option<ModelRef>>| {
        let now = desk.model.with(|model| model.as_ref().map(Model::key));
        if before.is_some_and(|before| before != now) {
            trips.clear();
        }
        if trips.is_short() && !desk.is_batching.get_untracked() && stream.with_untracked(Option::is_none) {
            trips.start();
        }
        now
    });
    let share = move || {
        let (_, done, total) = trips.request.get()?;
        (total > 0).then(|| done as f64 / total as f64)
    };
    let judges =
        move || desk.model.with(|model| model.as_ref().is_some_and(|model| model.judges(true) || model.judges(false)));
    view! {
        <section class="cycles">
            <h2>{t!(i18n, tr_cycle_title)}</h2>
            <p>{t!(i18n, tr_cycle_why)}</p>
            <div class="buttons">
                <StartStop
                    is_on=trips.is_on
                    start=move |()| trips.start()
                    stop=move |()| trips.cancel()
                    label=Signal::derive(move || t_string!(i18n, tr_trip).to_owned())
                    blocked=Signal::derive(move || studio.picture.with(Option::is_none))
                    ids=["trip-button", "trip-cancel"]
                />
                <Show when=move || trips.is_on.get()>
                    <progress max="1" prop:value=share aria-label=move || t_string!(i18n, tr_trip)></progress>
                </Show>
                <Show when=judges>
                    <label class="check">
                        <input
                            type="checkbox"
                            data-testid="cycle-verdicts"
                            prop:checked=move || trips.is_judged.get()
                            on:change=move |event| trips.is_judged.set(event_target_checked(&event))
                        />
                        <span>{t!(i18n, patch_verdicts)}</span>
                    </label>
                </Show>
            </div>
            <Show when=move || judges() && trips.is_judged.get()>
                <p class="muted" data-testid="patch-verdicts-help">{t!(i18n, patch_verdicts_help)}</p>
            </Show>
            <Cycle trips back=false />
            <Cycle trips back=true />
        </section>
    }
}

/// One cycle: the picture, what becomes of it, what becomes of that, and how far it is from where it began.
#[component]
fn Cycle(trips: Trips, back: bool) -> impl IntoView {
    let i18n = use_i18n();
    let (desk, trip) = (trips.desk, trips.all[usize::from(back)]);
    let name = move |first: bool| {
        desk.model.with(|model| model.as_ref().map(|model| words::domain(i18n.get_locale(), model, first)))
    };
    let part = move |of: fn(&Trip) -> Option<Picture>| Signal::derive(move || trip.with(of));
    let verdicts = move |place: usize| {
        Signal::derive(move || trip.with(|trip| trip.judged[place].clone()).filter(|_| trips.is_judged.get()))
    };
    let opinion = move |place: usize| {
        let locale = i18n.get_locale();
        trip.with(|trip| trip.judged[place].as_ref().map(|verdicts| verdicts.said(locale)))
    };
    let error = move || {
        let error = trip.with(|trip| trip.error.as_ref().map(|(error, _)| *error))?;
        Some(td_string!(i18n.get_locale(), tr_cycle_error, n = format!("{error:.3}")).to_string())
    };
    // The names of the paper: x and y, G leads from X to Y and F back.
    let [x, y, there, home] = if back { ["y", "F(y)", "F", "G"] } else { ["x", "G(x)", "G", "F"] };
    let again = format!("{home}({y})");
    let label = move |of: &str, first: bool| format!("{of} {}", name(first).unwrap_or_default());
    let spoken = again.clone();
    let how = move || {
        let locale = i18n.get_locale();
        let way = desk.model.with(|model| model.as_ref().map(|model| words::way(locale, model, back)));
        let (kind, way) = (name(!back).unwrap_or_default(), way.unwrap_or_default());
        td_string!(locale, tr_cycle_empty, kind = kind, way = way).to_string()
    };
    let is_empty = move || trip.with(|trip| trip.given.is_none());
    let smaller = move || {
        let [w, h] = trip.with(|trip| trip.given.as_ref().filter(|_| trip.is_smaller).map(|given| given.size))?;
        let said = td_string!(i18n.get_locale(), tr_trip_smaller, w = w, h = h).to_string();
        Some(view! { <p class="muted empty" data-testid="trip-smaller">{said}</p> })
    };
    view! {
        <div class="cycle" class:waiting=is_empty data-testid=if back { "cycle-back" } else { "cycle" }>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(x, !back)>
                    <Shown picture=part(|trip| trip.given.clone()) id="given" />
                    <PatchVerdicts verdicts=verdicts(0) />
                </div>
                <figcaption><strong>{x}</strong> " " {move || name(!back)} <small>{move || opinion(0)}</small></figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">{there}" →"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(y, back)>
                    <Shown picture=part(|trip| trip.made.clone()) id="made" />
                    <PatchVerdicts verdicts=verdicts(1) />
                </div>
                <figcaption><strong>{y}</strong> " " {move || name(back)} <small>{move || opinion(1)}</small></figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">{home}" →"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(&spoken, !back)>
                    <Shown picture=part(|trip| trip.again.clone()) id="again" />
                </div>
                <figcaption><strong>{again}</strong> " " {move || name(!back)}</figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">"≈"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || t_string!(i18n, tr_cycle_errors)>
                    <Shown picture=part(|trip| trip.error.as_ref().map(|(_, map)| map.clone())) id="error-map" />
                </div>
                <figcaption data-testid="cycle-error">
                    {move || error().unwrap_or_else(|| t_string!(i18n, tr_cycle_errors).to_owned())}
                    <small>{move || error().map(|_| t_string!(i18n, difference_scale))}</small>
                </figcaption>
            </figure>
        </div>
        <Show when=is_empty>
            <p class="muted empty">{how}</p>
        </Show>
        {smaller}
    }
}
