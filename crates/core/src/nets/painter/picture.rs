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

    /// Pictures `[count, outer, 2 * side, 2 * side]`.
    #[inline(never)]
    pub fn draw(&self, x: &Maps) -> Vec<f32> {
        let (side, outer) = (x.side, self.bias.len());
        let count = x.values.len() / x.picture().max(1);
        let mut out = Vec::with_capacity(count * outer * 4 * side * side);
        // With a border, where what is laid down beyond the picture goes.
        let stored = 2 * side + 2;
        let mut plane = vec![0.0; outer * stored * stored];
        let mut laid = vec![0.0; side * self.kernel.columns()];
        for picture in x.values.chunks_exact(x.picture()) {
            for (plane, bias) in plane.chunks_exact_mut(stored * stored).zip(&self.bias) {
                plane.fill(*bias);
            }
            for row in 0..side {
                let line = &picture[x.place(row, 0)..x.place(row, side)];
                self.kernel.multiply(line, &mut laid);
                for (column, laid) in laid.chunks_exact(self.kernel.columns()).enumerate() {
                    for (channel, laid) in laid.as_chunks::<4>().0.iter().enumerate() {
                        let start = ((channel / 4) * stored + 2 * row + channel % 4) * stored + 2 * column;
                        let to = &mut plane[start..start + 4];
                        to.iter_mut().zip(laid).for_each(|(to, value)| *to += value);
                    }
                }
            }
            for line in 0..outer * 2 * side {
                let (channel, row) = (line / (2 * side), line % (2 * side));
                let start = (channel * stored + row + 1) * stored + 1;
                out.extend(plane[start..start + 2 * side].iter().map(|value| tanh(*value)));
            }
        }
        out
    }
}
