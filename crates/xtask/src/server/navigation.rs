//! Routes of the page are not files: a navigation to one gets the page, which then finds its way by itself.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// What a request for something that is not a file gets.
pub async fn page_or_404(State(index): State<ServeFile>, request: Request) -> Response {
    if !is_navigation(request.uri(), request.headers()) {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    }
    match index.oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

/// A missing picture or script is an error, even where a browser would show the page instead.
fn is_navigation(uri: &Uri, headers: &HeaderMap) -> bool {
    let is_file = uri.path().rsplit('/').next().is_some_and(|name| name.contains('.'));
    // Every present browser sends it; where it is missing, as from curl, the path decides.
    let mode = headers.get("sec-fetch-mode");
    !is_file && mode.is_none_or(|mode| mode == "navigate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(path: &'static str, mode: Option<&'static str>) -> bool {
        let headers = mode.map(|mode| (axum::http::HeaderName::from_static("sec-fetch-mode"), mode.parse().unwrap()));
        is_navigation(&Uri::from_static(path), &headers.into_iter().collect())
    }

    #[test]
    fn routes_are_navigations_and_files_are_not() {
        assert!(decide("/lab", None));
        assert!(decide("/lab?loss=v1.5", Some("navigate")));
        assert!(decide("/models/", Some("navigate")));
        assert!(!decide("/models/gone.safetensors", Some("navigate")));
        assert!(!decide("/lab", Some("cors")));
    }
}
