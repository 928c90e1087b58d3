//! Numbers as people write them, and what they are of.

use crate::{i18n::*, numbers::count};

/// So many pictures.
pub fn pictures(locale: Locale, number: f64) -> String {
    match number {
        1.0 => td_string!(locale, card_image).to_string(),
        _ => td_string!(locale, card_images, n = count(number)).to_string(),
    }
}

/// A share in hundredths, with so many digits behind the point.
pub fn percent(locale: Locale, share: f64, digits: usize) -> String {
    td_string!(locale, percent, n = format!("{:.digits$}", share * 100.0)).to_string()
}

/// A measure of a card, by its name there.
pub fn figure(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_counted_in_every_language() {
        assert_eq!([1.0, 60_000.0].map(|number| pictures(Locale::en, number)), ["1 picture", "60,000 pictures"]);
        assert_eq!([1.0, 60_000.0].map(|number| pictures(Locale::ko, number)), ["1장", "60,000장"]);
    }

    #[test]
    fn each_language_has_its_sign_of_hundredths() {
        assert_eq!(percent(Locale::en, 0.256, 0), "26 %");
        assert_eq!(percent(Locale::ko, 0.256, 1), "25.6%");
    }
}
