//! Settings by the names that links and configurations have for them, to say what is wrong with one.

use forger_protocol::lab_url::{Group, SETTINGS};

use super::{group, name};
use crate::i18n::*;

/// A setting of both players, as one of them has it.
fn of(locale: Locale, player: Group, setting: &str) -> String {
    format!("{}: {setting}", group(locale, player))
}

/// A part of a link of the lab, such as `g_lr=9`, in the words of the form. What has no name there stays as it is.
pub fn part(locale: Locale, part: &str) -> String {
    let named = part.split_once('=').and_then(|(key, value)| {
        let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
        let called = Some(name(locale, key)).filter(|called| called != key)?;
        let called = match setting.group {
            // How often a player learns says whose it is.
            Group::Generator | Group::Discriminator if !key.ends_with("_steps") => of(locale, setting.group, &called),
            _ => called,
        };
        Some(format!("{called} = {}", name(locale, value)))
    });
    named.unwrap_or_else(|| part.to_owned())
}

/// A setting by where it lies in a configuration, such as `generator_optimizer.learning_rate`. What has no name stays as it is.
pub fn field(locale: Locale, field: &str) -> String {
    // What is said of it in brackets is English.
    let place = field.split_once(" (").map_or(field, |(place, _)| place);
    let rate = |player: &'static str| td_string!(locale, train_rate, of = player).to_string();
    match place {
        "batch" | "seed" | "clip" | "penalty_weight" | "d_steps" | "g_steps" => name(locale, place),
        "latent_dim" => name(locale, "z"),
        "label_smoothing" => name(locale, "smooth"),
        "instance_noise" => name(locale, "noise"),
        "image_size" => td_string!(locale, train_side).to_string(),
        "width" | "generator.width" => td_string!(locale, train_width_g).to_string(),
        "discriminator_width" => td_string!(locale, train_width_d).to_string(),
        "refiner_width" => td_string!(locale, train_width_r).to_string(),
        "generator_optimizer.learning_rate" => rate("G"),
        "discriminator_optimizer.learning_rate" => rate("D"),
        "refiner_optimizer.learning_rate" => rate("R"),
        _ => place.to_owned(),
    }
}

/// The same in the lab, whose form has words of its own for what each player has.
pub fn lab_field(locale: Locale, field: &str) -> String {
    let (player, key) = match field {
        "generator.width" => (Group::Generator, "g_width"),
        "discriminator.width" => (Group::Discriminator, "d_width"),
        "generator.layers" => (Group::Generator, "g_layers"),
        "discriminator.layers" => (Group::Discriminator, "d_layers"),
        "generator_optimizer.learning_rate" => (Group::Generator, "g_lr"),
        "discriminator_optimizer.learning_rate" => (Group::Discriminator, "d_lr"),
        _ => return self::field(locale, field),
    };
    of(locale, player, &name(locale, key))
}

#[cfg(test)]
mod tests {
    use forger_protocol::{MlpConfig, Settings as _, ToyConfig, lab_url::Kind};

    use super::*;

    #[test]
    fn parts_of_a_link_have_the_names_of_the_form() {
        let said = ["g_lr=NaN", "d_steps=0", "data=own", "batch=-3", "points=!", "step=9", "nonsense"]
            .map(|given| part(Locale::en, given));
        let expected = [
            "Generator: Learning rate = NaN",
            "D updates per step = 0",
            "Data = Your own …",
            "Batch = -3",
            "points=!",
            "step=9",
            "nonsense",
        ];
        assert_eq!(said, expected);
        for setting in SETTINGS.iter().filter(|setting| !matches!(setting.kind, Kind::Points)) {
            for locale in [Locale::en, Locale::ko] {
                let said = part(locale, &format!("{}=7", setting.key));
                assert!(said.ends_with(" = 7"), "{}: {said}", setting.key);
            }
        }
    }

    #[test]
    fn what_is_out_of_range_has_a_name_where_there_is_one() {
        let generator = MlpConfig { width: 0, ..MlpConfig::default() };
        let fault = ToyConfig { generator, ..ToyConfig::default() }.validate().unwrap_err();
        assert_eq!(field(Locale::en, &fault.field), "Width of G");
        assert_eq!(lab_field(Locale::en, &fault.field), "Generator: Neurons per layer");
        let discriminator = MlpConfig { layers: 9, ..MlpConfig::default() };
        let fault = ToyConfig { discriminator, ..ToyConfig::default() }.validate().unwrap_err();
        assert_eq!(lab_field(Locale::en, &fault.field), "Discriminator: Layers");
        assert_eq!(lab_field(Locale::en, "generator_optimizer.learning_rate"), "Generator: Learning rate");
        assert_eq!(lab_field(Locale::ko, "latent_dim"), "z의 차원");
        assert_eq!(field(Locale::en, "discriminator_optimizer.learning_rate"), "Learning rate of D");
        assert_eq!(field(Locale::ko, "image_size (28, 32, 64 or 128)"), "크기");
        assert_eq!(field(Locale::ko, "losses.texture"), "losses.texture");
    }
}
