//! What one tab writes, no other does: locks of the browser's, which end with the worker that holds them, however it ends.

use forger_protocol::EngineError;
use futures_channel::oneshot;
use futures_util::future::Either;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use crate::{property::property, schedule::sleep};

/// How often a lock is asked for, and milliseconds between: the browser may need a second to be rid of a worker that has just ended.
const TRIES: usize = 20;
const PAUSE: i32 = 100;

/// A lock, until it is dropped. It holds nothing where the browser has none: there nothing is kept away.
pub struct Lock(Option<Function>);

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.0 {
            // What settles a promise does not fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The lock of a run, which whoever writes its files holds.
pub async fn of_run(id: &str) -> Result<Lock, EngineError> {
    for left in (0..TRIES).rev() {
        if let Some(lock) = if_free(id).await {
            return Ok(lock);
        }
        if left > 0 {
            sleep(PAUSE).await;
        }
    }
    Err(EngineError::OpenElsewhere)
}

/// The same where nobody has it now, for what can be done another time.
pub async fn if_free(id: &str) -> Option<Lock> {
    ask(&format!("forger/runs/{id}")).await
}

/// Asks for a lock once, without waiting for it; `None` where another has it.
async fn ask(name: &str) -> Option<Lock> {
    let (told, answer) = oneshot::channel();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        if lock.is_null() {
            let _ = told.send(None);
            return JsValue::UNDEFINED;
        }
        // The browser keeps the lock until what it is given back has settled.
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        // Where nobody waits any more, it is dropped at once.
        let _ = told.send(Some(Lock(release)));
        held.into()
    });
    let Some(ended) = request(name, &granted) else { return Some(Lock(None)) };
    #[expect(clippy::disallowed_methods, reason = "nothing but waiting is dropped")]
    let first = futures_util::future::select(answer, JsFuture::from(ended)).await;
    match first {
        Either::Left((Ok(lock), _)) => lock,
        // It was refused before it came to that, as to pages that may keep nothing.
        _ => Some(Lock(None)),
    }
}

/// Asks the browser; `None` where it has no locks.
fn request(name: &str, granted: &JsValue) -> Option<Promise> {
    let locks = property(&property(&js_sys::global(), "navigator")?, "locks")?;
    let request: Function = property(&locks, "request")?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into()).ok()?;
    request.call3(&locks, &name.into(), &options, granted).ok()?.dyn_into().ok()
}
