//! What can be done with the latent space of a trained generator: ways through it that change one thing, and the z of a
//! picture or of a point.

pub(crate) mod adam;
pub mod axes;
pub mod directions;
pub mod invert;
pub mod likeness;
pub mod principal;
pub mod unbend;
pub mod walk;

pub use directions::attribute_directions;
pub use invert::{Inversion, InvertError};
pub use likeness::{Likeness, psnr};
pub use principal::principal_directions;
pub use unbend::unbend;
