//! The form of the settings.

use leptos::prelude::*;

use super::run::use_run;
use crate::{
    components::labels,
    i18n::*,
    state::{
        lab_url::{Kind, SETTINGS, Setting},
        toasts::use_toasts,
    },
};

#[component]
pub fn Controls() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            {SETTINGS.iter().map(|setting| view! { <Field setting /> }).collect_view()}
            <p class="muted">{t!(i18n, restarts)}</p>
        </form>
    }
}

#[component]
fn Field(setting: &'static Setting) -> impl IntoView {
    let (i18n, run, toasts) = (use_i18n(), use_run(), use_toasts());
    let value = Memo::new(move |_| (setting.get)(&run.config.get()));
    // Grows when a refused value must give way to the old one in the form.
    let refused = RwSignal::new(0);
    let change = move |text: String| {
        let mut config = run.config.get_untracked();
        if (setting.set)(&mut config, text.trim()) && config.validate().is_ok() {
            run.change(config);
        } else {
            refused.update(|count| *count += 1);
            let what = format!("{}={text}", setting.key);
            toasts.error(td_string!(i18n.get_locale_untracked(), bad_url, what = what).to_string());
        }
    };
    let shown = move || {
        refused.track();
        value.get()
    };
    let label = move || labels::name(i18n.get_locale(), setting.key);
    let input = match setting.kind {
        Kind::Seed => view! {
            <input
                type="number"
                min="0"
                step="1"
                data-testid="seed-input"
                prop:value=shown
                on:change=move |event| change(event_target_value(&event))
            />
        }
        .into_any(),
        Kind::Choice(_) | Kind::Number(_) => {
            let offered = move || {
                let (mut offered, current) = match setting.kind {
                    Kind::Choice(names) => (names(), value.get()),
                    Kind::Number(numbers) => (numbers.iter().map(f64::to_string).collect(), value.get()),
                    Kind::Seed => (Vec::new(), value.get()),
                };
                // A link may hold a value between those of the list.
                if !offered.contains(&current) {
                    offered.push(current.clone());
                }
                let option = |text: String| {
                    let (key, chosen) = (text.clone(), text == current);
                    view! { <option value=text selected=chosen>{move || labels::name(i18n.get_locale(), &key)}</option> }
                };
                offered.into_iter().map(option).collect_view()
            };
            view! {
                <select
                    data-testid=format!("{}-select", setting.key)
                    on:change=move |event| change(event_target_value(&event))
                >
                    {offered}
                </select>
            }
            .into_any()
        }
    };
    view! { <label><span>{label}</span>{input}</label> }
}
