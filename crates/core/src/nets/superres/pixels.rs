//! From sub-pixels to bytes on the GPU: a third of what would be read back, and nothing is left to do for the CPU.

use burn::tensor::{DType, Shape};
use burn_cubecl::{
    cubecl::{self, calculate_cube_count_elemwise, prelude::*},
    kernel::into_contiguous,
    ops::numeric::empty_device_contiguous_dtype,
    tensor::CubeTensor,
};

/// `x`, `[batch, height, width, 3 * scale * scale]` in `[-1, 1]`, to RGBA, a byte each: `[batch, height * scale, width * scale]`.
/// Opaque where all three channels are numbers, and clear where one is none.
#[cube(launch_unchecked)]
fn pack(x: &[f32], y: &mut [u32], columns: u32, #[comptime] scale: u32) {
    if ABSOLUTE_POS >= y.len() {
        terminate!();
    }
    let scale = comptime![scale as usize];
    let columns = columns as usize;
    let (row, column) = (ABSOLUTE_POS / columns, ABSOLUTE_POS % columns);
    let place = (row / scale * (columns / scale) + column / scale) * (3 * scale * scale);
    let first = place + row % scale * scale + column % scale;
    let mut pixel = 0u32;
    let mut alpha = 255u32;
    #[unroll]
    for channel in 0..3usize {
        let value = x[first + channel * scale * scale];
        // Of infinities and of what is no number, all bits of the exponent are set. A comparison may be taken for true.
        if u32::reinterpret(value) & 0x7f80_0000u32 == 0x7f80_0000u32 {
            alpha = 0u32;
        }
        let byte = u32::cast_from(clamp((value + 1.0) * 127.5, 0.0, 255.0) + 0.5);
        pixel |= byte << comptime![8 * channel as u32];
    }
    y[ABSOLUTE_POS] = pixel | (alpha << 24u32);
}

/// The launch of [`pack`].
pub fn packed(x: CubeTensor, scale: usize) -> CubeTensor {
    let x = into_contiguous(x);
    let [batch, height, width, _] = x.meta.shape().dims();
    let (client, device) = (x.client.clone(), x.device.clone());
    let shape = Shape::from([batch, height * scale, width * scale]);
    let y = empty_device_contiguous_dtype(client.clone(), device, shape, DType::U32);
    let units = batch * height * width * scale * scale;
    let dim = CubeDim::new_1d(64);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and reads inside of the shapes above")]
    unsafe {
        pack::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, units, dim),
            dim,
            x.binding().into_buffer_arg(),
            y.clone().binding().into_buffer_arg(),
            (width * scale) as u32,
            scale as u32,
        );
    }
    y
}
