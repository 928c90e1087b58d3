//! Work that is done in slices, in between other requests. There is one at a time, and a film beside it: what is looked for must
//! not be lost to a film, nor the film to it.

use forger_protocol::EngineError;

use crate::{
    answer::Answer,
    channel::Caller,
    detect::{Calibrating, Detection},
    devices::Devices,
    latent::{film::Filming, search::Search},
    models::Models,
    pictures::making::Making,
};

pub enum Task {
    Search(Box<Search>),
    Detection(Box<Detection>),
    Calibrating(Box<Calibrating>),
    Making(Box<Making>),
    Filming(Box<Filming>),
}

impl Task {
    /// Who waits for it.
    pub fn caller(&self) -> &Caller {
        match self {
            Self::Search(search) => &search.caller,
            Self::Detection(detection) => &detection.caller,
            Self::Calibrating(calibrating) => &calibrating.caller,
            Self::Making(making) => &making.caller,
            Self::Filming(filming) => &filming.caller,
        }
    }

    pub const fn is_film(&self) -> bool {
        matches!(self, Self::Filming(_))
    }

    /// A slice; the answer once it ends. Where the GPU was lost, it goes on on the CPU.
    pub async fn advance(&mut self, models: &mut Models, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        match self {
            Self::Search(search) => search.advance(models, devices).await,
            Self::Detection(detection) => detection.advance(devices).await,
            Self::Calibrating(calibrating) => calibrating.advance(devices).await,
            Self::Making(making) => making.advance(models, devices).await,
            Self::Filming(filming) => filming.advance(models, devices).await,
        }
    }
}
