//! Work that is done in slices, in between other requests. There is one at a time.

use forger_protocol::EngineError;

use crate::{
    answer::Answer,
    channel::Caller,
    detect::{Calibrating, Detection},
    devices::Devices,
    latent::search::Search,
    models::Models,
    pictures::making::Making,
};

pub enum Task {
    Search(Box<Search>),
    Detection(Box<Detection>),
    Calibrating(Box<Calibrating>),
    Making(Box<Making>),
}

impl Task {
    /// Who waits for it.
    pub fn caller(&self) -> &Caller {
        match self {
            Self::Search(search) => &search.caller,
            Self::Detection(detection) => &detection.caller,
            Self::Calibrating(calibrating) => &calibrating.caller,
            Self::Making(making) => &making.caller,
        }
    }

    /// A slice; the answer once it ends. Where the GPU was lost, it goes on on the CPU.
    pub async fn advance(&mut self, models: &mut Models, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        match self {
            Self::Search(search) => search.advance(models, devices).await,
            Self::Detection(detection) => detection.advance(devices).await,
            Self::Calibrating(calibrating) => calibrating.advance(devices).await,
            Self::Making(making) => making.advance(models, devices).await,
        }
    }
}
