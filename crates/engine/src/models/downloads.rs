//! Models on their way from the site. The worker does other things meanwhile.

use std::rc::Rc;

use forger_protocol::{EngineError, ManifestEntry};

use crate::{
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
pub struct Downloads(Vec<Download>);

impl Downloads {
    /// Begins to fetch a file of the folder `base`. The loop is woken when it is there.
    pub fn begin(&mut self, caller: Caller, base: &str, entry: Box<ManifestEntry>) {
        let (url, bytes, whose) = (format!("{base}{}", entry.file), entry.bytes, caller.clone());
        let file = begin(async move {
            let file = fetch(&whose, &url, bytes).await;
            whose.wake();
            file
        });
        self.0.push(Download { caller, entry, file });
    }

    /// One that has come to its end and was not given out yet.
    pub fn arrived(&mut self) -> Option<Arrived> {
        let mut ends = self.0.iter_mut().enumerate();
        let (at, file) = ends.find_map(|(at, download)| Some((at, download.file.take()?)))?;
        let Download { caller, entry, .. } = self.0.remove(at);
        Some(Arrived { caller, entry, file: file.map(Rc::new) })
    }
}
