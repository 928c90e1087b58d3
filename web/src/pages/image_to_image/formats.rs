//! The types of files that pictures are saved as.

use crate::i18n::*;

pub struct Format {
    pub mime: &'static str,
    pub name: &'static str,
    /// What its files' names end in.
    pub end: &'static str,
    /// The longest side that it can hold, in pixels.
    longest: u32,
    pub is_transparent: bool,
}

/// It holds whatever a canvas does.
pub static PNG: Format =
    Format { mime: "image/png", name: "PNG", end: "png", longest: i32::MAX as u32, is_transparent: true };
static JPEG: Format = Format { mime: "image/jpeg", name: "JPEG", end: "jpg", longest: 65_500, is_transparent: false };
static WEBP: Format = Format { mime: "image/webp", name: "WebP", end: "webp", longest: 16_383, is_transparent: true };
pub static FORMATS: [&Format; 3] = [&PNG, &JPEG, &WEBP];

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.mime == other.mime
    }
}

impl Format {
    pub fn of(mime: &str) -> Option<&'static Self> {
        FORMATS.into_iter().find(|format| format.mime == mime)
    }

    /// What is said of a picture that is too long for it: a browser would cut it without a word.
    pub fn refusal(&self, locale: Locale, [width, height]: [u32; 2]) -> Option<String> {
        let said = || td_string!(locale, up_too_long, kind = self.name, most = self.longest, w = width, h = height);
        (width.max(height) > self.longest).then(|| said().to_string())
    }

    /// The name of what a model made of a picture: one that every system and every zip takes, whatever a card calls the model.
    pub fn file_name(&self, picture: &str, model: &str) -> String {
        let stem = picture.rsplit_once('.').map_or(picture, |(stem, _)| stem);
        let safe = |character: char| {
            if character.is_control() || r#"/\:*?"<>|"#.contains(character) { '_' } else { character }
        };
        let name = format!("{stem}-{model}");
        format!("{}.{}", name.chars().map(safe).collect::<String>(), self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_one_file() {
        assert_eq!(JPEG.file_name("a.b.png", "m"), "a.b-m.jpg");
        assert_eq!(PNG.file_name("사진", "m"), "사진-m.png");
        assert_eq!(WEBP.file_name("..\\a/b:\n.heic", "m"), ".._a_b__-m.webp");
        assert_eq!(PNG.file_name("a.png", "../../b"), "a-.._.._b.png");
    }
}
