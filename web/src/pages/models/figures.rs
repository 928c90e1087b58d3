//! What was measured of a model, by the commands that measured it.

use forger_protocol::Card;
use leptos::prelude::*;

use crate::components::labels;

/// Figures by name.
type Figures = Vec<(String, f64)>;

/// The figures of a card, put together where one command measured them.
fn by_command(card: &Card) -> Vec<(String, Figures)> {
    let mut groups = Vec::<(String, Figures)>::new();
    for (name, metric) in &card.metrics {
        let figure = (name.clone(), metric.value);
        match groups.iter_mut().find(|(command, _)| *command == metric.command) {
            Some((_, figures)) => figures.push(figure),
            None => groups.push((metric.command.clone(), vec![figure])),
        }
    }
    groups
}

/// A table for each command.
pub fn tables(card: &Card) -> impl IntoView + use<> {
    let row = |(name, value): (String, f64)| {
        view! { <tr><th scope="row" lang="en">{labels::figure(&name)}</th><td>{format!("{value:.4}")}</td></tr> }
    };
    let table = |(command, figures): (String, Figures)| {
        view! {
            <table>
                <caption><code>{command}</code></caption>
                <tbody>{figures.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
    };
    by_command(card).into_iter().map(table).collect_view()
}

#[cfg(test)]
mod tests {
    use forger_protocol::{DcganConfig, SystemConfig, card::Metric};

    use super::*;

    #[test]
    fn figures_of_one_command_are_together() {
        let mut card = Card::new("digits", SystemConfig::of(&DcganConfig::default()), 1);
        for (name, command) in [("a", "forger eval samples"), ("b", "forger eval latent"), ("c", "forger eval samples")]
        {
            card.metrics.insert(name.into(), Metric { value: 0.5, command: command.into() });
        }
        let groups = by_command(&card);
        let names = groups.iter().map(|(_, figures)| figures.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
        assert_eq!(names.collect::<Vec<_>>(), [vec!["a", "c"], vec!["b"]]);
    }
}
