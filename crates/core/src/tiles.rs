//! A picture of any size in tiles, so that it fits the memory of a device.
//!
//! Tiles overlap by as much as the network sees around a pixel, and what lies in the overlap is thrown away. So the seams are
//! exact: a tile knows all that the whole would tell the network.

use burn::tensor::{Device, Tensor, TensorData};

/// A part of a picture, and the larger part that the network is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Top, left, height and width.
    part: [usize; 4],
    shown: [usize; 4],
}

/// The tiles of a picture of `[height, width]`, row by row, each of at most `side` pixels and at least `overlap` more on each
/// side that is not an edge. All are shown as many pixels, so that a GPU compiles for one shape.
pub fn tiles([height, width]: [usize; 2], side: usize, overlap: usize) -> Vec<Tile> {
    let side = side.max(1);
    let span = |start: usize, length: usize| {
        let shown = (side + 2 * overlap).min(length);
        (side.min(length - start), start.saturating_sub(overlap).min(length - shown), shown)
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
    /// Top, left, height and width in the large picture.
    pub fn place(&self, scale: usize) -> [usize; 4] {
        self.part.map(|value| value * scale)
    }

    /// Height and width of what the network is shown.
    pub fn shown(&self) -> [usize; 2] {
        [self.shown[2], self.shown[3]]
    }

    /// What is shown of a picture `[height, width, channels]`, one channel of it: `[rows, columns]`.
    pub fn channel(&self, pixels: &[u8], width: usize, [channel, channels]: [usize; 2]) -> Vec<u8> {
        let [top, left, rows, columns] = self.shown;
        let lines = pixels.chunks_exact((width * channels).max(1)).skip(top).take(rows);
        lines
            .flat_map(|line| line.chunks_exact(channels).skip(left).take(columns).map(|pixel| pixel[channel]))
            .collect()
    }

    /// Of what was made of the tile, `[channels, rows * scale, columns * scale]`, what is not overlap, channels last.
    pub fn inner(&self, made: &[u8], scale: usize) -> Vec<u8> {
        let [top, left, rows, columns] = self.place(scale);
        let [shown_top, shown_left, shown_rows, shown_columns] = self.shown.map(|value| value * scale);
        let planes = made.chunks_exact(shown_rows * shown_columns).collect::<Vec<_>>();
        let mut pixels = Vec::with_capacity(rows * columns * planes.len());
        for row in 0..rows {
            let start = (top - shown_top + row) * shown_columns + left - shown_left;
            pixels.extend((start..start + columns).flat_map(|at| planes.iter().map(move |plane| plane[at])));
        }
        pixels
    }

    /// The same of what was made with channels last, `[rows * scale, columns * scale, channels]`.
    pub fn inner_of(&self, made: &[u8], channels: usize, scale: usize) -> Vec<u8> {
        let [top, left, rows, columns] = self.place(scale);
        let [shown_top, shown_left, _, shown_columns] = self.shown.map(|value| value * scale);
        let lines = made.chunks_exact((shown_columns * channels).max(1)).skip(top - shown_top).take(rows);
        lines.flat_map(|line| &line[(left - shown_left) * channels..][..columns * channels]).copied().collect()
    }

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
        let [top, left, rows, columns] = self.place(scale);
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

    #[test]
    fn what_is_shown_is_the_tile_and_all_around_it() {
        let (overlap, size) = (2, [13, 22]);
        for tile in tiles(size, 5, overlap) {
            for (axis, side) in size.into_iter().enumerate() {
                let (start, length) = (tile.part[axis], tile.part[axis + 2]);
                let (from, shown) = (tile.shown[axis], tile.shown[axis + 2]);
                assert!(shown == 9 && from <= start.saturating_sub(overlap));
                assert!(from + shown >= (start + length + overlap).min(side) && from + shown <= side);
            }
        }
    }

    #[test]
    fn pixels_are_cut_and_put_back() {
        let (height, width) = (7, 9);
        let picture = (0..height * width * 4).map(|value| value as u8).collect::<Vec<_>>();
        for tile in tiles([height, width], 4, 1) {
            let planes = (0..4).flat_map(|channel| tile.channel(&picture, width, [channel, 4])).collect::<Vec<_>>();
            let [top, left, rows, columns] = tile.place(1);
            let lines = picture.chunks_exact(width * 4).skip(top).take(rows);
            let expected = lines.flat_map(|line| line[left * 4..(left + columns) * 4].to_vec()).collect::<Vec<_>>();
            assert_eq!(tile.inner(&planes, 1), expected);
            let last = (0..planes.len()).map(|at| planes[at % 4 * (planes.len() / 4) + at / 4]).collect::<Vec<_>>();
            assert_eq!(tile.inner_of(&last, 4, 1), expected);
        }
    }
}
