//! Why a browser does not read a file as a picture, told by how the file begins.

use web_sys::File;

use super::bytes;
use crate::i18n::*;

/// How many bytes are looked at.
const BEGINNING: i32 = 1024;
/// Pictures that every browser reads, unless something is wrong with them.
const COMMON: [(&[u8], &str); 3] = [(b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF")];
/// Files that many or all browsers do not read as pictures.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"II*\0", "TIFF/RAW"),
    (b"MM\0*", "TIFF/RAW"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1a\x45\xdf\xa3", "WebM"),
];
/// What containers of HEVC pictures say that they are. ISO/IEC 23008-12, annex B.
const HEIC: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];

#[derive(Debug, PartialEq)]
enum Kind {
    Empty,
    /// HTML.
    Page,
    Text,
    Heic,
    Foreign(&'static str),
    Common(&'static str),
    Unknown,
}

/// What a file is that begins so.
fn kind(beginning: &[u8]) -> Kind {
    if beginning.is_empty() {
        return Kind::Empty;
    }
    let begins = |known: &[(&[u8], &'static str)]| {
        known.iter().find(|(bytes, _)| beginning.starts_with(bytes)).map(|(_, name)| *name)
    };
    if let Some(name) = begins(&COMMON) {
        return Kind::Common(name);
    }
    if beginning.starts_with(b"RIFF") && beginning.get(8..12) == Some(b"WEBP") {
        return Kind::Common("WebP");
    }
    if let Some(name) = begins(&FOREIGN) {
        return Kind::Foreign(name);
    }
    if beginning.get(4..8) == Some(b"ftyp") {
        return container(beginning);
    }
    text(beginning).unwrap_or(Kind::Unknown)
}

/// What is in a container of ISO/IEC 14496-12: it begins with its length, its kind, and what else reads it.
fn container(beginning: &[u8]) -> Kind {
    let length = beginning.get(..4).map_or(0, |bytes| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
    let brands = beginning.get(8..length.min(beginning.len())).unwrap_or_default();
    let holds = |wanted: &[u8]| brands.chunks_exact(4).any(|brand| brand == wanted);
    if holds(b"avif") || holds(b"avis") {
        Kind::Foreign("AVIF")
    } else if brands.starts_with(b"crx ") {
        Kind::Foreign("TIFF/RAW")
    } else if HEIC.into_iter().any(holds) {
        Kind::Heic
    } else {
        Kind::Foreign("MP4")
    }
}

fn text(beginning: &[u8]) -> Option<Kind> {
    // The last character may be cut.
    let whole = match std::str::from_utf8(beginning) {
        Ok(_) => beginning.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return None,
    };
    let text = std::str::from_utf8(&beginning[..whole]).ok()?;
    if text.chars().any(|character| character.is_control() && !character.is_whitespace()) {
        return None;
    }
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).to_lowercase();
    let is_markup = text.starts_with('<');
    Some(if is_markup && text.contains("<svg") && !text.contains("<html") {
        Kind::Foreign("SVG")
    } else if is_markup && ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| text.contains(tag)) {
        Kind::Page
    } else {
        Kind::Text
    })
}

/// What is said of a file that this browser did not read as a picture: what it is, and what to do.
pub async fn unreadable(locale: Locale, file: &File) -> String {
    let name = file.name();
    let beginning = match file.slice_with_i32_and_i32(0, BEGINNING) {
        Ok(beginning) => bytes(&beginning).await,
        Err(error) => Err(error),
    };
    let beginning = match beginning {
        // A part of a file that is gone is empty in some browsers; the whole of it is not.
        Ok(beginning) if beginning.is_empty() => bytes(file).await,
        other => other,
    };
    let Ok(beginning) = beginning else { return td_string!(locale, bad_gone, name = name).to_string() };
    match kind(&beginning) {
        Kind::Empty => td_string!(locale, bad_empty, name = name).to_string(),
        Kind::Page => td_string!(locale, bad_page, name = name).to_string(),
        Kind::Text => td_string!(locale, bad_text, name = name).to_string(),
        Kind::Heic => td_string!(locale, bad_heic, name = name).to_string(),
        Kind::Foreign(kind) => td_string!(locale, bad_foreign, name = name, kind = kind).to_string(),
        Kind::Common(kind) => td_string!(locale, bad_damaged, name = name, kind = kind).to_string(),
        Kind::Unknown => td_string!(locale, bad_photo, name = name).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_how_they_begin() {
        let long = format!("{}é", "a".repeat(BEGINNING as usize - 1));
        let cases: [(&[u8], Kind); 17] = [
            (b"", Kind::Empty),
            (b"\x89PNG\r\n\x1a\n", Kind::Common("PNG")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Kind::Common("WebP")),
            (b"RIFF\0\0\0\0WAVE", Kind::Unknown),
            (b"MM\0*\0\0\0\x08", Kind::Foreign("TIFF/RAW")),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", Kind::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", Kind::Foreign("AVIF")),
            // What comes after the first box says nothing of it.
            (b"\0\0\0\x14ftypisom\0\0\0\0isomheic", Kind::Foreign("MP4")),
            (b"\0\0\0\x18ftyp", Kind::Foreign("MP4")),
            (b"\xef\xbb\xbf\n <!DOCTYPE HTML><html>", Kind::Page),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\"><svg></svg>", Kind::Page),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", Kind::Foreign("SVG")),
            (b"{\"error\": \"not found\"}", Kind::Text),
            (&long.as_bytes()[..BEGINNING as usize], Kind::Text),
            (b"\0\x01\x02\x03", Kind::Unknown),
            (b"abc\xff\xffabc", Kind::Unknown),
        ];
        for (beginning, expected) in cases {
            assert_eq!(kind(beginning), expected, "{beginning:?}");
        }
    }
}
