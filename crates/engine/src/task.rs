//! Work that is done in slices, in between other requests. There is one at a time.

use forger_protocol::{EngineError, Reply};
use js_sys::ArrayBuffer;

use crate::{
    channel::{Channel, floats},
    devices::Devices,
    models::Models,
    search::Search,
    upscaling::Upscaling,
};

pub enum Task {
    Search(Box<Search>),
    Upscaling(Box<Upscaling>),
}

impl Task {
    /// The request that it answers.
    pub fn id(&self) -> u32 {
        match self {
            Self::Search(search) => search.id,
            Self::Upscaling(upscaling) => upscaling.id,
        }
    }

    /// A slice; the answer once it ends.
    pub async fn advance(
        &mut self,
        channel: &Channel,
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<Option<(Reply, Vec<ArrayBuffer>)>, EngineError> {
        Ok(match self {
            Self::Search(search) => {
                let found = search.advance(channel, devices).await?;
                found.map(|(found, z)| (Reply::Inverted(found), vec![floats(&z)]))
            }
            Self::Upscaling(upscaling) => {
                upscaling.advance(channel, models, devices).await?.map(|took| (Reply::Upscaled(took), Vec::new()))
            }
        })
    }

    /// The same after the GPU was lost, on the device that is left.
    pub async fn again(self, models: &mut Models, devices: &mut Devices) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Search(search) => Self::Search(Box::new(search.again(models, devices).await?)),
            Self::Upscaling(upscaling) => Self::Upscaling(Box::new(upscaling.again(models, devices).await?)),
        })
    }
}
