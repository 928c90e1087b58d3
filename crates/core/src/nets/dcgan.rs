//! DCGAN: Radford et al. 2016 (arXiv 1511.06434), section 3 and figure 1, for 28, 32, 64 and 128 pixels.
//!
//! Each block doubles (G) or halves (D) the side with a 4 x 4 kernel, stride 2, padding 1. A convolution that a
//! normalisation follows has no bias: the normalisation would take it out again.

use burn::{
    module::{Module, Param},
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig},
    },
    tensor::{DType, Device, Tensor},
};
use forger_protocol::{DcganConfig, Normalization, OutOfRange, Random, Settings as _};

use super::Discriminator as _;
use super::{
    activation::leaky_relu,
    conv::{Window, conv_transpose2d, conv2d},
    initial,
    mapping::Mapping,
    mlp::LEAK,
    norm::Norm,
    product::linear,
    spectral,
};
use crate::parameters;

/// The kernel of 4 x 4 that doubles or halves the side.
pub(super) const HALVE: Window = Window { stride: 2, padding: 1 };
/// The kernel that covers all of a feature map.
const COVER: Window = Window { stride: 1, padding: 0 };

/// A convolution that doubles the side, then normalisation and ReLU.
#[derive(Module, Debug)]
pub struct UpBlock {
    /// Half as many channels as it is given.
    pub conv: ConvTranspose2d,
    /// `None` where the settings have none, or once the kernel has taken it in.
    pub norm: Option<Norm>,
}

/// From z, or from w where there is a mapping network, to a picture in `[-1, 1]`.
#[derive(Module, Debug)]
pub struct Generator {
    /// From z to w.
    pub mapping: Option<Mapping>,
    /// Project and reshape, as the paper calls it.
    pub project: Linear,
    /// Over the channels of the first feature map; `None` as in [`UpBlock::norm`].
    pub project_norm: Option<Norm>,
    /// One less than [`DcganConfig::doublings`]: `out` doubles once more.
    pub blocks: Vec<UpBlock>,
    /// To the channels of the picture, before tanh.
    pub out: ConvTranspose2d,
    /// Side of the first feature map.
    pub base: usize,
    /// See [`DcganConfig::mixed_precision`].
    pub mixed_precision: bool,
}

/// A convolution that halves the side, then normalisation and leaky ReLU.
#[derive(Module, Debug)]
pub struct DownBlock {
    /// Twice as many channels as it is given.
    pub conv: Conv2d,
    /// `None` with spectral normalisation, where the settings have none, or once the kernel has taken it in.
    pub norm: Option<Norm>,
}

/// From a picture in `[-1, 1]` to a logit.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// From the picture to the first feature map, of half its side; no normalisation follows.
    pub input: Conv2d,
    /// One less than [`DcganConfig::doublings`]: `input` halves as well.
    pub blocks: Vec<DownBlock>,
    /// Covers all of the last feature map: `[batch, 1, 1, 1]`.
    pub out: Conv2d,
    /// u and v of each kernel, from `input` to `out`; empty without spectral normalisation.
    pub spectral: Vec<Param<Tensor<1>>>,
    /// See [`DcganConfig::mixed_precision`].
    pub mixed_precision: bool,
}

/// What a convolution multiplies, `[pictures, weights]`.
fn factors(x: Tensor<4>, weight: Tensor<4>, mixed_precision: bool) -> [Tensor<4>; 2] {
    let factors = [x, weight];
    if mixed_precision { factors.map(|tensor| tensor.cast(DType::BF16)) } else { factors }
}

fn up(channels: [usize; 2], bias: bool, device: &Device) -> ConvTranspose2d {
    ConvTranspose2dConfig::new(channels, [4, 4]).with_stride([2, 2]).with_padding([1, 1]).with_bias(bias).init(device)
}

fn down(channels: [usize; 2], bias: bool, device: &Device) -> Conv2d {
    Conv2dConfig::new(channels, [4, 4])
        .with_stride([2, 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_bias(bias)
        .init(device)
}

fn doublings(config: &DcganConfig) -> Result<(usize, usize), OutOfRange> {
    config.validate()?;
    Ok(config.doublings().unwrap_or((4, 4)))
}

impl Generator {
    /// Fails for settings out of range.
    pub fn new(config: &DcganConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(config, device)?.filled(random, device))
    }

    /// With the weights of [`Generator::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| initial::normal(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &DcganConfig, device: &Device) -> Result<Self, OutOfRange> {
        let (base, doublings) = doublings(config)?;
        let bias = config.normalization == Normalization::None;
        let widest = config.width << (doublings - 1);
        let norm = |channels| Norm::new(config.normalization, channels, device);
        let mapping = (config.mapping > 0).then(|| Mapping::new(config.latent_dim, config.mapping, device));
        let mut project = LinearConfig::new(config.latent_dim, widest * base * base);
        // Normalisation takes the mean of a channel out again, but each place has one of its own where codes are w.
        project = project.with_bias(bias || mapping.is_some());
        Ok(Self {
            mapping,
            project: project.init(device),
            project_norm: norm(widest),
            blocks: (1..doublings)
                .map(|level| UpBlock {
                    conv: up([widest >> (level - 1), widest >> level], bias, device),
                    norm: norm(widest >> level),
                })
                .collect(),
            out: up([config.width, config.channels], true, device),
            base,
            mixed_precision: false,
        })
    }

    /// What the projection and so many blocks make of codes `[batch, latent_dim]`: `[batch, channels, side, side]`.
    pub fn features(&self, codes: Tensor<2>, blocks: usize) -> Tensor<4> {
        let [batch, _] = codes.dims();
        let projected = linear(&self.project, codes);
        let channels = projected.dims()[1] / (self.base * self.base);
        let mut x = projected.reshape([batch, channels, self.base, self.base]);
        x = leaky_relu(normalize(&self.project_norm, x), 0.0);
        for block in self.blocks.iter().take(blocks) {
            x = leaky_relu(normalize(&block.norm, self.doubled(&block.conv, x)), 0.0);
        }
        x
    }

    fn doubled(&self, conv: &ConvTranspose2d, x: Tensor<4>) -> Tensor<4> {
        let [x, weight] = factors(x, conv.weight.val(), self.mixed_precision);
        conv_transpose2d(x, weight, conv.bias.as_ref().map(Param::val), HALVE)
    }

    /// Codes `[batch, latent_dim]` to pictures `[batch, channels, height, width]` in `[-1, 1]`.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<4> {
        self.doubled(&self.out, self.features(codes, self.blocks.len())).tanh()
    }
}

