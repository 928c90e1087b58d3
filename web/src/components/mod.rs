//! Reusable views.

pub mod about;
pub mod camera;
pub mod confirm;
pub mod crop;
pub mod files;
pub mod focus;
pub mod fold;
pub mod header;
pub mod labels;
pub mod models;
pub mod start_stop;
pub mod toasts;
