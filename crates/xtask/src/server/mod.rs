//! Serves the built page as a good host would: headers for isolation, types, compression, caching, and path routes.

mod cache;
mod navigation;

use std::{fs, path::Path};

use anyhow::{Context, Result};
use axum::{
    Router,
    http::{HeaderName, HeaderValue},
    middleware,
    response::Redirect,
    routing::get,
};
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use crate::page::{hosting::HEADERS, policy};

/// The site in `dist`, under `public_url` (`/` or `/sub/`).
pub fn router(dist: &Path, public_url: &str) -> Result<Router> {
    let index = dist.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("no {}: build the page first", index.display()))?;
    let index = ServeFile::new(index).precompressed_br().precompressed_gzip();
    // Without its own index, so that a route of the name of a folder stays a route.
    let files = ServeDir::new(dist).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let files = files.fallback(get(navigation::page_or_404).with_state(index));

    let site = match public_url.trim_end_matches('/') {
        "" => Router::new().fallback_service(files),
        prefix => {
            let start = public_url.to_owned();
            let redirect = get(|| async move { Redirect::temporary(&start) });
            Router::new().route("/", redirect).nest_service(prefix, files)
        }
    };
    let site = site.layer(middleware::from_fn(cache::set_header)).layer(CompressionLayer::new());
    let policy = HeaderValue::from_str(&policy::of(&html)?)?;
    let policy = SetResponseHeaderLayer::overriding(HeaderName::from_static("content-security-policy"), policy);
    Ok(isolated(site).layer(policy))
}

/// The benchmark's page with `forger` and `models` beside it. Without a policy, which would be in the way of other people's
/// scripts.
pub fn bench(page: &Path, forger: &Path, models: &Path) -> Router {
    let beside = Router::new().nest_service("/forger", ServeDir::new(forger));
    isolated(beside.nest_service("/models", ServeDir::new(models)).fallback_service(ServeDir::new(page)))
}

fn isolated(site: Router) -> Router {
    HEADERS.into_iter().fold(site, |site, (name, value)| {
        let value = HeaderValue::from_static(value);
        site.layer(SetResponseHeaderLayer::overriding(HeaderName::from_static(name), value))
    })
}

#[cfg(test)]
mod tests;
