//! Reusable views.

pub mod about;
pub mod files;
pub mod header;
pub mod labels;
pub mod toasts;
