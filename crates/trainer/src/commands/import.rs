//! `forger import`: weights that pytorch-CycleGAN-and-pix2pix trained become a model file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::{Args, ValueEnum};
use forger_core::{
    nets::{
        patch::{PatchDiscriminator, PatchShape},
        translator::{self, import},
    },
    weights::{Model, Translator},
};
use forger_protocol::{
    Card, CycleganConfig, Pix2pixConfig, Settings, SystemConfig, TranslatorConfig, TranslatorNetwork, card::DataSource,
};

use super::publish::CardArgs;
use crate::data::tensors;

/// Side of the pictures that the authors trained with, where the network does not say it.
const SIDE: usize = 256;

#[derive(Args)]
pub struct ImportArgs {
    /// Weights of the generator, a state dict of PyTorch (.pth, .pt) or .safetensors: latest_net_G.pth, or latest_net_G_A.pth of
    /// CycleGAN
    pub from: PathBuf,
    /// What it was trained as
    #[arg(long, value_enum)]
    pub arch: Arch,
    /// The generator of the way back: latest_net_G_B.pth of CycleGAN
    #[arg(long)]
    pub back: Option<PathBuf>,
    /// Weights of the discriminator, latest_net_D.pth. Of CycleGAN up to two: first that of the second domain, which judged what
    /// the generator made (latest_net_D_A.pth), then that of the first (latest_net_D_B.pth)
    #[arg(long, num_args = 1)]
    pub discriminator: Vec<PathBuf>,
    /// Side of the pictures that it was trained with; that of which a U-Net leaves one pixel, or 256, if not given
    #[arg(long)]
    pub image_size: Option<usize>,
    /// How many pictures it learned from, or pairs
    #[arg(long, default_value_t = 0)]
    pub data_images: u64,
    #[command(flatten)]
    pub card: CardArgs,
}

/// What weights were trained as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Arch {
    Pix2pix,
    Cyclegan,
}

/// Writes the model file.
pub fn import(args: &ImportArgs) -> Result<()> {
    if args.card.name.is_none() {
        bail!("name the model with --name");
    }
    let (config, generator) = generator(&args.from)?;
    let image_size = args.image_size.unwrap_or(match config.network {
        TranslatorNetwork::Unet => 1 << config.depth,
        TranslatorNetwork::Resnet => SIDE,
    });
    let (system, networks) = match args.arch {
        Arch::Pix2pix => pix2pix(args, image_size, config, generator)?,
        Arch::Cyclegan => cyclegan(args, image_size, config, generator)?,
    };
    let card = Card {
        licence: "see whoever trained them".into(),
        trainer: format!("PyTorch, imported by forger {}", env!("CARGO_PKG_VERSION")),
        data: DataSource { images: args.data_images, ..DataSource::default() },
        ..Card::new("", system, 1)
    };
    args.card.publish(Model { card, networks })
}

fn generator(path: &Path) -> Result<(TranslatorConfig, translator::Translator)> {
    let weights = tensors::read(path, |_| true)?;
    import::generator(&weights, &Device::flex()).with_context(|| path.display().to_string())
}

/// A discriminator that judges so many channels beside generators of these settings.
fn discriminator(path: &Path, channels: usize, config: &TranslatorConfig) -> Result<(PatchShape, PatchDiscriminator)> {
    let weights = tensors::read(path, |_| true)?;
    let (shape, network) =
        import::discriminator(&weights, &Device::flex()).with_context(|| path.display().to_string())?;
    if shape.channels != channels {
        bail!(
            "{}: it judges {} channels, where this one needs {channels}: {}",
            path.display(),
            shape.channels,
            if channels == 6 { "a picture beside the one that it was made of" } else { "single pictures" }
        );
    }
    if shape.normalization != config.normalization {
        bail!(
            "{}: its normalisation is {:?}, and that of the generator {:?}; they must be the same",
            path.display(),
            shape.normalization,
            config.normalization
        );
    }
    Ok((shape, network))
}

fn checked<C: Settings>(config: &C) -> Result<SystemConfig> {
    config.validate().context("the weights are of a kind that is not offered")?;
    Ok(SystemConfig::of(config))
}

fn pix2pix(
    args: &ImportArgs,
    image_size: usize,
    generator: TranslatorConfig,
    network: translator::Translator,
) -> Result<(SystemConfig, Translator)> {
    if let Some(back) = &args.back {
        bail!("--back {}: pix2pix learns one way; import the other one as a model of its own", back.display());
    }
    if args.discriminator.len() > 1 {
        bail!("pix2pix has one discriminator, and {} were given", args.discriminator.len());
    }
    let mut config = Pix2pixConfig { image_size, generator, ..Pix2pixConfig::default() };
    let judge = args.discriminator.first().map(|path| discriminator(path, 6, &config.generator)).transpose()?;
    if let Some((shape, _)) = &judge {
        (config.patch, config.discriminator_width) = (shape.patch, shape.width);
    }
    Ok((checked(&config)?, Translator::pix2pix(config, network, judge.map(|(_, network)| network))))
}

