//! One folder or file a page, and `image_to_image` for what pages share that make a picture of a picture.

pub mod detect;
pub mod image_to_image;
pub mod lab;
pub mod latent;
pub mod lazy;
pub mod missing;
pub mod refine;
pub mod story;
pub mod translate;
pub mod upscale;
