//! What there is to draw of a run, and what it is called.

use forger_protocol::{ScalarKind, message::StepMetrics};

use super::{series::Points, story::Story};
use crate::measures::log::lower_is_better;

/// What the curves of a kind of scalars are called.
pub const fn group(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Loss => "Losses",
        ScalarKind::Verdict => "Verdicts",
        ScalarKind::Gradient => "Gradient norms",
    }
}

/// What their height means.
pub const fn unit(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Loss => "loss",
        ScalarKind::Verdict => "probability of being real",
        ScalarKind::Gradient => "Euclidean norm",
    }
}

/// Values by nature, where the picture should not be fitted to those of the run.
pub const fn range(kind: ScalarKind) -> Option<(f64, f64)> {
    match kind {
        ScalarKind::Verdict => Some((0.0, 1.0)),
        ScalarKind::Loss | ScalarKind::Gradient => None,
    }
}

/// The curve of the scalar at this place; what is not a number is left out.
pub fn points(losses: &[StepMetrics], place: usize) -> Points {
    let point = |row: &StepMetrics| Some((row.step as f64, f64::from(*row.values.get(place)?)));
    losses.iter().filter_map(point).filter(|(_, value)| value.is_finite()).collect()
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
    if ["l1", "psnr", "ssim", "swd"].contains(&name) {
        return name.to_uppercase();
    }
    capitalised(&name.replace('_', " "))
}

/// With a capital letter first.
pub fn capitalised(words: &str) -> String {
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
        "l1" => "Mean absolute difference from the truth on the test set, of values from 0 to 1",
        "accuracy" => {
            "Share of the pixels of the test set of which no channel is further than 16 of 255 from the truth"
        }
        "cycle_l1" => {
            "Mean absolute difference between pictures and what there and back makes of them, of values from 0 to 1"
        }
        "swd" => {
            "Sliced Wasserstein distance of patches of 7 x 7 from those of the truth, in thousandths; 0 for the same patches"
        }
        "psnr" => "Peak signal-to-noise ratio on the test set in dB, of super-resolution on luminance",
        "ssim" => "Structural similarity on the test set, of super-resolution on luminance; 1 is the truth itself",
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
        let row = |step, value| StepMetrics { step, values: vec![value] };
        let losses = [row(1, 0.5), row(2, f32::NAN), row(3, f32::INFINITY), row(4, 0.25)];
        assert_eq!(points(&losses, 0), [(1.0, 0.5), (4.0, 0.25)]);
    }
}
