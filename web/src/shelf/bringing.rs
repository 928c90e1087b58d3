//! A model that something is asked of is opened once for all who ask, and anew for those who ask after it was cancelled.

use forger_protocol::EngineError;
use futures_channel::oneshot;
use leptos::prelude::*;

use super::Shelf;

/// A model that is being opened.
#[derive(Default)]
pub(super) struct Bringing {
    /// The request that opens it.
    request: Option<u32>,
    /// Who waits for it. Whoever opens it came first.
    waiting: Vec<oneshot::Sender<Result<(), EngineError>>>,
}

impl Shelf {
    /// Opens a model from where it came from, or waits for whoever does.
    pub(super) async fn bring(self, name: &str) -> Result<(), EngineError> {
        let (sender, brought) = oneshot::channel();
        let is_first = self.bringing.try_update_value(|all| {
            let waiting = &mut all.entry(name.to_owned()).or_default().waiting;
            waiting.push(sender);
            waiting.len() == 1
        });
        if is_first == Some(true) {
            // Where it was cancelled, somebody else may open the model by now.
            let is_ours = |now: &Bringing| now.waiting.first().is_some_and(|first| first.is_connected_to(&brought));
            let sent = |id| {
                self.bringing.try_update_value(|all| {
                    all.get_mut(name).filter(|now| is_ours(now)).into_iter().for_each(|now| now.request = Some(id));
                });
            };
            let listed = || untrack(|| self.find(name)).map(|entry| self.source(&entry));
            let result = match self.engine.source(name).or_else(listed) {
                Some(source) => self.open_as(source, true, sent).await.map(drop),
                None => Err(EngineError::NotOpen(name.to_owned())),
            };
            let done = self.bringing.try_update_value(|all| {
                let is_ours = all.get(name).is_some_and(is_ours);
                if is_ours { all.remove(name) } else { None }
            });
            for sender in done.flatten().into_iter().flat_map(|done| done.waiting) {
                let _ = sender.send(result.clone());
            }
        }
        // Where it was cancelled, or the page is left, nobody is here to send.
        brought.await.unwrap_or(Err(EngineError::Cancelled))
    }

    /// Stops the opening that began last. Whoever waits for it is told so at once; what is asked from now on has the model opened
    /// anew.
    pub fn cancel(self) {
        let Some(opening) = self.opening.try_get_untracked().flatten() else { return };
        self.engine.cancel(opening.id);
        self.bringing.try_update_value(|all| all.retain(|_, now| now.request != Some(opening.id)));
    }
}
