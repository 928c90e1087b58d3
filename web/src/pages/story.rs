//! The first page: what a GAN is, around one that learns.

use leptos::prelude::*;
use leptos_router::components::A;

use super::lab::{buttons::Buttons, plane::Plane, readout::Readout, run::provide_run, state::provide_lab};
use crate::{i18n::*, state::site};

#[component]
pub fn StoryPage() -> impl IntoView {
    let i18n = use_i18n();
    provide_run(Default::default(), None);
    // The first page has few words: distances come with the lab.
    provide_lab(None, Some("measures".into()));
    view! {
        <section class="story">
            <div class="lead">
                <h1>{t!(i18n, story_title)}</h1>
                <p>{t!(i18n, story_lead)}</p>
            </div>
            <div class="stage">
                <Plane />
                <Buttons short=true />
                <Readout />
            </div>
            <ol class="steps">
                <li><h2>{t!(i18n, s1_title)}</h2><p>{t!(i18n, s1)}</p></li>
                <li><h2>{t!(i18n, s2_title)}</h2><p>{t!(i18n, s2)}</p></li>
                <li><h2>{t!(i18n, s3_title)}</h2><p>{t!(i18n, s3)}</p></li>
                <li><h2>{t!(i18n, s4_title)}</h2><p>{t!(i18n, s4)}</p></li>
                <li><h2>{t!(i18n, s5_title)}</h2><p>{t!(i18n, s5)}</p></li>
            </ol>
            <p class="onward">
                <A href=site::link("/lab") attr:class="button primary">{t!(i18n, open_lab)}</A>
                <A href=site::link("/latent") attr:class="button">{t!(i18n, open_latent)}</A>
                <A href=site::link("/upscale") attr:class="button">{t!(i18n, open_upscale)}</A>
            </p>
            <p class="muted">{t!(i18n, privacy)}</p>
        </section>
    }
}
