//! Reusable views.

pub mod header;
pub mod labels;
pub mod toasts;
