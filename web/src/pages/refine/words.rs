//! What people call simulators, parameters and measures.

use forger_simulators::Simulator;

use super::{model::Model, subject::Control};
use crate::{components::labels, i18n::*};

pub fn simulator(locale: Locale, of: Simulator) -> String {
    match of {
        Simulator::Eyes => td_string!(locale, refine_eyes),
        Simulator::Digits => td_string!(locale, refine_digits),
    }
    .to_string()
}

/// A parameter that has a slider.
pub fn control(locale: Locale, name: &str) -> String {
    match name {
        "yaw" => td_string!(locale, refine_c_yaw),
        "pitch" => td_string!(locale, refine_c_pitch),
        "openness" => td_string!(locale, refine_c_openness),
        "pupil" => td_string!(locale, refine_c_pupil),
        "light" => td_string!(locale, refine_c_light),
        "skin" => td_string!(locale, refine_c_skin),
        "slant" => td_string!(locale, refine_c_slant),
        "thickness" => td_string!(locale, refine_c_thickness),
        "width" => td_string!(locale, refine_c_width),
        "turn" => td_string!(locale, refine_c_turn),
        other => return other.to_owned(),
    }
    .to_string()
}

/// Without a fraction, and nothing has no sign.
pub fn whole(value: f32) -> String {
    format!("{:.0}", value.round() + 0.0)
}

/// The value of a parameter in its unit: degrees, pixels, or of the usual or the whole.
pub fn amount(locale: Locale, control: Control, value: f32) -> String {
    match control.name {
        "yaw" | "pitch" | "light" | "turn" => format!("{}°", whole(value)),
        "thickness" => format!("{value:.1} px"),
        _ => labels::percent(locale, f64::from(value), 0),
    }
}

/// Why there are no real pictures of what a simulator draws, and where some are.
pub fn no_real(locale: Locale, of: Simulator) -> String {
    match of {
        Simulator::Eyes => td_string!(locale, refine_no_real_eyes),
        Simulator::Digits => td_string!(locale, refine_no_real_digits),
    }
    .to_string()
}

/// Side of the patches that the wide judge sees.
const WIDE: usize = 34;

/// A measure of a model's card that the page explains, and its value in its unit; with how far classifiers of several seeds are
/// apart, where such were asked. The fresh judge of the first two measures of realism sees as much as the model's discriminator.
pub fn measure(locale: Locale, name: &str, model: &Model) -> Option<(String, String)> {
    let (metrics, patch) = (&model.card.metrics, model.patch);
    let value = metrics.get(name)?.value;
    let share = || match metrics.get(&format!("{name}_spread")) {
        Some(spread) => {
            let n = format!("{:.1} ± {:.1}", value * 100.0, spread.value * 100.0);
            td_string!(locale, percent, n = n).to_string()
        }
        None => labels::percent(locale, value, 1),
    };
    Some(match name {
        "synthetic" => (td_string!(locale, refine_m_synthetic).to_string(), share()),
        "refined" => (td_string!(locale, refine_m_refined).to_string(), share()),
        "real" => (td_string!(locale, refine_m_real).to_string(), share()),
        "gap_closed" => (td_string!(locale, refine_m_gap).to_string(), share()),
        "class_kept" => (td_string!(locale, refine_m_class).to_string(), share()),
        "pupil_moved" => (td_string!(locale, refine_m_pupil).to_string(), format!("{value:.2} px")),
        "pupil_within_1_5" => (td_string!(locale, refine_m_pupil_near).to_string(), share()),
        "realism_synthetic" if model.is_seen_whole(patch) => {
            (td_string!(locale, refine_m_judge_synthetic_whole).to_string(), share())
        }
        "realism_synthetic" => (td_string!(locale, refine_m_judge_synthetic, patch = patch).to_string(), share()),
        "realism_refined" => (td_string!(locale, refine_m_judge_refined).to_string(), share()),
        "realism_narrow_refined" => (td_string!(locale, refine_m_judge_narrow).to_string(), share()),
        // Where the other judge sees as much, it is the same one.
        "realism_wide_refined" if patch >= WIDE => return None,
        "realism_wide_refined" if model.is_seen_whole(WIDE) => {
            (td_string!(locale, refine_m_judge_wide_whole).to_string(), share())
        }
        "realism_wide_refined" => (td_string!(locale, refine_m_judge_wide).to_string(), share()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use forger_protocol::{Card, SimganConfig, SystemConfig, card::Metric};

    use super::*;

    /// A model for pictures so many pixels high, whose discriminator judges patches of a side.
    fn model(height: usize, patch: usize, figures: &[(&str, f64)]) -> Model {
        let config = SimganConfig { image_height: height, patch, ..SimganConfig::default() };
        let mut card = Card::new("mine", SystemConfig::of(&config), 1);
        for (name, value) in figures {
            card.metrics.insert((*name).to_owned(), Metric { value: *value, command: String::new() });
        }
        Model::of(card, "").unwrap()
    }

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!([-0.3, 0.4, -0.6].map(whole), ["0", "0", "-1"]);
    }

    #[test]
    fn the_wide_judge_is_told_where_it_sees_more_than_the_other() {
        let figures = [("realism_wide_refined", 0.9745), ("realism_narrow_refined", 0.7), ("realism_synthetic", 0.9)];
        let told = |height, patch, name| measure(Locale::en, name, &model(height, patch, &figures));
        let (what, value) = told(35, 16, "realism_wide_refined").unwrap();
        assert!(what.contains("34") && value == "97.5 %", "{what}: {value}");
        assert_eq!(told(35, 34, "realism_wide_refined"), None);
        assert!(told(35, 34, "realism_narrow_refined").unwrap().0.contains("16"));
        // And of the other it is said how much it sees.
        let (what, _) = told(35, 16, "realism_synthetic").unwrap();
        assert!(what.contains("16"), "{what}");
        // No patch is larger than the picture.
        for (patch, name) in [(34, "realism_synthetic"), (16, "realism_wide_refined")] {
            let (what, _) = told(28, patch, name).unwrap();
            assert!(what.contains("whole") && !what.contains("34"), "{what}");
        }
    }

    #[test]
    fn a_share_has_its_spread_where_there_is_one() {
        let figures = [
            ("real", 0.968),
            ("real_spread", 0.002),
            ("gap_closed", 0.21),
            ("pupil_moved", 1.34),
            ("pupil_moved_spread", 2.0),
        ];
        let model = model(35, 34, &figures);
        let value = |locale, name| measure(locale, name, &model).unwrap().1;
        assert_eq!(value(Locale::en, "real"), "96.8 ± 0.2 %");
        assert_eq!(value(Locale::ko, "real"), "96.8 ± 0.2%");
        assert_eq!(value(Locale::en, "gap_closed"), "21.0 %");
        // That of pupils is how eyes differ.
        assert_eq!(value(Locale::en, "pupil_moved"), "1.34 px");
        assert_eq!(measure(Locale::en, "class_kept", &model), None);
    }
}
