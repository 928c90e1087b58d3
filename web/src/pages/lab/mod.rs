//! The toy GAN.

pub mod brush;
pub mod buttons;
mod charts;
mod controls;
mod csv;
mod curves;
mod diagram;
pub mod gallery;
mod keep;
pub mod layers;
mod look;
mod neurons;
mod noise;
pub mod numbers;
mod own_data;
pub mod plane;
pub mod readout;
mod record;
mod response;
pub mod run;
pub mod share;
mod slow;
pub mod state;
mod thumbs;
mod time;
pub mod trained;
mod undo;
mod visits;
pub mod walk;
mod wiring;

use forger_protocol::lab_url::{from_query, to_query};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    components::{fold::Fold, labels},
    i18n::*,
    pages::links::complain,
    state::{screen::matches, site, toasts::use_toasts},
};
use buttons::Buttons;
use charts::Charts;
use controls::Controls;
use diagram::Diagram;
use gallery::{Cards, Gallery, OpenLesson, provide_gallery};
use noise::NoiseView;
use plane::{LayerSwitches, Plane};
use readout::Readout;
use run::{Run, provide_run};
use share::{Share, query_text, view_query};
use slow::SlowMotion;
use state::{Lab, provide_lab};
use time::TimeMachine;
use walk::WalkWords;

/// From here on everything is open at the start; below, all but the stage is folded away.
const WIDE: &str = "(min-width: 761px)";

#[component]
pub fn LabPage() -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let query = use_query_map().get_untracked();
    let pairs = query.clone().into_iter().map(|(key, value)| (key.to_string(), value)).collect::<Vec<_>>();
    let (config, mut wrong) = from_query(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let step = query.get("step").and_then(|text| {
        let step = text.parse::<u64>().ok();
        if step.is_none() {
            wrong.push(format!("step={text}"));
        }
        step
    });
    let locale = i18n.get_locale_untracked();
    complain(toasts, locale, &wrong.iter().map(|part| labels::part(locale, part)).collect::<Vec<_>>());
    let run = provide_run(config, step);
    let lab = provide_lab(query.get("show"), query.get("hide"));
    let asked = query.get("lesson").map(|id| (id, query.get("scene").is_some_and(|scene| scene == "cure")));
    let gallery = provide_gallery(asked);
    // What a link says of the page itself stays.
    let page = ["hide", "embed", "lang"].into_iter().filter_map(|key| Some((key, query.get(key)?))).collect::<Vec<_>>();
    let whole = {
        let page = page.clone();
        move || address(run, lab, gallery, &page)
    };
    let navigate = use_navigate();
    Effect::new(move |before: Option<()>| {
        let query = whole();
        // The first time, the URL is where the settings came from.
        if before.is_some() {
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("/lab{}{query}", if query.is_empty() { "" } else { "?" }), options);
        }
    });
    let is_wide = Signal::stored(matches(WIDE));
    let part = move |name: &str, title: Signal<String>, inner: fn() -> AnyView| {
        lab.has(name).then(|| view! { <Fold name=name.to_owned() title open=is_wide>{inner()}</Fold> })
    };
    view! {
        <h1 class="unseen">{t!(i18n, lab)}</h1>
        <OpenInForger run lab />
        <div class="lab">
            <div class="stage" id="lab-stage">
                <OpenLesson gallery />
                {part("diagram", text(move || t_string!(i18n, diagram_title).into()), || view! { <Diagram /> }.into_any())}
                <div class="scene">
                    <div class="main">
                        <Plane />
                        <WalkWords />
                        <Buttons />
                        <SlowMotion />
                        {lab.has("time").then(|| view! { <TimeMachine /> })}
                        <Readout />
                    </div>
                    {part(
                        "view",
                        text(move || t_string!(i18n, view_title).into()),
                        || view! {
                            <div class="beside">
                                <NoiseView />
                                <LayerSwitches />
                            </div>
                        }
                            .into_any(),
                    )}
                </div>
            </div>
            <div class="side">
                {part("charts", text(move || t_string!(i18n, charts_title).into()), || view! { <Charts /> }.into_any())}
                {part("share", text(move || t_string!(i18n, share_title).into()), || view! { <Share /> }.into_any())}
            </div>
            <div class="left">
                {part("settings", text(move || t_string!(i18n, settings_title).into()), || view! { <Controls /> }.into_any())}
            </div>
            {lab.has("gallery").then(|| view! { <Cards gallery /> })}
        </div>
    }
}

fn text(text: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(text)
}

/// The query of the page as it is.
fn address(run: Run, lab: Lab, gallery: Gallery, page: &[(&'static str, String)]) -> String {
    let mut query = run.config.with(|config| match lab.lesson.get() {
        Some(lesson) if gallery.shows(&lesson, config) => {
            let scene = lesson.1.then(|| ("scene", "cure".to_owned()));
            [("lesson", lesson.0)].into_iter().chain(scene).collect()
        }
        _ => to_query(config),
    });
    query.extend(view_query(lab.layers.get()));
    query.extend(page.iter().cloned());
    query_text(&query)
}

/// Where the page is part of another, the way to the whole.
#[component]
fn OpenInForger(run: Run, lab: Lab) -> impl IntoView {
    let i18n = use_i18n();
    let link = move || {
        let mut query = run.config.with(to_query);
        query.extend(view_query(lab.layers.get()));
        site::url(&format!("lab?{}", query_text(&query)))
    };
    site::is_embedded().then(|| {
        view! {
            <p class="embedded">
                <a href=link target="_blank" rel="noopener" data-testid="open-in-forger">{t!(i18n, open_in_forger)}</a>
            </p>
        }
    })
}
