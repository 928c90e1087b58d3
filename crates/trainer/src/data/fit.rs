//! What is made of a picture before a network sees it.

use std::path::Path;

use anyhow::{Result, bail};
use forger_core::data::domains::LONGEST;
use forger_protocol::detect::Grid;
use image::{DynamicImage, Rgb, RgbImage, imageops::FilterType};

use super::{
    args::{Background, Crop, DataArgs},
    avatars,
    decode::decode,
};

/// What is made of every picture.
#[derive(Clone, Copy)]
pub struct Fit {
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
    pub crop: Option<Crop>,
    pub background: Background,
    /// Pixels between the begins of the parts that it is cut into, in place of being made as small as one.
    pub patches: Option<usize>,
}

impl Fit {
    /// What is asked for, with no size yet.
    pub fn of(args: &DataArgs, channels: usize) -> Self {
        let DataArgs { crop, background, patches, .. } = *args;
        Self { shape: [channels, 0, 0], crop, background: background.unwrap_or_default(), patches }
    }
}

/// Cut out, made square (the middle of the longer side stays), resized, and split into planes; or cut into parts as it is.
pub fn planes(bytes: &[u8], name: &Path, fit: &Fit) -> Result<Vec<u8>> {
    let [channels, height, width] = fit.shape;
    let picture = opaque(bytes, name, fit)?;
    let Some(stride) = fit.patches else {
        let picture =
            middle(picture, [height, width]).resize_to_fill(width as u32, height as u32, FilterType::Lanczos3);
        return Ok(split(picture, channels));
    };
    let size = [picture.height(), picture.width()].map(|length| length as usize);
    let Some(grid) = Grid::new(size, height, stride) else {
        bail!("{} has {}x{} pixels, and a patch has {height}x{height}", name.display(), size[1], size[0]);
    };
    let planes = split(picture, channels);
    Ok((0..grid.count()).flat_map(|index| grid.cut(&planes, index)).collect())
}

/// All of a picture, or of one that is far longer than wide the middle: made so large that it fills the shape, it could take any
/// memory, and no more is seen of it.
fn middle(picture: DynamicImage, [height, width]: [usize; 2]) -> DynamicImage {
    let (columns, rows) = (picture.width(), picture.height());
    let scale = (width as f64 / f64::from(columns)).max(height as f64 / f64::from(rows));
    let [right, down] = [columns, rows].map(|length| length.min((LONGEST as f64 / scale) as u32).max(1));
    if [right, down] == [columns, rows] {
        return picture;
    }
    picture.crop_imm((columns - right) / 2, (rows - down) / 2, right, down)
}

/// What is asked for of a picture, on its background.
pub fn opaque(bytes: &[u8], name: &Path, fit: &Fit) -> Result<DynamicImage> {
    let picture = decode(bytes, name)?.image;
    let cut = match fit.crop {
        Some(Crop([left, top, right, bottom])) => {
            let (columns, rows) = (picture.width(), picture.height());
            if right > columns || bottom > rows {
                bail!("{} has {columns}x{rows} pixels, and --crop reaches to {right},{bottom}", name.display());
            }
            picture.crop_imm(left, top, right - left, bottom - top)
        }
        None => picture,
    };
    // First of all: clear pixels have colours, too, which resizing would mix in.
    Ok(if cut.color().has_alpha() { laid_on(fit.background, &cut) } else { cut })
}

/// `[channels, height, width]`, grey or in colour. Not by `image`, whose greys are others by a shade now and then: the tab has to see
/// the same.
pub fn split(picture: DynamicImage, channels: usize) -> Vec<u8> {
    avatars::planes(&picture.into_rgb8(), channels)
}

