//! The form of the settings.

use forger_protocol::{
    AdversarialLoss, Distribution, Penalty, Settings as _, ToyConfig,
    lab_url::{Group, Kind, SETTINGS, Setting},
};
use leptos::prelude::*;

use super::{
    own_data::OwnData,
    run::use_run,
    state::{group_key, use_lab},
    thumbs::Thumbs,
    trained::AlreadyTrained,
};
use crate::{components::labels, i18n::*, state::toasts::use_toasts};

const GROUPS: [Group; 5] = [Group::Data, Group::Noise, Group::Game, Group::Generator, Group::Discriminator];

/// Whether a setting does anything beside these others.
fn has_effect(key: &str, config: &ToyConfig) -> bool {
    match key {
        "clip" => config.loss == AdversarialLoss::Wasserstein && config.penalty == Penalty::None,
        "penalty_weight" => config.penalty != Penalty::None,
        "smooth" => !matches!(config.loss, AdversarialLoss::Hinge | AdversarialLoss::Wasserstein),
        _ => true,
    }
}

#[component]
pub fn Controls() -> impl IntoView {
    let (i18n, lab) = (use_i18n(), use_lab());
    let shown = |group: Group| {
        let of_group = SETTINGS.iter().filter(move |setting| setting.group == group);
        of_group.filter(|setting| !matches!(setting.kind, Kind::Points)).filter(|setting| lab.has(setting.key))
    };
    let one = |group: Group| {
        let fields = shown(group).map(|setting| view! { <Field setting /> }).collect_view();
        let title = move || labels::group(i18n.get_locale(), group);
        view! {
            <details class="group" open>
                <summary>{title}</summary>
                <div class="fields">
                    {(group == Group::Data && lab.has("thumbs")).then(|| view! { <Thumbs /> })}
                    {(group == Group::Data && lab.has("trained")).then(|| view! { <AlreadyTrained /> })}
                    {fields} {(group == Group::Data).then(|| view! { <OwnData /> })}
                </div>
            </details>
        }
    };
    let groups = GROUPS.into_iter().filter(|group| lab.has(group_key(*group)) && shown(*group).next().is_some());
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            {groups.map(one).collect_view()}
            <p class="muted"><span class="again" aria-hidden="true">"↺"</span> " " {t!(i18n, restarts)}</p>
        </form>
    }
}

#[component]
fn Field(setting: &'static Setting) -> impl IntoView {
    let (i18n, run, lab, toasts) = (use_i18n(), use_run(), use_lab(), use_toasts());
    let value = Memo::new(move |_| run.config.with(|config| (setting.get)(config)));
    let idle = Memo::new(move |_| run.config.with(|config| !has_effect(setting.key, config)));
    // Grows when a refused value must give way to the old one in the form.
    let refused = RwSignal::new(0);
    let change = move |text: String| {
        let mut config = run.config.get_untracked();
        // Data of one's own must be drawn first; those there are can be drawn over.
        let own = setting.key == "data" && text == "own";
        if setting.key == "data" {
            lab.pad.set(own);
        }
        if own && config.points.len() < 2 {
            return;
        }
        if (setting.set)(&mut config, text.trim()) && config.validate().is_ok() {
            run.change(config);
        } else {
            refused.update(|count| *count += 1);
            let locale = i18n.get_locale_untracked();
            let what = labels::part(locale, &format!("{}={text}", setting.key));
            toasts.error(td_string!(locale, bad_value, what = what).to_string());
        }
    };
    let shown = move || {
        refused.track();
        if setting.key == "data" && lab.pad.get() { "own".to_owned() } else { value.get() }
    };
    let label = move || labels::name(i18n.get_locale(), setting.key);
    let input = match setting.kind {
        Kind::Seed => view! {
            <input
                type="number"
                min="0"
                step="1"
                data-testid=format!("{}-input", setting.key)
                prop:value=shown
                on:change=move |event| change(event_target_value(&event))
            />
        }
        .into_any(),
        Kind::Switch => view! {
            <input
                type="checkbox"
                role="switch"
                data-testid=format!("{}-select", setting.key)
                prop:checked=move || shown() == "on"
                on:change=move |event| change(if event_target_checked(&event) { "on" } else { "off" }.into())
            />
        }
        .into_any(),
        Kind::Points => ().into_any(),
        Kind::Choice(_) | Kind::Number(_) => {
            let offered = move || offered(setting, shown());
            let option = move |(text, chosen): (String, bool)| {
                let key = text.clone();
                view! { <option value=text prop:selected=chosen>{move || labels::name(i18n.get_locale(), &key)}</option> }
            };
            view! {
                <select
                    data-testid=format!("{}-select", setting.key)
                    disabled=move || idle.get()
                    on:change=move |event| change(event_target_value(&event))
                >
                    {move || offered().into_iter().map(option).collect_view()}
                </select>
            }
            .into_any()
        }
    };
    let again = (!setting.is_live()).then(|| {
        view! {
            <span class="again" title=move || t_string!(i18n, restart_title)>
                <span aria-hidden="true">" ↺"</span>
                <span class="unseen">{t!(i18n, restart_title)}</span>
            </span>
        }
    });
    let own = (setting.key == "data").then(|| {
        let has_own = Memo::new(move |_| run.config.with(|config| config.distribution == Distribution::Own));
        move || {
            (has_own.get() && !lab.pad.get()).then(|| {
                view! {
                    <button type="button" data-testid="own-edit" on:click=move |_| lab.pad.set(true)>
                        {t!(i18n, own_edit)}
                    </button>
                }
            })
        }
    });
    let why = move || idle.get().then(|| t_string!(i18n, no_effect));
    view! {
        <label class:switch=matches!(setting.kind, Kind::Switch) class:idle=move || idle.get() title=why>
            <span>{label}{again}</span>
            {input}
        </label>
        {own}
    }
}

/// The values of a form field, and which of them is chosen.
fn offered(setting: &Setting, current: String) -> Vec<(String, bool)> {
    let mut offered = match setting.kind {
        Kind::Choice(names) => names(),
        Kind::Number(numbers) => numbers.iter().map(f64::to_string).collect(),
        Kind::Switch | Kind::Seed | Kind::Points => Vec::new(),
    };
    // A link may hold a value between those of the list.
    if !offered.contains(&current) {
        offered.push(current.clone());
    }
    offered.into_iter().map(|text| (text == current, text)).map(|(chosen, text)| (text, chosen)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_nothing_is_told_apart() {
        let plain = ToyConfig::default();
        assert!(!has_effect("clip", &plain) && !has_effect("penalty_weight", &plain) && has_effect("smooth", &plain));
        let clipped = ToyConfig { loss: AdversarialLoss::Wasserstein, ..plain };
        assert!(has_effect("clip", &clipped) && !has_effect("smooth", &clipped));
        let penalised = ToyConfig { penalty: Penalty::Gradient, ..clipped };
        assert!(!has_effect("clip", &penalised) && has_effect("penalty_weight", &penalised));
    }

    #[test]
    fn a_value_of_a_link_is_offered_too() {
        let setting = SETTINGS.iter().find(|setting| setting.key == "batch").unwrap();
        let offered = offered(setting, "77".into());
        assert_eq!(offered.last(), Some(&("77".to_owned(), true)));
        assert_eq!(offered.iter().filter(|(_, chosen)| *chosen).count(), 1);
    }
}
