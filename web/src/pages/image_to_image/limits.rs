//! How large a picture may become.

use crate::i18n::*;

/// What browsers allow a canvas, in pixels; of the common ones the least.
const MOST_PIXELS: f64 = 16_384.0 * 16_384.0;
const LONGEST_SIDE: f64 = 32_767.0;
/// Bytes of a pixel in the browser, of the large picture and of its copy when it is saved.
const BYTES: f64 = 8.0;
/// What the engine needs besides, in bytes: a tile and its feature maps.
const ENGINE: f64 = 200e6;

/// Megabytes that it takes to make a picture so many times larger.
pub fn megabytes([width, height]: [u32; 2], scale: usize) -> f64 {
    let area = f64::from(width) * f64::from(height);
    ((area * (scale * scale) as f64 * BYTES) + area * BYTES + ENGINE) / 1e6
}

/// The largest size of the same form that can be made so many times larger, if this one is too large.
pub fn refused([width, height]: [u32; 2], scale: usize) -> Option<[u32; 2]> {
    let (w, h, scale) = (f64::from(width), f64::from(height), scale as f64);
    let by_area = (MOST_PIXELS / (w * h * scale * scale)).sqrt();
    let by_side = LONGEST_SIDE / (w.max(h) * scale);
    let share = by_area.min(by_side);
    let smaller = |side: f64| (side * share).floor().max(1.0) as u32;
    (share < 1.0).then(|| [smaller(w), smaller(h)])
}

/// What is said of a photo that is too large.
pub fn refusal(locale: Locale, size: [u32; 2], scale: usize) -> Option<String> {
    let [w, h] = refused(size, scale)?;
    let [width, height] = size.map(|side| side as usize * scale);
    Some(td_string!(locale, up_refused, width = width, height = height, w = w, h = h).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_megapixels_can_be_made_four_times_larger() {
        assert_eq!(refused([4000, 3000], 4), None);
        assert!((1500.0..2000.0).contains(&megabytes([4000, 3000], 4)));
    }

    #[test]
    fn what_fits_is_of_the_same_form_and_fits() {
        for size in [[8000, 6000], [60_000, 10], [10_000, 9]] {
            let fits = refused(size, 4).unwrap();
            assert_eq!(refused(fits, 4), None, "{size:?}");
            assert!(fits[0] < size[0] && fits[1] <= size[1]);
        }
        assert_eq!(refused([8000, 6000], 4), Some([4729, 3547]));
    }
}
