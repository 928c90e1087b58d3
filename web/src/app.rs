//! Providers and routes.

use std::time::Duration;

use leptos::{ev, prelude::*};
use leptos_router::{
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};
use web_sys::DragEvent;

use crate::{
    components::{
        focus,
        header::{EngineNote, Header},
        labels,
        toasts::ToastList,
    },
    engine_client::{provide_engine, use_engine},
    i18n::*,
    pages::{lazy, missing::MissingPage, story::StoryPage},
    state::{
        offline::provide_offline,
        screen::provide_screen,
        site, storage,
        toasts::{provide_toasts, use_toasts},
    },
};

#[component]
pub fn App() -> impl IntoView {
    provide_toasts();
    provide_engine();
    provide_offline();
    provide_screen();
    // For as long as there is a page.
    window_event_listener(ev::dragover, keep_page);
    window_event_listener(ev::drop, keep_page);
    let embedded = site::is_embedded();
    view! {
        <I18nContextProvider>
            <Language />
            <Warnings />
            <Router base=site::folder()>
                <Title />
                <Arrival />
                {(!embedded).then(|| view! { <Header /> })}
                <EngineNote />
                <main id="main" tabindex="-1">
                    <Routes fallback=MissingPage>
                        <Route path=path!("/") view=StoryPage />
                        <Route path=path!("/lab") view=lazy::lab />
                        <Route path=path!("/latent") view=lazy::latent />
                        <Route path=path!("/translate") view=lazy::translate />
                        <Route path=path!("/refine") view=lazy::refine />
                        <Route path=path!("/detect") view=lazy::detect />
                        <Route path=path!("/upscale") view=lazy::upscale />
                        <Route path=path!("/train") view=lazy::train />
                        <Route path=path!("/models") view=lazy::models />
                    </Routes>
                </main>
            </Router>
            <ToastList />
        </I18nContextProvider>
    }
}

/// A file that is dropped where nothing takes it must not take the place of the page: what takes it has said so by now.
fn keep_page(event: DragEvent) {
    let Some(data) = event.data_transfer().filter(|_| !event.default_prevented()) else { return };
    if data.types().includes(&"Files".into(), 0) {
        event.prevent_default();
        data.set_drop_effect("none");
    }
}

/// URL, then this machine, then the browser.
#[component]
fn Language() -> impl IntoView {
    let i18n = use_i18n();
    let query = window().location().search().unwrap_or_default();
    let asked = web_sys::UrlSearchParams::new_with_str(&query).ok().and_then(|query| query.get("lang"));
    let language = asked.or_else(|| storage::get("language")).or_else(|| window().navigator().language());
    let locale = if language.unwrap_or_default().starts_with("ko") { Locale::ko } else { Locale::en };
    // In an effect, since the provider sets the browser's language in one that runs before.
    Effect::new(move |_| i18n.set_locale(locale));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", if i18n.get_locale() == Locale::ko { "ko" } else { "en" });
        }
    });
}

/// Calls the tab, and what is read of it where the focus comes to, what the navigation calls the page.
#[component]
fn Title() -> impl IntoView {
    let (i18n, folder, path) = (use_i18n(), site::folder(), use_location().pathname);
    Effect::new(move |_| {
        let path = path.get();
        let route = path.strip_prefix(&folder).unwrap_or(&path).trim_end_matches('/');
        let name = match route {
            "" => t_string!(i18n, story),
            "/lab" => t_string!(i18n, lab),
            "/latent" => t_string!(i18n, latent),
            "/translate" => t_string!(i18n, translate),
            "/refine" => t_string!(i18n, refine),
            "/detect" => t_string!(i18n, detect),
            "/upscale" => t_string!(i18n, upscale),
            "/train" => t_string!(i18n, train_page),
            "/models" => t_string!(i18n, models),
            _ => t_string!(i18n, missing_title),
        };
        if let Some(main) = document().get_element_by_id("main") {
            let _ = main.set_attribute("aria-label", name);
        }
        let title = if route.is_empty() { "Forger".to_owned() } else { format!("{name} – Forger") };
        // Once the address is in the bar, which comes after the route: until then it would name the page before.
        set_timeout(move || document().set_title(&title), Duration::ZERO);
    });
}

/// Gives the focus to a page that was opened from another: on the link that led there, nobody hears that there is another.
#[component]
fn Arrival() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            focus::to_main();
        }
        now
    });
}

/// What the engine says unasked.
#[component]
fn Warnings() -> impl IntoView {
    let (i18n, engine, toasts) = (use_i18n(), use_engine(), use_toasts());
    Effect::new(move |_| {
        if let Some(error) = engine.warning.get() {
            toasts.error(labels::error(i18n.get_locale_untracked(), &error));
        }
    });
}
