//! The three maps unit by unit, for channels and pictures of every size.
//!
//! Each unit makes `pixels` values along a row of `blocks` vectors of channels and keeps their sums in registers: what it
//! reads once serves for all of them. Neighbours in a group share the weights, which the device then reads once. Channels lie
//! together (`[batch, height, width, channels]`), so that reads are vectors of up to four. Sums are of 32 bits.

use burn_cubecl::cubecl::{self, prelude::*};

/// Shapes of a map, known when it is launched: one kernel serves every size of picture.
#[derive(CubeLaunch, CubeType, Clone, Copy)]
pub struct Sizes {
    pub batch: u32,
    /// Of what is read.
    pub height: u32,
    pub width: u32,
    /// Vectors of channels of what is read.
    pub inner: u32,
    /// Of what is made.
    pub rows: u32,
    pub columns: u32,
    /// Vectors of channels of what is made.
    pub outer: u32,
}

/// What makes a kernel another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    pub kernel: u32,
    pub stride: u32,
    pub padding: u32,
    /// Values along a row that a unit makes.
    pub pixels: u32,
    /// Vectors of channels that a unit makes.
    pub blocks: u32,
    pub bias: bool,
    pub relu: bool,
    /// Whether something is added in the end.
    pub residual: bool,
}

impl Plan {
    /// Values along a row that a unit of [`convolve`] reads.
    pub const fn reads(&self) -> u32 {
        (self.pixels - 1) * self.stride + self.kernel
    }

    /// Rows or columns of the kernel that meet a value which [`spread`] makes.
    pub const fn taps(&self) -> u32 {
        self.kernel.div_ceil(self.stride)
    }
}

/// Adds to the sums what a row of values and one column of the kernel make.
#[cube]
fn add_products<I: Size, O: Size>(
    sums: &mut Array<Vector<f32, O>>,
    values: &Array<Vector<f32, I>>,
    weight: &[Vector<f32, O>],
    start: usize,
    outer: usize,
    #[comptime] offset: u32,
    #[comptime] step: u32,
    #[comptime] plan: Plan,
) {
    let size = I::value();
    #[unroll]
    for lane in 0..size {
        #[unroll]
        for block in 0..comptime![plan.blocks as usize] {
            let weight = weight[start + lane * outer + block];
            #[unroll]
            for pixel in 0..comptime![plan.pixels as usize] {
                let value = values[pixel * comptime![step as usize] + comptime![offset as usize]].extract(lane);
                sums[pixel * comptime![plan.blocks as usize] + block] += Vector::new(value) * weight;
            }
        }
    }
}

/// A value of a row, or zero beside it.
#[cube]
pub fn value_at<I: Size>(
    x: &[Vector<f32, I>],
    row: usize,
    column: i32,
    channel: usize,
    sizes: &Sizes,
) -> Vector<f32, I> {
    let mut value = Vector::new(0.0f32);
    if column >= 0 && column < sizes.width as i32 {
        value = x[(row * sizes.width as usize + column as usize) * sizes.inner as usize + channel];
    }
    value
}

/// Writes the sums of a unit, after what is to be done with each.
#[cube]
fn write<O: Size>(
    y: &mut [Vector<f32, O>],
    sums: &Array<Vector<f32, O>>,
    residual: &[Vector<f32, O>],
    row: usize,
    first: usize,
    channel: usize,
    sizes: &Sizes,
    #[comptime] step: u32,
    #[comptime] plan: Plan,
) {
    #[unroll]
    for pixel in 0..comptime![plan.pixels as usize] {
        let column = first + pixel * comptime![step as usize];
        if column < sizes.columns as usize {
            #[unroll]
            for block in 0..comptime![plan.blocks as usize] {
                let place = (row * sizes.columns as usize + column) * sizes.outer as usize + channel + block;
                let mut sum = sums[pixel * comptime![plan.blocks as usize] + block];
                if comptime![plan.relu] {
                    sum = max(sum, Vector::new(0.0f32));
                }
                if comptime![plan.residual] {
                    sum += residual[place];
                }
                y[place] = sum;
            }
        }
    }
}

/// Sums that begin with the bias.
#[cube]
fn biases<O: Size>(bias: &[Vector<f32, O>], channel: usize, #[comptime] plan: Plan) -> Array<Vector<f32, O>> {
    let mut sums = Array::new(comptime![(plan.pixels * plan.blocks) as usize]);
    #[unroll]
    for block in 0..comptime![plan.blocks as usize] {
        let mut start = Vector::new(0.0f32);
        if comptime![plan.bias] {
            start = bias[channel + block];
        }
        #[unroll]
        for pixel in 0..comptime![plan.pixels as usize] {
            sums[pixel * comptime![plan.blocks as usize] + block] = start;
        }
    }
    sums
}

