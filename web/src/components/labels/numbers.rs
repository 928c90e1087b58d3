//! Numbers as people write them, and what they are of.

use crate::i18n::*;

/// A whole number, with commas between thousands.
pub fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    fn thousands_are_parted() {
        assert_eq!([0.0, 999.0, 1000.0, 1_234_567.4].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(-12_345.0), "-12,345");
    }

    #[test]
    fn each_language_has_its_sign_of_hundredths() {
        assert_eq!(percent(Locale::en, 0.256, 0), "26 %");
        assert_eq!(percent(Locale::ko, 0.256, 1), "25.6%");
    }
}
