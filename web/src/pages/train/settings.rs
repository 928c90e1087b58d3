//! The settings of a system that is not begun yet, folded away: what the preset says is good to begin with.

use leptos::prelude::*;
use serde_json::Value;

use super::{
    form::{self, AUGMENTS, NUMBERS},
    rates::Rate,
    trainer::Trainer,
    words,
};
use crate::{components::fold::Fold, i18n::*, numbers::whole};

#[component]
pub fn Settings(trainer: Trainer) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let title = move || t_string!(i18n, settings_title).to_owned();
    let numbers =
        Memo::new(move |_| NUMBERS.into_iter().filter(|place| form.setting(place).is_some()).collect::<Vec<_>>());
    let number = move |place: &'static str| {
        // Grows with each entry, so that one that is refused gives way to what is in use.
        let entries = RwSignal::new(0);
        let value = move || {
            entries.track();
            form.setting(place).map(|value| value.to_string())
        };
        let set = move |event| {
            let entered = whole(&event_target_value(&event)).and_then(|number| u32::try_from(number).ok());
            entered.into_iter().for_each(|number| form.change(place, number.into()));
            entries.update(|count| *count += 1);
        };
        view! {
            <label>
                <span>{move || words::number(i18n.get_locale(), place)}</span>
                <input
                    type="number"
                    min="0"
                    data-testid=format!("set{}", place.replace('/', "-"))
                    prop:value=value
                    on:change=set
                />
            </label>
        }
    };
    let rates = Memo::new(move |_| form.system.with(form::rates).into_iter().map(|(key, _)| key).collect::<Vec<_>>());
    let rate = move |key: String| {
        let place = StoredValue::new(format!("/{key}/learning_rate"));
        let value = Signal::derive(move || {
            place.with_value(|place| form.setting(place)).and_then(|rate| rate.as_f64()).unwrap_or_default()
        });
        view! { <Rate key value set=move |rate: f64| place.with_value(|place| form.change(place, rate.into())) /> }
    };
    let has_augment = Memo::new(move |_| form.setting("/augment").is_some());
    view! {
        <Fold name="settings".to_owned() title=Signal::derive(title) open=Signal::stored(false)>
            <div class="fields">
                {move || numbers.get().into_iter().map(number).collect_view()}
                {move || rates.get().into_iter().map(rate).collect_view()}
            </div>
            <Show when=move || has_augment.get()>
                <fieldset class="augment">
                    <legend>{t!(i18n, train_augment)}</legend>
                    <p class="muted">{t!(i18n, train_augment_help)}</p>
                    {AUGMENTS.map(|way| view! { <Augment trainer way /> }).collect_view()}
                </fieldset>
            </Show>
        </Fold>
    }
}

#[component]
fn Augment(trainer: Trainer, way: &'static str) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let place = format!("/augment/{way}");
    let to_set = place.clone();
    let is_on = move || form.setting(&place).and_then(|value| value.as_bool()).unwrap_or_default();
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=format!("augment-{way}")
                prop:checked=is_on
                on:change=move |event| form.change(&to_set, Value::Bool(event_target_checked(&event)))
            />
            <span>
                {move || words::augment(i18n.get_locale(), way).0} ": "
                <span class="muted">{move || words::augment(i18n.get_locale(), way).1}</span>
            </span>
        </label>
    }
}
