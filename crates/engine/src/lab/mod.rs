//! The lab: the open toy session, and what it was before each change. `requests` is what it is asked.

mod requests;
mod session;
mod shown;

use forger_protocol::EngineError;

use crate::{channel::Channel, devices::Devices, undo::Undo};
use session::ToySession;

#[derive(Default)]
pub struct Lab {
    session: Option<ToySession>,
    undo: Undo,
}

impl Lab {
    pub fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.session.as_ref().is_some_and(ToySession::is_running)
    }

    /// Trains for one slice, where it is fastest.
    pub async fn train(&mut self, channel: &Channel, devices: &mut Devices) -> Result<(), EngineError> {
        let can_undo = self.undo.is_possible();
        let session = self.session()?;
        session.decide(devices).await?;
        session.advance(channel, devices, can_undo).await
    }

    /// Goes on where the user wants it to.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        match &mut self.session {
            Some(session) => session.migrate(devices).await,
            None => Ok(()),
        }
    }

    /// Shows the session.
    pub async fn look(&mut self, channel: &Channel) -> Result<(), EngineError> {
        let can_undo = self.undo.is_possible();
        self.session()?.look(channel, can_undo).await
    }

    /// The session cannot go on; what it was before can be had back.
    pub fn end(&mut self) {
        self.session = None;
    }

    fn session(&mut self) -> Result<&mut ToySession, EngineError> {
        self.session.as_mut().ok_or_else(|| EngineError::NotOpen("lab".into()))
    }

    /// Puts a session in the place of the one there is, which can be had back, and shows it.
    async fn replace(&mut self, session: ToySession, channel: &Channel) -> Result<(), EngineError> {
        if let Some(before) = &mut self.session {
            self.undo.push(before.as_it_is().await?);
        }
        self.session = Some(session);
        self.look(channel).await
    }
}
