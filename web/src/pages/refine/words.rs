//! What people call simulators, parameters and measures.

use forger_simulators::Simulator;

use super::subject::Control;
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

/// Side of the patches that the wide judge sees.
const WIDE: usize = 34;

/// A measure of a model's card that the page explains, and its value in its unit. The model's discriminator judges patches of side
/// `patch`, and so does the fresh judge of the first two measures of realism.
pub fn measure(locale: Locale, name: &str, value: f64, patch: usize) -> Option<(String, String)> {
    let share = || labels::percent(locale, value, 1);
    Some(match name {
        "synthetic" => (td_string!(locale, refine_m_synthetic).to_string(), share()),
        "refined" => (td_string!(locale, refine_m_refined).to_string(), share()),
        "real" => (td_string!(locale, refine_m_real).to_string(), share()),
        "gap_closed" => (td_string!(locale, refine_m_gap).to_string(), share()),
        "class_kept" => (td_string!(locale, refine_m_class).to_string(), share()),
        "pupil_moved" => (td_string!(locale, refine_m_pupil).to_string(), format!("{value:.2} px")),
        "realism_synthetic" => (td_string!(locale, refine_m_judge_synthetic, patch = patch).to_string(), share()),
        "realism_refined" => (td_string!(locale, refine_m_judge_refined).to_string(), share()),
        "realism_narrow_refined" => (td_string!(locale, refine_m_judge_narrow).to_string(), share()),
        // Where the other judge sees as much, it is the same one.
        "realism_wide_refined" if patch < WIDE => (td_string!(locale, refine_m_judge_wide).to_string(), share()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Locale, measure, whole};

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!([-0.3, 0.4, -0.6].map(whole), ["0", "0", "-1"]);
    }

    #[test]
    fn the_wide_judge_is_told_where_it_sees_more_than_the_other() {
        let (what, value) = measure(Locale::en, "realism_wide_refined", 0.9745, 16).unwrap();
        assert!(what.contains("34") && value == "97.5 %", "{what}: {value}");
        assert_eq!(measure(Locale::en, "realism_wide_refined", 0.9745, 34), None);
        assert!(measure(Locale::en, "realism_narrow_refined", 0.7, 34).unwrap().0.contains("16"));
        // And of the other it is said how much it sees.
        let (what, _) = measure(Locale::en, "realism_synthetic", 0.9, 16).unwrap();
        assert!(what.contains("16"), "{what}");
    }
}
