//! What several tests need.

use burn::tensor::Tensor;
use forger_core::burn;

/// Reads a tensor back.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}
