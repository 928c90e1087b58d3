//! The three maps in tiles: units of a group share what they read, which makes them faster where there is much to do.
//!
//! A group of 16 x 16 units makes a tile of a product of matrices whose rows are found in the picture while it goes (an
//! implicit GEMM): nothing is unfolded in memory. It brings 16 terms of every sum to memory that its units share, and the next
//! 16 are under way while these are multiplied. Vectors are of four channels. Sums are of 32 bits.

use burn_cubecl::cubecl::{self, prelude::*};

use super::units::Sizes;

/// Units on each side of a group.
pub const SIDE: usize = 16;
/// Terms of every sum that are brought at once.
pub const TERMS: usize = 16;
/// Channels of a vector.
pub const LANES: usize = 4;

/// What makes a kernel another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    pub kernel: u32,
    pub stride: u32,
    pub padding: u32,
    /// Rows of the product that a unit makes: a multiple of four.
    pub values: u32,
    /// Vectors of columns that a unit makes.
    pub vectors: u32,
    /// Whether it is the transposed convolution.
    pub spread: bool,
}

impl Tiling {
    /// Rows of a tile.
    pub const fn height(&self) -> usize {
        SIDE * self.values as usize
    }

    /// Vectors across a tile.
    pub const fn width(&self) -> usize {
        SIDE * self.vectors as usize
    }

    /// Vectors that a unit brings of what makes the rows, at a time.
    pub const fn rows_brought(&self) -> usize {
        self.height() * TERMS / LANES / (SIDE * SIDE)
    }

    /// Vectors that a unit brings of what makes the columns, at a time.
    pub const fn columns_brought(&self) -> usize {
        self.width() * TERMS / (SIDE * SIDE)
    }

    /// Sums of a unit.
    pub const fn sums(&self) -> usize {
        (self.values * self.vectors) as usize
    }

    /// How many values of a row, and rows, lie between two that meet the same part of the kernel.
    pub const fn phases(&self) -> u32 {
        if self.spread { self.stride } else { 1 }
    }

    /// Rows or columns of the kernel that a value meets.
    pub const fn taps(&self) -> u32 {
        if self.spread { self.kernel.div_ceil(self.stride) } else { self.kernel }
    }
}

/// Where a value lies.
#[derive(CubeType, Clone, Copy)]
pub struct Place {
    pub picture: usize,
    pub row: usize,
    pub column: usize,
}

/// The place of a position among pictures of so many rows and columns.
#[cube]
pub fn place(position: usize, rows: usize, columns: usize) -> Place {
    Place { picture: position / (rows * columns), row: position / columns % rows, column: position % columns }
}

#[cube]
pub fn zeros<O: Size>(#[comptime] count: usize) -> Array<Vector<f32, O>> {
    let mut sums = Array::new(count);
    #[unroll]
    for at in 0..count {
        sums[at] = Vector::new(0.0f32);
    }
    sums
}

