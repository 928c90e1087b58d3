//! One folder or file a page.

pub mod lab;
pub mod latent;
pub mod missing;
pub mod story;
pub mod upscale;
