//! What a refiner pays for changing pictures: Shrivastava et al. 2017 (arXiv 1612.07828), equation 3.

use burn::tensor::Tensor;
use forger_protocol::Kept;

use crate::nets::refiner::Refined;

/// Side of the squares of [`Kept::Blurred`]. No picture of SimGAN is smaller.
const SQUARE: usize = 5;
/// What a displacement that differs by a pixel from its neighbour's costs beside one of a pixel.
const STIFF: f32 = 10.0;

/// `|psi(refined) - psi(synthetic)|_1` of pictures `[batch, channels, height, width]`, summed over all values of psi, the mean over
/// the batch; `[1]`.
pub fn kept(what: Kept, refined: Tensor<4>, synthetic: Tensor<4>) -> Tensor<1> {
    let [batch, _, height, width] = refined.dims();
    let change = refined - synthetic;
    // psi is linear, so that it may take the difference.
    let sum = match what {
        Kept::Pixels => change.abs().sum(),
        Kept::ChannelMean => change.mean_dim(1).abs().sum(),
        Kept::Blurred => blurred(change).abs().sum(),
        Kept::Derivatives => {
            let along = |dim: usize, length: usize| {
                change.clone().narrow(dim, 1, length - 1) - change.clone().narrow(dim, 0, length - 1)
            };
            along(2, height).abs().sum() + along(3, width).abs().sum()
        }
    };
    sum / batch as f32
}

/// What displacing costs: the squares of a field, `[batch, 2, height, width]` in pixels, and [`STIFF`] times those of its differences
/// between neighbours, summed over all values, the mean over the batch; `[1]`. The second is the smoothness of Balakrishnan et al. 2019
/// (arXiv 1809.05231), equation 5.
fn displacement(field: &Tensor<4>) -> Tensor<1> {
    let [batch, _, height, width] = field.dims();
    let squares = |x: Tensor<4>| x.square().sum();
    let along = |dim: usize, length: usize| {
        squares(field.clone().narrow(dim, 1, length - 1) - field.clone().narrow(dim, 0, length - 1))
    };
    (squares(field.clone()) + (along(2, height) + along(3, width)) * STIFF) / batch as f32
}

/// What a refiner pays: [`kept`] of what it moved, which may be elsewhere then, and `price` times what moving costs.
pub fn self_regularization(what: Kept, price: f64, refined: &Refined) -> Tensor<1> {
    let change = kept(what, refined.pictures.clone(), refined.moved.clone());
    match &refined.field {
        Some(field) => change + displacement(field) * price,
        None => change,
    }
}

/// The means of all squares of [`SQUARE`] pixels a side that lie within pictures `[batch, channels, height, width]`.
pub(crate) fn blurred(pictures: Tensor<4>) -> Tensor<4> {
    let sums = |x: Tensor<4>, dim: usize| {
        let length = x.dims()[dim] - SQUARE + 1;
        (1..SQUARE).fold(x.clone().narrow(dim, 0, length), |sum, at| sum + x.clone().narrow(dim, at, length))
    };
    sums(sums(pictures, 2), 3) / (SQUARE * SQUARE) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn loss(what: Kept, values: [f32; 12]) -> f32 {
        let refined = Tensor::<1>::from_floats(values, &Device::flex()).reshape([1, 3, 2, 2]);
        kept(what, refined.clone(), refined.zeros_like()).into_data().try_into_vec::<f32>().unwrap()[0]
    }

    #[test]
    fn each_transform_sees_what_it_is_to_keep() {
        // Lighter all over: the edges stay.
        assert_eq!((loss(Kept::Pixels, [0.5; 12]), loss(Kept::Derivatives, [0.5; 12])), (6.0, 0.0));
        // Another colour of the same light.
        let mut colour = [0.0; 12];
        colour[..4].fill(0.5);
        colour[4..8].fill(-0.5);
        assert_eq!((loss(Kept::Pixels, colour), loss(Kept::ChannelMean, colour)), (4.0, 0.0));
        // A pixel in a corner has two neighbours.
        let mut corner = [0.0; 12];
        corner[0] = 0.25;
        assert_eq!((loss(Kept::Pixels, corner), loss(Kept::Derivatives, corner)), (0.25, 0.5));
    }
}
