//! What JPEG does to a picture (ITU-T T.81, with JFIF's colours): blocks of 8 x 8 in steps of a table. Colour is not subsampled.

/// Annex K of the standard.
#[rustfmt::skip]
const LUMINANCE: [u16; 64] = [
    16, 11, 10, 16,  24,  40,  51,  61,
    12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,
    14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,
    24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103,  99,
];
#[rustfmt::skip]
const CHROMINANCE: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];
const SIDE: usize = 8;

/// The steps for a quality of 1 to 100, as libjpeg scales the tables.
fn steps(table: &[u16; 64], quality: usize) -> [f32; 64] {
    let quality = quality.clamp(1, 100);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|step| ((usize::from(step) * percent + 50) / 100).clamp(1, 255) as f32)
}

/// The cosines of the transform, `[frequency, place]`, orthonormal.
fn cosines() -> [[f32; SIDE]; SIDE] {
    std::array::from_fn(|frequency| {
        std::array::from_fn(|place| {
            let angle = std::f32::consts::PI * (2 * place + 1) as f32 * frequency as f32 / (2 * SIDE) as f32;
            libm::cosf(angle) * if frequency == 0 { libm::sqrtf(0.125) } else { 0.5 }
        })
    })
}

/// `rows * block * rows^T`, or with the transposed matrix.
fn transform(block: &[f32; 64], matrix: &[[f32; SIDE]; SIDE], back: bool) -> [f32; 64] {
    let at = |i: usize, k: usize| if back { matrix[k][i] } else { matrix[i][k] };
    let mut half = [0.0; 64];
    for i in 0..SIDE {
        for j in 0..SIDE {
            half[i * SIDE + j] = (0..SIDE).map(|k| at(i, k) * block[k * SIDE + j]).sum();
        }
    }
    std::array::from_fn(|index| (0..SIDE).map(|k| half[index / SIDE * SIDE + k] * at(index % SIDE, k)).sum())
}

/// A picture `[3, height, width]` with values in `[0, 255]` as it comes back from a file of this quality, 1 to 100. A block that
/// reaches beyond the edges is filled up with the last row and column.
pub fn compress(picture: &mut [f32], [height, width]: [usize; 2], quality: usize) {
    let area = height * width;
    for place in 0..area {
        let [red, green, blue] = [0, 1, 2].map(|channel| picture[channel * area + place]);
        // Whole numbers between the steps, as a file and a decoder have them.
        picture[place] = (0.299 * red + 0.587 * green + 0.114 * blue).round() - 128.0;
        picture[area + place] = (-0.168_736 * red - 0.331_264 * green + 0.5 * blue).round();
        picture[2 * area + place] = (0.5 * red - 0.418_688 * green - 0.081_312 * blue).round();
    }
    let matrix = cosines();
    for (plane, table) in picture.chunks_exact_mut(area.max(1)).zip([LUMINANCE, CHROMINANCE, CHROMINANCE]) {
        let steps = steps(&table, quality);
        for top in (0..height).step_by(SIDE) {
            for left in (0..width).step_by(SIDE) {
                let place = |index: usize| (top + index / SIDE, left + index % SIDE);
                let block = std::array::from_fn(|index| {
                    let (row, column) = place(index);
                    plane[row.min(height - 1) * width + column.min(width - 1)]
                });
                let mut block = transform(&block, &matrix, false);
                block.iter_mut().zip(steps).for_each(|(value, step)| *value = (*value / step).round() * step);
                for (index, value) in transform(&block, &matrix, true).into_iter().enumerate() {
                    let (row, column) = place(index);
                    if row < height && column < width {
                        plane[row * width + column] = value.round().clamp(-128.0, 127.0);
                    }
                }
            }
        }
    }
    for place in 0..area {
        let [y, cb, cr] = [0, 1, 2].map(|channel| picture[channel * area + place]);
        let y = y + 128.0;
        for (channel, value) in
            [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].into_iter().enumerate()
        {
            picture[channel * area + place] = value.round().clamp(0.0, 255.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(quality: usize) -> f32 {
        let size = [19, 26];
        let value =
            |index: usize| 127.5 + 120.0 * (0.4 * (index % 26) as f32).sin() * (0.3 * (index / 26) as f32).cos();
        let before = (0..3 * 19 * 26).map(value).collect::<Vec<_>>();
        let mut after = before.clone();
        compress(&mut after, size, quality);
        before.iter().zip(&after).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / before.len() as f32
    }

    #[test]
    fn the_best_quality_is_near_and_each_lower_one_is_farther() {
        let errors = [100, 90, 50, 10].map(error);
        assert!(errors[0] < 2.0 && errors[3] > 50.0 && errors.is_sorted(), "{errors:?}");
    }

    /// One block of a slope at quality 50: the steps are those of the table itself.
    #[test]
    fn coefficients_are_multiples_of_the_table() {
        let mut picture =
            (0..192).map(|index| 60.0 + 3.0 * (index % 8) as f32 + (index / 8 % 8) as f32).collect::<Vec<_>>();
        compress(&mut picture, [8, 8], 50);
        let block = std::array::from_fn(|index| picture[index] - 128.0);
        let found = transform(&block, &cosines(), false);
        for (value, step) in found.iter().zip(LUMINANCE) {
            let times = value / f32::from(step);
            // Pixels are rounded, which spreads by at most half a step of each.
            assert!((times - times.round()).abs() * f32::from(step) < 1.5, "{value} {step}");
        }
    }
}
