//! Spectral normalisation of a kernel: Miyato et al. 2018 (arXiv 1802.05957), algorithm 1.
//!
//! A kernel `[outer, inner, height, width]` is seen as a matrix W, `[outer, inner * height * width]`, and divided by its
//! largest singular value, which one power iteration a step follows: `v = W^T u / |W^T u|`, `u = W v / |W v|`, `sigma = u^T W
//! v`. u and v are constants to the gradient. They are kept one after the other in a vector.
//!
//! Products are written out and summed, not given to a product of matrices: on a GPU that may round both factors to half
//! precision for its tensor cores, and an inexact sigma scales a whole layer.

use burn::{
    module::{Param, ParamId},
    tensor::{Device, Tensor},
};

/// Room for the vectors of a kernel, which itself may have no values yet; theirs are filled in with the weights.
pub fn vectors(weight: &Param<Tensor<4>>, device: &Device) -> Param<Tensor<1>> {
    let [outer, inner, height, width] = weight.lazy_shape().dims();
    let length = outer + inner * height * width;
    Param::initialized(ParamId::new(), Tensor::ones([length], device))
}

/// W, u `[outer, 1]` and v `[1, inner * height * width]`.
fn parts(weight: Tensor<4>, vectors: Tensor<1>) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let [outer, inner, height, width] = weight.dims();
    let length = inner * height * width;
    let (u, v) = (vectors.clone().slice(0..outer), vectors.slice(outer..outer + length));
    (weight.reshape([outer, length]), u.reshape([outer, 1]), v.reshape([1, length]))
}

/// The kernel divided by its largest singular value.
pub fn normalize(weight: Tensor<4>, vectors: Tensor<1>) -> Tensor<4> {
    let (matrix, u, v) = parts(weight.clone(), vectors.detach());
    let sigma = (matrix * (u * v)).sum();
    weight / sigma.reshape([1, 1, 1, 1])
}

/// One power iteration.
pub fn iterate(weight: Tensor<4>, vectors: Param<Tensor<1>>) -> Param<Tensor<1>> {
    let (matrix, u, _) = parts(weight.detach(), vectors.val().detach());
    let unit = |vector: Tensor<2>| {
        let norm = vector.clone().square().sum().sqrt() + 1e-12;
        vector / norm.unsqueeze()
    };
    let v = unit((matrix.clone() * u).sum_dim(0));
    let u = unit((matrix * v.clone()).sum_dim(1));
    let both = Tensor::cat(vec![u.flatten::<1>(0, 1), v.flatten(0, 1)], 0);
    Param::initialized(vectors.id, both.detach().set_require_grad(false))
}
