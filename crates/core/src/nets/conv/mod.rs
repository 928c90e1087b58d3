//! Convolutions, forwards and backwards: on the CPU as products of matrices, on a GPU by kernels of our own.
//!
//! burn's CPU backend, and without measuring kernels first its GPU backend as well, has no backward pass of its own for a
//! convolution: it takes the gradient of the weights by a convolution whose kernel is as large as a picture. Three maps of two
//! arguments, `convolve`, `spread` and `correlate`, are each other's derivatives, so they are all that forward and backward
//! pass of a convolution and of a transposed one need. What is neither takes burn's.
//!
//! Pictures and weights may be of 16 bits: what comes out is of 32, and products are added up in 32 bits. burn's kernels take
//! such numbers as they are and ours as 32 bits: the sums are the same.

mod backward;
#[cfg(feature = "gpu")]
mod gpu;
mod maps;
mod unfold;
mod winograd;

use burn::{
    backend::{Autodiff, Flex},
    tensor::{
        DType, Tensor, module,
        ops::{ConvOptions, ConvTransposeOptions},
    },
};

use backward::Maps;
#[cfg(feature = "gpu")]
pub use gpu::Fixed;
pub use maps::Window;

/// Pictures `[batch, inner, height, width]` to `[batch, outer, rows, columns]`; `weight` is `[outer, inner, kernel, kernel]`
/// and `bias` `[outer]`.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, window: Window) -> Tensor<4> {
    match ours(Map::Convolve, &x, &weight, window) {
        Some(y) => add_bias(y, bias),
        None => {
            let Window { stride, padding } = window;
            let bias = bias.map(|bias| bias.cast(x.dtype()));
            module::conv2d(x, weight, bias, ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1)).cast(DType::F32)
        }
    }
}

/// The transposed convolution: pictures `[batch, outer, rows, columns]` to `[batch, inner, height, width]`; `weight` is
/// `[outer, inner, kernel, kernel]` and `bias` `[inner]`.
pub fn conv_transpose2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, window: Window) -> Tensor<4> {
    match ours(Map::Spread, &x, &weight, window) {
        Some(y) => add_bias(y, bias),
        None => {
            let Window { stride, padding } = window;
            let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [0; 2], [1; 2], 1);
            let bias = bias.map(|bias| bias.cast(x.dtype()));
            module::conv_transpose2d(x, weight, bias, options).cast(DType::F32)
        }
    }
}

fn add_bias(y: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    match bias {
        Some(bias) => {
            #[cfg(feature = "gpu")]
            if let Some(sum) = gpu::add_bias(&y, &bias) {
                return sum;
            }
            let channels = bias.dims()[0];
            y + bias.reshape([1, channels, 1, 1])
        }
        None => y,
    }
}

#[derive(Clone, Copy)]
enum Map {
    Convolve,
    Spread,
}

/// A map of `$x` and `$weight`, with gradients or without, where both are of this backend.
macro_rules! on {
    ($backend:ty, $map:expr, $x:expr, $weight:expr, $window:expr, $size:expr) => {{
        let (x, weight) = ($x.clone(), $weight.clone());
        if let (Ok(x), Ok(weight)) = (
            x.clone().try_into_primitive::<Autodiff<$backend>>(),
            weight.clone().try_into_primitive::<Autodiff<$backend>>(),
        ) {
            return Some(Tensor::from_primitive::<Autodiff<$backend>>(match $map {
                Map::Convolve => backward::convolve::<$backend>(x, weight, $window),
                Map::Spread => backward::spread::<$backend>(x, weight, $window, $size),
            }));
        }
        if let (Ok(x), Ok(weight)) = (x.try_into_primitive::<$backend>(), weight.try_into_primitive::<$backend>()) {
            return Some(Tensor::from_primitive::<$backend>(match $map {
                Map::Convolve => <$backend as Maps>::convolve(&x, &weight, $window),
                Map::Spread => <$backend as Maps>::spread(&x, &weight, $window, $size),
            }));
        }
    }};
}

macro_rules! is_on {
    ($backend:ty, $x:expr) => {
        $x.clone().try_into_primitive::<Autodiff<$backend>>().is_ok()
            || $x.clone().try_into_primitive::<$backend>().is_ok()
    };
}

