//! What lies on the user's machine: sets of pictures, runs, and models that were made here.

pub mod files;
pub mod kept_runs;
pub mod locks;
pub mod own_models;
pub mod sets;

use forger_core::data::photos::Photo;
use forger_protocol::{
    DeviceKind, EngineError, Reply, StoreRequest,
    runs::{Item, Stored},
};
use js_sys::ArrayBuffer;

use crate::{
    answer::{Answer, done},
    channel::{Caller, bytes, first, to_bytes},
    latent::rgba::to_rgba,
    runs::{
        Runs,
        pictures::{one, photos},
    },
};
use sets::Intake;

/// The store, and the set that is being made.
#[derive(Default)]
pub struct Store {
    intake: Option<Intake>,
}

/// A name that nothing else has: folders are made by time, and by chance where two tabs do.
pub fn fresh_id() -> String {
    format!("{:x}-{:05x}", js_sys::Date::now() as u64, (js_sys::Math::random() * f64::from(1 << 20)) as u32)
}

/// Square pictures, as an answer.
fn shown(photos: &[Photo], side: usize) -> Answer {
    let mut rgba = Vec::new();
    photos.iter().for_each(|photo| to_rgba(&photo.pixels, 3, photo.height * photo.width, &mut rgba));
    let (count, milliseconds, device) = (photos.len(), 0.0, DeviceKind::Cpu);
    (Reply::Pictures { count, width: side, height: side, milliseconds, device }, vec![bytes(&rgba)])
}

impl Store {
    pub async fn answer(
        &mut self,
        caller: &Caller,
        request: StoreRequest,
        buffers: &[ArrayBuffer],
        runs: &mut Runs,
    ) -> Result<Answer, EngineError> {
        match request {
            StoreRequest::List => {
                let (sets, runs) = (sets::list().await?, kept_runs::list().await?);
                let stored = Stored { sets, runs, models: own_models::list().await? };
                Ok((Reply::Stored(Box::new(stored)), Vec::new()))
            }
            StoreRequest::BeginSet { name, side } => {
                self.intake = Some(Intake::new(name, side));
                Ok(done())
            }
            StoreRequest::AddPicture { file } => {
                let duplicate_of = self.intake()?.add(file, &to_bytes(first(buffers)?))?;
                Ok((Reply::Added { duplicate_of }, Vec::new()))
            }
            StoreRequest::LeaveOut { file, why } => {
                self.intake()?.leave_out(file, why);
                Ok(done())
            }
            StoreRequest::EndSet => {
                // One that could not be kept can be tried again, when there is room.
                let info = self.intake()?.keep().await?;
                self.intake = None;
                Ok((Reply::Set(Box::new(info)), Vec::new()))
            }
            StoreRequest::DropSet => {
                self.intake = None;
                Ok(done())
            }
            StoreRequest::Preview { set, side, count } => Ok(shown(&photos(caller, &set, side, count).await?, side)),
            StoreRequest::Draw { set, side, number } => Ok(shown(one(set, side, number).as_slice(), side)),
            StoreRequest::Rename { item, id, name } => {
                match item {
                    Item::Set => sets::rename(&id, name).await?,
                    Item::Run if runs.is_open(&id) => runs.rename(name).await?,
                    Item::Run => kept_runs::rename(&id, name).await?,
                    Item::Model => return Err(EngineError::Protocol("a model keeps its name".into())),
                }
                Ok(done())
            }
            StoreRequest::Delete { item, id } => {
                match item {
                    Item::Run if runs.is_open(&id) => return Err(EngineError::Protocol("the run is open".into())),
                    Item::Set => match runs.learning_from(&id).await? {
                        Some(run) => return Err(EngineError::LearnedFrom(run)),
                        None => sets::delete(&id).await?,
                    },
                    Item::Run => kept_runs::delete(&id).await?,
                    Item::Model => own_models::delete(&id).await?,
                }
                Ok(done())
            }
            StoreRequest::Read { item, id } => {
                let file = match item {
                    Item::Set => sets::pixels(&id).await?,
                    Item::Run => kept_runs::read(&id).await?.1,
                    Item::Model => own_models::read(&id).await?.0,
                };
                Ok((Reply::Done, vec![bytes(&file)]))
            }
        }
    }

    fn intake(&mut self) -> Result<&mut Intake, EngineError> {
        self.intake.as_mut().ok_or_else(|| EngineError::NotOpen("no set was begun".into()))
    }
}