impl Discriminator {
    /// Fails for settings out of range.
    pub fn new(config: &DcganConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(config, device)?.filled(random, device))
    }

    /// With the weights of [`Discriminator::new`], and the vectors of spectral normalisation that follow from them.
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| initial::normal(name, shape, random)).prepare()
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &DcganConfig, device: &Device) -> Result<Self, OutOfRange> {
        Self::with_outputs(config, 1, device)
    }

    /// The layers of a discriminator, with so many values at the end; unfilled.
    pub(super) fn with_outputs(config: &DcganConfig, outputs: usize, device: &Device) -> Result<Self, OutOfRange> {
        let (base, doublings) = doublings(config)?;
        // Spectral normalisation stands in place of the other one, as in the paper.
        let normalization = if config.spectral_norm { Normalization::None } else { config.normalization };
        let bias = normalization == Normalization::None;
        let mut module = Self {
            input: down([config.channels, config.width], true, device),
            blocks: (1..doublings)
                .map(|level| DownBlock {
                    conv: down([config.width << (level - 1), config.width << level], bias, device),
                    norm: Norm::new(normalization, config.width << level, device),
                })
                .collect(),
            out: Conv2dConfig::new([config.width << (doublings - 1), outputs], [base, base]).init(device),
            spectral: Vec::new(),
            mixed_precision: false,
        };
        if config.spectral_norm {
            module.spectral =
                module.kernels().into_iter().map(|conv| spectral::vectors(&conv.weight, device)).collect();
        }
        Ok(module)
    }

    fn kernels(&self) -> Vec<&Conv2d> {
        std::iter::once(&self.input).chain(self.blocks.iter().map(|block| &block.conv)).chain([&self.out]).collect()
    }

    /// The kernel of the layer of this index, from `input` to `out`, as it judges: spectral normalisation done.
    pub(super) fn kernel(&self, index: usize, conv: &Conv2d) -> Tensor<4> {
        match self.spectral.get(index) {
            Some(vectors) => spectral::normalize(conv.weight.val(), vectors.val()),
            None => conv.weight.val(),
        }
    }

    fn conv(&self, index: usize, conv: &Conv2d, x: Tensor<4>, window: Window) -> Tensor<4> {
        let [x, weight] = factors(x, self.kernel(index, conv), self.mixed_precision);
        conv2d(x, weight, conv.bias.as_ref().map(Param::val), window)
    }

    /// What each layer but the last makes of pictures `[batch, channels, height, width]`: `[batch, width << layer, side,
    /// side]`, the side halved by each.
    pub fn features(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let mut features = vec![leaky_relu(self.conv(0, &self.input, pictures, HALVE), LEAK as f32)];
        for (index, block) in self.blocks.iter().enumerate() {
            let sums = self.conv(index + 1, &block.conv, features[index].clone(), HALVE);
            features.push(leaky_relu(normalize(&block.norm, sums), LEAK as f32));
        }
        features
    }

    /// Pictures `[batch, channels, height, width]` to logits `[batch, 1]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let last = self.blocks.len();
        self.conv(last + 1, &self.out, self.features(pictures).swap_remove(last), COVER).flatten(1, 3)
    }
}

fn normalize(norm: &Option<Norm>, x: Tensor<4>) -> Tensor<4> {
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

impl super::Generator<4> for Generator {
    fn codes(&self, z: Tensor<2>) -> Tensor<2> {
        match &self.mapping {
            Some(mapping) => mapping.forward(z),
            None => z,
        }
    }

    fn draw(&self, codes: Tensor<2>) -> Tensor<4> {
        self.forward(codes)
    }
}

impl super::Discriminator<4> for Discriminator {
    fn judge(&self, samples: Tensor<4>) -> Tensor<2> {
        self.forward(samples)
    }

    /// One power iteration for each kernel.
    fn prepare(mut self) -> Self {
        let kernels = self.kernels().into_iter().map(|conv| conv.weight.val()).collect::<Vec<_>>();
        self.spectral = self
            .spectral
            .into_iter()
            .zip(kernels)
            .map(|(vectors, weight)| spectral::iterate(weight, vectors))
            .collect();
        self
    }
}