/// `None` on a device, or for a kernel, that burn serves.
fn ours(map: Map, x: &Tensor<4>, weight: &Tensor<4>, window: Window) -> Option<Tensor<4>> {
    let [.., height, width] = x.dims();
    let [.., kernel_height, kernel_width] = weight.dims();
    // What a transposed convolution covers.
    let size = [(height, kernel_height), (width, kernel_width)]
        .map(|(length, kernel)| ((length - 1) * window.stride + kernel).saturating_sub(2 * window.padding));
    // A cast on another device would be work for nothing.
    let wide = || [x, weight].map(|tensor| tensor.clone().cast(DType::F32));
    #[cfg(feature = "gpu")]
    if kernel_height == kernel_width && is_on!(burn_cubecl::CubeBackend, x) {
        let [x, weight] = wide();
        on!(burn_cubecl::CubeBackend, map, x, weight, window, size);
    }
    if is_on!(Flex, x) {
        let [x, weight] = wide();
        on!(Flex, map, x, weight, window, size);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution, Tolerance};

    /// Pictures, inner and outer channels, side, kernel, stride, padding.
    const CASES: [[usize; 7]; 10] = [
        [3, 3, 5, 8, 4, 2, 1],
        [2, 4, 1, 4, 4, 1, 0],
        [5, 2, 3, 7, 3, 1, 1],
        [1, 1, 2, 9, 3, 2, 0],
        [2, 3, 2, 6, 5, 3, 2],
        // More than one group of pictures.
        [9, 16, 4, 32, 4, 2, 1],
        // The other way round.
        [3, 8, 2, 9, 4, 1, 1],
        // In tiles: whole ones; some that reach over the edge, with and without zeros around; more than one group.
        [1, 12, 13, 16, 3, 1, 1],
        [5, 12, 16, 13, 3, 1, 0],
        [9, 16, 12, 31, 3, 1, 1],
    ];

    fn compare(map: Map) {
        let device = Device::flex().autodiff();
        device.seed(1);
        for [batch, inner, outer, side, kernel, stride, padding] in CASES {
            let draw =
                |shape: [usize; 4]| Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device).require_grad();
            let weight = draw([outer, inner, kernel, kernel]);
            let channels = if matches!(map, Map::Convolve) { [inner, outer] } else { [outer, inner] };
            let x = draw([batch, channels[0], side, side]);
            let bias = Tensor::<1>::random([channels[1]], Distribution::Normal(0.0, 1.0), &device).require_grad();
            let ours = |x: Tensor<4>| match map {
                Map::Convolve => conv2d(x, weight.clone(), Some(bias.clone()), Window { stride, padding }),
                Map::Spread => conv_transpose2d(x, weight.clone(), Some(bias.clone()), Window { stride, padding }),
            };
            let theirs = match map {
                Map::Convolve => {
                    let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
                    module::conv2d(x.clone(), weight.clone(), Some(bias.clone()), options)
                }
                Map::Spread => {
                    let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [0; 2], [1; 2], 1);
                    module::conv_transpose2d(x.clone(), weight.clone(), Some(bias.clone()), options)
                }
            };
            let close = |a: Tensor<4>, b: Tensor<4>| {
                let largest = b.clone().abs().max().into_scalar::<f32>();
                a.into_data().assert_approx_eq::<f32>(&b.into_data(), Tolerance::absolute(1e-5 * largest));
            };
            close(ours(x.clone()).inner(), theirs.clone().inner());
            close(ours(x.clone().detach().require_grad()).inner(), ours(x.clone()).inner());
            // On a device without gradients as well.
            let plain = match map {
                Map::Convolve => conv2d(x.clone().inner(), weight.clone().inner(), None, Window { stride, padding }),
                Map::Spread => {
                    conv_transpose2d(x.clone().inner(), weight.clone().inner(), None, Window { stride, padding })
                }
            };
            close(plain + bias.clone().inner().reshape([1, channels[1], 1, 1]), theirs.clone().inner());
            let slope = Tensor::<4>::random(theirs.dims(), Distribution::Normal(0.0, 1.0), &device);
            let wanted = (theirs * slope.clone()).sum().backward();
            let found = (ours(x.clone()) * slope).sum().backward();
            for tensor in [&x, &weight] {
                close(tensor.grad(&found).unwrap(), tensor.grad(&wanted).unwrap());
            }
            let [found, wanted] = [found, wanted].map(|gradients| bias.grad(&gradients).unwrap().into_data());
            found.assert_approx_eq::<f32>(&wanted, Tolerance::rel_abs(1e-4, 1e-4));
        }
    }

    #[test]
    fn a_convolution_is_burns() {
        compare(Map::Convolve);
    }

    #[test]
    fn a_transposed_convolution_is_burns() {
        compare(Map::Spread);
    }
}
