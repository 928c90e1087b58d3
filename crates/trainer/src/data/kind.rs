//! What a file is by its first bytes, whatever its name says.

/// So many bytes tell.
pub const START: usize = 512;

pub fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b])
}

/// A login page that was saved under the name of what lay behind it.
pub fn is_html(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&start[..start.len().min(START)]).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<!doctype html") || (text.starts_with('<') && text.contains("<html"))
}

/// What stands in place of a set, and the way out; `None` where it may well be one.
pub fn instead_of_a_set(start: &[u8]) -> Option<&'static str> {
    const ZIP: &str = "a zip: unpack it, and name the folder";
    const OTHER: &str =
        "compressed in a way that is not read here: unpack it, and name the folder, or pack it as tar.gz";
    const KNOWN: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", ZIP),
        (b"7z\xbc\xaf\x27\x1c", OTHER),
        (b"Rar!", OTHER),
        (b"BZh", OTHER),
        (b"\xfd7zXZ\0", OTHER),
        (b"\x28\xb5\x2f\xfd", OTHER),
        (b"version https://git-lfs", "a pointer of Git LFS and not the file: get it with git lfs pull"),
        (b"\x89PNG", "a single picture: name the folder that it is in"),
        (b"\xff\xd8\xff", "a single picture: name the folder that it is in"),
    ];
    if start.is_empty() {
        return Some("empty: it has 0 bytes; fetch it again");
    }
    if is_html(start) {
        return Some(
            "a web page (HTML), such as the login page of the site that has the file: fetch it again, signed in",
        );
    }
    KNOWN.into_iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_known_with_all_that_may_come_first() {
        for page in ["<!DOCTYPE html><p>", "\u{feff}\n <!doctype HTML>", "<HTML>", "<?xml version='1.0'?>\n<html>"] {
            assert!(is_html(page.as_bytes()), "{page}");
        }
        for other in ["<svg xmlns='x'/>", "html", "", "file,<html>"] {
            assert!(!is_html(other.as_bytes()), "{other}");
        }
    }
}
