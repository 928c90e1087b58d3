//! What to train: a system, its pictures, its settings, what it will take, and the button that begins.

use forger_protocol::{
    EngineError, Reply, Request, RunRequest,
    runs::{Derived, RunConfig, presets, presets::Needs, presets::Preset},
};
use leptos::prelude::*;
use web_sys::File;

use super::{beginning::BeginWith, data::Data, settings::Settings, trainer::Trainer, words};
use crate::{components::labels, i18n::*, state::newest::Latest};

#[component]
pub fn Choices(trainer: Trainer) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let file = StoredValue::new_local(None::<File>);
    let config = Memo::new(move |_| form.config(&trainer.own_sets()));
    let is_weighing = weigh(trainer, config);
    let begin = move |_| {
        let place = form.checkpoint.with_untracked(|chosen| chosen.as_ref().map(|chosen| chosen.place.clone()));
        trainer.begin(config.get_untracked(), place, file.get_value());
    };
    let is_refused = move || form.weight.with(|weight| matches!(weight, Some(Err(_))));
    let derived = move |of: Derived| {
        let said = move || words::derived(i18n.get_locale(), of);
        view! { <option value=of.name() prop:selected=move || form.derived.get() == of>{said}</option> }
    };
    let derive = move |event| {
        let name = event_target_value(&event);
        Derived::ALL.into_iter().filter(|of| of.name() == name).for_each(|of| form.derived.set(of));
    };
    view! {
        <div class="systems" role="group" aria-label=move || t_string!(i18n, train_system)>
            {presets::ALL.iter().map(|preset| view! { <System trainer preset /> }).collect_view()}
        </div>
        <Data trainer />
        <div class="buttons">
            <Show when=move || form.preset.get().needs == Needs::Pairs>
                <label>
                    <span>{t!(i18n, train_from)}</span>
                    <select data-testid="derived" on:change=derive>{Derived::ALL.map(derived).collect_view()}</select>
                </label>
            </Show>
            <Show when=move || form.checkpoint.with(Option::is_none)>
                <Shape trainer />
            </Show>
            <button data-testid="add-pictures" on:click=move |_| trainer.adding.set(true)>{t!(i18n, train_add)}</button>
        </div>
        <BeginWith trainer file />
        <Show when=move || form.checkpoint.with(Option::is_none)>
            <Settings trainer />
        </Show>
        <div class="buttons">
            <label class="wide">
                <span>{t!(i18n, train_run_name)}</span>
                <input
                    type="text"
                    maxlength="60"
                    data-testid="run-name-field"
                    placeholder=move || form.usual_name(&trainer.own_sets())
                    prop:value=move || form.typed.get()
                    on:input=move |event| form.typed.set(event_target_value(&event))
                />
            </label>
            <button
                class="primary"
                data-testid="begin"
                disabled=move || trainer.is_busy.get() || is_refused()
                on:click=begin
            >
                {t!(i18n, train_begin)}
            </button>
        </div>
        <Cost trainer is_weighing />
    }
}

#[component]
fn System(trainer: Trainer, preset: &'static Preset) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    view! {
        <button
            aria-pressed=move || (form.preset.get().system == preset.system).to_string()
            data-testid=format!("system-{}", preset.system)
            on:click=move |_| form.choose(preset)
        >
            <strong>{move || labels::system(i18n.get_locale(), preset.system)}</strong>
            <span>{move || words::system_text(i18n.get_locale(), preset.system)}</span>
        </button>
    }
}

/// Side and colours.
#[component]
fn Shape(trainer: Trainer) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let option = move |side: usize| {
        let is_it = move || form.side.get() == side;
        view! { <option value=side.to_string() prop:selected=is_it>{format!("{side} × {side}")}</option> }
    };
    let set_side = move |event| event_target_value(&event).parse().into_iter().for_each(|side| form.side.set(side));
    view! {
        <label>
            <span>{t!(i18n, train_side)}</span>
            <select data-testid="side" on:change=set_side>
                {move || form.preset.get().sides.iter().map(|side| option(*side)).collect_view()}
            </select>
        </label>
        <Show when=move || form.has_colours()>
            <label>
                <span>{t!(i18n, train_colours)}</span>
                <select
                    data-testid="colours"
                    on:change=move |event| form.is_grey.set(event_target_value(&event) == "grey")
                >
                    <option value="grey" prop:selected=move || form.is_grey.get()>{t!(i18n, train_grey)}</option>
                    <option value="colour" prop:selected=move || !form.is_grey.get()>{t!(i18n, train_colour)}</option>
                </select>
            </label>
        </Show>
    }
}

/// Keeps up what the run will take. Gives whether that is being found out.
fn weigh(trainer: Trainer, config: Memo<RunConfig>) -> RwSignal<bool> {
    let (latest, weight, is_weighing) = (Latest::default(), trainer.form.weight, RwSignal::new(true));
    // All that weighs: its name does not.
    let load = Memo::new(move |_| RunConfig { name: String::new(), ..config.get() });
    // The request under way.
    let request = StoredValue::new(None::<u32>);
    let give_up = move || {
        if let Some(id) = request.try_get_value().flatten() {
            trainer.engine.cancel(id);
        }
    };
    let ask = async move || {
        let Some(asked) = load.try_get_untracked() else { return };
        is_weighing.try_set(true);
        let (id, answer) = trainer.engine.send(Request::Run(RunRequest::Weigh(Box::new(asked.clone()))), Vec::new());
        request.set_value(Some(id));
        let answer = answer.await;
        request.set_value(None);
        // Something else may have been chosen meanwhile, which is asked for next.
        if load.try_get_untracked() != Some(asked) {
            return;
        }
        weight.try_set(match answer {
            Ok((Reply::Weight(weighed), _)) => Some(Ok(weighed)),
            Err(error) if !error.is_quiet() && !matches!(error, EngineError::Storage(_)) => {
                Some(Err(labels::error(trainer.locale(), &error)))
            }
            _ => None,
        });
        is_weighing.try_set(false);
    };
    Effect::new(move |_| {
        load.track();
        // Not even for a moment, the figures of what was chosen before.
        weight.set(None);
        // Nor are its pictures drawn to their end: a run may train meanwhile.
        give_up();
    });
    Effect::new(move |_| {
        load.track();
        trainer.engine.restarts.track();
        latest.ask(ask);
    });
    on_cleanup(give_up);
    is_weighing
}

/// What it will take, or why it cannot be.
#[component]
fn Cost(trainer: Trainer, is_weighing: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let said = move |weight: forger_protocol::runs::Weight| {
        let locale = i18n.get_locale();
        let [first, second] = weight.pictures.map(|count| labels::count(count as f64));
        let pictures = if weight.pictures[1] > 0 { format!("{first} + {second}") } else { first };
        let (n, size) = (labels::count(weight.parameters), labels::bytes(weight.bytes));
        td_string!(locale, train_weight, pictures = pictures, n = n, size = size).to_string()
    };
    move || match trainer.form.weight.get() {
        Some(Ok(weight)) => Some(view! { <p class="muted" data-testid="weight">{said(weight)}</p> }.into_any()),
        Some(Err(said)) => Some(view! { <p class="warning" role="alert" data-testid="refused">{said}</p> }.into_any()),
        None => is_weighing.get().then(|| view! { <p class="muted">{t!(i18n, train_opening)}</p> }.into_any()),
    }
}