fn cyclegan(
    args: &ImportArgs,
    image_size: usize,
    generator: TranslatorConfig,
    network: translator::Translator,
) -> Result<(SystemConfig, Translator)> {
    if args.discriminator.len() > 2 {
        bail!("CycleGAN has two discriminators, and {} were given", args.discriminator.len());
    }
    let mut config = CycleganConfig { image_size, generator, ..CycleganConfig::default() };
    let mut back = None;
    if let Some(path) = &args.back {
        let (of_back, network) = self::generator(path)?;
        // Dropout has no weights.
        let of_back = TranslatorConfig { dropout: config.generator.dropout, ..of_back };
        if of_back != config.generator {
            bail!("{} is another network than {}: both ways need the same", path.display(), args.from.display());
        }
        back = Some(network);
    }
    let judges = args.discriminator.iter().map(|path| discriminator(path, 3, &config.generator));
    let mut judges = judges.collect::<Result<Vec<_>>>()?.into_iter();
    let (d_y, d_x) = (judges.next(), judges.next());
    if let Some((shape, _)) = &d_y {
        if d_x.as_ref().is_some_and(|(other, _)| other != shape) {
            bail!("--discriminator: the two have not the same shape");
        }
        (config.patch, config.discriminator_width) = (shape.patch, shape.width);
    }
    let judges = [d_x, d_y].map(|judge| judge.map(|(_, network)| network));
    Ok((checked(&config)?, Translator::cyclegan(config, network, back, judges)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::values;
    use burn::tensor::{Tensor, TensorData};
    use forger_protocol::Normalization;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
    }

    /// An input, and what PyTorch makes of it.
    fn case(name: &str) -> (Tensor<4>, Vec<f32>) {
        let tensors = tensors::read(&fixture(&format!("{name}-case.safetensors")), |_| true).unwrap();
        let find = |name: &str| tensors.iter().find(|tensor| tensor.name == name).unwrap().clone();
        let (input, output) = (find("input"), find("output"));
        let shape: [usize; 4] = input.shape.try_into().unwrap();
        (Tensor::from_data(TensorData::new(input.values, shape), &Device::flex()), output.values)
    }

    fn assert_near(found: Tensor<4>, expected: &[f32], what: &str) {
        let found = values(found).unwrap();
        assert_eq!(found.len(), expected.len(), "{what}");
        // One by one: a maximum would pass over a NaN.
        let far = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).find(|apart| apart.is_nan() || *apart >= 1e-4);
        assert_eq!(far, None, "{what}");
    }

    #[test]
    fn generators_make_what_they_make_in_pytorch() {
        for (name, ends) in [
            ("unet_128-ngf2", &[".pth", "-legacy.pth"][..]),
            ("resnet_6blocks-ngf4", &[".pth", "-legacy.pth", ".safetensors"]),
            // Old files have running statistics of instance normalisation, which no one looks at.
            ("resnet_9blocks-ngf4-old", &[".pth", "-legacy.pth"]),
        ] {
            let (input, output) = case(name);
            for end in ends {
                let (config, network) = generator(&fixture(&format!("{name}{end}"))).unwrap();
                assert_eq!(name.starts_with("unet"), config.normalization == Normalization::Batch);
                assert_near(network.forward(input.clone(), None), &output, &format!("{name}{end}"));
            }
        }
    }

    #[test]
    fn discriminators_judge_as_they_do_in_pytorch() {
        let name = "D_basic-ndf4-batch";
        let (input, output) = case(name);
        let config = TranslatorConfig::default();
        for end in [".pth", "-legacy.pth"] {
            let (shape, network) = discriminator(&fixture(&format!("{name}{end}")), 6, &config).unwrap();
            assert_eq!((shape.width, shape.patch, shape.channels), (4, 70, 6));
            assert_near(network.logits(input.clone()), &output, end);
        }
        let error = |channels, config: &TranslatorConfig| {
            format!("{:#}", discriminator(&fixture("D_basic-ndf4-batch.pth"), channels, config).err().unwrap())
        };
        assert!(error(3, &config).contains("judges 6 channels, where this one needs 3"), "{}", error(3, &config));
        assert!(error(6, &TranslatorConfig::resnet(4, 6)).contains("normalisation is Batch"));
    }
}
