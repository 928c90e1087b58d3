//! Measures that the browser needs, too.

pub mod coverage;
