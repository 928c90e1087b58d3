//! The first page: what a GAN is, around one that learns.

mod ask;
mod before;
mod coin;
mod reading;
mod scenes;

use leptos::{html, prelude::*};
use leptos_router::components::A;

use super::lab::{
    buttons::Buttons,
    gallery::provide_gallery,
    readout::Readout,
    run::provide_show,
    state::provide_lab,
    trained::{TrainedNote, watch_training},
};
use crate::{
    i18n::*,
    state::{screen::is_still, site},
};
use ask::AskedPlane;
use coin::Coin;
use scenes::{Scene, Show, game};

#[component]
pub fn StoryPage() -> impl IntoView {
    let i18n = use_i18n();
    let run = provide_show(game().config);
    // The first page has few words: distances come with the lab.
    let lab = provide_lab(None, Some("measures".into()));
    before::show_data(run);
    let show = Show::new(run, lab, provide_gallery(None), watch_training(run));
    // Who asked for stillness begins it with a button.
    if !is_still() {
        show.begin(Scene::Game);
    }
    let steps = NodeRef::<html::Ol>::new();
    reading::steer(show, steps);
    // Whoever steers by hand does not want to be steered by the wheel.
    let by_hand = move |_| {
        show.by_hand.set_value(true);
        show.stop_waiting();
    };
    view! {
        <section class="story">
            <div class="lead">
                <h1>{t!(i18n, story_title)}</h1>
                <p>{t!(i18n, story_lead)}</p>
            </div>
            <div class="stage">
                <AskedPlane />
                <Coin />
            </div>
            <div class="by-hand" on:click=by_hand>
                <Buttons short=true />
                <Readout />
            </div>
            <ol class="steps" node_ref=steps>
                <Step show scenes=&[Scene::Forger]>
                    <h2>{t!(i18n, s1_title)}</h2>
                    <p>{t!(i18n, s1)}</p>
                </Step>
                <Step show scenes=&[Scene::Police]>
                    <h2>{t!(i18n, s2_title)}</h2>
                    <p>{t!(i18n, s2)}</p>
                </Step>
                <Step show scenes=&[Scene::Game]>
                    <h2>{t!(i18n, s3_title)}</h2>
                    <p>{t!(i18n, s3)}</p>
                </Step>
                <Step show scenes=&[Scene::Failure, Scene::Cure]>
                    <h2>{t!(i18n, s4_title)}</h2>
                    <p>{t!(i18n, s4)}</p>
                </Step>
                <Step show scenes=&[Scene::Coin]>
                    <h2>{t!(i18n, s5_title)}</h2>
                    <p>{t!(i18n, s5)} " " <TrainedNote training=show.training /></p>
                </Step>
            </ol>
            <p class="onward">
                <A href=site::link("/lab") attr:class="button primary">{t!(i18n, open_lab)}</A>
                <A href=site::link("/latent") attr:class="button">{t!(i18n, open_latent)}</A>
                <A href=site::link("/translate") attr:class="button">{t!(i18n, open_translate)}</A>
                <A href=site::link("/upscale") attr:class="button">{t!(i18n, open_upscale)}</A>
            </p>
            <p class="muted">{t!(i18n, privacy)}</p>
        </section>
    }
}

/// A paragraph, with a button for each scene that it tells of.
#[component]
fn Step(show: Show, scenes: &'static [Scene], children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let is_told = move || show.scene.get().is_some_and(|scene| scenes.contains(&scene));
    let button = move |scene: Scene| {
        let label = move || match scene {
            Scene::Forger => t_string!(i18n, s1_button),
            Scene::Police => t_string!(i18n, s2_button),
            Scene::Game => t_string!(i18n, s3_button),
            Scene::Failure => t_string!(i18n, show_failure),
            Scene::Cure => t_string!(i18n, show_cure),
            Scene::Coin => t_string!(i18n, s5_button),
        };
        view! {
            <button
                data-testid=format!("scene-{}", scene.name())
                aria-pressed=move || (show.scene.get() == Some(scene)).to_string()
                disabled=move || !show.can(scene)
                on:click=move |_| show.begin(scene)
            >
                {label}
            </button>
        }
    };
    view! {
        <li aria-current=move || is_told().then_some("step")>
            {children()}
            <div class="buttons">{scenes.iter().map(|scene| button(*scene)).collect_view()}</div>
        </li>
    }
}
