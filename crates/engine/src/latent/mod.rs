//! Work of models that draw from codes.

mod drawing;
pub mod film;
pub mod rgba;
pub mod search;

use forger_protocol::{EngineError, LatentRequest, Reply};
use js_sys::ArrayBuffer;

use crate::{
    answer::Outcome,
    channel::{Caller, bytes, first, to_bytes, to_floats},
    detect::Detection,
    devices::Devices,
    models::Models,
    schedule::now,
    task::Task,
};
use drawing::draw;
use film::Filming;
use search::Search;

/// What such a model is asked.
pub async fn answer(
    caller: &Caller,
    request: LatentRequest,
    buffers: &[ArrayBuffer],
    models: &mut Models,
    devices: &mut Devices,
) -> Result<Outcome, EngineError> {
    let buffer = first(buffers)?;
    match request {
        LatentRequest::Draw { model, count } => {
            let (drawer, device) = models.drawer(&model, devices).await?;
            let start = now();
            let pixels = draw(caller, devices, (&drawer, device), count, &to_floats(buffer)).await?;
            let side = drawer.config.image_size;
            let reply = Reply::Pictures { count, width: side, height: side, milliseconds: now() - start, device };
            Ok(Outcome::Answer((reply, vec![bytes(&pixels)])))
        }
        LatentRequest::Film { model, count, film } => {
            let codes = (count, to_floats(buffer));
            let filming = Filming::open(caller.clone(), model, codes, film, models, devices).await?;
            Ok(Outcome::Task(Task::Filming(Box::new(filming))))
        }
        LatentRequest::Invert { model, settings } => {
            let search = Search::open(caller.clone(), model, settings, &to_bytes(buffer), models, devices).await?;
            Ok(Outcome::Task(Task::Search(Box::new(search))))
        }
        LatentRequest::Detect { model, size } => {
            let detection = Detection::open(caller.clone(), &model, size, &to_bytes(buffer), models)?;
            Ok(Outcome::Task(Task::Detection(Box::new(detection))))
        }
    }
}
