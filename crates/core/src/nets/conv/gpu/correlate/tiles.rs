//! The gradient of a kernel in tiles: see [`super::super::tiles`].

use burn_cubecl::cubecl::{self, prelude::*};

use super::super::{
    tiles::{LANES, SIDE, TERMS, Tiling, place, zeros},
    units::Sizes,
};

/// The gradient of a kernel: products of `x`, `[batch, height, width, inner]`, and `y`, `[batch, rows, columns, outer]`, summed
/// in parts of so many positions: `[parts, kernel, kernel, inner, outer]`. Groups are counted along inner channels, outer
/// channels, and taps of every part.
#[cube(launch_unchecked)]
pub fn correlate<O: Size>(
    x: &[Vector<f32, O>],
    y: &[Vector<f32, O>],
    out: &mut [Vector<f32, O>],
    sizes: Sizes,
    part: u32,
    #[comptime] tiling: Tiling,
) {
    let (high, wide) = (comptime![tiling.height() / LANES], comptime![tiling.width()]);
    let (brought, beside) = (comptime![tiling.rows_brought()], comptime![tiling.columns_brought()]);
    let kernel = comptime![tiling.kernel as usize];
    let unit = UNIT_POS as usize;
    let (down, along) = (unit / SIDE, unit % SIDE);
    let (inner, outer) = (sizes.inner as usize, sizes.outer as usize);
    let (rows, columns) = (sizes.rows as usize, sizes.columns as usize);
    let (index, tap) = (CUBE_POS_Z as usize / (kernel * kernel), CUBE_POS_Z as usize % (kernel * kernel));
    let up = (tap / kernel) as i32 - comptime![tiling.padding as i32];
    let left = (tap % kernel) as i32 - comptime![tiling.padding as i32];
    let (from, to) = (CUBE_POS_X as usize * high, CUBE_POS_Y as usize * wide);
    let begin = index * part as usize;
    let end = min(begin + part as usize, sizes.batch as usize * rows * columns);

    let mut near = Shared::<[Vector<f32, O>]>::new_slice(comptime![high * TERMS]);
    let mut slopes = Shared::<[Vector<f32, O>]>::new_slice(comptime![wide * TERMS]);
    let mut next = zeros::<O>(brought);
    let mut next_slopes = zeros::<O>(beside);
    let mut sums = zeros::<O>(comptime![tiling.sums()]);
    let mut slopes_here = zeros::<O>(comptime![tiling.vectors as usize]);

    let steps = (end - begin).div_ceil(TERMS);
    for step in 0..steps + 1 {
        if step > 0 {
            sync_cube();
            #[unroll]
            for index in 0..brought {
                near[unit + index * comptime![SIDE * SIDE]] = next[index];
            }
            #[unroll]
            for index in 0..beside {
                slopes[unit + index * comptime![SIDE * SIDE]] = next_slopes[index];
            }
            sync_cube();
        }
        if step < steps {
            #[unroll]
            for index in 0..brought {
                let at = unit + index * comptime![SIDE * SIDE];
                let position = begin + step * TERMS + at / high;
                let mut value = Vector::new(0.0f32);
                if position < end && from + at % high < inner {
                    let at_y = place(position, rows, columns);
                    let row = (at_y.row * comptime![tiling.stride as usize]) as i32 + up;
                    let column = (at_y.column * comptime![tiling.stride as usize]) as i32 + left;
                    if row >= 0 && row < sizes.height as i32 && column >= 0 && column < sizes.width as i32 {
                        let line = at_y.picture * sizes.height as usize + row as usize;
                        value = x[(line * sizes.width as usize + column as usize) * inner + from + at % high];
                    }
                }
                next[index] = value;
            }
            #[unroll]
            for index in 0..beside {
                let at = unit + index * comptime![SIDE * SIDE];
                let position = begin + step * TERMS + at / wide;
                let mut value = Vector::new(0.0f32);
                if position < end && to + at % wide < outer {
                    value = y[position * outer + to + at % wide];
                }
                next_slopes[index] = value;
            }
        }
        if step > 0 {
            #[unroll]
            for term in 0..TERMS {
                #[unroll]
                for vector in 0..comptime![tiling.vectors as usize] {
                    slopes_here[vector] = slopes[comptime![term * wide + vector * SIDE] + along];
                }
                #[unroll]
                for block in 0..comptime![tiling.values as usize / LANES] {
                    let values = near[comptime![term * high + block * SIDE] + down];
                    #[unroll]
                    for lane in 0..LANES {
                        #[unroll]
                        for vector in 0..comptime![tiling.vectors as usize] {
                            sums[(block * LANES + lane) * comptime![tiling.vectors as usize] + vector] +=
                                Vector::new(values.extract(lane)) * slopes_here[vector];
                        }
                    }
                }
            }
        }
    }

    #[unroll]
    for value in 0..comptime![tiling.values as usize] {
        let vector_in = from + down + comptime![value / LANES * SIDE];
        if vector_in < inner {
            let row = (CUBE_POS_Z as usize * inner + vector_in) * LANES + comptime![value % LANES];
            #[unroll]
            for vector in 0..comptime![tiling.vectors as usize] {
                let column = to + along + vector * SIDE;
                if column < outer {
                    out[row * outer + column] = sums[value * comptime![tiling.vectors as usize] + vector];
                }
            }
        }
    }
}
