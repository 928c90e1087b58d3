//! Time, and giving way to the browser.

use std::cell::RefCell;

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
    static TURN: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
    static PORT: Option<MessagePort> = port();
}

fn port() -> Option<MessagePort> {
    let channel = MessageChannel::new().ok()?;
    let on_message = Closure::<dyn FnMut()>::new(|| {
        if let Some(turn) = TURN.with_borrow_mut(Option::take) {
            let _ = turn.send(());
        }
    });
    channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    Some(channel.port2())
}

/// Lets the browser deliver waiting messages. Through a message channel: browsers stretch a zero timeout to 4 ms.
pub async fn yield_now() {
    let (turn, next) = oneshot::channel();
    TURN.set(Some(turn));
    let posted = PORT.with(|port| port.as_ref().is_some_and(|port| port.post_message(&JsValue::NULL).is_ok()));
    if posted {
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

/// The result of `work`, or `None` when it takes longer than this. The work itself cannot be stopped.
pub async fn within<T>(milliseconds: i32, work: impl Future<Output = T>) -> Option<T> {
    let (work, limit) = (std::pin::pin!(work), std::pin::pin!(sleep(milliseconds)));
    match futures_util::future::select(work, limit).await {
        futures_util::future::Either::Left((result, _)) => Some(result),
        futures_util::future::Either::Right(_) => None,
    }
}
