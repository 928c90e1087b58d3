//! Where the page is: it may live in a folder of a site.

use leptos::prelude::document;

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

/// Whether the address asks for the page without its frame, to be put into another page.
pub fn is_embedded() -> bool {
    let query = leptos::prelude::window().location().search().unwrap_or_default();
    web_sys::UrlSearchParams::new_with_str(&query).is_ok_and(|query| query.get("embed").as_deref() == Some("1"))
}
