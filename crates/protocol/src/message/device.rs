//! What a page may compute on.

use serde::{Deserialize, Serialize};

/// Where tensors live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// The processor, without a GPU.
    Cpu,
    /// A GPU, by WebGPU.
    WebGpu,
}

/// What the page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The faster one, found by a short timing.
    #[default]
    Auto,
    /// The processor, whatever else there is.
    Cpu,
    /// A GPU, or [`crate::EngineError::NoWebGpu`] where there is none.
    WebGpu,
}

/// What did the last run, and what there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// The device that did the last run, never the one hoped for; before any run, the one that will.
    pub used: DeviceKind,
    /// Whether this browser offers WebGPU.
    pub webgpu: bool,
    /// The reason for a change that the user did not ask for, such as a lost device.
    pub lost: Option<String>,
}
