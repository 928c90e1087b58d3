//! A trained generator on a GPU: normalisation in its kernels, which are packed once, bias and ReLU in their pass, and channels
//! last from the projection to the picture.

use burn::{module::Param, tensor::Tensor};
use burn_cubecl::CubeBackend;

use crate::nets::{
    conv::Fixed,
    dcgan::{Generator, HALVE},
};

/// What [`Generator::forward`] draws, from copies of its weights.
#[derive(Clone, Debug)]
pub struct Painter {
    /// Side of the first feature map.
    base: usize,
    /// Columns are places, then channels.
    project: Tensor<2>,
    bias: Option<Tensor<1>>,
    blocks: Vec<Fixed>,
    out: Fixed,
}

impl Painter {
    /// Of a network that [`crate::nets::fold::generator`] has made; `None` where it is not on a GPU, or has normalisation left.
    pub fn new(folded: &Generator) -> Option<Self> {
        if folded.project_norm.is_some() || folded.blocks.iter().any(|block| block.norm.is_some()) {
            return None;
        }
        let area = folded.base * folded.base;
        let weight = folded.project.weight.val();
        let [dim, columns] = weight.dims();
        // burn's columns are channels, then places.
        let moved = |weight: Tensor<2>| {
            let rows = weight.dims()[0];
            weight.reshape([rows, columns / area, area]).swap_dims(1, 2).reshape([rows, columns])
        };
        let bias = folded.project.bias.as_ref().map(|bias| moved(bias.val().reshape([1, columns])).reshape([columns]));
        let fixed = |conv: &burn::nn::conv::ConvTranspose2d| {
            Fixed::new(conv.weight.val(), conv.bias.as_ref().map(Param::val), HALVE, true)
        };
        Some(Self {
            base: folded.base,
            project: moved(weight.reshape([dim, columns])),
            bias,
            blocks: folded.blocks.iter().map(|block| fixed(&block.conv)).collect::<Option<_>>()?,
            out: fixed(&folded.out)?,
        })
    }

    /// [`Generator::forward`]; `None` for codes that are not on this GPU.
    pub fn forward(&self, codes: &Tensor<2>) -> Option<Tensor<4>> {
        let projected = codes.clone().matmul(self.project.clone());
        let [count, columns] = projected.dims();
        let projected = match &self.bias {
            Some(bias) => projected + bias.clone().unsqueeze(),
            None => projected,
        };
        let first = burn::tensor::activation::relu(projected);
        let first = first.reshape([count, self.base, self.base, columns / (self.base * self.base)]);
        let first = first.try_into_primitive::<CubeBackend>().ok()?;
        let last = self.blocks.iter().fold(first, |x, block| block.apply(x, true, None));
        let picture = Tensor::<4>::from_primitive::<CubeBackend>(self.out.apply(last, false, None));
        Some(picture.tanh().permute([0, 3, 1, 2]))
    }
}
