//! Winograd's F(4 x 4, 3 x 3), Lavin and Gray 2016 (arXiv 1509.09308), section 4.3: the lines of its matrices, of numbers or of
//! vectors of them.
//!
//! A tile of 6 x 6 values makes 4 x 4 of a convolution in 36 products where it has 144. Rounding is about ten times that of a
//! sum of products, some 1e-6 of the largest value.

use std::ops::{Add, Mul, Sub};

/// Values that a tile makes, in one dimension.
pub const TILE: usize = 4;
/// Values that a tile sees, in one dimension.
pub const SEEN: usize = TILE + 2;

/// What lines are made of.
pub trait Value: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<f32, Output = Self> {}

impl<T: Copy + Add<Output = T> + Sub<Output = T> + Mul<f32, Output = T>> Value for T {}

/// `G g`: a kernel's line.
#[inline(always)]
pub fn transformed<T: Value>([a, b, c]: [T; 3]) -> [T; SEEN] {
    let (even, odd) = ((a + c) * (-1.0 / 6.0), b * (-1.0 / 6.0));
    let (even_far, odd_far) = (a * (1.0 / 24.0) + c * (1.0 / 6.0), b * (1.0 / 12.0));
    [a * 0.25, even + odd, even - odd, even_far + odd_far, even_far - odd_far, c]
}

/// `B^T d`: a line of what a tile sees.
#[inline(always)]
pub fn samples<T: Value>([a, b, c, d, e, f]: [T; SEEN]) -> [T; SEEN] {
    let (even, odd) = (e - c * 4.0, d - b * 4.0);
    let (even_far, odd_far) = (e - c, (d - b) * 2.0);
    [a * 4.0 - c * 5.0 + e, even + odd, even - odd, even_far + odd_far, even_far - odd_far, b * 4.0 - d * 5.0 + f]
}

/// `A^T m`: a line of products to one of what a tile makes.
#[inline(always)]
pub fn outputs<T: Value>([a, b, c, d, e, f]: [T; SEEN]) -> [T; TILE] {
    let (even, odd) = (b + c, b - c);
    let (even_far, odd_far) = (d + e, d - e);
    [a + even + even_far, odd + odd_far * 2.0, even + even_far * 4.0, odd + odd_far * 8.0 + f]
}

/// `A y`, which [`outputs`] is turned over: the gradient of what a tile makes to that of its products.
#[inline(always)]
pub fn outputs_back<T: Value>([a, b, c, d]: [T; TILE]) -> [T; SEEN] {
    let (even, odd) = (a + c, b + d);
    let (even_far, odd_far) = (a + c * 4.0, (b + d * 4.0) * 2.0);
    [a, even + odd, even - odd, even_far + odd_far, even_far - odd_far, d]
}

/// `G g G^T`, row by row.
pub fn kernel(weight: &[f32; 9]) -> [f32; SEEN * SEEN] {
    let rows: [[f32; SEEN]; 3] = std::array::from_fn(|y| transformed(std::array::from_fn(|x| weight[3 * y + x])));
    let columns: [[f32; SEEN]; SEEN] = std::array::from_fn(|x| transformed([rows[0][x], rows[1][x], rows[2][x]]));
    std::array::from_fn(|at| columns[at % SEEN][at / SEEN])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_line_is_convolved() {
        let (seen, weight) = ([1.0, -2.0, 3.0, 5.0, -4.0, 2.0], [2.0, -1.0, 3.0]);
        let products: [f32; SEEN] = std::array::from_fn(|at| samples(seen)[at] * transformed(weight)[at]);
        for (at, made) in outputs(products).into_iter().enumerate() {
            assert!((made - dot(&seen[at..at + 3], &weight)).abs() < 1e-4, "{at}: {made}");
        }
    }

    /// `(M x) y = x (M^T y)`.
    #[test]
    fn a_gradient_is_turned_over() {
        let (long, short) = ([1.0, -2.0, 3.0, 5.0, -4.0, 2.0], [2.0, -1.0, 3.0, 7.0]);
        assert!((dot(&outputs(long), &short) - dot(&long, &outputs_back(short))).abs() < 1e-4);
    }
}
