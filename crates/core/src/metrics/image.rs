//! How like two pictures are: PSNR, and SSIM by Wang et al. 2004 (doi 10.1109/TIP.2003.819861), on luminance.
//!
//! As the literature of super-resolution has it: the Y of BT.601 in `[16, 235]`, a border cut off, a peak of 255.

/// Side of SSIM's window: smaller pictures have no SSIM.
pub const WINDOW: usize = 11;
/// Its standard deviation.
const DEVIATION: f64 = 1.5;
const PEAK: f64 = 255.0;

/// The Y of BT.601, `[height * width]` in `[16, 235]`, of RGB planes `[3, height, width]`; rounded, as MATLAB's `rgb2ycbcr` does.
pub fn luma(pixels: &[u8]) -> Vec<f32> {
    luma_of(pixels, |[red, green, blue]| 16.0 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255.0)
}

/// The same without the studio range, `[0, 255]`: a grey picture stays as it is.
pub fn grey(pixels: &[u8]) -> Vec<f32> {
    luma_of(pixels, |[red, green, blue]| 0.299 * red + 0.587 * green + 0.114 * blue)
}

fn luma_of(pixels: &[u8], y: impl Fn([f64; 3]) -> f64) -> Vec<f32> {
    let area = pixels.len() / 3;
    let (red, rest) = pixels.split_at(area);
    let (green, blue) = rest.split_at(area);
    let colours = red.iter().zip(green).zip(blue);
    colours.map(|((red, green), blue)| y([*red, *green, *blue].map(f64::from)).round() as f32).collect()
}

/// A plane `[height, width]` without its border, and its new size.
pub fn inside(values: &[f32], [height, width]: [usize; 2], border: usize) -> (Vec<f32>, [usize; 2]) {
    let (rows, columns) = (height.saturating_sub(2 * border), width.saturating_sub(2 * border));
    let lines = values.chunks_exact(width.max(1)).skip(border).take(rows);
    // A plane may be narrower than its border, and has nothing inside then.
    let from = border.min(width);
    (lines.flat_map(|line| line[from..from + columns].to_vec()).collect(), [rows, columns])
}

/// The peak signal-to-noise ratio in dB of values whose peak is 255; infinite for equal ones.
pub fn psnr(a: &[f32], b: &[f32]) -> f64 {
    let square = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / a.len().max(1) as f64;
    10.0 * libm::log10(PEAK * PEAK / square)
}

/// Structural similarity of two planes `[height, width]` whose peak is 255, the mean over all places where the Gaussian window
/// of 11 x 11 fits; 1 for equal ones. Not a number for planes that are smaller than the window.
pub fn ssim(a: &[f32], b: &[f32], [height, width]: [usize; 2]) -> f64 {
    let (c1, c2) = ((0.01 * PEAK).powi(2), (0.03 * PEAK).powi(2));
    let of = |value: fn(f64, f64) -> f64| {
        let plane = a.iter().zip(b).map(|(a, b)| value(f64::from(*a), f64::from(*b))).collect::<Vec<_>>();
        filtered(&plane, [height, width])
    };
    let (mean_a, mean_b) = (of(|a, _| a), of(|_, b| b));
    let (square_a, square_b, product) = (of(|a, _| a * a), of(|_, b| b * b), of(|a, b| a * b));
    let mut sum = 0.0;
    for (index, (a, b)) in mean_a.iter().zip(&mean_b).enumerate() {
        let (variance_a, variance_b) = (square_a[index] - a * a, square_b[index] - b * b);
        let covariance = product[index] - a * b;
        sum += (2.0 * a * b + c1) * (2.0 * covariance + c2) / ((a * a + b * b + c1) * (variance_a + variance_b + c2));
    }
    sum / mean_a.len() as f64
}

/// The mean size of the gradient of a plane `[height, width]`, by differences to the right and below: what blur takes away, and
/// noise adds. Not a number for planes with a side below two.
pub fn sharpness(values: &[f32], [height, width]: [usize; 2]) -> f64 {
    let lines = || values.chunks_exact(width.max(1)).take(height);
    let mut sum = 0.0;
    for (line, below) in lines().zip(lines().skip(1)) {
        for (pair, below) in line.windows(2).zip(below) {
            sum += f64::from(pair[1] - pair[0]).hypot(f64::from(below - pair[0]));
        }
    }
    sum / (height.saturating_sub(1) * width.saturating_sub(1)) as f64
}

/// Under SSIM's window at all places where it fits.
fn filtered(plane: &[f64], [height, width]: [usize; 2]) -> Vec<f64> {
    let weight = |place: usize| {
        let distance = place as f64 - (WINDOW / 2) as f64;
        libm::exp(-distance * distance / (2.0 * DEVIATION * DEVIATION))
    };
    let sum = (0..WINDOW).map(weight).sum::<f64>();
    let window = (0..WINDOW).map(|place| weight(place) / sum).collect::<Vec<_>>();
    let (rows, columns) = ((height + 1).saturating_sub(WINDOW), (width + 1).saturating_sub(WINDOW));
    let mut out = Vec::with_capacity(rows * columns);
    let mut line = vec![0.0; width];
    for row in 0..rows {
        line.fill(0.0);
        for (weight, values) in window.iter().zip(plane[row * width..].chunks_exact(width.max(1))) {
            line.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        }
        out.extend(line.windows(WINDOW).map(|part| part.iter().zip(&window).map(|(v, w)| v * w).sum::<f64>()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luminance_of_black_white_and_the_primaries() {
        let pixels = [0, 255, 255, 0, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0, 255];
        assert_eq!(luma(&pixels), [16.0, 235.0, 81.0, 145.0, 41.0]);
    }

    #[test]
    fn one_step_everywhere_is_48_decibels() {
        let (a, b) = (vec![100.0; 300], vec![101.0; 300]);
        assert!((psnr(&a, &b) - 48.130_8).abs() < 1e-4);
        assert!(psnr(&a, &a).is_infinite());
    }

    #[test]
    fn a_border_is_cut() {
        let values = (0..20).map(|value| value as f32).collect::<Vec<_>>();
        assert_eq!(inside(&values, [4, 5], 1), (vec![6.0, 7.0, 8.0, 11.0, 12.0, 13.0], [2, 3]));
        assert_eq!(inside(&values, [10, 2], 3), (vec![], [4, 0]));
    }

    #[test]
    fn likeness_is_1_for_equal_and_small_for_unlike_planes() {
        let a = (0..400).map(|i| ((i * 37) % 255) as f32).collect::<Vec<_>>();
        let flipped = a.iter().map(|value| 255.0 - value).collect::<Vec<_>>();
        assert!((ssim(&a, &a, [20, 20]) - 1.0).abs() < 1e-12);
        assert!(ssim(&a, &flipped, [20, 20]) < 0.0);
        // What is too small has none.
        assert!([[32, 0], [0, 32], [10, 40]].into_iter().all(|[height, width]| {
            let plane = &a[..height * width];
            ssim(plane, plane, [height, width]).is_nan()
        }));
    }
}
