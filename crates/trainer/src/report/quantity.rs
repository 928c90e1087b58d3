//! What there is to draw of a run, and what it is called.

use forger_protocol::message::StepMetrics;

use super::{series::Points, story::Story};
use crate::measures::log::lower_is_better;

/// A value of every step.
pub struct Quantity {
    pub name: &'static str,
    pub value: fn(&StepMetrics) -> f32,
}

/// Values of every step that belong in one picture.
pub struct Group {
    pub title: &'static str,
    /// What the height means.
    pub unit: &'static str,
    /// Values by nature, where the picture should not be fitted to those of the run.
    pub range: Option<(f64, f64)>,
    pub quantities: [Quantity; 2],
}

pub const GROUPS: [Group; 3] = [
    Group {
        title: "Losses",
        unit: "loss",
        range: None,
        quantities: [
            Quantity { name: "Discriminator", value: |row| row.d_loss },
            Quantity { name: "Generator", value: |row| row.g_loss },
        ],
    },
    Group {
        title: "Verdicts of the discriminator",
        unit: "probability of being real",
        range: Some((0.0, 1.0)),
        quantities: [
            Quantity { name: "Real", value: |row| row.d_real },
            Quantity { name: "Fake", value: |row| row.d_fake },
        ],
    },
    Group {
        title: "Gradient norms",
        unit: "Euclidean norm",
        range: None,
        quantities: [
            Quantity { name: "Discriminator", value: |row| row.d_gradient },
            Quantity { name: "Generator", value: |row| row.g_gradient },
        ],
    },
];

impl Quantity {
    /// The curve; what is not a number is left out.
    pub fn points(&self, losses: &[StepMetrics]) -> Points {
        let point = |row: &StepMetrics| (row.step as f64, f64::from((self.value)(row)));
        losses.iter().map(point).filter(|(_, value)| value.is_finite()).collect()
    }
}

/// The curve of a measure; what is not a number is left out.
pub fn measured(story: &Story, name: &str) -> Points {
    let point = |row: &crate::measures::log::Measure| (row.step as f64, row.value);
    story.measures.of(name).map(point).filter(|(_, value)| value.is_finite()).collect()
}

/// What a measure is called in a sentence.
pub fn title(name: &str) -> String {
    if let Some(features) = name.strip_prefix("frechet_") {
        return format!("Fréchet distance ({})", features.replace('_', " "));
    }
    if let Some(what) = name.strip_prefix("distance_") {
        return format!("Distance ({})", what.replace('_', " "));
    }
    if ["psnr", "ssim"].contains(&name) {
        return name.to_uppercase();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

/// Which way a measure is better.
pub fn direction(name: &str) -> &'static str {
    if lower_is_better(name) { "lower is better" } else { "higher is better" }
}

/// What a measure means, where its name does not say.
pub fn meaning(name: &str) -> &'static str {
    match name {
        "precision" => "Share of fakes that lie among the data",
        "recall" => "Share of the data that lie among the fakes",
        "density" => "How densely data surround the fakes; 1 is expected of a perfect generator",
        "coverage" => "Share of the data with a fake nearby",
        "psnr" => "Peak signal-to-noise ratio on the test set in dB, on luminance",
        "ssim" => "Structural similarity on the test set, on luminance; 1 is the truth itself",
        "diversity" => "How far fakes lie from each other, in units of the data; well below 1 is collapse",
        _ if name.starts_with("frechet_") => "Distance between Gaussians fitted to features of data and fakes, squared",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_have_names_for_people() {
        assert_eq!(title("frechet_classifier"), "Fréchet distance (classifier)");
        assert_eq!(title("distance_nearest_real"), "Distance (nearest real)");
        assert_eq!((title("eval_loss").as_str(), title("psnr").as_str()), ("Eval loss", "PSNR"));
        assert_eq!((direction("eval_loss"), direction("psnr")), ("lower is better", "higher is better"));
    }

    #[test]
    fn what_is_not_a_number_is_no_point_of_a_curve() {
        let row = |step, d_loss| StepMetrics { step, d_loss, ..StepMetrics::default() };
        let losses = [row(1, 0.5), row(2, f32::NAN), row(3, f32::INFINITY), row(4, 0.25)];
        assert_eq!(GROUPS[0].quantities[0].points(&losses), [(1.0, 0.5), (4.0, 0.25)]);
    }
}
