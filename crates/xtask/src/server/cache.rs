//! How long a browser may keep a file.

use axum::{
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::Next,
    response::Response,
};

/// For ever where the name holds a hash of the content; else ask each time, which costs a 304.
pub async fn set_header(request: Request, next: Next) -> Response {
    let hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    let keep = hashed && (response.status().is_success() || response.status() == 304);
    let value = if keep { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    response
}

/// `page-0123456789abcdef_bg.wasm`, as trunk names files, or `digits-01234567.safetensors`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['.', '_']).filter_map(|part| part.rsplit_once('-')).any(|(_, hash)| is_hash(hash))
}

fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_known() {
        assert!(is_hashed("/sub/forger-web-0123456789abcdef_bg.wasm"));
        assert!(is_hashed("/forger-web-0123456789abcdef.js"));
        assert!(is_hashed("/models/digits-89abcdef.safetensors"));
        for path in
            ["/", "/index.html", "/models/manifest.json", "/forger-engine_bg.wasm", "/a-short.js", "/deadbeef/x"]
        {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
