//! What a file has of colour that a canvas has not, which keeps eight bits of sRGB.

use img_parts::{DynImage, ImageICC as _};

/// How much of an AVIF or HEIC file is looked at: what it says of itself comes first.
const BEGINNING: usize = 4096;
/// Colours that reach beyond sRGB, as ITU-T H.273 numbers them (table 2): among them BT.2020 and those of Display P3.
const WIDE: [u16; 6] = [4, 8, 9, 10, 11, 12];
/// XYZ under the light of a profile (D50) to linear sRGB.
const TO_SRGB: [[f64; 3]; 3] = [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]];
/// How far out colours may be that are sRGB, of 1: profiles round, each in its way.
const MARGIN: f64 = 0.05;

/// What comes after a word.
fn after<'a>(bytes: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let at = bytes.windows(word.len()).position(|window| window == word)?;
    bytes.get(at + word.len()..)
}

/// What an AVIF or HEIC file says of itself, nothing of others.
fn container(file: &[u8]) -> &[u8] {
    let is_one = file.get(4..8) == Some(b"ftyp");
    if is_one { &file[..file.len().min(BEGINNING)] } else { &[] }
}

/// Whether the pixels of a PNG, AVIF or HEIC have more than eight bits a colour.
pub fn is_deep(file: &[u8]) -> bool {
    // PNG, section 11.2.1; the AV1 and HEVC configurations of ISO/IEC 14496-15 and the AV1 binding.
    let png = file.starts_with(b"\x89PNG") && file.get(24) == Some(&16);
    let avif = after(container(file), b"av1C").and_then(|config| config.get(2)).is_some_and(|flags| flags & 0x40 != 0);
    let heic = after(container(file), b"hvcC").and_then(|config| config.get(17)).is_some_and(|bits| bits & 7 != 0);
    png || avif || heic
}

/// Whether an AVIF or HEIC file has colours beyond sRGB.
pub fn is_wide_container(file: &[u8]) -> bool {
    let begin = container(file);
    let numbered = after(begin, b"colrnclx").and_then(|rest| Some(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?)));
    let profile = after(begin, b"colrprof").or_else(|| after(begin, b"colrrICC"));
    numbered.is_some_and(|number| WIDE.contains(&number)) || profile.is_some_and(is_wide_profile)
}

/// Whether a JPEG, PNG or WebP has colours beyond sRGB.
pub fn is_wide(picture: &DynImage) -> bool {
    // What a PNG says by numbers counts before its profile.
    if let DynImage::Png(png) = picture
        && let Some(numbered) = png.chunk_by_type(*b"cICP")
    {
        return numbered.contents().first().is_some_and(|number| WIDE.contains(&u16::from(*number)));
    }
    picture.icc_profile().is_some_and(|profile| is_wide_profile(&profile))
}

/// Whether red, green or blue of an ICC profile lie beyond those of sRGB. ICC.1:2022, sections 7.3 and 10.31.
fn is_wide_profile(profile: &[u8]) -> bool {
    let number = |at: usize| Some(u32::from_be_bytes(profile.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let colour = |name: &[u8; 4]| {
        let count = number(128)? as usize;
        let tag =
            (0..count.min(100)).map(|index| 132 + 12 * index).find(|at| profile.get(*at..*at + 4) == Some(name))?;
        let place = number(tag + 4)? as usize;
        let part = |index: usize| Some(f64::from(number(place.checked_add(8 + 4 * index)?)?.cast_signed()) / 65536.0);
        Some([part(0)?, part(1)?, part(2)?])
    };
    let is_beyond = |xyz: [f64; 3]| {
        let linear = TO_SRGB.map(|row| row.iter().zip(xyz).map(|(a, b)| a * b).sum::<f64>());
        linear.iter().any(|value| !(-MARGIN..=1.0 + MARGIN).contains(value))
    };
    [b"rXYZ", b"gXYZ", b"bXYZ"].into_iter().filter_map(colour).any(is_beyond)
}

#[cfg(test)]
mod tests {
    use img_parts::Bytes;

    use super::*;

    /// A profile that has nothing but these colours.
    fn profile(colours: [[f64; 3]; 3]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes.extend(3_u32.to_be_bytes());
        for (index, name) in [b"rXYZ", b"gXYZ", b"bXYZ"].into_iter().enumerate() {
            bytes.extend(name);
            bytes.extend((168 + 20 * index as u32).to_be_bytes());
            bytes.extend(20_u32.to_be_bytes());
        }
        for colour in colours {
            bytes.extend(b"XYZ \0\0\0\0");
            colour.iter().for_each(|value| bytes.extend(((value * 65536.0_f64).round() as i32).to_be_bytes()));
        }
        bytes
    }

    const SRGB: [[f64; 3]; 3] = [[0.4361, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]];
    const P3: [[f64; 3]; 3] = [[0.5151, 0.2412, -0.0011], [0.2919, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]];

    #[test]
    fn profiles_beyond_srgb_are_known_and_cut_ones_are_nothing() {
        assert!(!is_wide_profile(&profile(SRGB)));
        assert!(is_wide_profile(&profile(P3)));
        for end in 0..profile(P3).len() {
            let _ = is_wide_profile(&profile(P3)[..end]);
        }
        let mut far = profile(P3);
        far[136..140].copy_from_slice(&[0xff; 4]);
        let _ = is_wide_profile(&far);
    }

    #[test]
    fn a_jpeg_carries_its_profile() {
        let plain = vec![0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9];
        let mut picture = DynImage::from_bytes(Bytes::from(plain)).unwrap().unwrap();
        assert!(!is_wide(&picture));
        picture.set_icc_profile(Some(profile(P3).into()));
        assert!(is_wide(&picture));
        picture.set_icc_profile(Some(profile(SRGB).into()));
        assert!(!is_wide(&picture));
    }

    #[test]
    fn containers_tell_depth_and_colours() {
        let file = |parts: &[&[u8]]| [b"\0\0\0\x14ftypavif\0\0\0\0mif1".as_slice(), &parts.concat()].concat();
        assert!(is_deep(&file(&[b"av1C\x81\x04\x4c\0"])) && !is_deep(&file(&[b"av1C\x81\x04\x0c\0"])));
        assert!(is_deep(&file(&[b"hvcC", &[0; 17], b"\xfa"])) && !is_deep(&file(&[b"hvcC", &[0; 17], b"\xf8"])));
        assert!(
            is_wide_container(&file(&[b"colrnclx\0\x0c\0\x0d"])) && !is_wide_container(&file(&[b"colrnclx\0\x01"]))
        );
        assert!(is_wide_container(&file(&[b"colrprof", &profile(P3)])));
        assert!(!is_wide_container(&file(&[b"colrprof", &profile(SRGB)])));
        assert!(!is_deep(b"av1C\x81\x04\x4c\0") && !is_wide_container(b"colrnclx\0\x0c"));
        assert!(is_deep(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x10\x02") && !is_deep(b"\x89PNG"));
    }
}
