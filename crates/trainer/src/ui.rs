//! What the user reads: results on standard output, everything else on standard error.

use std::io::Write;

/// A line of result.
pub fn result(text: impl std::fmt::Display) {
    // A closed pipe is the reader's decision, and no fault.
    let _ = writeln!(std::io::stdout(), "{text}");
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
