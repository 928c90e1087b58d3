//! Work that is done one piece after the other.

use futures_channel::oneshot;
use leptos::prelude::*;

/// Several who want the same thing: each waits for those who came before.
#[derive(Clone, Copy)]
pub struct Queue(StoredValue<Option<oneshot::Receiver<()>>>);

impl Default for Queue {
    fn default() -> Self {
        Self(StoredValue::new(None))
    }
}

impl Queue {
    /// Does the work when its turn has come; at once where the page was left.
    pub async fn wait<T>(self, work: impl AsyncFnOnce() -> T) -> T {
        let (done, is_done) = oneshot::channel::<()>();
        let before = self.0.try_update_value(|last| last.replace(is_done)).flatten();
        if let Some(before) = before {
            // Nothing is ever sent: it ends when the sender is dropped, however the work went.
            let _ = before.await;
        }
        let result = work().await;
        drop(done);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    #[test]
    fn each_waits_for_those_who_came_before() {
        let owner = Owner::new();
        let queue = owner.with(Queue::default);
        let mut context = Context::from_waker(Waker::noop());
        let (open, gate) = oneshot::channel::<()>();
        let mut first = pin!(queue.wait(async || gate.await.is_ok()));
        let mut second = pin!(queue.wait(async || 2));
        assert_eq!(first.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(second.as_mut().poll(&mut context), Poll::Pending);
        open.send(()).unwrap();
        // It has not ended yet.
        assert_eq!(second.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(first.as_mut().poll(&mut context), Poll::Ready(true));
        assert_eq!(second.as_mut().poll(&mut context), Poll::Ready(2));
        // Once the page is left, nobody waits.
        let mut third = pin!(queue.wait(async || 3));
        owner.cleanup();
        assert_eq!(third.as_mut().poll(&mut context), Poll::Ready(3));
    }
}
