//! Work on pictures of the user's.

pub mod image_to_image;
mod judge;
mod likeness;
pub mod making;

use forger_protocol::{EngineError, PictureRequest, Way};
use js_sys::ArrayBuffer;

use crate::{
    answer::Outcome,
    channel::{Caller, first, to_bytes},
    devices::Devices,
    models::Models,
    task::Task,
};
use judge::judge;
use likeness::likeness;
use making::{Making, Wanted};

/// What is asked of pictures.
pub async fn answer(
    caller: &Caller,
    request: PictureRequest,
    buffers: &[ArrayBuffer],
    models: &mut Models,
    devices: &mut Devices,
) -> Result<Outcome, EngineError> {
    match request {
        PictureRequest::Make { model, scale, back, width, height } => {
            let wanted = model.map_or(Wanted::Bicubic { scale }, |name| Wanted::Model(name, way(back)));
            let pixels = to_bytes(first(buffers)?);
            let making = Making::open(caller.clone(), wanted, [height, width], pixels, models, devices).await?;
            Ok(Outcome::Task(Task::Making(Box::new(making))))
        }
        PictureRequest::Judge { model, back, width, height } => {
            judge(&model, way(back), [height, width], buffers, models, devices).await.map(Outcome::Answer)
        }
        PictureRequest::Compare { width, height, border } => {
            likeness([height, width], border, buffers).map(Outcome::Answer)
        }
    }
}

const fn way(back: bool) -> Way {
    if back { Way::Backward } else { Way::Forward }
}
