//! What people call systems, sets, kinds of pictures and numbers.

use forger_protocol::{
    Scalar, ScalarKind,
    runs::{Derived, DrawnSet, PictureSet, SetInfo},
};

use crate::{components::labels, i18n::*};

/// What a system does, in a sentence.
pub fn system_text(locale: Locale, name: &str) -> String {
    match name {
        "dcgan" => td_string!(locale, train_dcgan),
        "pix2pix" => td_string!(locale, train_pix2pix),
        "cyclegan" => td_string!(locale, train_cyclegan),
        "simgan" => td_string!(locale, train_simgan),
        _ => td_string!(locale, train_superres),
    }
    .to_string()
}

pub fn drawn(locale: Locale, set: DrawnSet) -> String {
    match set {
        DrawnSet::Digits => td_string!(locale, train_set_digits),
        DrawnSet::WornDigits => td_string!(locale, train_set_worn),
        DrawnSet::Avatars => td_string!(locale, train_set_avatars),
        DrawnSet::Glasses => td_string!(locale, train_set_glasses),
        DrawnSet::NoGlasses => td_string!(locale, train_set_no_glasses),
        DrawnSet::Eyes => td_string!(locale, train_set_eyes),
        DrawnSet::Shapes => td_string!(locale, train_set_shapes),
    }
    .to_string()
}

pub fn derived(locale: Locale, derived: Derived) -> String {
    match derived {
        Derived::Edges => td_string!(locale, train_from_edges),
        Derived::Grey => td_string!(locale, train_from_grey),
        Derived::Small => td_string!(locale, train_from_small),
    }
    .to_string()
}

/// A set in the language of the page.
pub fn set(locale: Locale, set: &PictureSet, own: &[SetInfo]) -> String {
    match set {
        PictureSet::Drawn(set) => drawn(locale, *set),
        PictureSet::Own(_) => plain_name(set, own),
    }
}

/// A set in every language: its name in settings, or what the user calls it.
pub fn plain_name(set: &PictureSet, own: &[SetInfo]) -> String {
    match set {
        PictureSet::Drawn(set) => set.name().to_owned(),
        PictureSet::Own(id) => own.iter().find(|set| set.id == *id).map_or_else(|| id.clone(), |set| set.name.clone()),
    }
}

/// A kind of pictures that a run shows.
pub fn kind(locale: Locale, kind: &str) -> String {
    match kind {
        "samples" => td_string!(locale, train_kind_samples),
        "real" => td_string!(locale, train_kind_real),
        "input" => td_string!(locale, train_kind_input),
        "output" => td_string!(locale, train_kind_output),
        "truth" => td_string!(locale, train_kind_truth),
        "x" => td_string!(locale, train_kind_x),
        "g(x)" => td_string!(locale, train_kind_gx),
        "f(g(x))" => td_string!(locale, train_kind_fgx),
        "y" => td_string!(locale, train_kind_y),
        "f(y)" => td_string!(locale, train_kind_fy),
        "g(f(y))" => td_string!(locale, train_kind_gfy),
        "synthetic" => td_string!(locale, refine_synthetic),
        "refined" => td_string!(locale, refine_refined),
        "difference" => td_string!(locale, refine_difference),
        "bicubic" => td_string!(locale, up_bicubic),
        "network" => td_string!(locale, train_kind_network),
        "original" => td_string!(locale, up_original),
        other => return other.to_owned(),
    }
    .to_string()
}

/// A number that steps tell: in the signs of the papers, where they have one.
pub fn scalar(locale: Locale, scalar: &Scalar) -> String {
    match (scalar.kind, scalar.of) {
        (_, "discriminator") => "D".to_owned(),
        (_, "generator" | "g") => "G".to_owned(),
        (_, "refiner") => "R".to_owned(),
        (_, "f") => "F".to_owned(),
        (_, "d_x") => "D_X".to_owned(),
        (_, "d_y") => "D_Y".to_owned(),
        (_, "l1") => "L1".to_owned(),
        (_, "self-regularisation") => td_string!(locale, train_of_kept).to_string(),
        (_, "cycle") => td_string!(locale, train_of_cycle).to_string(),
        (_, "identity") => td_string!(locale, train_of_identity).to_string(),
        (ScalarKind::Verdict, "real") => format!("D({})", td_string!(locale, real)),
        (ScalarKind::Verdict, "fake") => format!("D({})", td_string!(locale, fake)),
        (ScalarKind::Verdict, "refined") => format!("D({})", td_string!(locale, refine_refined)),
        (_, "real x") => "D_X(x)".to_owned(),
        (_, "fake x") => "D_X(F(y))".to_owned(),
        (_, "real y") => "D_Y(y)".to_owned(),
        (_, "fake y") => "D_Y(G(x))".to_owned(),
        _ => scalar.key.to_owned(),
    }
}

/// What a chart of pictures' runs shows, as a sentence.
pub fn curve_text(locale: Locale, kind: ScalarKind) -> String {
    match kind {
        ScalarKind::Loss => td_string!(locale, train_text_losses),
        ScalarKind::Verdict => td_string!(locale, train_text_verdicts),
        ScalarKind::Gradient => td_string!(locale, text_gradients),
    }
    .to_string()
}

/// Whose learning rate it is, by its key in settings.
pub fn rate(locale: Locale, key: &str) -> String {
    labels::field(locale, &format!("{key}.learning_rate"))
}

/// A setting that is a number, by where it lies.
pub fn number(locale: Locale, place: &str) -> String {
    labels::field(locale, &place.trim_start_matches('/').replace('/', "."))
}

/// A way of augmentation, and what it does in a sentence.
pub fn augment(locale: Locale, way: &str) -> (String, String) {
    match way {
        "color" => (td_string!(locale, train_color).to_string(), td_string!(locale, train_color_help).to_string()),
        "translation" => {
            (td_string!(locale, train_shift).to_string(), td_string!(locale, train_shift_help).to_string())
        }
        _ => (td_string!(locale, train_cutout).to_string(), td_string!(locale, train_cutout_help).to_string()),
    }
}

/// How long something takes or took.
pub fn duration(locale: Locale, seconds: f64) -> String {
    let whole = |seconds: f64| format!("{:.0}", seconds.max(0.0).round());
    match seconds {
        _ if seconds < 59.5 => td_string!(locale, train_seconds, n = whole(seconds)),
        _ if seconds < 3570.0 => td_string!(locale, train_minutes, n = whole(seconds / 60.0)),
        _ if seconds < 172_800.0 => td_string!(locale, train_hours, n = whole(seconds / 3600.0)),
        _ => td_string!(locale, train_days, n = whole(seconds / 86_400.0)),
    }
    .to_string()
}

/// How long ago something was; times are milliseconds since 1970.
pub fn ago(locale: Locale, then: f64, now: f64) -> String {
    td_string!(locale, train_ago, time = duration(locale, (now - then).max(0.0) / 1e3)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_fits() {
        let said = [4.4, 59.0, 60.0, 3500.0, 7200.0, 400_000.0].map(|seconds| duration(Locale::en, seconds));
        assert_eq!(said, ["4 s", "59 s", "1 min", "58 min", "2 h", "5 days"]);
    }
}
