//! Pages that make a picture of a picture: what is opened, made, compared, and given to the user.

mod archive;
pub mod batch;
mod colour;
mod compare;
mod formats;
pub mod limits;
mod make;
mod metadata;
mod parts;
mod pictures;
mod saving;
pub mod studio;
mod viewer;

pub use parts::{Progress, Results, Sides};
pub use viewer::Viewer;
