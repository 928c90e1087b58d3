//! D's mean verdicts between forged and real. Where both meet in the middle, D tosses a coin.

use forger_protocol::{ScalarKind, Settings as _, ToyConfig};
use leptos::prelude::*;

use crate::{
    i18n::*,
    pages::lab::{numbers::is_real, run::use_run},
};

/// Steps that are averaged: a batch alone jumps about.
const STEPS: usize = 50;

/// The mean of the last verdicts, on real points or on fakes.
fn mean(values: impl DoubleEndedIterator<Item = f32>) -> Option<f32> {
    let last = values.rev().take(STEPS).collect::<Vec<_>>();
    (!last.is_empty()).then(|| last.iter().sum::<f32>() / last.len() as f32)
}

#[component]
pub fn Coin() -> impl IntoView {
    let (i18n, run) = (use_i18n(), use_run());
    let of = move |real: bool| {
        let place = ToyConfig::SYSTEM.of_kind(ScalarKind::Verdict).find(|(_, scalar)| is_real(scalar) == real)?.0;
        run.look.with(|look| mean(look.curves.metrics.iter().filter_map(|step| step.values.get(place).copied())))
    };
    let (real, fake) = (Memo::new(move |_| of(true)), Memo::new(move |_| of(false)));
    let text = move || match (real.get(), fake.get()) {
        (Some(real), Some(fake)) => {
            let (real, fake) = (format!("{real:.2}"), format!("{fake:.2}"));
            td_string!(i18n.get_locale(), coin_says, real = real, fake = fake).to_string()
        }
        _ => t_string!(i18n, coin_silent).to_string(),
    };
    let mark = move |kind: &'static str, value: Memo<Option<f32>>| {
        let left = move || format!("{:.1}%", 100.0 * value.get().unwrap_or(0.5));
        view! { <span class=kind class:silent=move || value.get().is_none() style:left=left></span> }
    };
    view! {
        <div class="coin">
            <div class="scale" aria-hidden="true">
                <span class="end">{t!(i18n, coin_fake)}</span>
                <div class="rule">
                    <span class="middle"></span>
                    {mark("fake", fake)} {mark("real", real)}
                </div>
                <span class="end">{t!(i18n, coin_real)}</span>
            </div>
            <p class="muted" data-testid="coin">{text}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_of_the_last_steps() {
        assert_eq!(mean([].into_iter()), None);
        assert_eq!(mean([9.0].into_iter().chain([0.5; STEPS])), Some(0.5));
    }
}
