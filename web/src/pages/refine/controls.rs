//! What the user sets of the simulator, and which model refines.

use forger_simulators::Simulator;
use leptos::prelude::*;

use super::{
    bench::Bench,
    lambda::Lambda,
    subject::{Control, controls},
    words,
};
use crate::{
    components::{
        labels,
        models::{ModelSelect, OwnModel},
    },
    i18n::*,
    pages::lab::share::copy,
};

/// Simulator, model, and the link.
#[component]
pub fn Choices(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let simulator = move |of: Simulator| {
        view! {
            <button
                aria-pressed=move || (bench.simulator.get() == of).to_string()
                data-testid=format!("simulator-{of}")
                on:click=move |_| bench.simulate(of)
            >
                {move || words::simulator(i18n.get_locale(), of)}
            </button>
        }
    };
    let names = move || bench.models.with(|models| models.iter().map(|model| model.card.name.clone()).collect());
    let title = move |name: String| {
        let lambda =
            bench.models.with(|models| models.iter().find(|model| model.card.name == name).map(|model| model.lambda));
        let name = labels::model(i18n.get_locale(), &name);
        td_string!(i18n.get_locale(), refine_model, name = name, lambda = lambda.unwrap_or_default()).to_string()
    };
    let share = move |_| {
        copy(bench.link(), move |copied| {
            let locale = bench.locale();
            let text = if copied { td_string!(locale, copied_plain) } else { td_string!(locale, copy_failed) };
            bench.toasts.note(text.to_string());
        });
    };
    view! {
        <div class="buttons">
            <div class="ways" role="group" aria-label=move || t_string!(i18n, refine_simulator)>
                {Simulator::ALL.map(simulator).collect_view()}
            </div>
            <Show when=move || bench.models.with(|models| !models.is_empty())>
                <ModelSelect
                    label=Signal::derive(move || t_string!(i18n, model).to_owned())
                    names=Signal::derive(names)
                    title
                    chosen=Signal::derive(move || bench.model_name())
                    choose=move |name: String| bench.choose(&name)
                />
            </Show>
            <Lambda bench />
            <OwnModel open=move |file| bench.open_file(file) />
            <button data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
        </div>
    }
}

/// Sliders, and for digits the digit.
#[component]
pub fn Sliders(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let sliders = move || controls(bench.simulator.get()).iter().map(|control| slider(bench, *control)).collect_view();
    let digit = move |class: u8| {
        let is_it = move || bench.subject.with(|subject| subject.get("class")) == Some(f32::from(class));
        view! {
            <button
                aria-pressed=move || is_it().to_string()
                data-testid=format!("class-{class}")
                on:click=move |_| bench.change(|subject| subject.set("class", f32::from(class)))
            >
                {class}
            </button>
        }
    };
    let judges = move || bench.model.with(|model| model.as_ref().is_some_and(super::model::Model::judges));
    view! {
        <div class="knobs">
            <Show when=move || bench.simulator.get() == Simulator::Digits>
                <div class="classes" role="group" aria-label=move || t_string!(i18n, refine_class)>
                    {(0..10).map(digit).collect_view()}
                </div>
            </Show>
            {sliders}
            <button data-testid="another" on:click=move |_| bench.another()>{t!(i18n, refine_another)}</button>
            <Show when=judges>
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="patch-verdicts"
                        prop:checked=move || bench.is_mapped.get()
                        on:change=move |event| bench.is_mapped.set(event_target_checked(&event))
                    />
                    <span>{t!(i18n, patch_verdicts)}</span>
                </label>
                <Show when=move || bench.is_mapped.get()>
                    <p class="muted" data-testid="patch-verdicts-help">{t!(i18n, patch_verdicts_help)}</p>
                </Show>
            </Show>
        </div>
    }
}

fn slider(bench: Bench, control: Control) -> impl IntoView {
    let i18n = use_i18n();
    let Control { name, min, max, step } = control;
    let value = Memo::new(move |_| bench.subject.with(|subject| subject.get(name)).unwrap_or_default());
    let set = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            bench.change(|subject| subject.set(name, value));
        }
    };
    let shown = move || words::amount(i18n.get_locale(), control, value.get());
    view! {
        <label>
            <span>{move || words::control(i18n.get_locale(), name)} " " <output>{shown}</output></span>
            <input
                type="range"
                min=min
                max=max
                step=step
                data-testid=format!("slider-{name}")
                aria-valuetext=shown
                prop:value=move || value.get().to_string()
                on:input=set
            />
        </label>
    }
}
