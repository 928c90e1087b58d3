//! What a file says beside its picture: what a camera wrote (EXIF), which is kept in what is made of it, and what of the file
//! is not.

use img_parts::{Bytes, DynImage, ImageEXIF as _, webp::CHUNK_ANIM};

use super::colour;
use crate::i18n::*;

/// The tag that says how a picture is turned, and what it says of one that is not. EXIF 2.32, section 4.6.4.
const ORIENTATION: u16 = 0x0112;
const UPRIGHT: u16 = 1;
/// Bytes of an entry of a directory.
const ENTRY: usize = 12;

/// What a file says beside its picture.
#[derive(Default)]
pub struct Metadata {
    /// The EXIF of a JPEG, PNG or WebP; of a picture that is upright, as browsers turn what they open.
    pub exif: Option<Vec<u8>>,
    /// Whether a PNG, WebP or GIF holds more pictures than the first, which is all that is opened of it.
    pub is_animated: bool,
    /// Whether it has more bits a colour than are opened of it.
    pub is_deep: bool,
    /// Whether it has colours that sRGB has not.
    pub is_wide: bool,
}

impl Metadata {
    /// What of the file is not in what is opened, and a name of each.
    pub fn losses(&self, locale: Locale) -> Vec<(&'static str, String)> {
        let mut losses = Vec::new();
        if self.is_animated {
            losses.push(("animated", td_string!(locale, up_animated).to_string()));
        }
        if self.is_deep {
            losses.push(("deep", td_string!(locale, up_deep).to_string()));
        }
        if self.is_wide {
            losses.push(("wide", td_string!(locale, up_wide).to_string()));
        }
        losses
    }
}

/// Nothing, of a file that is none of these.
pub fn read(file: Vec<u8>) -> Metadata {
    if file.starts_with(b"GIF8") {
        let is_animated = gif_pictures(&file).is_some_and(|pictures| pictures > 1);
        return Metadata { is_animated, ..Metadata::default() };
    }
    let (is_deep, is_wide) = (colour::is_deep(&file), colour::is_wide_container(&file));
    let Ok(Some(picture)) = DynImage::from_bytes(Bytes::from(file)) else {
        return Metadata { is_deep, is_wide, ..Metadata::default() };
    };
    let exif = picture.exif().map(|exif| {
        let mut exif = exif.to_vec();
        stand_up(&mut exif);
        exif
    });
    let is_animated = match &picture {
        DynImage::Png(png) => png.chunk_by_type(*b"acTL").is_some(),
        DynImage::WebP(webp) => webp.has_chunk(CHUNK_ANIM),
        DynImage::Jpeg(_) => false,
    };
    Metadata { exif, is_animated, is_deep, is_wide: colour::is_wide(&picture) }
}

/// How many pictures a GIF holds, two at most. GIF89a, sections 18 to 27.
fn gif_pictures(file: &[u8]) -> Option<usize> {
    // Bytes of a colour table, of the flags before it.
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) };
    let mut at = 13 + table(*file.get(10)?);
    let mut pictures = 0;
    while let Some(block) = file.get(at) {
        at += match block {
            b'!' => 2,
            b',' => {
                pictures += 1;
                11 + table(*file.get(at + 9)?)
            }
            _ => break,
        };
        if pictures > 1 {
            break;
        }
        // Data, in pieces that begin with their length.
        loop {
            let length = usize::from(*file.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
    Some(pictures)
}

/// The same JPEG, PNG or WebP with this EXIF; without, if it cannot take it.
pub fn with_exif(file: Vec<u8>, exif: Vec<u8>) -> Vec<u8> {
    let file = Bytes::from(file);
    match DynImage::from_bytes(file.clone()) {
        Ok(Some(mut picture)) => {
            picture.set_exif(Some(exif.into()));
            picture.encoder().bytes().to_vec()
        }
        _ => file.to_vec(),
    }
}

/// Says in the first directory that the picture is upright. TIFF 6.0, section 2.
fn stand_up(exif: &mut [u8]) -> Option<()> {
    let is_little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |exif: &[u8], at: usize| {
        let bytes = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes = exif.get(4..8)?.try_into().ok()?;
    let directory = if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize;
    for index in 0..usize::from(short(exif, directory)?) {
        let entry = directory.checked_add(2 + index * ENTRY)?;
        if short(exif, entry)? == ORIENTATION {
            let value = if is_little { UPRIGHT.to_le_bytes() } else { UPRIGHT.to_be_bytes() };
            exif.get_mut(entry + 8..entry + 10)?.copy_from_slice(&value);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One directory with the maker's place and how the picture is turned.
    fn sample(is_little: bool) -> Vec<u8> {
        let short = |value: u16| if is_little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut bytes = if is_little { b"II*\0\x08\0\0\0".to_vec() } else { b"MM\0*\0\0\0\x08".to_vec() };
        bytes.extend(short(2));
        for (tag, value) in [(0x010f, 7), (ORIENTATION, 6)] {
            bytes.extend(short(tag));
            bytes.extend(short(3));
            bytes.extend(if is_little { [1, 0, 0, 0] } else { [0, 0, 0, 1] });
            bytes.extend(short(value));
            bytes.extend([0, 0]);
        }
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn a_picture_on_its_side_is_said_to_be_upright_and_nothing_else_changes() {
        for is_little in [true, false] {
            let (before, mut after) = (sample(is_little), sample(is_little));
            stand_up(&mut after);
            let changed = (0..before.len()).filter(|at| before[*at] != after[*at]).collect::<Vec<_>>();
            assert_eq!(changed, [if is_little { 30 } else { 31 }]);
            assert_eq!(after[changed[0]], 1);
        }
    }

    #[test]
    fn what_is_cut_or_foreign_stays_as_it_is() {
        for end in 0..sample(true).len() {
            stand_up(&mut sample(true)[..end]);
        }
        let mut far = b"II*\0\xff\xff\xff\xff".to_vec();
        assert_eq!(stand_up(&mut far), None);
        assert!(read(b"no picture".to_vec()).exif.is_none() && read(vec![0xff, 0xd8]).exif.is_none());
        assert_eq!(with_exif(b"no picture".to_vec(), sample(true)), b"no picture");
    }

    #[test]
    fn pictures_of_a_gif_are_counted() {
        let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        let picture = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0";
        gif.extend(picture);
        assert!(!read([gif.as_slice(), b";"].concat()).is_animated);
        gif.extend(picture);
        gif.push(b';');
        assert!(read(gif.clone()).is_animated);
        // A cut file is whatever it is, without a panic.
        for end in 0..gif.len() {
            let _ = read(gif[..end].to_vec());
        }
        assert!(!read(b"no picture".to_vec()).is_animated);
    }

    #[test]
    fn a_jpeg_takes_it_and_gives_it_back_upright() {
        // Start, an empty scan, end.
        let plain = vec![0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9];
        let with = with_exif(plain.clone(), sample(false));
        assert!(with.len() > plain.len() + 30);
        let mut upright = sample(false);
        stand_up(&mut upright);
        assert_eq!(read(with).exif, Some(upright));
    }
}
