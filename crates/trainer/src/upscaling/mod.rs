//! Pictures made larger, tile by tile and row by row: what comes out may be larger than memory.

mod way;

use anyhow::Result;
use forger_core::{
    data::photos::Photo,
    tiles::{Tile, tiles},
    weights::Upscaler,
};
use rayon::prelude::*;

pub use way::Way;

/// Rows that a whole picture gives at a time.
const ROWS: usize = 64;

/// A picture that comes from the top, some rows at a time.
pub trait Rows {
    /// Height, width, and channels: grey, RGB, or with alpha behind them.
    fn shape(&self) -> [usize; 3];

    /// The next rows, `[rows, width, channels]`; none at the end.
    fn next(&mut self) -> Result<Vec<u8>>;
}

/// A picture in memory.
pub struct Whole {
    pub shape: [usize; 3],
    pub pixels: Vec<u8>,
    /// Bytes that were given.
    given: usize,
}

impl Whole {
    pub const fn new(shape: [usize; 3], pixels: Vec<u8>) -> Self {
        Self { shape, pixels, given: 0 }
    }
}

impl Rows for Whole {
    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn next(&mut self) -> Result<Vec<u8>> {
        let end = (self.given + ROWS * self.shape[1] * self.shape[2]).min(self.pixels.len());
        let rows = self.pixels[self.given..end].to_vec();
        self.given = end;
        Ok(rows)
    }
}

/// A picture made larger while its rows come.
pub struct Larger<'a> {
    source: Box<dyn Rows + 'a>,
    way: Way<'a>,
    tiles: Vec<Tile>,
    /// Tiles that were made.
    made: usize,
    /// The rows of the source that are needed, and the number of the first.
    window: Vec<u8>,
    first: usize,
    /// Told how many tiles were made just now.
    told: &'a dyn Fn(usize),
}

impl<'a> Larger<'a> {
    pub fn new(source: Box<dyn Rows + 'a>, way: Way<'a>, told: &'a dyn Fn(usize)) -> Self {
        let [height, width, _] = source.shape();
        let tiles = tiles([height, width], way.side(), way.reach());
        Self { source, way, tiles, made: 0, window: Vec::new(), first: 0, told }
    }

    /// How many tiles there are.
    pub const fn count(&self) -> usize {
        self.tiles.len()
    }

    /// About how many bytes it gives at a time.
    pub fn held(&self) -> usize {
        let [_, width, channels] = self.shape();
        width * channels * self.way.side() * self.way.scale()
    }

    /// Top and left of what the network is shown of a tile.
    fn corner(&self, tile: &Tile) -> [usize; 2] {
        let ([top, left, ..], [rows, columns]) = (tile.place(1), tile.shown());
        let [height, width, _] = self.source.shape();
        let start = |place: usize, length: usize| place.saturating_sub(self.way.reach()).min(length);
        [start(top, height - rows), start(left, width - columns)]
    }

    /// Has the rows of the source that these tiles are shown, and no others above them.
    fn look(&mut self, tiles: &[Tile]) -> Result<()> {
        let (Some(top), Some(bottom)) = (tiles.first(), tiles.last()) else { return Ok(()) };
        let (from, to) = (self.corner(top)[0], self.corner(bottom)[0] + bottom.shown()[0]);
        let [_, width, channels] = self.source.shape();
        let line = width * channels;
        self.window.drain(..((from - self.first) * line).min(self.window.len()));
        self.first = from;
        while self.first * line + self.window.len() < to * line {
            let rows = self.source.next()?;
            if rows.is_empty() {
                break;
            }
            self.window.extend(rows);
        }
        Ok(())
    }

    /// What is not overlap of one tile made larger.
    fn inner(
        window: &[u8],
        [width, channels]: [usize; 2],
        [top, left]: [usize; 2],
        tile: &Tile,
        way: Way<'_>,
    ) -> Result<Vec<u8>> {
        let [rows, columns] = tile.shown();
        let mut planes = Vec::with_capacity(rows * columns * channels);
        let lines = || window.chunks_exact((width * channels).max(1)).skip(top).take(rows);
        for channel in 0..channels {
            for line in lines() {
                let line = &line[left * channels..(left + columns) * channels];
                planes.extend(line.iter().skip(channel).step_by(channels));
            }
        }
        Ok(tile.inner(&way.make(&planes, [channels, rows, columns])?, way.scale()))
    }
}

