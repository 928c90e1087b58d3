//! Reusable views.

pub mod about;
pub mod files;
pub mod header;
pub mod labels;
pub mod models;
pub mod toasts;
