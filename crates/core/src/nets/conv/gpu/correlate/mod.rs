//! The gradient of a kernel: launches.

mod tiles;
mod units;

use burn::{backend::ops::FloatTensorOps, tensor::Shape};
use burn_cubecl::{
    CubeBackend,
    cubecl::prelude::{CubeCount, CubeDim},
    kernel::into_contiguous,
    tensor::CubeTensor,
};

use super::{
    BUSY, BUSY_TILES, blocks, sizes,
    tiles::{LANES, SIDE, TERMS, Tiling},
    tiles_for,
    units::Plan,
};
use crate::nets::{
    conv::Window,
    gpu::{empty, groups, lanes, sum_parts},
};

/// [`crate::nets::conv::maps::correlate`] of tensors with channels last: `[outer, inner, kernel, kernel]`.
pub fn correlate(x: CubeTensor, y: CubeTensor, window: Window, kernel: usize) -> CubeTensor {
    let (x, y) = (into_contiguous(x), into_contiguous(y));
    let [batch, _, _, inner] = x.meta.shape().dims();
    let [_, rows, columns, outer] = y.meta.shape().dims();
    let (area, positions) = (kernel * kernel, batch * rows * columns);
    let parts = match tiles_for(&x, [inner, outer], inner, positions, area) {
        Some(_) => correlate_tiles(x, y, window, kernel),
        None => correlate_units(x, y, window, kernel),
    };
    let sum = if parts.meta.shape().dims::<2>()[0] > 1 { sum_parts(parts) } else { parts };
    let gradient = CubeBackend::float_reshape(sum, Shape::from([kernel, kernel, inner, outer]));
    CubeBackend::float_permute(gradient, &[3, 2, 0, 1])
}

/// `[parts, kernel * kernel * inner * outer]`.
fn correlate_tiles(x: CubeTensor, y: CubeTensor, window: Window, kernel: usize) -> CubeTensor {
    let (from, to): ([usize; 4], [usize; 4]) = (x.meta.shape().dims(), y.meta.shape().dims());
    let [[_, _, _, inner], [batch, rows, columns, outer]] = [from, to];
    let tiling = Tiling {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        values: if inner > SIDE * LANES { 8 } else { 4 },
        vectors: if outer > SIDE * LANES { 2 } else { 1 },
        spread: false,
    };
    let (area, positions) = (kernel * kernel, batch * rows * columns);
    let [down, across] = [inner.div_ceil(tiling.height()), (outer / LANES).div_ceil(tiling.width())];
    let wanted = BUSY_TILES.div_ceil(down * across * area).min(positions.div_ceil(TERMS));
    let part = positions.div_ceil(wanted).next_multiple_of(TERMS);
    let parts = positions.div_ceil(part);
    let out = empty(&x, [parts, area * inner * outer]);
    let sizes = sizes(from, [rows, columns, outer]);
    #[expect(unsafe_code, reason = "units read and write inside of the shapes above")]
    unsafe {
        tiles::correlate::launch_unchecked(
            &x.client.clone(),
            CubeCount::Static(down as u32, across as u32, (parts * area) as u32),
            CubeDim::new_1d((SIDE * SIDE) as u32),
            LANES,
            x.binding().into_buffer_arg(),
            y.binding().into_buffer_arg(),
            out.clone().binding().into_buffer_arg(),
            sizes,
            part as u32,
            tiling,
        );
    }
    out
}

/// `[parts, kernel * kernel * inner * outer]`.
fn correlate_units(x: CubeTensor, y: CubeTensor, window: Window, kernel: usize) -> CubeTensor {
    let [batch, height, width, inner] = x.meta.shape().dims();
    let [_, rows, columns, outer] = y.meta.shape().dims();
    let (from, to) = (lanes(inner), lanes(outer));
    let plan = Plan {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        pixels: 1,
        blocks: blocks(outer / to, to),
        bias: false,
        relu: false,
        residual: false,
    };
    let each = kernel * kernel * (inner / from) * (outer / to / plan.blocks as usize);
    let lines = batch * rows;
    let part = lines.div_ceil(BUSY.div_ceil(each.max(1)).clamp(1, lines.max(1))).max(1);
    let parts = lines.div_ceil(part);
    let out = empty(&x, [parts, kernel * kernel * inner * outer]);
    let client = x.client.clone();
    let (count, dim) = groups(&client, each * parts);
    let sizes = sizes([batch, height, width, inner], [rows, columns, outer]);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and reads and writes inside of the shapes above")]
    unsafe {
        units::correlate::launch_unchecked(
            &client,
            count,
            dim,
            from,
            to,
            x.binding().into_buffer_arg(),
            y.binding().into_buffer_arg(),
            out.clone().binding().into_buffer_arg(),
            sizes,
            part as u32,
            plan,
        );
    }
    out
}