impl Rows for Larger<'_> {
    fn shape(&self) -> [usize; 3] {
        let [height, width, channels] = self.source.shape();
        [height * self.way.scale(), width * self.way.scale(), channels]
    }

    fn next(&mut self) -> Result<Vec<u8>> {
        let ([_, width, channels], scale) = (self.source.shape(), self.way.scale());
        let (columns, at_a_time) = (width.div_ceil(self.way.side()), self.way.at_a_time());
        // A narrow picture gives several rows of tiles, so that no core waits.
        let some = columns * (2 * at_a_time).div_ceil(columns.max(1));
        let group = self.tiles[self.made..(self.made + some).min(self.tiles.len())].to_vec();
        self.look(&group)?;
        let above = group.first().map_or(0, |tile| tile.place(scale)[0]);
        let below = group.last().map_or(0, |tile| tile.place(scale)[0] + tile.place(scale)[2]);
        let line = width * scale * channels;
        let mut band = vec![0; (below - above) * line];
        for some in group.chunks(at_a_time) {
            let (window, way) = (&self.window, self.way);
            let corners = some.iter().map(|tile| {
                let [top, left] = self.corner(tile);
                ([top - self.first, left], *tile)
            });
            let corners = corners.collect::<Vec<_>>();
            let inner =
                |(corner, tile): &([usize; 2], Tile)| Self::inner(window, [width, channels], *corner, tile, way);
            let made = match some.len() {
                1 => corners.iter().map(inner).collect::<Result<Vec<_>>>()?,
                _ => corners.par_iter().map(inner).collect::<Result<Vec<_>>>()?,
            };
            for (tile, pixels) in some.iter().zip(made) {
                let [top, left, _, columns] = tile.place(scale);
                for (row, pixels) in pixels.chunks_exact(columns * channels).enumerate() {
                    let start = (top - above + row) * line + left * channels;
                    band[start..start + pixels.len()].copy_from_slice(pixels);
                }
            }
            (self.told)(some.len());
        }
        self.made += group.len();
        Ok(band)
    }
}

/// The whole picture, `config.scale` times higher and wider, made on the device of the network.
pub fn enlarge(upscaler: &Upscaler, small: &Photo) -> Result<Photo> {
    larger(small, Way::Network(upscaler))
}

fn larger(small: &Photo, way: Way<'_>) -> Result<Photo> {
    let area = small.height * small.width;
    let pixels = (0..3 * area).map(|at| small.pixels[at % 3 * area + at / 3]).collect();
    let source = Whole::new([small.height, small.width, 3], pixels);
    let mut rows = Larger::new(Box::new(source), way, &|_| {});
    let [height, width, _] = rows.shape();
    let mut large = Vec::with_capacity(3 * height * width);
    loop {
        let some = rows.next()?;
        if some.is_empty() {
            break;
        }
        large.extend(some);
    }
    let planes = (0..3).flat_map(|channel| large.iter().skip(channel).step_by(3).copied()).collect();
    Ok(Photo { height, width, pixels: planes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{device::values, models::bundled};
    use burn::tensor::{Device, Tensor, TensorData};
    use forger_core::weights::to_bytes;

    fn photo(height: usize, width: usize) -> Photo {
        let pixels = (0..3 * height * width).map(|at| ((at * at / 7) % 251 + at % 5) as u8).collect();
        Photo { height, width, pixels }
    }

    fn is_near(a: &Photo, b: &Photo) -> bool {
        a.shape() == b.shape() && a.pixels.iter().zip(&b.pixels).all(|(a, b)| a.abs_diff(*b) <= 1)
    }

    #[test]
    fn in_tiles_a_picture_is_what_it_is_as_a_whole() {
        for (scale, [height, width]) in [(4, [331, 170]), (3, [1, 230]), (16, [90, 3])] {
            let small = photo(height, width);
            assert!(is_near(
                &larger(&small, Way::Bicubic(scale)).unwrap(),
                &small.resized(height * scale, width * scale)
            ));
        }
        let model = bundled(&Device::flex()).unwrap();
        let small = photo(175, 190);
        let input = Tensor::from_data(TensorData::new(small.values(), [1, 3, 175, 190]), &Device::flex());
        let pixels = to_bytes(&values(model.upscale(input)).unwrap());
        assert!(is_near(&enlarge(&model, &small).unwrap(), &Photo { height: 700, width: 760, pixels }));
    }
}
