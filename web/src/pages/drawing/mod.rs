//! What pages share that are drawn on: the sheet, what a pointer does to a drawing, and what is taken back.

pub mod easel;
pub mod history;
pub mod tools;
