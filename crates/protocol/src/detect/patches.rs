//! Pictures that are larger than those of a model, judged in parts of its size, as they are and not made smaller: what is strange
//! may be a few pixels wide.

use serde::{Deserialize, Serialize};

use crate::OutOfRange;

/// How the parts of a picture lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patches {
    /// Pixels from the begin of one to that of the next, across and down.
    pub stride: usize,
}

impl Patches {
    /// The longest side of a picture that is judged, in pixels.
    pub const LONGEST: usize = 1024;

    /// Whether parts of this side leave no pixel out, and no more than sixteen lie on one: what is found for all of them is kept until
    /// a picture is judged, and a card is a file that anybody can write.
    pub fn check(self, side: usize) -> Result<(), OutOfRange> {
        let least = side.div_ceil(4).max(1);
        if (least..=side).contains(&self.stride) {
            return Ok(());
        }
        let [value, min, max] = [self.stride, least, side].map(|length| length as f64);
        Err(OutOfRange { field: "patches".into(), value, min, max })
    }

    /// Whether a picture `[height, width]` can be judged in parts of this side.
    pub fn fits(self, [height, width]: [usize; 2], side: usize) -> bool {
        [height, width].iter().all(|length| (side..=Self::LONGEST).contains(length))
    }
}

/// Where the parts of a picture lie, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    rows: Vec<usize>,
    columns: Vec<usize>,
    size: [usize; 2],
    side: usize,
}

impl Grid {
    /// Of a picture `[height, width]`, in parts of `side` that begin `stride` pixels apart; the last of a row and of a column end with
    /// the picture. Nothing where the picture is smaller than a part, or parts would leave something out.
    pub fn new(size: [usize; 2], side: usize, stride: usize) -> Option<Self> {
        if stride == 0 || stride > side || size.iter().any(|length| *length < side) {
            return None;
        }
        let [rows, columns] = size.map(|length| {
            let last = length - side;
            let mut begins = (0..=last).step_by(stride).collect::<Vec<_>>();
            if begins.last() != Some(&last) {
                begins.push(last);
            }
            begins
        });
        Some(Self { rows, columns, size, side })
    }

    /// Of one part, which is the whole picture.
    pub fn whole(side: usize) -> Self {
        Self { rows: vec![0], columns: vec![0], size: [side; 2], side }
    }

    /// How many parts there are.
    pub fn count(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// Height and width of the picture.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Where a part begins: row and column.
    fn begin(&self, index: usize) -> [usize; 2] {
        let columns = self.columns.len();
        [self.rows[index / columns], self.columns[index % columns]]
    }

    /// A part of planes `[channels, height, width]`: `[channels, side, side]`.
    pub fn cut<T: Copy>(&self, planes: &[T], index: usize) -> Vec<T> {
        let ([height, width], [top, left]) = (self.size, self.begin(index));
        let rows =
            planes.chunks_exact(height * width).flat_map(|plane| plane.chunks_exact(width).skip(top).take(self.side));
        rows.flat_map(|row| &row[left..left + self.side]).copied().collect()
    }

    /// Planes of the whole, `[channels, height, width]`, each value the mean of those of the parts that lie there. `parts` are
    /// `[channels, side, side]` each, in the order of the grid.
    pub fn joined<'a>(&self, parts: impl IntoIterator<Item = &'a [f32]>) -> Vec<f32> {
        let ([height, width], side) = (self.size, self.side);
        let (mut sums, mut counts) = (Vec::new(), vec![0.0; height * width]);
        for (index, part) in parts.into_iter().enumerate().take(self.count()) {
            let [top, left] = self.begin(index);
            sums.resize(part.len() / (side * side) * height * width, 0.0);
            for (row, values) in part.chunks_exact(side).enumerate() {
                let (plane, y) = (row / side, top + row % side);
                let at = (plane * height + y) * width + left;
                sums[at..at + side].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                if plane == 0 {
                    let at = y * width + left;
                    counts[at..at + side].iter_mut().for_each(|count| *count += 1.0);
                }
            }
        }
        for plane in sums.chunks_exact_mut(height * width) {
            plane.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= f32::max(*count, 1.0));
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_and_end_with_the_picture() {
        for (size, side, stride) in [([32, 32], 32, 16), ([40, 71], 32, 16), ([33, 200], 32, 32), ([9, 7], 4, 3)] {
            let grid = Grid::new(size, side, stride).unwrap();
            let [height, width] = size;
            let planes = (0..2 * height * width).map(|value| value as f32).collect::<Vec<_>>();
            let parts = (0..grid.count()).map(|index| grid.cut(&planes, index)).collect::<Vec<_>>();
            assert!(parts.iter().all(|part| part.len() == 2 * side * side));
            // What was cut is put together as it was: nothing is left out, and nothing lies elsewhere.
            let joined = grid.joined(parts.iter().map(Vec::as_slice));
            assert_eq!(joined.len(), planes.len());
            assert!(joined.iter().zip(&planes).all(|(a, b)| (a - b).abs() < 1e-2), "{size:?}");
        }
        assert_eq!(Grid::new([32, 32], 32, 16), Some(Grid::whole(32)));
    }

    #[test]
    fn a_pixel_is_the_mean_of_the_parts_on_it() {
        let grid = Grid::new([2, 3], 2, 1).unwrap();
        let joined = grid.joined([[1.0; 4].as_slice(), &[3.0; 4]]);
        assert_eq!(joined, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_leaves_something_out_or_is_too_small_is_refused() {
        assert_eq!(Grid::new([40, 31], 32, 16), None);
        assert_eq!(Grid::new([40, 40], 32, 0), None);
        assert_eq!(Grid::new([40, 40], 32, 33), None);
        for (stride, is_right) in [(0, false), (7, false), (8, true), (32, true), (33, false)] {
            assert_eq!(Patches { stride }.check(32).is_ok(), is_right, "{stride}");
        }
        let patches = Patches { stride: 16 };
        assert!(patches.check(32).is_ok() && patches.fits([32, 1024], 32));
        assert!(!patches.fits([31, 100], 32) && !patches.fits([32, 1025], 32));
    }
}
