//! The last layer: features to pictures, channel by channel, in `[-1, 1]`.
//!
//! It has too few channels for what [`super::doubling`] does to be worth the while. Each place of the features is a row of a
//! product that gives the 4 x 4 values it lays down on the picture, and those that meet are added.

use super::{maps::Maps, product::Packed, tanh::tanh};

/// A kernel `[inner, outer, 4, 4]` as a matrix `[inner, (outer, 4, 4)]`.
#[derive(Clone, Debug)]
pub struct Picture {
    kernel: Packed,
    bias: Vec<f32>,
}

impl Picture {
    /// `weight` is `[inner, outer, 4, 4]` and `bias` `[outer]`.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let columns = bias.len() * 16;
        let inner = weight.len() / columns.max(1);
        Self { kernel: Packed::new(inner, columns, |row, column| weight[row * columns + column]), bias }
    }

    pub fn channels(&self) -> usize {
        self.bias.len()
    }

    /// Pictures `[count, outer, 2 * rows, 2 * columns]`, after those that are in `out`.
    pub fn draw(&self, x: &Maps, out: &mut Vec<f32>) {
        let [rows, columns] = x.size;
        // With a border, where what is laid down beyond the picture goes.
        let stored = [2 * rows + 2, 2 * columns + 2];
        let area = stored[0] * stored[1];
        let mut planes = vec![0.0; self.bias.len() * area];
        let mut laid = vec![0.0; columns * self.kernel.columns()];
        for picture in x.values.chunks_exact(x.picture()) {
            for (plane, bias) in planes.chunks_exact_mut(area).zip(&self.bias) {
                plane.fill(*bias);
            }
            for row in 0..rows {
                self.kernel.multiply(&picture[x.place(row, 0)..x.place(row, columns)], &mut laid);
                lay(&laid, row, stored, &mut planes);
            }
            for plane in planes.chunks_exact(area) {
                for line in plane.chunks_exact(stored[1]).skip(1).take(2 * rows) {
                    out.extend(line[1..=2 * columns].iter().map(|value| tanh(*value)));
                }
            }
        }
    }
}

/// Adds what a row of places lays down, `[places, (channel, 4, 4)]`, to the planes of a picture.
fn lay(laid: &[f32], row: usize, stored: [usize; 2], planes: &mut [f32]) {
    let columns = 16 * (planes.len() / (stored[0] * stored[1]));
    for (place, laid) in laid.chunks_exact(columns).enumerate() {
        for (index, laid) in laid.chunks_exact(4).enumerate() {
            let (channel, down) = (index / 4, index % 4);
            let start = (channel * stored[0] + 2 * row + down) * stored[1] + 2 * place;
            planes[start..start + 4].iter_mut().zip(laid).for_each(|(to, value)| *to += value);
        }
    }
}
