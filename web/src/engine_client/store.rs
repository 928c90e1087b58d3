//! What lies on this machine, by way of the worker.

use forger_protocol::{
    EngineError, Reply, Request,
    message::StoreRequest,
    runs::{Item, Stored},
};
use js_sys::ArrayBuffer;

use super::Engine;

impl Engine {
    /// What lies on this machine. A worker that stopped before it answered is asked again.
    pub async fn stored(self) -> Result<Stored, EngineError> {
        loop {
            match self.request(Request::Store(StoreRequest::List), Vec::new()).await {
                Ok((Reply::Stored(stored), _)) => return Ok(*stored),
                Ok(_) => return Err(EngineError::Protocol("stored".into())),
                Err(EngineError::Restarted(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The file of something that lies on this machine.
    pub async fn read_stored(self, item: Item, id: String) -> Result<ArrayBuffer, EngineError> {
        let (_, buffers) = self.request(Request::Store(StoreRequest::Read { item, id }), Vec::new()).await?;
        buffers.into_iter().next().ok_or_else(|| EngineError::Protocol("file".into()))
    }

    /// Deletes something that lies on this machine.
    pub async fn delete_stored(self, item: Item, id: String) -> Result<(), EngineError> {
        self.request(Request::Store(StoreRequest::Delete { item, id }), Vec::new()).await.map(drop)
    }
}
