//! What can go wrong, typed: the page turns each into a sentence in the reader's language.

use serde::{Deserialize, Serialize};

use crate::config::{Conflict, OutOfRange};

/// Why a model file was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum ModelError {
    /// Not a safetensors file at all, or cut short.
    #[error("this is not a whole safetensors file: {detail}")]
    Malformed {
        /// What the reader of the format says, in English.
        detail: String,
    },
    /// A safetensors file without a Forger card.
    #[error("the file holds no Forger model card")]
    NoCard,
    /// The card is of a newer Forger, or does not read.
    #[error("the model card does not read: {detail}")]
    BadCard {
        /// What is wrong with it, in English.
        detail: String,
    },
    /// A model of another system than the one that is asked for.
    #[error("this is a model of {found}, where one of {expected} is needed")]
    OtherSystem {
        /// Name of the system that is asked for.
        expected: String,
        /// Name of the system that the card has.
        found: String,
    },
    /// A model of the right system, whose networks are others than those that are to begin with its weights.
    #[error("its networks are others: {settings}")]
    OtherNetworks {
        /// The settings that differ, as `width=24 where 32 is asked for`, in English.
        settings: String,
    },
    /// Size or SHA-256 differ from the manifest.
    #[error("the file is damaged: expected sha256 {expected}, found {found}")]
    Damaged {
        /// That of the manifest, in hex.
        expected: String,
        /// That of the bytes that came, in hex.
        found: String,
    },
    /// A tensor is missing, or has another shape than the configuration asks for.
    #[error("tensor {tensor}: expected shape {expected:?}, found {found:?}")]
    Tensor {
        /// Its name in the file, that of its network first.
        tensor: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
        /// The shape that it has; `None` where it is missing.
        found: Option<Vec<usize>>,
    },
    /// A weight is NaN or infinite.
    #[error("tensor {tensor} holds a value that is not a number")]
    NotFinite {
        /// Its name in the file, that of its network first.
        tensor: String,
    },
    /// A weight is larger than a number of 16 bits can be.
    #[error("tensor {tensor} holds a value beyond 65504, which a model file (16 bits a value) does not hold")]
    TooLarge {
        /// Its name in the file, that of its network first.
        tensor: String,
    },
    /// The card does not say what is normal.
    #[error("the model does not know what is normal: `forger calibrate` tells it")]
    NotCalibrated,
    /// The network does not draw what its test vector says.
    #[error("the model does not reproduce its test vector: off by {difference}")]
    TestVector {
        /// The largest of all kept values, of outputs in `[-1, 1]`; NaN where the network gave one.
        difference: f32,
    },
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "error", content = "detail")]
pub enum EngineError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(OutOfRange),
    /// Settings that do not go together.
    #[error(transparent)]
    Conflict(Conflict),
    /// A model file was refused.
    #[error(transparent)]
    Model(ModelError),
    /// The file of a run was refused.
    #[error("this run does not read: {0}")]
    BadRun(String),
    /// It would take more memory than a tab has to spare.
    #[error("it would take {bytes} bytes of at most {most}")]
    TooMuch {
        /// What it would take.
        bytes: f64,
        /// What it may.
        most: f64,
    },
    /// There are too few pictures for what is asked for.
    #[error("it takes {least} pictures or more")]
    TooFewPictures {
        /// As many as would do.
        least: usize,
    },
    /// No more pictures go into the set that is being made; what is there can be kept.
    #[error("a set takes at most {most} bytes")]
    SetFull {
        /// What it may take.
        most: f64,
    },
    /// The browser keeps nothing, has no room, or what was kept is not there.
    #[error("this browser's storage: {0}")]
    Storage(String),
    /// The run that is open was to go and could not be saved: it stays.
    #[error("the run that is open could not be saved: {0}")]
    Unsaved(String),
    /// Another tab has this run open, and writes it.
    #[error("the run is open in another tab")]
    OpenElsewhere,
    /// A run that is kept here learns from this set, and could not go on without it.
    #[error("the run {0} learns from this set")]
    LearnedFrom(String),
    /// The losses of a run look through a trained network that its file does not hold.
    #[error("the losses of this run look through a trained network that is not here")]
    LooksThrough,
    /// A file could not be fetched.
    #[error("could not fetch {url}: {detail}")]
    Fetch {
        /// What was asked for.
        url: String,
        /// What the browser or the server says, in English.
        detail: String,
    },
    /// A file of the site is longer than the site's list says.
    #[error("{url} holds more than {most} bytes, which is all that the list says")]
    TooLong {
        /// What was asked for.
        url: String,
        /// Bytes, by the list.
        most: f64,
    },
    /// A file of the user's cannot be read any more: it was moved or changed, or the browser is not allowed to.
    #[error("{0} cannot be read any more")]
    Gone(String),
    /// A web page lies where a file of the site should be: hosts answer so where one is missing.
    #[error("a web page is in the place of {url}")]
    WebPage {
        /// What was asked for.
        url: String,
    },
    /// A list of the site does not read.
    #[error("{url} does not read: {detail}")]
    BadList {
        /// What was asked for.
        url: String,
        /// What is wrong with it, in English.
        detail: String,
    },
    /// No session or model of that id is open.
    #[error("no such session or model is open: {0}")]
    NotOpen(String),
    /// The page asked for WebGPU, and there is none.
    #[error("WebGPU is not available: {0}")]
    NoWebGpu(String),
    /// The device stopped answering, and the work could not go on elsewhere.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// The message does not read, or belongs to another version.
    #[error("message not understood: {0}")]
    Protocol(String),
    /// The request was cancelled by the page.
    #[error("cancelled")]
    Cancelled,
    /// The worker stopped before it answered, and another has taken its place: what was asked can be asked again.
    #[error("the engine stopped and was started again: {0}")]
    Restarted(String),
    /// A fault of the engine itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl EngineError {
    /// Whether whoever asked has nothing to tell: the user wanted it, or was told already.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Restarted(_))
    }
}

impl From<OutOfRange> for EngineError {
    fn from(error: OutOfRange) -> Self {
        Self::Config(error)
    }
}

impl From<ModelError> for EngineError {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}
