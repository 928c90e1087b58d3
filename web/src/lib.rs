//! The page of Forger: a Leptos single-page app. It draws and asks; the worker computes.

pub mod app;
pub mod components;
pub mod engine_client;
pub mod numbers;
pub mod pages;
pub mod plots;
pub mod shelf;
pub mod state;

#[expect(clippy::expect_used, reason = "generated: it parses the names of languages that the build has checked")]
mod translations {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}
pub use translations::i18n;
