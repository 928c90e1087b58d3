use std::fs;

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{bench, router};
use crate::page::{Profile, compress};

fn site() -> TempDir {
    let dist = tempfile::tempdir().unwrap();
    fs::create_dir(dist.path().join("models")).unwrap();
    for (name, text) in [
        ("index.html", "<html><head></head><body><script>1</script>page</body></html>"),
        ("a-0123456789abcdef.wasm", "wasm"),
        ("plain.js", "js"),
        ("models/manifest.json", "{}"),
    ] {
        fs::write(dist.path().join(name), text).unwrap();
    }
    dist
}

async fn get(dist: &TempDir, public_url: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router(dist.path(), public_url).unwrap().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn routes_get_the_page() {
    let dist = site();
    for path in ["/", "/lab", "/lab/", "/lab?seed=1", "/models", "/no/such/page"] {
        let response = get(&dist, "/", path, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html", "{path}");
        assert!(text(response).await.contains("page"), "{path}");
    }
}

#[tokio::test]
async fn missing_files_are_missing() {
    let dist = site();
    for path in ["/gone.wasm", "/models/gone.safetensors"] {
        assert_eq!(get(&dist, "/", path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn every_answer_is_isolated() {
    let dist = site();
    for path in ["/", "/plain.js", "/gone.js"] {
        let response = get(&dist, "/", path, &[]).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-embedder-policy"), "require-corp", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("content-security-policy").contains("'sha256-"), "{path}");
    }
}

#[tokio::test]
async fn files_have_their_type_and_age() {
    let dist = site();
    let wasm = get(&dist, "/", "/a-0123456789abcdef.wasm", &[]).await;
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    assert!(wasm.headers()["cache-control"].to_str().unwrap().contains("immutable"));

    let script = get(&dist, "/", "/plain.js", &[]).await;
    assert_eq!(script.headers()["cache-control"], "no-cache");
    let tag = script.headers()["etag"].to_str().unwrap().to_owned();
    let again = get(&dist, "/", "/plain.js", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn compressed_copies_are_sent() {
    let dist = site();
    compress::folder(dist.path(), Profile::Fast).unwrap();
    let wasm = get(&dist, "/", "/a-0123456789abcdef.wasm", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(wasm.headers()["content-encoding"], "br");
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    let page = get(&dist, "/", "/lab", &[("accept-encoding", "gzip")]).await;
    assert_eq!(page.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn without_copies_answers_are_compressed_as_they_go() {
    let dist = site();
    fs::write(dist.path().join("plain.js"), "x".repeat(1000)).unwrap();
    let script = get(&dist, "/", "/plain.js", &[("accept-encoding", "br")]).await;
    assert_eq!(script.headers()["content-encoding"], "br");
}

#[tokio::test]
async fn a_site_under_a_folder() {
    let dist = site();
    for path in ["/sub/", "/sub/lab", "/sub/models/manifest.json"] {
        assert_eq!(get(&dist, "/sub/", path, &[]).await.status(), StatusCode::OK, "{path}");
    }
    let start = get(&dist, "/sub/", "/", &[]).await;
    assert_eq!(start.headers()["location"], "/sub/");
    assert_eq!(get(&dist, "/sub/", "/plain.js", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let site = site();
    fs::write(site.path().join("models/index.html"), "<html><head></head></html>").unwrap();
    let inner = site.path().join("models");
    for path in ["/../plain.js", "/%2e%2e/plain.js", "/x/../../plain.js", "/..%2fplain.js", "/..%5cplain.js"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(&inner, "/").unwrap().oneshot(request).await.unwrap();
        assert_ne!(text(response).await, "js", "{path}");
    }
}

#[tokio::test]
async fn the_benchmark_is_isolated_and_has_no_policy() {
    let (page, forger, models) = (site(), site(), site());
    for path in ["/plain.js", "/forger/plain.js", "/models/plain.js"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = bench(page.path(), forger.path(), models.path()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["cross-origin-embedder-policy"], "require-corp", "{path}");
        assert!(!response.headers().contains_key("content-security-policy"), "{path}");
    }
}
