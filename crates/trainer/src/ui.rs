//! What the user reads: results on standard output, everything else on standard error.

use std::{
    io::{ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether a line of result did not come to where it was to go.
static LOST: AtomicBool = AtomicBool::new(false);

/// A line of result.
pub fn result(text: impl std::fmt::Display) {
    let Err(error) = writeln!(std::io::stdout(), "{text}") else { return };
    // A closed pipe is the reader's decision, and no fault. The rest is told once.
    if error.kind() != ErrorKind::BrokenPipe && !LOST.swap(true, Ordering::Relaxed) {
        note(format_args!("error: cannot write the results: {error}"));
    }
}

/// Whether results were lost, which must not look like success.
pub fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// A line about what is going on.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Something the user should know that stops nothing.
pub fn warn(text: impl std::fmt::Display) {
    note(format_args!("warning: {text}"));
}

/// Why the command failed.
pub fn error(error: &anyhow::Error) {
    note(format_args!("error: {error:#}"));
}
