//! Where the page is: it may live in a folder of a site.

use forger_protocol::EngineError;
use js_sys::{ArrayBuffer, Promise};
use leptos::prelude::{document, window};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, RequestInit, Response};

fn base_uri() -> String {
    document().base_uri().ok().flatten().unwrap_or_default()
}

/// The path that the site lives under, without the slash at its end.
pub fn folder() -> String {
    let path = web_sys::Url::new(&base_uri()).map(|url| url.pathname()).unwrap_or_default();
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

/// The path of a route, which begins with a slash, for a link. The router resolves only relative ones itself.
pub fn link(route: &str) -> String {
    folder() + route
}

/// The absolute address of a file or a route of the site, which begins without a slash.
pub fn url(path: &str) -> String {
    web_sys::Url::new_with_base(path, &base_uri()).map(|url| url.href()).unwrap_or_else(|_| path.to_owned())
}

/// What the build says of itself in the head of the page, as `<meta name="NAME">`.
pub fn built(name: &str) -> Option<String> {
    let meta = document().query_selector(&format!("meta[name={name}]")).ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content"))
}

/// Whether the address asks for the page without its frame, to be put into another page.
pub fn is_embedded() -> bool {
    let query = leptos::prelude::window().location().search().unwrap_or_default();
    web_sys::UrlSearchParams::new_with_str(&query).is_ok_and(|query| query.get("embed").as_deref() == Some("1"))
}

/// A JSON file of the site.
pub async fn fetch_json<T: DeserializeOwned>(url: &str) -> Result<T, EngineError> {
    let body = body(url, None, Response::text).await?;
    parse(url, &body.as_string().unwrap_or_default())
}

/// Any file of the site.
pub async fn fetch_blob(url: &str) -> Result<Blob, EngineError> {
    Ok(body(url, None, Response::blob).await?.unchecked_into())
}

/// The bytes of any file of the site, unless a signal says that they are not wanted any more.
pub async fn fetch_bytes(url: &str, signal: Option<&AbortSignal>) -> Result<ArrayBuffer, EngineError> {
    Ok(body(url, signal, Response::array_buffer).await?.unchecked_into())
}

/// What is at an address, taken in some way.
async fn body(
    url: &str,
    signal: Option<&AbortSignal>,
    take: fn(&Response) -> Result<Promise, JsValue>,
) -> Result<JsValue, EngineError> {
    let failed = |detail: String| EngineError::Fetch { url: url.to_owned(), detail };
    let text = |error: JsValue| {
        let said = |error: &js_sys::Error| error.message().into();
        failed(error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), said))
    };
    let init = RequestInit::new();
    init.set_signal(signal);
    let response = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await.map_err(text)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        // HTTP/2 has no text for it.
        return Err(failed(format!("{} {}", response.status(), response.status_text()).trim_end().to_owned()));
    }
    JsFuture::from(take(&response).map_err(text)?).await.map_err(text)
}

fn parse<T: DeserializeOwned>(url: &str, body: &str) -> Result<T, EngineError> {
    let url = url.to_owned();
    // There are hosts that answer with their page, and no error, where a file is missing.
    if body.trim_start().starts_with('<') {
        return Err(EngineError::WebPage { url });
    }
    serde_json::from_str(body).map_err(|error| EngineError::BadList { url, detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_in_the_place_of_a_list_is_told_from_a_list_that_does_not_read() {
        let parse = |body| parse::<Vec<u8>>("a.json", body);
        let url = "a.json".to_owned();
        assert_eq!(parse("[1, 2]"), Ok(vec![1, 2]));
        assert_eq!(parse("\n<!doctype html>"), Err(EngineError::WebPage { url }));
        assert!(matches!(parse("{"), Err(EngineError::BadList { url, .. }) if url == "a.json"));
    }
}
