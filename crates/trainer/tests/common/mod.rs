//! What several tests need.

use std::process::Command;

use assert_cmd::cargo::CommandCargoExt as _;

/// The program.
pub fn forger() -> Command {
    Command::cargo_bin("forger").unwrap()
}

/// The exit code, and what was said of errors.
pub fn errors(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
