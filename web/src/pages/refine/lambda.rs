//! Lambda, chosen between trained models: those of one simulator that were trained with another lambda, and else alike.

use forger_protocol::SimganConfig;
use forger_simulators::Simulator;
use leptos::prelude::*;

use super::{bench::Bench, model::Model};
use crate::i18n::*;

/// The settings of a model without lambda, and without how long it learned.
fn others(model: &Model) -> Option<SimganConfig> {
    let config = model.card.system.settings::<SimganConfig>().ok()?;
    Some(SimganConfig { lambda: 0.0, constant_steps: 0, decay_steps: 0, ..config })
}

/// The lambda and the name of every model that differs from the one that is shown in lambda alone, from the least to the greatest,
/// with the shown one among them. Of several of one lambda it is the shown one, else the first.
fn row(models: &[Model], shown: &Model) -> Vec<(f64, String)> {
    let wanted = others(shown);
    let mut row = vec![(shown.lambda, shown.card.name.clone())];
    for model in models {
        if row.iter().all(|(lambda, _)| *lambda != model.lambda) && others(model) == wanted {
            row.push((model.lambda, model.card.name.clone()));
        }
    }
    row.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    row
}

/// The lambdas that there are, from bold to shy; where there is no choice, what the only one is.
#[component]
pub fn Lambda(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let row = Memo::new(move |_| {
        bench.model.with(|shown| {
            shown.as_ref().map(|shown| bench.models.with(|models| row(models, shown))).unwrap_or_default()
        })
    });
    let bolder = move || match bench.simulator.get() {
        Simulator::Eyes => t_string!(i18n, refine_bolder_eyes),
        Simulator::Digits => t_string!(i18n, refine_bolder_digits),
    };
    let one = move |(lambda, name): (f64, String)| {
        let wanted = name.clone();
        let is_it = move || bench.model_name().as_ref() == Some(&name);
        view! {
            <button
                aria-pressed=move || is_it().to_string()
                data-testid=format!("lambda-{lambda}")
                on:click=move |_| bench.choose(&wanted)
            >
                {format!("λ = {lambda}")}
            </button>
        }
    };
    let only = move || {
        let lambda = row.with(|row| row.first().map(|(lambda, _)| *lambda))?;
        Some(td_string!(i18n.get_locale(), refine_lambda_only, lambda = lambda).to_string())
    };
    view! {
        <Show when=move || row.with(|row| row.len() == 1)>
            <p class="muted only" data-testid="lambda-only">{only}</p>
        </Show>
        <Show when=move || row.with(|row| row.len() > 1)>
            <div class="lambda" role="group" aria-label=move || t_string!(i18n, refine_lambda) data-testid="lambda">
                <p class="ends"><span>{bolder}</span><span>{t!(i18n, refine_shyer)}</span></p>
                <div class="ways">
                    <For each=move || row.get() key=|(lambda, name)| (lambda.to_bits(), name.clone()) children=one />
                </div>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use forger_protocol::{Card, SystemConfig};

    use super::*;

    fn model(name: &str, config: SimganConfig) -> Model {
        Model::of(Card::new(name, SystemConfig::of(&config), 1), "").unwrap()
    }

    fn of_lambda(name: &str, lambda: f64) -> Model {
        model(name, SimganConfig { lambda, ..SimganConfig::default() })
    }

    fn names(models: &[Model], shown: &Model) -> Vec<String> {
        row(models, shown).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn models_that_differ_in_lambda_alone_stand_in_its_order() {
        let mut models = [of_lambda("eyes", 0.2), of_lambda("shy", 0.8), of_lambda("bold", 0.05)];
        models[1].card.steps = 9000;
        let expected = [(0.05, "bold"), (0.2, "eyes"), (0.8, "shy")].map(|(lambda, name)| (lambda, name.to_owned()));
        for shown in &models {
            assert_eq!(row(&models, shown), expected);
        }
    }

    #[test]
    fn who_differs_in_more_is_left_out_but_for_how_long_it_learned() {
        let lambda = 0.8;
        let models = [
            of_lambda("eyes", 0.2),
            model("digits", SimganConfig { lambda, image_height: 28, image_width: 28, ..SimganConfig::default() }),
            model("wide", SimganConfig { lambda, refiner_width: 8, ..SimganConfig::default() }),
            model("seed", SimganConfig { lambda, seed: 2, ..SimganConfig::default() }),
            model("long", SimganConfig { lambda, constant_steps: 500, decay_steps: 700, ..SimganConfig::default() }),
        ];
        assert_eq!(names(&models, &models[0]), ["eyes", "long"]);
        assert_eq!(names(&models, &models[2]), ["wide"]);
    }

    #[test]
    fn of_one_lambda_the_shown_one_counts_and_else_the_first() {
        let models = [of_lambda("eyes", 0.2), of_lambda("bold", 0.05), of_lambda("mine", 0.2)];
        assert_eq!(names(&models, &models[2]), ["bold", "mine"]);
        assert_eq!(names(&models, &models[1]), ["bold", "eyes"]);
    }
}
