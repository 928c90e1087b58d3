//! Downloads with progress and cancellation.

use forger_protocol::EngineError;
use futures_util::future::Either;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, Response};

use crate::channel::Caller;

/// The most bytes that are reserved before any have come: a list may say anything, and an address here has 32 bits.
const MOST_RESERVED: u64 = 256 << 20;

/// What a server says, however long it takes, or that the page does not want it any more.
async fn unless_cancelled(caller: &Caller, said: JsFuture) -> Result<Result<JsValue, JsValue>, EngineError> {
    let cancelled = std::pin::pin!(caller.cancelled());
    #[expect(clippy::disallowed_methods, reason = "nothing but waiting is dropped")]
    let first = futures_util::future::select(said, cancelled).await;
    match first {
        Either::Left((said, _)) => Ok(said),
        Either::Right(_) => Err(EngineError::Cancelled),
    }
}

/// Downloads `url`, expected to hold `total` bytes, telling the page how far it is. More than that are not waited for.
pub async fn fetch(caller: &Caller, url: &str, total: u64) -> Result<Vec<u8>, EngineError> {
    let failed = |error: JsValue| {
        let detail = error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |e| e.message().into());
        EngineError::Fetch { url: url.to_owned(), detail }
    };
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answer = unless_cancelled(caller, JsFuture::from(scope.fetch_with_str(url))).await?;
    let response: Response = answer.map_err(failed)?.unchecked_into();
    if !response.ok() {
        let detail = format!("{} {}", response.status(), response.status_text());
        return Err(EngineError::Fetch { url: url.to_owned(), detail });
    }
    let body = response.body().ok_or_else(|| failed("no body".into()))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::with_capacity(total.min(MOST_RESERVED) as usize);
    loop {
        let chunk = match unless_cancelled(caller, JsFuture::from(reader.read())).await {
            Ok(chunk) => chunk.map_err(failed)?,
            Err(cancelled) => {
                // What the cancelling itself answers does not matter any more.
                drop(reader.cancel());
                return Err(cancelled);
            }
        };
        if Reflect::get(&chunk, &"done".into()).map_err(failed)?.is_truthy() {
            return Ok(bytes);
        }
        let value: Uint8Array = Reflect::get(&chunk, &"value".into()).map_err(failed)?.unchecked_into();
        if bytes.len() as u64 + u64::from(value.length()) > total {
            drop(reader.cancel());
            return Err(EngineError::TooLong { url: url.to_owned(), most: total as f64 });
        }
        bytes.extend(value.to_vec());
        caller.progress(bytes.len() as f64, total as f64);
    }
}
