//! Bicubic interpolation with antialiasing, as the literature of super-resolution takes it for granted: MATLAB's `imresize`.
//!
//! The kernel is Keys's (1981, doi 10.1109/TASSP.1981.1163711) with a = -0.5, widened by the factor where a picture becomes
//! smaller; beyond its edges a picture is mirrored.

/// For each output of a line: the places that it is made of, and their weights, which sum to 1.
type Taps = Vec<Vec<(usize, f64)>>;

/// Keys's kernel.
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x <= 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn taps(from: usize, to: usize) -> Taps {
    let scale = to as f64 / from.max(1) as f64;
    // Smaller than 1 only where a picture becomes smaller: antialiasing.
    let squeeze = scale.min(1.0);
    let reach = 2.0 / squeeze;
    let tap = |output: usize| {
        let centre = (output as f64 + 0.5) / scale - 0.5;
        let places = (centre - reach).floor() as i64..=(centre + reach).ceil() as i64;
        let weights = places.map(|place| (mirrored(place, from), cubic(squeeze * (centre - place as f64))));
        let weights = weights.filter(|(_, weight)| *weight != 0.0).collect::<Vec<_>>();
        let sum = weights.iter().map(|(_, weight)| weight).sum::<f64>();
        weights.into_iter().map(|(place, weight)| (place, weight / sum)).collect()
    };
    (0..to).map(tap).collect()
}

/// The place of a line of this length that stands for a place beyond its ends; the end itself is repeated.
pub fn mirrored(place: i64, length: usize) -> usize {
    let length = length.max(1) as i64;
    let place = place.rem_euclid(2 * length);
    (if place < length { place } else { 2 * length - 1 - place }) as usize
}

/// The matrix of one direction, `[to, from]`.
pub fn matrix(from: usize, to: usize) -> Vec<f32> {
    let mut matrix = vec![0.0; to * from];
    for (row, taps) in matrix.chunks_exact_mut(from.max(1)).zip(taps(from, to)) {
        for (place, weight) in taps {
            row[place] += weight as f32;
        }
    }
    matrix
}

/// Pictures `[channels, height, width]` to `[channels, rows, columns]`; `settle` is applied after each direction.
fn both(
    values: &[f64],
    [channels, height, width]: [usize; 3],
    [rows, columns]: [usize; 2],
    settle: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let (down, across) = (taps(height, rows), taps(width, columns));
    let mut out = Vec::with_capacity(channels * rows * columns);
    let mut line = vec![0.0; width];
    for plane in values.chunks_exact((height * width).max(1)) {
        for taps in &down {
            line.fill(0.0);
            for (place, weight) in taps {
                let row = &plane[place * width..(place + 1) * width];
                line.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
            line.iter_mut().for_each(|value| *value = settle(*value));
            let pixel =
                |taps: &Vec<(usize, f64)>| settle(taps.iter().map(|(place, weight)| weight * line[*place]).sum());
            out.extend(across.iter().map(pixel));
        }
    }
    out
}

/// Pictures `[channels, height, width]` of any range to `[channels, rows, columns]`.
pub fn resize(values: &[f32], shape: [usize; 3], size: [usize; 2]) -> Vec<f32> {
    let values = values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
    both(&values, shape, size, |value| value).into_iter().map(|value| value as f32).collect()
}

/// The same for bytes. MATLAB rounds to bytes after each direction, the vertical one first.
pub fn resize_bytes(values: &[u8], shape: [usize; 3], size: [usize; 2]) -> Vec<u8> {
    let values = values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
    let settle = |value: f64| value.round().clamp(0.0, 255.0);
    both(&values, shape, size, settle).into_iter().map(|value| value as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_stays_flat_and_a_slope_stays_a_slope() {
        assert!(resize(&[0.3; 7 * 5], [1, 7, 5], [28, 20]).iter().all(|value| (value - 0.3).abs() < 1e-6));
        let ramp = (0..16).map(|x| x as f32).collect::<Vec<_>>();
        let large = resize(&ramp, [1, 1, 16], [1, 64]);
        // Away from the ends a cubic kernel reproduces straight lines.
        for (x, value) in large.iter().enumerate().take(52).skip(12) {
            assert!((value - ((x as f32 + 0.5) / 4.0 - 0.5)).abs() < 1e-5, "{x}: {value}");
        }
    }

    /// From MATLAB's definition by hand: twice as large, the weights are those of Keys's kernel at 0.25, 0.75, 1.25, 1.75.
    #[test]
    fn weights_are_keys() {
        let line = resize(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], [1, 1, 7], [1, 14]);
        let expected = [-0.023_437_5, -0.070_312_5, 0.226_562_5, 0.867_187_5];
        for (found, expected) in line[3..7].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{line:?}");
        }
    }

    #[test]
    fn the_matrix_says_the_same() {
        let values = (0..30).map(|x| ((x * 7919) % 31) as f32 / 15.0 - 1.0).collect::<Vec<_>>();
        for to in [7, 30, 60] {
            let matrix = matrix(30, to);
            let product = matrix.chunks_exact(30).map(|row| row.iter().zip(&values).map(|(w, v)| w * v).sum::<f32>());
            let found = resize(&values, [1, 1, 30], [1, to]);
            assert!(product.zip(found).all(|(a, b)| (a - b).abs() < 1e-5), "{to}");
        }
    }
}
