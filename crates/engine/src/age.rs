//! How old what is kept is, by its id.

/// Milliseconds by which whatever was being written is whole, or was cut off.
const DAY: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// Whether an id that `fresh_id` made is of more than a day ago, `now` in milliseconds since 1970. One that names no time is not.
pub fn is_over_a_day(id: &str, now: f64) -> bool {
    let time = id.split_once('-').and_then(|(time, _)| u64::from_str_radix(time, 16).ok());
    time.is_some_and(|time| is_a_day_ago(time as f64, now))
}

/// Whether a time, as `now` in milliseconds since 1970, is more than a day ago.
pub fn is_a_day_ago(time: f64, now: f64) -> bool {
    now - time > DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_how_old_it_is_and_what_is_none_does_not() {
        let made = 1_790_000_000_000_u64;
        let id = format!("{made:x}-00f3a");
        let after = |hours: f64| is_over_a_day(&id, made as f64 + hours * 3_600_000.0);
        assert!(!after(-1.0) && !after(0.0) && !after(23.9) && after(24.1));
        assert!(!is_a_day_ago(made as f64, made as f64) && is_a_day_ago(made as f64, made as f64 + 25.0 * 3_600_000.0));
        let far = f64::MAX;
        assert!(is_over_a_day(&id, far));
        assert!(["", "-", "-00f3a", "mine", "my-set", &format!("{made:x}")].iter().all(|id| !is_over_a_day(id, far)));
    }
}
