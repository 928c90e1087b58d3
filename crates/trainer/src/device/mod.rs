//! The devices that a flag names.

mod failure;
mod name;
#[cfg(feature = "remote")]
mod remote;
#[cfg(feature = "remote")]
pub mod secret;

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use burn::tensor::{Device, Tensor};

#[cfg(feature = "remote")]
pub use failure::on_panic;
pub use failure::{Failed, Fault, guard};
pub use name::Name;

/// What `--device` says where several devices can share batches.
pub const SEVERAL: &str = "cpu, vulkan, cuda, cuda:INDEX, or remote:ws://HOST:PORT for what `forger worker` lends on another \
    machine. Several cuda or remote devices with commas between them share every batch, as in cuda:0,cuda:1; batch normalisation then \
    takes its statistics on each device alone";

/// Where a command computes.
#[derive(clap::Args)]
pub struct DeviceArgs {
    /// cpu, vulkan, cuda, cuda:INDEX, or remote:ws://HOST:PORT for what `forger worker` lends on another machine
    #[arg(long, default_value = "cpu", value_name = "DEVICE")]
    pub device: String,
    /// File with the secret of remote devices, instead of the environment variable FORGER_SECRET
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

impl DeviceArgs {
    /// Opens what `--device` names: the device with the networks, and those that share its batches.
    pub fn open(&self) -> Result<(Device, Vec<Device>)> {
        let names = name::list(&self.device)?;
        let mut devices = names.iter().map(|name| self.open_one(name)).collect::<Result<Vec<_>>>()?;
        let first = devices.remove(0);
        Ok((first, devices))
    }

    /// Opens the only device that `--device` names.
    pub fn open_single(&self) -> Result<Device> {
        self.check_single()?;
        Ok(self.open()?.0)
    }

    /// Refuses several devices, where one is opened later on.
    pub fn check_single(&self) -> Result<()> {
        if name::list(&self.device)?.len() > 1 {
            bail!("--device {}: this takes one device only; name one of them", self.device);
        }
        Ok(())
    }

    pub fn open_one(&self, name: &Name) -> Result<Device> {
        match name {
            Name::Cpu => Ok(Device::flex()),
            #[cfg(feature = "vulkan")]
            Name::Vulkan => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "cuda")]
            Name::Cuda(index) => Ok(Device::cuda(*index)),
            #[cfg(feature = "remote")]
            Name::Remote(url) => remote::connect(url, self.secret_file.as_deref()),
            // burn 0.23 has no ndarray; there, a group of one CPU device (`Device::group_options`) is as good.
            #[cfg(test)]
            #[expect(deprecated, reason = "burn has no other second backend on the CPU")]
            Name::Second => Ok(Device::ndarray()),
            #[cfg(not(all(feature = "vulkan", feature = "cuda", feature = "remote")))]
            _ => Err(missing(name.feature())),
        }
    }
}

/// Reads a tensor back.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.try_into_data().map_err(Failed::new)?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|error| anyhow!("the device gave no numbers: {error:?}"))
}

/// Why a device or a command that is not compiled in does not work.
#[cfg(not(all(feature = "vulkan", feature = "cuda", feature = "remote")))]
pub fn missing(feature: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "this forger was built without {feature}: build it with `cargo build --release -p forger --features {feature}`"
    )
}
