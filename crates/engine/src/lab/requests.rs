//! What the lab is asked.

use forger_core::checkpoint::Reader;
use forger_protocol::{Command, EngineError, LabRequest, Reply, ToyConfig};
use js_sys::ArrayBuffer;

use super::{Lab, session::ToySession};
use crate::{
    answer::{Answer, done},
    channel::{self, Channel},
    devices::Devices,
    training::bad_run,
};

impl Lab {
    pub async fn answer(
        &mut self,
        request: LabRequest,
        buffers: &[ArrayBuffer],
        channel: &Channel,
        devices: &mut Devices,
    ) -> Result<Answer, EngineError> {
        match request {
            LabRequest::Open(config) => {
                // The new one must open before the old one goes.
                let session = ToySession::open(devices, config, None, self.session.as_ref()).await?;
                self.replace(session, channel).await?;
                Ok(done())
            }
            LabRequest::Tune(config) => {
                let session = self.session()?;
                let before = session.as_it_is().await?;
                session.tune(config)?;
                self.undo.push(before);
                self.look(channel).await?;
                Ok(done())
            }
            LabRequest::Command(command) => {
                if command == Command::Reset {
                    let before = self.session()?.as_it_is().await?;
                    self.undo.push(before);
                }
                let can_undo = self.undo.is_possible();
                self.session()?.command(channel, command, can_undo).await?;
                Ok(done())
            }
            LabRequest::Close => {
                *self = Self::default();
                Ok(done())
            }
            LabRequest::Save => {
                let (step, state) = self.session()?.training.save().await?;
                Ok((Reply::LabSaved { step }, vec![channel::bytes(&state)]))
            }
            LabRequest::Import => {
                let saved = channel::to_bytes(channel::first(buffers)?);
                let config = Reader::new(&saved).and_then(|reader| reader.settings::<ToyConfig>()).map_err(bad_run)?;
                let session = ToySession::open(devices, config, Some(&saved), self.session.as_ref()).await?;
                self.replace(session, channel).await?;
                self.opened()
            }
            LabRequest::Visit { step } => {
                let can_undo = self.undo.is_possible();
                let (update, buffers) = self.session()?.visit(step, can_undo)?;
                Ok((Reply::LabView(Box::new(update)), buffers))
            }
            LabRequest::Walk { at, step } => self.session()?.walk(at, step).await,
            LabRequest::Branch { step } => {
                let branch = self.session()?.branch(devices, step).await?;
                self.replace(branch, channel).await?;
                Ok(done())
            }
            LabRequest::Undo => {
                self.undo(devices).await?;
                self.look(channel).await?;
                self.opened()
            }
        }
    }

    /// Opens what was before the last change.
    async fn undo(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let before = self.undo.last().ok_or_else(|| EngineError::NotOpen("nothing to take back".into()))?;
        let (config, state) = (before.config.clone(), Some(&before.state[..]));
        let mut session = ToySession::open(devices, config, state, self.session.as_ref()).await?;
        // Only now: what does not open can be tried again.
        if let Some(history) = self.undo.take().and_then(|before| before.history) {
            session.training.history = history;
        }
        self.session = Some(session);
        Ok(())
    }

    fn opened(&mut self) -> Result<Answer, EngineError> {
        let config = self.session()?.config().clone();
        Ok((Reply::LabOpened(Box::new(config)), Vec::new()))
    }
}
