//! The parts of a link.

use percent_encoding::percent_decode_str;

/// Gives each part of a query, which may begin with `?`, to `set`, which says `None` of what it cannot use; those parts.
pub(crate) fn read(query: &str, mut set: impl FnMut(&str, &str) -> Option<()>) -> Vec<String> {
    let mut wrong = Vec::new();
    for part in query.trim_start_matches('?').split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if percent_decode_str(value).decode_utf8().ok().and_then(|text| set(key, &text)).is_none() {
            wrong.push(part.to_owned());
        }
    }
    wrong
}