pub fn laid_on(Background(behind): Background, picture: &DynamicImage) -> DynamicImage {
    let clear = picture.to_rgba8();
    let mix = |value: u8, behind: u8, alpha: u32| {
        ((u32::from(value) * alpha + u32::from(behind) * (255 - alpha) + 127) / 255) as u8
    };
    let pixel = |x, y| {
        let [red, green, blue, alpha] = clear.get_pixel(x, y).0;
        let mix = |value, channel: usize| mix(value, behind[channel], alpha.into());
        Rgb([mix(red, 0), mix(green, 1), mix(blue, 2)])
    };
    RgbImage::from_fn(clear.width(), clear.height(), pixel).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_core::{
        Images as _,
        data::{photos::Photo, squares::Squares},
    };

    #[test]
    fn a_grey_picture_is_the_same_natively_and_in_the_tab() {
        let picture = RgbImage::from_fn(64, 64, |x, y| Rgb([4 * x as u8, 4 * y as u8, (x * y % 251) as u8]));
        let pixels = split(picture.clone().into(), 3);
        let (native, mut tab) = (split(picture.clone().into(), 1), vec![0.0; 64 * 64]);
        Squares::new(&[Photo { height: 64, width: 64, pixels }], 1, 64).write(0, &mut tab);
        assert!(native.iter().zip(&tab).all(|(native, tab)| f32::from(*native) / 127.5 - 1.0 == *tab));
        // It is the grey of `image`, whose weights have more digits.
        let other = DynamicImage::from(picture).into_luma8().into_raw();
        assert!(native.iter().zip(&other).all(|(ours, other)| ours.abs_diff(*other) <= 1));
        // What has no colours stays as it is, of 16 bits, too.
        let grey = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(16 * y + x) as u8]));
        let deep = DynamicImage::from(grey.clone()).into_luma16();
        assert!([grey.clone().into(), deep.into()].map(|picture| split(picture, 1)) == [(); 2].map(|()| grey.to_vec()));
    }

    #[test]
    fn of_a_picture_that_is_far_longer_than_wide_the_middle_is_seen() {
        // Dark at the ends, and light in the middle.
        let shade = |at: u32| Rgb([if (1000..2000).contains(&at) { 200 } else { 0 }; 3]);
        for picture in [RgbImage::from_fn(3000, 1, |x, _| shade(x)), RgbImage::from_fn(1, 3000, |_, y| shade(y))] {
            let mut bytes = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            let fit = Fit { shape: [3, 64, 64], crop: None, background: Background::default(), patches: None };
            let seen = planes(&bytes.into_inner(), Path::new("a.png"), &fit).unwrap();
            assert_eq!(seen, vec![200; 3 * 64 * 64]);
        }
        let sizes = |size: [u32; 2]| {
            let cut = middle(RgbImage::new(size[0], size[1]).into(), [64, 64]);
            [cut.width(), cut.height()]
        };
        assert_eq!((sizes([3000, 1]), sizes([2, 9000])), ([511, 1], [2, 1023]));
        assert_eq!((sizes([3000, 10]), sizes([64, 64])), ([3000, 10], [64, 64]));
    }

    #[test]
    fn clear_pixels_show_what_is_behind_them_and_not_their_own_colour() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbaImage::from_pixel(8, 8, image::Rgba([200, 0, 0, 0]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let bytes = bytes.into_inner();
        let (white, green) = (Background::default(), "00ff00".parse().unwrap());
        for (background, channels, expected) in [(white, 3, [255; 3]), (green, 3, [0, 255, 0]), (white, 1, [255; 3])] {
            let fit = Fit { shape: [channels, 8, 8], crop: None, background, patches: None };
            let values = planes(&bytes, Path::new("a.png"), &fit).unwrap();
            assert!(values.chunks_exact(64).zip(expected).all(|(plane, value)| plane == [value; 64]), "{values:?}");
        }
        let half = laid_on(white, &image::RgbaImage::from_pixel(1, 1, image::Rgba([0, 100, 255, 51])).into());
        assert_eq!(half.into_rgb8().into_raw(), [204, 224, 255]);
    }
}
