//! The page of Forger: a Leptos single-page app. It draws and asks; the worker computes.

pub mod app;
pub mod components;
pub mod engine_client;
pub mod pages;
pub mod plots;
pub mod state;

include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
