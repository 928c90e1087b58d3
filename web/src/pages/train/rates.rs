//! Learning rates, on a scale of powers of ten.

use std::time::Duration;

use leptos::prelude::*;

use super::{form, trainer::Trainer, words};
use crate::i18n::*;

/// Powers of ten of the least and of the largest rate.
const LEAST: f64 = -6.0;
const MOST: f64 = -1.0;
/// Steps of a power.
const STEP: f64 = 0.05;
/// How long a slider must rest before the run is told.
const REST: Duration = Duration::from_millis(400);

/// The rate at a place of the slider, to two digits.
fn rate_at(power: f64) -> f64 {
    let rate = 10_f64.powf(power.clamp(LEAST, MOST));
    let unit = 10_f64.powf(rate.log10().floor() - 1.0);
    (rate / unit).round() * unit
}

/// A rate as people write it: `0.0004`.
fn text(rate: f64) -> String {
    let digits = (1.0 - rate.max(1e-12).log10().floor()).max(0.0) as usize;
    let text = format!("{rate:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A slider for a rate, by its key in settings.
#[component]
pub fn Rate(
    key: String,
    #[prop(into)] value: Signal<f64>,
    #[prop(into)] set: Callback<f64>,
    #[prop(optional)] prefix: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = format!("{prefix}rate-{key}");
    let shown = move || text(value.get());
    let slide = move |event| event_target_value(&event).parse().into_iter().for_each(|power| set.run(rate_at(power)));
    view! {
        <label class="slider">
            <span>{move || words::rate(i18n.get_locale(), &key)} " " <output data-testid=format!("{id}-text")>{shown}</output></span>
            <input
                type="range"
                min=LEAST
                max=MOST
                step=STEP
                data-testid=id
                aria-valuetext=shown
                prop:value=move || value.get().max(1e-12).log10().to_string()
                on:input=slide
            />
        </label>
    }
}

/// The rates of the run that is open, which change while it goes on.
#[component]
pub fn LiveRates(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let system = Memo::new(move |_| trainer.open.with(|info| info.as_ref().map(|info| info.config.system.clone())));
    let open = move || trainer.open.try_with_untracked(|info| info.as_ref().map(|info| info.id.clone())).flatten();
    let keys = Memo::new(move |_| {
        let rates = system.with(|system| system.as_ref().map(form::rates).unwrap_or_default());
        rates.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    });
    let slider = move |key: String| {
        let of = key.clone();
        let told = Memo::new(move |_| {
            let rates = system.with(|system| system.as_ref().map(form::rates).unwrap_or_default());
            rates.into_iter().find(|(key, _)| *key == of).map_or(0.0, |(_, rate)| rate)
        });
        // What the user wants, until the run has it.
        let wanted = RwSignal::new(None::<f64>);
        Effect::new(move |_| {
            told.track();
            wanted.set(None);
        });
        let to_tune = key.clone();
        let tune = StoredValue::new_local(debounce(REST, move |(run, rate): (Option<String>, f64)| {
            // By now another one may be open, or in the opening.
            if run.is_some() && run == open() && !untrack(|| trainer.is_opening()) {
                trainer.tune(vec![(to_tune.clone(), rate)]);
            } else {
                wanted.try_set(None);
            }
        }));
        let set = move |rate: f64| {
            wanted.set(Some(rate));
            tune.update_value(|tune| tune((open(), rate)));
        };
        view! { <Rate key value=Signal::derive(move || wanted.get().unwrap_or_else(|| told.get())) set prefix="live-" /> }
    };
    view! {
        <fieldset class="rates">
            <legend>{t!(i18n, train_rates)}</legend>
            {move || keys.get().into_iter().map(slider).collect_view()}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_two_digits_and_no_more() {
        let near = |power: f64, expected: f64| (rate_at(power) - expected).abs() < expected * 1e-9;
        assert!(near(-3.4, 4e-4) && near(-3.0, 1e-3) && near(-9.0, 1e-6) && near(0.0, 0.1) && near(-2.65, 2.2e-3));
    }

    #[test]
    fn rates_read_as_people_write_them() {
        assert_eq!([4e-4, 1e-3, 2.2e-3, 0.1, 1e-6].map(text), ["0.0004", "0.001", "0.0022", "0.1", "0.000001"]);
    }
}
