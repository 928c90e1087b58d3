//! For addresses where nothing is.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{i18n::*, state::site};

#[component]
pub fn MissingPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="prose">
            <h1>{t!(i18n, missing_title)}</h1>
            <p>{t!(i18n, missing)}</p>
            <p>
                <A href=site::link("/")>{t!(i18n, home)}</A>
            </p>
        </section>
    }
}
