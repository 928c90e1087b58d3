//! Canvas 2-D drawings. Each takes plain numbers and a canvas and knows nothing of the page's state.

pub mod canvas;
pub mod lines;
pub mod pictures;
pub mod plane;
