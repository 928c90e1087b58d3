//! Other programs: what they print is shown as they print it, and a failure names the command line.

use std::{
    env,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::places;

/// The cargo that runs this, in the root of the checkout.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(places::root());
    command
}

/// Runs to the end, with the terminal as its own.
pub fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    let status = command.status().with_context(|| format!("could not start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs to the end and gives back what it printed, trimmed.
pub fn output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("could not start `{line}`"))?;
    ensure!(output.status.success(), "`{line}` failed ({})", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("rustc").arg("--no-such-option").stderr(Stdio::null())).unwrap_err();
        assert!(error.to_string().contains("rustc --no-such-option"), "{error}");
        let error = run(Command::new("no-such-program").arg("x")).unwrap_err();
        assert!(error.to_string().contains("no-such-program x"), "{error}");
    }

    #[test]
    fn output_is_trimmed() {
        assert!(output(Command::new("rustc").arg("--version")).unwrap().starts_with("rustc 1."));
    }
}
