//! Pictures that go on beyond their edges.

use burn::tensor::Tensor;

/// `[batch, channels, height, width]` mirrored at all four edges by so many pixels, the pixel at the edge not repeated, as PyTorch's
/// `ReflectionPad2d`. A side that is too short for it is mirrored again and again.
pub fn reflect(x: Tensor<4>, pixels: usize) -> Tensor<4> {
    both(both(x, 2, pixels), 3, pixels)
}

/// Both ends of one axis. Made of slices, which have a gradient on every device; one that gathers would add up where several
/// pixels come from one.
fn both(x: Tensor<4>, axis: usize, pixels: usize) -> Tensor<4> {
    let length = x.dims()[axis];
    if pixels == 0 {
        return x;
    }
    if length <= pixels {
        let x = extend(x, axis, pixels);
        // The start sees the same mirror.
        let end = x.clone().narrow(axis, 1, pixels.min(x.dims()[axis] - 1)).flip([axis as isize]);
        return Tensor::cat(vec![end, x], axis);
    }
    let start = x.clone().narrow(axis, 1, pixels).flip([axis as isize]);
    let end = x.clone().narrow(axis, length - 1 - pixels, pixels).flip([axis as isize]);
    Tensor::cat(vec![start, x, end], axis)
}

/// `[batch, channels, height, width]` mirrored at the far end of one axis, 2 or 3, by so many pixels, again and again where the side is
/// short; a single pixel is repeated.
pub fn extend(x: Tensor<4>, axis: usize, pixels: usize) -> Tensor<4> {
    let (mut x, mut left) = (x, pixels);
    while left > 0 {
        let length = x.dims()[axis];
        let step = left.min(length.saturating_sub(1).max(1));
        // Of a single pixel there is no other to mirror.
        let start = if length == 1 { 0 } else { length - 1 - step };
        let end = x.clone().narrow(axis, start, step).flip([axis as isize]);
        x = Tensor::cat(vec![x, end], axis);
        left -= step;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn row(values: &[f32]) -> Tensor<4> {
        Tensor::<1>::from_floats(values, &Device::flex()).reshape([1, 1, 1, values.len()])
    }

    fn read(x: Tensor<4>) -> Vec<f32> {
        x.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn edges_are_mirrors() {
        assert_eq!(read(both(row(&[1.0, 2.0, 3.0, 4.0]), 3, 2)), [3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0]);
        assert_eq!(read(extend(row(&[1.0, 2.0, 3.0]), 3, 5)), [1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
        assert_eq!(read(extend(row(&[7.0]), 3, 3)), [7.0; 4]);
        assert_eq!(read(both(row(&[1.0, 2.0]), 3, 3)).len(), 8);
        assert_eq!(read(both(row(&[5.0]), 3, 3)), [5.0; 7]);
    }

    #[test]
    fn each_pixel_gathers_the_slope_of_its_mirrors() {
        let device = Device::flex().autodiff();
        let x = Tensor::<1>::from_floats([1.0, 2.0, 3.0], &device).require_grad();
        let padded = reflect(x.clone().reshape([1, 1, 1, 3]).expand([1, 1, 3, 3]), 2);
        let slopes = x.grad(&padded.sum().backward()).unwrap().into_data().try_into_vec::<f32>().unwrap();
        // Seven columns 3 2 1 2 3 2 1, in seven rows.
        assert_eq!(slopes, [14.0, 21.0, 14.0]);
    }
}