/// The convolution of `x`, `[batch, height, width, inner]`, with `weight`, `[kernel, kernel, inner, outer]`: `[batch, rows,
/// columns, outer]`. Units are counted along columns, rows, pictures, channels and parts, in this order. Sums are made in parts
/// of so many vectors of inner channels: `[parts, batch, rows, columns, outer]`.
#[cube(launch_unchecked)]
pub fn convolve<I: Size, O: Size>(
    x: &[Vector<f32, I>],
    weight: &[Vector<f32, O>],
    bias: &[Vector<f32, O>],
    residual: &[Vector<f32, O>],
    y: &mut [Vector<f32, O>],
    sizes: Sizes,
    part: u32,
    #[comptime] plan: Plan,
) {
    let (rows, outer, batch) = (sizes.rows as usize, sizes.outer as usize, sizes.batch as usize);
    let across = (sizes.columns as usize).div_ceil(comptime![plan.pixels as usize]);
    let units = across * rows * batch * (outer / comptime![plan.blocks as usize]);
    let index = ABSOLUTE_POS / units;
    let begin = index * part as usize;
    if begin >= sizes.inner as usize {
        terminate!();
    }
    let end = min(begin + part as usize, sizes.inner as usize);
    let unit = ABSOLUTE_POS % units;
    let first = (unit % across) * comptime![plan.pixels as usize];
    let row = (unit / across) % rows;
    let picture = (unit / (across * rows)) % batch;
    let channel = unit / (across * rows * batch) * comptime![plan.blocks as usize];
    let mut sums = biases(bias, channel, plan);
    let mut values = Array::new(comptime![plan.reads() as usize]);
    let left = (first * comptime![plan.stride as usize]) as i32 - comptime![plan.padding as i32];
    for ky in 0..comptime![plan.kernel as usize] {
        let from = (row * comptime![plan.stride as usize] + ky) as i32 - comptime![plan.padding as i32];
        if from >= 0 && from < sizes.height as i32 {
            let from = picture * sizes.height as usize + from as usize;
            for inner in begin..end {
                #[unroll]
                for index in 0..comptime![plan.reads() as usize] {
                    values[index] = value_at(x, from, left + index as i32, inner, &sizes);
                }
                #[unroll]
                for kx in 0..comptime![plan.kernel] {
                    let tap = ky * comptime![plan.kernel as usize] + kx as usize;
                    let start = (tap * sizes.inner as usize + inner) * I::value() * outer + channel;
                    add_products(&mut sums, &values, weight, start, outer, kx, plan.stride, plan);
                }
            }
        }
    }
    write(y, &sums, residual, (index * batch + picture) * rows + row, first, channel, &sizes, 1u32, plan);
}

/// The transposed convolution: each value of `x`, `[batch, height, width, inner]`, lays down its kernel of `weight`, `[kernel,
/// kernel, inner, outer]`: `[batch, rows, columns, outer]`. A value is made of every `stride`-th row and column of the kernel,
/// so a unit makes every `stride`-th value of a row, which all meet the same ones.
#[cube(launch_unchecked)]
pub fn spread<I: Size, O: Size>(
    x: &[Vector<f32, I>],
    weight: &[Vector<f32, O>],
    bias: &[Vector<f32, O>],
    residual: &[Vector<f32, O>],
    y: &mut [Vector<f32, O>],
    sizes: Sizes,
    #[comptime] plan: Plan,
) {
    let (stride, padding) = (comptime![plan.stride as usize], comptime![plan.padding as usize]);
    let (rows, outer) = (sizes.rows as usize, sizes.outer as usize);
    let across = (sizes.columns as usize).div_ceil(stride * comptime![plan.pixels as usize]) * stride;
    let units = across * rows * sizes.batch as usize * (outer / comptime![plan.blocks as usize]);
    if ABSOLUTE_POS >= units {
        terminate!();
    }
    let phase = (ABSOLUTE_POS % across) % stride;
    let first = (ABSOLUTE_POS % across) / stride * comptime![plan.pixels as usize];
    let row = (ABSOLUTE_POS / across) % rows;
    let picture = (ABSOLUTE_POS / (across * rows)) % sizes.batch as usize;
    let channel = ABSOLUTE_POS / (across * rows * sizes.batch as usize) * comptime![plan.blocks as usize];
    let mut sums = biases(bias, channel, plan);
    let mut values = Array::new(comptime![(plan.pixels + plan.taps() - 1) as usize]);
    let left = (first + (phase + padding) / stride) as i32 - comptime![plan.taps() as i32 - 1];
    for tap in 0..comptime![plan.taps() as usize] {
        let ky = (row + padding) % stride + stride * tap;
        let from = ((row + padding) / stride) as i32 - tap as i32;
        if ky < comptime![plan.kernel as usize] && from >= 0 && from < sizes.height as i32 {
            let from = picture * sizes.height as usize + from as usize;
            for inner in 0..sizes.inner as usize {
                #[unroll]
                for index in 0..comptime![(plan.pixels + plan.taps() - 1) as usize] {
                    values[index] = value_at(x, from, left + index as i32, inner, &sizes);
                }
                #[unroll]
                for back in 0..comptime![plan.taps()] {
                    let kx = (phase + padding) % stride + comptime![(plan.stride * back) as usize];
                    if kx < comptime![plan.kernel as usize] {
                        let tap = ky * comptime![plan.kernel as usize] + kx;
                        let start = (tap * sizes.inner as usize + inner) * I::value() * outer + channel;
                        let offset = comptime![plan.taps() - 1 - back];
                        add_products(&mut sums, &values, weight, start, outer, offset, 1u32, plan);
                    }
                }
            }
        }
    }
    write(y, &sums, residual, picture * rows + row, first * stride + phase, channel, &sizes, plan.stride, plan);
}
