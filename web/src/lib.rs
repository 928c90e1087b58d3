//! The page of Forger: a Leptos single-page app. It draws and asks; the worker computes.

pub mod app;
pub mod components;
pub mod engine_client;
pub mod pages;
pub mod plots;
pub mod state;

leptos_i18n::load_locales!();
