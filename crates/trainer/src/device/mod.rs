//! The device that a flag names.

use anyhow::{Result, bail};
use burn::tensor::Device;

/// `cpu`, `vulkan`, `cuda` or `cuda:INDEX`.
pub fn parse(name: &str) -> Result<Device> {
    let (kind, index) = name.split_once(':').unwrap_or((name, "0"));
    let Ok(index) = index.parse::<usize>() else {
        bail!("device {name}: what follows the colon must be a number, as in cuda:0");
    };
    match kind {
        "cpu" => Ok(Device::flex()),
        #[cfg(feature = "vulkan")]
        "vulkan" => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(index)),
        "vulkan" | "cuda" => {
            let _ = index;
            bail!(
                "this forger was built without {kind}: build it with `cargo build --release -p forger --features {kind}`"
            )
        }
        _ => bail!("unknown device {name}: use cpu, vulkan, cuda or cuda:INDEX"),
    }
}
