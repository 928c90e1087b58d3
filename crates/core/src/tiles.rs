//! A picture of any size in tiles, so that it fits the memory of a device.
//!
//! Tiles overlap by as much as the network sees around a pixel, and what lies in the overlap is thrown away. So the seams are
//! exact: a tile knows all that the whole would tell the network.

use burn::tensor::{Device, Tensor, TensorData};

/// Side of a tile without its overlap, in pixels of the small picture.
pub const SIDE: usize = 96;

/// A part of a picture, and the larger part that the network is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Top, left, height and width.
    part: [usize; 4],
    shown: [usize; 4],
}

/// The tiles of a picture of `[height, width]`, row by row, each of at most `side` pixels and `overlap` more on each side.
pub fn tiles([height, width]: [usize; 2], side: usize, overlap: usize) -> Vec<Tile> {
    let side = side.max(1);
    let span = |start: usize, length: usize| {
        let (size, from) = (side.min(length - start), start.saturating_sub(overlap));
        (size, from, (start + size + overlap).min(length) - from)
    };
    let mut tiles = Vec::new();
    for top in (0..height).step_by(side) {
        for left in (0..width).step_by(side) {
            let ((rows, from_row, shown_rows), (columns, from_column, shown_columns)) =
                (span(top, height), span(left, width));
            let (part, shown) = ([top, left, rows, columns], [from_row, from_column, shown_rows, shown_columns]);
            tiles.push(Tile { part, shown });
        }
    }
    tiles
}

impl Tile {
    /// What the network is shown of a picture `[3, height, width]`: `[1, 3, rows, columns]`.
    pub fn cut(&self, picture: &[f32], [height, width]: [usize; 2], device: &Device) -> Tensor<4> {
        let [top, left, rows, columns] = self.shown;
        let planes = picture.chunks_exact((height * width).max(1));
        let lines = planes.flat_map(|plane| plane.chunks_exact(width).skip(top).take(rows));
        let values = lines.flat_map(|line| line[left..left + columns].iter().copied()).collect::<Vec<_>>();
        Tensor::from_data(TensorData::new(values, [1, 3, rows, columns]), device)
    }

    /// Puts what the network made of [`Tile::cut`], `[3, rows * scale, columns * scale]`, into the large picture, `[3, height *
    /// scale, width * scale]`.
    pub fn paste(&self, made: &[f32], scale: usize, picture: &mut [f32], [height, width]: [usize; 2]) {
        let [top, left, rows, columns] = self.part.map(|value| value * scale);
        let [shown_top, shown_left, shown_rows, shown_columns] = self.shown.map(|value| value * scale);
        let (area, width) = (height * width * scale * scale, width * scale);
        for (from, to) in made.chunks_exact(shown_rows * shown_columns).zip(picture.chunks_exact_mut(area.max(1))) {
            for row in 0..rows {
                let from = &from[(top - shown_top + row) * shown_columns + left - shown_left..][..columns];
                to[(top + row) * width + left..][..columns].copy_from_slice(from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_a_picture_once() {
        let size = [13, 22];
        let picture = (0..3 * 13 * 22).map(|value| value as f32).collect::<Vec<_>>();
        let mut again = vec![-1.0; picture.len()];
        let tiles = tiles(size, 5, 2);
        assert_eq!(tiles.len(), 3 * 5);
        for tile in tiles {
            let made = tile.cut(&picture, size, &Device::flex()).into_data().try_into_vec::<f32>().unwrap();
            tile.paste(&made, 1, &mut again, size);
        }
        assert_eq!(picture, again);
    }
}
