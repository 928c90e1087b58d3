//! What a run has come to, as a page that needs nothing else: `forger report` and `forger compare`.

pub mod chart;
pub mod page;
pub mod quantity;
pub mod series;
pub mod story;
pub mod table;
