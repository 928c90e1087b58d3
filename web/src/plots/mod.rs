//! Canvas 2-D drawings. Each takes plain numbers and a canvas and knows nothing of the page's state.

pub mod arrows;
pub mod canvas;
pub mod contour;
pub mod heat;
pub mod lines;
pub mod mesh;
pub mod pictures;
pub mod plane;
pub mod scalars;
pub mod scatter;
pub mod ways;
