//! FID, with the Inception network that burn has and weights that the user brings.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::{
    module::Module as _,
    store::{ModuleSnapshot as _, PytorchStore},
    tensor::{
        Device, Tensor, TensorData,
        module::interpolate,
        ops::{InterpolateMode, InterpolateOptions},
    },
};
use burn_train::metric::vision::{Fid, FidConfig};
use forger_core::metrics::{features::Features, frechet::frechet_distance};

use crate::commands::values;

/// Side of the pictures that the network looks at, in pixels.
const SIDE: usize = 299;
/// Features of a picture.
const FEATURES: usize = 2048;
/// Pictures at once.
const BATCH: usize = 16;

/// The network of pytorch-fid, ready to look at pictures.
pub struct Inception {
    network: Fid,
    device: Device,
}

impl Inception {
    /// `weights` is the file of pytorch-fid, `pt-inception-2015-12-05-6726825d.pth` of
    /// <https://github.com/mseitzer/pytorch-fid/releases>. Fails for a file that lacks a tensor.
    pub fn open(weights: &Path, device: &Device) -> Result<Self> {
        if !weights.is_file() {
            bail!("there are no weights of the Inception network in {}", weights.display());
        }
        // PyTorch's names are burn's in capitals, without the size of the kernel.
        let mut store = PytorchStore::from_file(weights)
            .with_key_remapping(r"^Conv2d_(\d\w)_\dx\d\.", "extractor.conv2d_$1.")
            .with_key_remapping(r"^Mixed_(\d\w)\.", "extractor.mixed_$1.");
        // Without burn's normalisation, which is that of ImageNet: these weights are for pictures in [-1, 1].
        let mut network = FidConfig::new().with_normalize(false).init(device);
        network.load_from(&mut store).with_context(|| {
            format!("{} does not hold the weights that pytorch-fid has for Inception", weights.display())
        })?;
        Ok(Self { network: network.no_grad(), device: device.clone() })
    }

    /// Features `[count, 2048]` flat of pictures `[count, channels, side, side]` flat in `[-1, 1]`, grey or RGB; they are
    /// made larger as pytorch-fid does, bilinearly from the middle of the pixels.
    pub fn features(&self, pictures: &[f32], channels: usize, side: usize) -> Result<Vec<f32>> {
        let size = channels * side * side;
        if !matches!(channels, 1 | 3) || side == 0 || !pictures.len().is_multiple_of(size) {
            bail!("{} values are not pictures of {channels} x {side} x {side}, grey or RGB", pictures.len());
        }
        let larger =
            InterpolateOptions::new(InterpolateMode::Bilinear).with_align_corners(false).with_output_size([SIDE, SIDE]);
        let mut features = Vec::with_capacity(pictures.len() / size * FEATURES);
        for batch in pictures.chunks(BATCH * size) {
            let data = TensorData::new(batch.to_vec(), [batch.len() / size, channels, side, side]);
            let batch = Tensor::<4>::from_data(data, &self.device).repeat_dim(1, 3 / channels);
            let batch = if side == SIDE { batch } else { interpolate(batch, larger.clone()) };
            features.extend(values(self.network.extract_features(batch))?);
        }
        Ok(features)
    }
}

/// The Fréchet Inception distance (Heusel et al. 2017, arXiv 1706.08500) between pictures `[count, channels, side, side]`
/// flat in `[-1, 1]`, from 0, lower is better. It is biased by the number of pictures: only values of equally many compare,
/// and those of papers are of 10,000 or 50,000. The distance is taken in f64 by eigenvalues, where burn iterates in f32:
/// this holds for fewer pictures than features, too, and takes about a minute.
pub fn fid(
    weights: &Path,
    real: &[f32],
    fake: &[f32],
    (channels, side): (usize, usize),
    device: &Device,
) -> Result<f64> {
    let network = Inception::open(weights, device)?;
    let (real, fake) = (network.features(real, channels, side)?, network.features(fake, channels, side)?);
    Ok(frechet_distance(&Features::new(&real, FEATURES)?, &Features::new(&fake, FEATURES)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_weights_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("inception.pth");
        let error = |path: &Path| format!("{:#}", Inception::open(path, &Device::flex()).err().unwrap());
        assert!(error(&missing).contains("there are no weights"));
        std::fs::write(&missing, b"not weights").unwrap();
        assert!(error(&missing).contains("inception.pth does not hold"));
    }

    #[test]
    fn pictures_of_any_size_have_features() {
        let device = Device::flex();
        let network = Inception { network: FidConfig::new().with_normalize(false).init(&device), device };
        let grey = (0..2 * 28 * 28).map(|i| (i as f32 * 0.1).sin()).collect::<Vec<_>>();
        let colour = grey.chunks(28 * 28).flat_map(|picture| picture.repeat(3)).collect::<Vec<_>>();
        let features = network.features(&grey, 1, 28).unwrap();
        assert_eq!(features.len(), 2 * FEATURES);
        assert!(features == network.features(&colour, 3, 28).unwrap());
        assert!(network.features(&grey, 2, 28).is_err() && network.features(&grey[1..], 1, 28).is_err());
    }
}
