//! Models on their way from the site. The worker does other things meanwhile.

use std::rc::Rc;

use forger_protocol::{EngineError, ManifestEntry};

use crate::{
    awaited::Awaited,
    channel::Caller,
    fetch::fetch,
    schedule::{Pending, begin},
};

/// A file on its way.
struct Download {
    caller: Caller,
    entry: Box<ManifestEntry>,
    file: Pending<Result<Vec<u8>, EngineError>>,
}

/// A file that came, or why it did not, and what it must be.
pub struct Arrived {
    pub caller: Caller,
    pub entry: Box<ManifestEntry>,
    pub file: Result<Rc<Vec<u8>>, EngineError>,
}

#[derive(Default)]
pub struct Downloads(Awaited<Download>);

impl Downloads {
    /// Begins to fetch a file of the folder `base`, in place of another of its name. The loop is woken when it is there.
    pub fn begin(&mut self, caller: Caller, base: &str, entry: Box<ManifestEntry>) {
        let (url, bytes, whose) = (format!("{base}{}", entry.file), entry.bytes, caller.clone());
        let file = begin(async move {
            let file = fetch(&whose, &url, bytes).await;
            whose.wake();
            file
        });
        let (name, sha256) = (entry.card.name.clone(), entry.sha256.clone());
        self.0.begin(name, sha256, Download { caller, entry, file });
    }

    /// Gives up what is on its way under this name, but for this file. Whoever waits for it is told so in its turn, after whatever
    /// it was given up for.
    pub fn give_up(&mut self, name: &str, but: Option<&str>) {
        self.0.give_up(name, but);
    }

    /// One that has come to its end or was given up, and was not given out yet.
    pub fn arrived(&mut self) -> Option<Arrived> {
        let (Download { caller, entry, .. }, file) = self.0.ended(|download| download.file.take())?;
        let file = file.unwrap_or(Err(EngineError::Cancelled)).map(Rc::new);
        Some(Arrived { caller, entry, file })
    }
}
