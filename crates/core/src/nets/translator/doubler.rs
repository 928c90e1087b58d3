//! A layer that doubles the side.

use burn::{
    module::{Module, Param},
    nn::conv::{Conv2d, ConvTranspose2d, ConvTranspose2dConfig},
    tensor::{Device, Tensor},
};
use forger_protocol::Doubling;

use super::{conv, convolved};
use crate::nets::{
    conv::{Window, conv_transpose2d},
    padding,
};

/// Pictures `[batch, inputs, height, width]` to `[batch, outputs, 2 * height, 2 * width]`.
#[derive(Module, Debug)]
pub enum Doubler {
    /// Stride 2, with a kernel of 4 x 4 or 3 x 3.
    Transposed(ConvTranspose2d),
    /// Each pixel becomes two by two, then 3 x 3, mirrored at the edges.
    Nearest(Conv2d),
}

impl Doubler {
    /// `kernel` is the side of a transposed kernel.
    pub(super) fn new(kind: Doubling, channels: [usize; 2], kernel: usize, bias: bool, device: &Device) -> Self {
        match kind {
            Doubling::Transposed => {
                let config = ConvTranspose2dConfig::new(channels, [kernel; 2]).with_stride([2, 2]);
                Self::Transposed(config.with_padding([1, 1]).with_bias(bias).init(device))
            }
            Doubling::Nearest => Self::Nearest(conv(channels, 3, 1, bias, device)),
        }
    }

    /// In what a file is read into.
    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = x.dims();
        match self {
            Self::Transposed(conv) => {
                let (weight, bias) = (conv.weight.val(), conv.bias.as_ref().map(Param::val));
                if weight.dims()[2] != 3 {
                    return conv_transpose2d(x, weight, bias, Window { stride: 2, padding: 1 });
                }
                // PyTorch's padding and output padding of 1 leave out the first row and column of what the kernel covers.
                let all = conv_transpose2d(x, weight, bias, Window { stride: 2, padding: 0 });
                let outputs = all.dims()[1];
                all.slice([0..batch, 0..outputs, 1..2 * height + 1, 1..2 * width + 1])
            }
            Self::Nearest(conv) => {
                let x =
                    x.reshape([batch, channels, height, 1, width, 1]).expand([batch, channels, height, 2, width, 2]);
                let x = x.reshape([batch, channels, 2 * height, 2 * width]);
                convolved(conv, padding::reflect(x, 1), 1, 0)
            }
        }
    }
}
