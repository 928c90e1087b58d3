//! One folder or file a page; `image_to_image` for what pages share that make a picture of a picture, `drawing` for those that
//! are drawn on, and `links` for what they say of links.

pub mod detect;
pub mod drawing;
pub mod image_to_image;
pub mod lab;
pub mod latent;
pub mod lazy;
mod links;
pub mod missing;
pub mod models;
pub mod refine;
pub mod story;
pub mod train;
pub mod translate;
pub mod upscale;
