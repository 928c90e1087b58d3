//! Numbers as people write and enter them, the same in every language.

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

/// A whole number of what a field for numbers takes: `1e4` and `500.5`, too.
pub fn whole(text: &str) -> Option<u64> {
    let number = text.trim().parse::<f64>().ok()?;
    (0.0..1e15).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::{count, whole};

    #[test]
    fn thousands_are_parted() {
        assert_eq!([0.0, 999.0, 1000.0, 1_234_567.4].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(-12_345.0), "-12,345");
    }

    #[test]
    fn a_field_for_numbers_gives_whole_ones_however_they_are_written() {
        let given = ["64", "1e4", "500.5", "0", " 7 "].map(whole);
        assert_eq!(given, [64, 10_000, 500, 0, 7].map(Some));
        assert_eq!(["", "-1", "1e300", "inf", "NaN", "many"].map(whole), [None; 6]);
    }
}
