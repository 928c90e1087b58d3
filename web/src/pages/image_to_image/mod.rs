//! Pages that make a picture of a picture: what is opened, asked of a model, made, compared, and given to the user.

mod archive;
pub mod ask;
pub mod batch;
mod colour;
mod compare;
pub mod examples;
pub mod formats;
pub mod heat;
pub mod limits;
pub mod make;
mod metadata;
mod parts;
pub mod pictures;
pub mod saving;
pub mod studio;
mod viewer;

pub use parts::{Progress, Results, Sides};
pub use viewer::Viewer;
