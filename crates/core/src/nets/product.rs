//! Products of matrices in full precision on every device.

use burn::{nn::Linear, tensor::Tensor};

use super::conv::{Window, conv2d};

/// `a`, `[rows, terms]`, times `b`, `[terms, columns]`.
///
/// On CUDA, burn's product rounds factors to TF32, which has ten bits of mantissa, and a game feels it: a dozen steps of DCGAN,
/// and its losses were off by a hundredth. There this is a convolution, which is exact.
pub fn product(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    if rounds(&a) { by_convolution(a, b) } else { a.matmul(b) }
}

/// What [`Linear::forward`] makes of `x`, `[rows, inputs]`: `[rows, outputs]`.
pub fn linear(layer: &Linear, x: Tensor<2>) -> Tensor<2> {
    if !rounds(&x) {
        return layer.forward(x);
    }
    let y = by_convolution(x, layer.weight.val());
    match &layer.bias {
        Some(bias) => y + bias.val().unsqueeze(),
        None => y,
    }
}

/// Whether burn's product may round its factors.
fn rounds(x: &Tensor<2>) -> bool {
    #[cfg(feature = "gpu")]
    return super::gpu::has_tf32(x);
    #[cfg(not(feature = "gpu"))]
    {
        let _ = x;
        false
    }
}

/// A kernel of 1 x 1 on a picture of one line, whose pixels are rows and whose channels are terms.
fn by_convolution(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    let (rows, columns) = (a.dims()[0], b.dims()[1]);
    let line = a.transpose().unsqueeze_dims::<4>(&[0, 2]);
    let kernel = b.transpose().unsqueeze_dims::<4>(&[2, 3]);
    let made = conv2d(line, kernel, None, Window { stride: 1, padding: 0 });
    made.permute([0, 2, 3, 1]).reshape([rows, columns])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution, Tolerance};

    #[test]
    fn a_convolution_makes_a_product_and_its_gradients() {
        let device = Device::flex().autodiff();
        device.seed(1);
        for [rows, terms, columns] in [[3, 4, 5], [1, 7, 2], [6, 1, 1]] {
            let draw = |shape| Tensor::<2>::random(shape, Distribution::Normal(0.0, 1.0), &device).require_grad();
            let (a, b) = (draw([rows, terms]), draw([terms, columns]));
            let slope = draw([rows, columns]).detach();
            let [found, wanted] = [by_convolution(a.clone(), b.clone()), a.clone().matmul(b.clone())].map(|made| {
                let gradients = (made.clone() * slope.clone()).sum().backward();
                [made.inner(), a.grad(&gradients).unwrap(), b.grad(&gradients).unwrap()]
            });
            for (found, wanted) in found.into_iter().zip(wanted) {
                found.into_data().assert_approx_eq::<f32>(&wanted.into_data(), Tolerance::rel_abs(1e-5, 1e-5));
            }
        }
    }
}
