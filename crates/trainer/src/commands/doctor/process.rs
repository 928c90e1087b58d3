//! Work that may be the end of its process, in one of its own: a driver can crash or hang, which no code
//! here can prevent.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

/// How often the process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Bytes of output that are read.
const MOST: u64 = 1 << 20;

/// What the process prints last, as a line of JSON. Fails where it ends in another way than well, not within `limit`,
/// or without such a line.
pub fn answer<T: DeserializeOwned>(command: &mut Command, limit: Duration) -> Result<T> {
    // Not a pipe, which holds up a process whose output nobody reads.
    let mut output = tempfile::tempfile().context("cannot make a temporary file")?;
    let stdout = output.try_clone().context("cannot use a temporary file")?;
    end(command.stdin(Stdio::null()).stdout(stdout), limit)?;
    let text = read(&mut output).context("cannot read what the process that tried it said")?;
    // Drivers may print something, too.
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).ok().context("the process that tried it ended without a result")
}

/// Waits for a process to end well.
#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn end(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command.spawn().context("cannot start a process to try it in")?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for the process that tried it")? {
            return if status.success() { Ok(()) } else { bail!("the process that tried it {}", fault(status)) };
        }
        if started.elapsed() >= limit {
            // Not waited for: what hangs in a driver may survive even this.
            let _ = child.kill();
            bail!("it hangs: after {} seconds it had not done what takes a few, and was stopped", limit.as_secs());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// How a process ended that did not end well.
fn fault(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let what = match signal {
            4 => "an illegal instruction",
            6 => "an abort",
            7 => "a bus error",
            8 => "an arithmetic error",
            9 => "being killed, perhaps for want of memory",
            11 => "a segmentation fault",
            _ => "a signal",
        };
        return format!("died of {what} (signal {signal}), most likely by a fault of the device's driver");
    }
    format!("failed ({status}), most likely by a fault of the device's driver")
}

fn read(file: &mut File) -> std::io::Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What a shell script answers, or the error.
    fn ask(script: &str, limit: Duration) -> Result<Vec<u32>, String> {
        answer(Command::new("sh").args(["-c", script]), limit).map_err(|error| format!("{error:#}"))
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_last_line_is_the_answer() {
        assert_eq!(ask("echo MESA: warning; echo '[1, 2]'", LONG).unwrap(), [1, 2]);
        // More than a pipe holds.
        assert_eq!(ask("yes | head -n 100000; echo '[3]'", LONG).unwrap(), [3]);
    }

    #[test]
    fn every_bad_end_is_told_in_words() {
        for (script, expected) in [
            ("kill -SEGV $$", "segmentation fault (signal 11)"),
            ("echo '[1]'; kill -ABRT $$", "an abort (signal 6)"),
            ("kill -USR1 $$", "a signal (signal"),
            ("echo '[1]'; exit 101", "failed (exit status: 101)"),
            ("true", "without a result"),
            ("echo nonsense", "without a result"),
            // Bytes that are no text.
            ("printf '\\377\\376'", "without a result"),
        ] {
            let error = ask(script, LONG).unwrap_err();
            assert!(error.contains(expected), "{script}: {error}");
        }
        let missing: Result<u32> = answer(&mut Command::new("/no/such/program"), LONG);
        assert!(format!("{:#}", missing.unwrap_err()).contains("cannot start a process"));
    }

    #[test]
    fn what_hangs_is_stopped() {
        let error = ask("exec sleep 1000", Duration::from_secs(1)).unwrap_err();
        assert!(error.contains("it hangs: after 1 seconds"), "{error}");
    }
}
