//! How long a browser may keep a file.

use axum::{
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::Next,
    response::Response,
};

use crate::page::hosting::{FOR_EVER, is_hashed};

/// For ever where the name holds a hash of the content; else ask each time, which costs a 304.
pub async fn set_header(request: Request, next: Next) -> Response {
    let hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    let keep = hashed && (response.status().is_success() || response.status() == 304);
    let value = if keep { FOR_EVER } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    response
}
