//! Name, navigation, device, language and theme.

use forger_protocol::{DeviceChoice, Reply, Request};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::A, hooks::use_location};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::{focus, labels};
use crate::{
    engine_client::{Status, use_engine},
    i18n::*,
    state::{screen::use_screen, site, storage, toasts::use_toasts},
};

#[component]
pub fn Header() -> impl IntoView {
    // Where the router is, which may be ahead of the address.
    let (i18n, here) = (use_i18n(), use_location().pathname);
    view! {
        <header class="top" on:click=move |event| here.with_untracked(|here| stay(&event, here))>
            <a class="skip" href="#main" on:click=to_main>{t!(i18n, skip)}</a>
            <A href=site::link("/") attr:class="brand">"Forger"</A>
            <nav>
                <A href=site::link("/") exact=true>{t!(i18n, story)}</A>
                <A href=site::link("/lab")>{t!(i18n, lab)}</A>
                <A href=site::link("/latent")>{t!(i18n, latent)}</A>
                <A href=site::link("/translate")>{t!(i18n, translate)}</A>
                <A href=site::link("/refine")>{t!(i18n, refine)}</A>
                <A href=site::link("/detect")>{t!(i18n, detect)}</A>
                <A href=site::link("/upscale")>{t!(i18n, upscale)}</A>
                <A href=site::link("/train")>{t!(i18n, train_page)}</A>
                <A href=site::link("/models")>{t!(i18n, models)}</A>
            </nav>
            <div class="tools">
                <DeviceBadge />
                <LanguageChoice />
                <ThemeChoice />
            </div>
        </header>
    }
}

/// By hand, since an address that is only a fragment means the start page where there is a `<base>`.
fn to_main(event: MouseEvent) {
    event.prevent_default();
    focus::to_main();
}

/// Stays on the page that is here, where a link leads to it: the router would change nothing but the address, which holds what was
/// done there.
fn stay(event: &MouseEvent, here: &str) {
    let has_key = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || has_key {
        return;
    }
    let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = pressed.and_then(|pressed| pressed.closest("a").ok().flatten());
    let path = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()).map(|link| link.pathname());
    if path.is_some_and(|path| path.trim_end_matches('/') == here.trim_end_matches('/')) {
        event.prevent_default();
        focus::to_main();
    }
}

const CHOICES: [DeviceChoice; 3] = [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::WebGpu];

/// The value of an option.
const fn key(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "cpu",
        DeviceChoice::WebGpu => "webgpu",
    }
}

#[component]
fn DeviceBadge() -> impl IntoView {
    let (i18n, engine, toasts) = (use_i18n(), use_engine(), use_toasts());
    let used = move || match (engine.status.get(), engine.device.get()) {
        (Status::Ready, Some(report)) => labels::device(report.used),
        (Status::Failed(_), _) => "–",
        _ => "…",
    };
    let choose = move |value: String| {
        let before = engine.choice.get_untracked();
        let choice = CHOICES.into_iter().find(|choice| key(*choice) == value).unwrap_or_default();
        engine.choice.set(choice);
        spawn_local(async move {
            match engine.request(Request::UseDevice(choice), Vec::new()).await {
                Ok((Reply::Device(report), _)) => engine.device.set(Some(report)),
                Ok(_) => {}
                Err(error) if error.is_quiet() => {}
                Err(error) => {
                    engine.choice.set(before);
                    toasts.error(labels::error(i18n.get_locale_untracked(), &error));
                }
            }
        });
    };
    let no_gpu = move || engine.device.get().is_some_and(|report| !report.webgpu);
    view! {
        <span class="badge" data-testid="device-badge" title=move || t_string!(i18n, device_title)>{used}</span>
        <select
            data-testid="device-choice"
            aria-label=move || t_string!(i18n, device_choice)
            prop:value=move || key(engine.choice.get())
            on:change=move |event| choose(event_target_value(&event))
        >
            <option value="auto">{t!(i18n, device_auto)}</option>
            <option value="cpu">"CPU"</option>
            <option value="webgpu" disabled=no_gpu>"WebGPU"</option>
        </select>
    }
}

#[component]
fn LanguageChoice() -> impl IntoView {
    let i18n = use_i18n();
    let choose = move |value: String| {
        storage::set("language", &value);
        i18n.set_locale(if value == "ko" { Locale::ko } else { Locale::en });
    };
    let value = move || if i18n.get_locale() == Locale::ko { "ko" } else { "en" };
    view! {
        <select
            data-testid="language-choice"
            aria-label=move || t_string!(i18n, language)
            prop:value=value
            on:change=move |event| choose(event_target_value(&event))
        >
            <option value="en">"English"</option>
            <option value="ko" lang="ko">"한국어"</option>
        </select>
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let i18n = use_i18n();
    let (screen, theme) = (use_screen(), RwSignal::new(storage::get("theme").unwrap_or_else(|| "auto".into())));
    let choose = move |value: String| {
        storage::set("theme", &value);
        if let Some(root) = document().document_element() {
            // Auto leaves it to the system.
            let _ = match value.as_str() {
                "auto" => root.remove_attribute("data-theme"),
                theme => root.set_attribute("data-theme", theme),
            };
        }
        theme.set(value);
        screen.changed();
    };
    view! {
        <select
            data-testid="theme-choice"
            aria-label=move || t_string!(i18n, theme)
            prop:value=move || theme.get()
            on:change=move |event| choose(event_target_value(&event))
        >
            <option value="auto">{t!(i18n, theme_auto)}</option>
            <option value="light">{t!(i18n, theme_light)}</option>
            <option value="dark">{t!(i18n, theme_dark)}</option>
        </select>
    }
}

/// Says when the engine is not there, and offers a new one.
#[component]
pub fn EngineNote() -> impl IntoView {
    let (i18n, engine) = (use_i18n(), use_engine());
    move || match engine.status.get() {
        Status::Ready => None,
        Status::Loading => Some(view! { <p class="note" role="status">{t!(i18n, loading_engine)}</p> }.into_any()),
        Status::Failed(detail) => Some(
            view! {
                <p class="note error" role="alert" data-testid="error-toast">
                    {move || t_string!(i18n, engine_failed, detail = detail.clone()).to_string()} " "
                    <button on:click=move |_| engine.restart()>{t!(i18n, restart_engine)}</button>
                </p>
            }
            .into_any(),
        ),
    }
}
