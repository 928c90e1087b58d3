//! Reusable views.

pub mod files;
pub mod header;
pub mod labels;
pub mod toasts;
