//! The gradient of a kernel unit by unit: see [`super::super::units`].

use burn_cubecl::cubecl::{self, prelude::*};

use super::super::units::{Plan, Sizes, value_at};

/// The gradient of a kernel: products of `x`, `[batch, height, width, inner]`, and `y`, `[batch, rows, columns, outer]`, summed
/// over the positions in parts of so many rows: `[parts, kernel, kernel, inner, outer]`.
#[cube(launch_unchecked)]
pub fn correlate<I: Size, O: Size>(
    x: &[Vector<f32, I>],
    y: &[Vector<f32, O>],
    out: &mut [Vector<f32, O>],
    sizes: Sizes,
    part: u32,
    #[comptime] plan: Plan,
) {
    let (inner, outer) = (sizes.inner as usize, sizes.outer as usize);
    let across = outer / comptime![plan.blocks as usize];
    let area = comptime![(plan.kernel * plan.kernel) as usize];
    let lines = sizes.batch as usize * sizes.rows as usize;
    let part = part as usize;
    if ABSOLUTE_POS >= across * inner * area * lines.div_ceil(part) {
        terminate!();
    }
    let to = (ABSOLUTE_POS % across) * comptime![plan.blocks as usize];
    let from = (ABSOLUTE_POS / across) % inner;
    let tap = (ABSOLUTE_POS / (across * inner)) % area;
    let index = ABSOLUTE_POS / (across * inner * area);
    let up = (tap / comptime![plan.kernel as usize]) as i32 - comptime![plan.padding as i32];
    let left = (tap % comptime![plan.kernel as usize]) as i32 - comptime![plan.padding as i32];
    let lanes = I::value();
    let mut sums = Array::<Vector<f32, O>>::new(comptime![lanes * plan.blocks as usize]);
    #[unroll]
    for at in 0..comptime![lanes * plan.blocks as usize] {
        sums[at] = Vector::new(0.0f32);
    }
    for line in index * part..min((index + 1) * part, lines) {
        let row = (line % sizes.rows as usize * comptime![plan.stride as usize]) as i32 + up;
        if row >= 0 && row < sizes.height as i32 {
            let row = line / sizes.rows as usize * sizes.height as usize + row as usize;
            for place in 0..sizes.columns as usize {
                let column = (place * comptime![plan.stride as usize]) as i32 + left;
                let value = value_at(x, row, column, from, &sizes);
                #[unroll]
                for block in 0..comptime![plan.blocks as usize] {
                    let slope = y[(line * sizes.columns as usize + place) * outer + to + block];
                    #[unroll]
                    for lane in 0..lanes {
                        sums[lane * comptime![plan.blocks as usize] + block] +=
                            Vector::new(value.extract(lane)) * slope;
                    }
                }
            }
        }
    }
    #[unroll]
    for lane in 0..lanes {
        #[unroll]
        for block in 0..comptime![plan.blocks as usize] {
            let place = (((index * area + tap) * inner + from) * lanes + lane) * outer + to + block;
            out[place] = sums[lane * comptime![plan.blocks as usize] + block];
        }
    }
}
