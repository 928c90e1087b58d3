//! What the page remembers: in the URL first, then on this machine, then by default.

pub mod newest;
pub mod offline;
pub mod queue;
pub mod room;
pub mod saved;
pub mod screen;
pub mod site;
pub mod storage;
pub mod toasts;
