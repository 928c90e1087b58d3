//! Patches as columns of a matrix, and back.
//!
//! A picture is first split by the stride into planes of every s-th column, with its padding. A row of a patch matrix is then
//! made of plain copies, also where the kernel skips.

use super::maps::Shapes;

/// A padded channel of a picture, one plane for each remainder of the column by the stride.
#[derive(Clone)]
struct Planes {
    values: Vec<f32>,
    /// Padded rows.
    rows: usize,
    /// Columns of a plane.
    columns: usize,
}

impl Planes {
    fn new(shapes: &Shapes) -> Self {
        let Shapes { height, width, kernel, window, .. } = *shapes;
        // A transposed convolution with output padding may reach further than the picture.
        let reach = |positions: usize, kernel: usize| (positions.max(1) - 1) * window.stride + kernel;
        let rows = (height + 2 * window.padding).max(reach(shapes.rows, kernel[0]));
        let columns = (width + 2 * window.padding).max(reach(shapes.columns, kernel[1])).div_ceil(window.stride);
        // One more column, so that an offset by the kernel stays inside.
        let columns = columns.max(shapes.columns + kernel[1].div_ceil(window.stride));
        Self { values: vec![0.0; window.stride * rows * columns], rows, columns }
    }

    /// Takes a channel `[height, width]`.
    fn split(&mut self, shapes: &Shapes, channel: &[f32]) {
        let (stride, padding) = (shapes.window.stride, shapes.window.padding);
        for (row, values) in channel.chunks_exact(shapes.width).enumerate() {
            for phase in 0..stride {
                // The first column of the picture in this plane.
                let skip = (phase + stride - padding % stride) % stride;
                let from = (padding + skip) / stride;
                let start = (phase * self.rows + row + padding) * self.columns + from;
                let plane = &mut self.values[start..(phase * self.rows + row + padding + 1) * self.columns];
                for (to, value) in plane.iter_mut().zip(values.iter().skip(skip).step_by(stride)) {
                    *to = *value;
                }
            }
        }
    }

    /// Gives the channel back.
    fn join(&self, shapes: &Shapes, channel: &mut [f32]) {
        let (stride, padding) = (shapes.window.stride, shapes.window.padding);
        for (row, values) in channel.chunks_exact_mut(shapes.width).enumerate() {
            for phase in 0..stride {
                let skip = (phase + stride - padding % stride) % stride;
                let from = (padding + skip) / stride;
                let start = (phase * self.rows + row + padding) * self.columns + from;
                for (to, value) in values.iter_mut().skip(skip).step_by(stride).zip(&self.values[start..]) {
                    *to = *value;
                }
            }
        }
    }

    /// Where the values under column `x` of the kernel start, for `row` of a padded picture.
    fn start(&self, stride: usize, row: usize, x: usize) -> usize {
        ((x % stride) * self.rows + row) * self.columns + x / stride
    }
}

/// Pictures `[count, inner, height, width]` to `[inner * kernel * kernel, count * rows * columns]`.
pub(super) fn unfold(shapes: &Shapes, pictures: &[f32]) -> Vec<f32> {
    let Shapes { inner, height, width, rows, columns, kernel, window, .. } = *shapes;
    let count = pictures.len() / (inner * height * width).max(1);
    let mut patches = Vec::with_capacity(shapes.patch() * count * rows * columns);
    let mut planes = vec![Planes::new(shapes); count];
    for index in 0..inner {
        for (planes, picture) in planes.iter_mut().zip(pictures.chunks_exact(inner * height * width)) {
            planes.split(shapes, &picture[index * height * width..][..height * width]);
        }
        for ky in 0..kernel[0] {
            for kx in 0..kernel[1] {
                for planes in &planes {
                    for row in 0..rows {
                        let start = planes.start(window.stride, row * window.stride + ky, kx);
                        patches.extend_from_slice(&planes.values[start..start + columns]);
                    }
                }
            }
        }
    }
    patches
}

/// The sum of all patches at their places: the transposed map of [`unfold`], into `pictures`.
pub(super) fn fold(shapes: &Shapes, patches: &[f32], pictures: &mut [f32]) {
    let Shapes { inner, height, width, rows, columns, kernel, window, .. } = *shapes;
    let count = pictures.len() / (inner * height * width).max(1);
    let line = count * rows * columns;
    let mut planes = Planes::new(shapes);
    for (index, channel) in pictures.chunks_exact_mut((height * width).max(1)).enumerate() {
        let (picture, channel_index) = (index / inner, index % inner);
        planes.values.fill(0.0);
        for ky in 0..kernel[0] {
            for kx in 0..kernel[1] {
                let place = (channel_index * kernel[0] + ky) * kernel[1] + kx;
                let patch = &patches[place * line + picture * rows * columns..][..rows * columns];
                for (row, patch) in patch.chunks_exact(columns).enumerate() {
                    let start = planes.start(window.stride, row * window.stride + ky, kx);
                    let sum = &mut planes.values[start..start + columns];
                    sum.iter_mut().zip(patch).for_each(|(sum, value)| *sum += value);
                }
            }
        }
        planes.join(shapes, channel);
    }
}
