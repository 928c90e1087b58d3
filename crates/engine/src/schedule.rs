//! Time, and giving way to the browser.

use std::{cell::RefCell, collections::VecDeque};

use futures_channel::oneshot;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessagePort};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker began.
pub fn now() -> f64 {
    scope().performance().map(|performance| performance.now()).unwrap_or_default()
}

thread_local! {
    /// Who gave way, and has not had its turn since.
    static TURNS: RefCell<VecDeque<oneshot::Sender<()>>> = const { RefCell::new(VecDeque::new()) };
    static PORT: Option<MessagePort> = port();
}

fn port() -> Option<MessagePort> {
    let channel = MessageChannel::new().ok()?;
    let on_message = Closure::<dyn FnMut()>::new(|| {
        if let Some(turn) = TURNS.with_borrow_mut(VecDeque::pop_front) {
            let _ = turn.send(());
        }
    });
    channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    Some(channel.port2())
}

/// Lets the browser deliver waiting messages. Through a message channel: browsers stretch a zero timeout to 4 ms.
pub async fn yield_now() {
    let posted = PORT.with(|port| port.as_ref().is_some_and(|port| port.post_message(&JsValue::NULL).is_ok()));
    if posted {
        let (turn, next) = oneshot::channel();
        TURNS.with_borrow_mut(|turns| turns.push_back(turn));
        let _ = next.await;
    }
}

/// Resolves after so many milliseconds.
pub async fn sleep(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

/// Work that goes on by itself. What it comes to waits here.
pub struct Pending<T>(oneshot::Receiver<T>);

/// Begins `work`, which is then nobody's to drop: a read from a GPU that is given up half-way leaves its buffer to be mapped
/// while burn hands it out again, and the device refuses everything from there on.
pub fn begin<T: 'static>(work: impl Future<Output = T> + 'static) -> Pending<T> {
    let (sender, receiver) = oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        // Whoever began it may have given up.
        let _ = sender.send(work.await);
    });
    Pending(receiver)
}

impl<T> Pending<T> {
    /// The result, once and if it is there.
    pub fn take(&mut self) -> Option<T> {
        self.0.try_recv().ok().flatten()
    }

    /// The result, or `None` when it takes longer than so many milliseconds; the work ends all the same.
    pub async fn within(self, milliseconds: i32) -> Option<T> {
        // Nothing but waiting is dropped by the choice.
        let limit = std::pin::pin!(sleep(milliseconds));
        #[expect(clippy::disallowed_methods, reason = "the work itself is spawned")]
        let first = futures_util::future::select(self.0, limit).await;
        match first {
            futures_util::future::Either::Left((result, _)) => result.ok(),
            futures_util::future::Either::Right(_) => None,
        }
    }
}
