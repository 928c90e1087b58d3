//! Differentiable augmentation: Zhao et al. 2020 (arXiv 2006.10738), section 3.2, as in the authors' code.
//!
//! Chance is drawn on the host, and every change is an ordinary operation: a shift is a product with a shifted unit matrix,
//! so that G's gradient flows through it on every device.

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Augment, Random};

/// What is done to each picture of a batch; empty where nothing is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Added, in `[-0.5, 0.5)`.
    pub brightness: Vec<f32>,
    /// Scales the distance from a pixel's mean over its channels, in `[0, 2)`.
    pub saturation: Vec<f32>,
    /// Scales the distance from the picture's mean, in `[0.5, 1.5)`.
    pub contrast: Vec<f32>,
    /// Rows and columns by which output reads further down and right; 0 comes in at the edges.
    pub shift: Vec<[isize; 2]>,
    /// Row and column of the middle of a square of half the side that becomes 0; it may stick out.
    pub hole: Vec<[isize; 2]>,
}

impl Changes {
    /// Draws for `batch` pictures.
    pub fn draw(policy: Augment, batch: usize, [height, width]: [usize; 2], random: &mut Random) -> Self {
        let mut changes = Self::default();
        if policy.color {
            let mut uniform = |low, high| {
                let mut values = vec![0.0; batch];
                random.fill_uniform(&mut values, low, high);
                values
            };
            (changes.brightness, changes.saturation) = (uniform(-0.5, 0.5), uniform(0.0, 2.0));
            changes.contrast = uniform(0.5, 1.5);
        }
        let mut pairs = |within: &dyn Fn(usize, &mut Random) -> isize| {
            (0..batch).map(|_| [within(height, random), within(width, random)]).collect()
        };
        if policy.translation {
            changes.shift = pairs(&|side, random| {
                let most = (side + 4) / 8;
                random.below(2 * most + 1) as isize - most as isize
            });
        }
        if policy.cutout {
            // One more place for an even square, whose middle lies between two pixels.
            changes.hole = pairs(&|side, random| random.below(side + 1 - half(side) % 2) as isize);
        }
        changes
    }

    /// Changes pictures `[batch, channels, height, width]`.
    pub fn apply(&self, mut x: Tensor<4>) -> Tensor<4> {
        let ([batch, _, height, width], device) = (x.dims(), x.device());
        let each = |values: &[f32]| constant(values.to_vec(), [batch, 1, 1, 1], &device);
        if !self.brightness.is_empty() {
            x = x + each(&self.brightness);
            let grey = x.clone().mean_dim(1);
            x = (x - grey.clone()) * each(&self.saturation) + grey;
            let mean = x.clone().mean_dim(1).mean_dim(2).mean_dim(3);
            x = (x - mean.clone()) * each(&self.contrast) + mean;
        }
        if !self.shift.is_empty() {
            let rows = self.shift.iter().map(|shift| shift[0]);
            let columns = self.shift.iter().map(|shift| -shift[1]);
            x = shifts(rows, height, &device).matmul(x).matmul(shifts(columns, width, &device));
        }
        if !self.hole.is_empty() {
            x = x * self.mask(height, width, &device);
        }
        x
    }

    fn mask(&self, height: usize, width: usize, device: &Device) -> Tensor<4> {
        let mut mask = vec![1.0; self.hole.len() * height * width];
        for (mask, middle) in mask.chunks_exact_mut(height * width).zip(&self.hole) {
            let span = |side: usize, middle: isize| {
                let first = middle - half(side) as isize / 2;
                let edge = |at: isize| at.clamp(0, side as isize) as usize;
                edge(first)..edge(first + half(side) as isize)
            };
            for row in span(height, middle[0]) {
                mask[row * width..(row + 1) * width][span(width, middle[1])].fill(0.0);
            }
        }
        constant(mask, [self.hole.len(), 1, height, width], device)
    }
}

/// Half a side, rounded.
const fn half(side: usize) -> usize {
    side.div_ceil(2)
}

fn constant<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Unit matrices whose ones have moved by so many columns to the right, `[batch, 1, side, side]`.
fn shifts(by: impl Iterator<Item = isize>, side: usize, device: &Device) -> Tensor<4> {
    let mut values = Vec::new();
    for shift in by {
        let start = values.len();
        values.resize(start + side * side, 0.0);
        for row in 0..side {
            if let Some(column) = row.checked_add_signed(shift).filter(|column| *column < side) {
                values[start + row * side + column] = 1.0;
            }
        }
    }
    let batch = values.len() / (side * side).max(1);
    constant(values, [batch, 1, side, side], device)
}