/// The convolution of `x`, `[batch, height, width, inner]`, with `weight`, `[kernel, kernel, inner, outer]`, or the transposed
/// one: `[batch, rows, columns, outer]`. Groups are counted along positions, channels and phases.
#[cube(launch_unchecked)]
pub fn product<O: Size>(
    x: &[Vector<f32, O>],
    weight: &[Vector<f32, O>],
    y: &mut [Vector<f32, O>],
    sizes: Sizes,
    #[comptime] tiling: Tiling,
) {
    let (high, wide) = (comptime![tiling.height()], comptime![tiling.width()]);
    let (brought, beside) = (comptime![tiling.rows_brought()], comptime![tiling.columns_brought()]);
    let (phases, kernel) = (comptime![tiling.phases() as usize], comptime![tiling.kernel as usize]);
    let padding = comptime![tiling.padding as usize];
    let unit = UNIT_POS as usize;
    let (down, along) = (unit / SIDE, unit % SIDE);
    let (inner, outer) = (sizes.inner as usize, sizes.outer as usize);
    let (upper, lefter) = (CUBE_POS_Z as usize / phases, CUBE_POS_Z as usize % phases);
    let rows = (sizes.rows as usize).div_ceil(phases);
    let columns = (sizes.columns as usize).div_ceil(phases);
    let positions = sizes.batch as usize * rows * columns;
    let first = CUBE_POS_X as usize * high;
    let channel = CUBE_POS_Y as usize * wide;

    // Of every value that this unit brings: the picture's first row, and row and column under the first tap.
    let mut pictures = Array::<usize>::new(brought);
    let mut tops = Array::<i32>::new(brought);
    let mut lefts = Array::<i32>::new(brought);
    #[unroll]
    for index in 0..brought {
        let position = first + (unit + index * comptime![SIDE * SIDE]) / comptime![TERMS / LANES];
        let at = place(position, rows, columns);
        pictures[index] = at.picture * sizes.height as usize;
        let mut top = (at.row * comptime![tiling.stride as usize]) as i32 - comptime![tiling.padding as i32];
        let mut left = (at.column * comptime![tiling.stride as usize]) as i32 - comptime![tiling.padding as i32];
        if comptime![tiling.spread] {
            top = (at.row + (upper + padding) / phases) as i32;
            left = (at.column + (lefter + padding) / phases) as i32;
        }
        // Where there is no position, there is nothing in reach either.
        if position >= positions {
            top += comptime![1 << 24];
        }
        tops[index] = top;
        lefts[index] = left;
    }

    let mut near = Shared::<[Vector<f32, O>]>::new_slice(comptime![high * TERMS / LANES]);
    let mut weights = Shared::<[Vector<f32, O>]>::new_slice(comptime![wide * TERMS]);
    let mut next = zeros::<O>(brought);
    let mut next_weights = zeros::<O>(beside);
    let mut sums = zeros::<O>(comptime![tiling.sums()]);
    let mut values = zeros::<O>(comptime![tiling.values as usize]);

    let parts = inner / comptime![TERMS / LANES];
    let taps = comptime![tiling.taps() as usize];
    let steps = taps * taps * parts;
    // One more than there are: what a step brings, the next one multiplies.
    for step in 0..steps + 1 {
        if step > 0 {
            sync_cube();
            #[unroll]
            for index in 0..brought {
                near[unit + index * comptime![SIDE * SIDE]] = next[index];
            }
            #[unroll]
            for index in 0..beside {
                weights[unit + index * comptime![SIDE * SIDE]] = next_weights[index];
            }
            sync_cube();
        }
        if step < steps {
            let part = step % parts;
            let (tap_y, tap_x) = (step / parts / taps, step / parts % taps);
            let mut ky = tap_y;
            let mut kx = tap_x;
            if comptime![tiling.spread] {
                ky = (upper + padding) % phases + phases * tap_y;
                kx = (lefter + padding) % phases + phases * tap_x;
            }
            #[unroll]
            for index in 0..brought {
                let mut row = tops[index];
                let mut column = lefts[index];
                if comptime![tiling.spread] {
                    row -= tap_y as i32;
                    column -= tap_x as i32;
                } else {
                    row += tap_y as i32;
                    column += tap_x as i32;
                }
                let mut value = Vector::new(0.0f32);
                if row >= 0 && row < sizes.height as i32 && column >= 0 && column < sizes.width as i32 {
                    let pixel = (pictures[index] + row as usize) * sizes.width as usize + column as usize;
                    let term = (unit + index * comptime![SIDE * SIDE]) % comptime![TERMS / LANES];
                    value = x[pixel * inner + part * comptime![TERMS / LANES] + term];
                }
                next[index] = value;
            }
            #[unroll]
            for index in 0..beside {
                let at = unit + index * comptime![SIDE * SIDE];
                let to = channel + at % wide;
                let mut value = Vector::new(0.0f32);
                if to < outer && ky < kernel && kx < kernel {
                    let term = (ky * kernel + kx) * inner * LANES + part * TERMS + at / wide;
                    value = weight[term * outer + to];
                }
                next_weights[index] = value;
            }
        }
        if step > 0 {
            #[unroll]
            for deep in 0..comptime![TERMS / LANES] {
                #[unroll]
                for value in 0..comptime![tiling.values as usize] {
                    values[value] = near[(down + value * SIDE) * comptime![TERMS / LANES] + deep];
                }
                #[unroll]
                for lane in 0..LANES {
                    #[unroll]
                    for vector in 0..comptime![tiling.vectors as usize] {
                        let weight = weights[comptime![(deep * LANES + lane) * wide + vector * SIDE] + along];
                        #[unroll]
                        for value in 0..comptime![tiling.values as usize] {
                            sums[value * comptime![tiling.vectors as usize] + vector] +=
                                Vector::new(values[value].extract(lane)) * weight;
                        }
                    }
                }
            }
        }
    }

    #[unroll]
    for value in 0..comptime![tiling.values as usize] {
        let position = first + down + value * SIDE;
        let at = place(position, rows, columns);
        let (row, column) = (at.row * phases + upper, at.column * phases + lefter);
        if position < positions && row < sizes.rows as usize && column < sizes.columns as usize {
            let pixel = (at.picture * sizes.rows as usize + row) * sizes.columns as usize + column;
            #[unroll]
            for vector in 0..comptime![tiling.vectors as usize] {
                let to = channel + along + vector * SIDE;
                if to < outer {
                    y[pixel * outer + to] = sums[value * comptime![tiling.vectors as usize] + vector];
                }
            }
        }
    }
}
