//! Devices are tried, each in a process of its own.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{
    probe::{Answer, Measured},
    process,
};
use crate::{device::Name, ui};

/// How long a device may take. Most of it is for compiling: training here takes seconds.
const LIMIT: Duration = Duration::from_mins(10);

/// A device and how it did.
#[derive(Serialize)]
pub struct Tried {
    pub device: String,
    /// What the device is called by those who made it, where that is known.
    pub adapter: Option<String>,
    pub ok: bool,
    #[serde(flatten)]
    pub result: Option<Measured>,
    pub error: Option<String>,
}

/// This program, for a part of this work.
fn command() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
    command.arg("doctor");
    Ok(command)
}

/// All devices of this machine that this build can use.
pub fn all() -> Vec<Name> {
    let mut names = vec![Name::Cpu];
    if cfg!(feature = "vulkan") {
        names.push(Name::Vulkan);
    }
    if cfg!(feature = "cuda") {
        let count = command().and_then(|mut command| process::answer(command.arg("--count-cuda"), LIMIT));
        // One that cannot be counted is tried all the same, which says what is wrong.
        names.extend((0..count.unwrap_or(1_usize).max(1)).map(Name::Cuda));
    }
    names
}

/// Tries a device in a process of its own.
pub fn apart(name: &Name, secret_file: Option<&Path>) -> Result<Answer> {
    ui::note(format_args!("trying {name}"));
    let mut command = command()?;
    command.args(["--probe", &name.to_string()]);
    if let Some(file) = secret_file {
        command.arg("--secret-file").arg(file);
    }
    process::answer(&mut command, LIMIT)
}

/// What becomes of these devices, where `ask` tries one. The CPU is what others are compared with, whether it was asked
/// for or not.
pub fn attempts(names: &[Name], ask: impl Fn(&Name) -> Result<Answer>) -> Vec<Tried> {
    let ask =
        |name: &Name| ask(name).unwrap_or_else(|error| Answer { adapter: None, outcome: Err(format!("{error:#}")) });
    let cpu = ask(&Name::Cpu);
    let attempt = |name: &Name| attempt(name, if *name == Name::Cpu { cpu.clone() } else { ask(name) }, &cpu);
    names.iter().map(attempt).collect()
}

fn attempt(name: &Name, Answer { adapter, outcome }: Answer, cpu: &Answer) -> Tried {
    let result = outcome.and_then(|run| match &cpu.outcome {
        Ok(cpu) => Ok(run.measured(cpu)),
        Err(_) => Err("there is nothing to compare it with, because the CPU failed".into()),
    });
    let (result, error) = match result {
        Ok(measured) => {
            let error = measured.complaint();
            (Some(measured), error)
        }
        Err(error) => (None, Some(error)),
    };
    Tried { device: name.to_string(), adapter, ok: error.is_none(), result, error }
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a device that works answers.
    fn works(first_loss: f32) -> String {
        let metrics = [first_loss, 0.5];
        let full = json!({ "metrics": metrics, "images_per_second": 100.0 });
        let run = json!({ "full": full, "spectral": metrics, "plain": metrics, "mixed": null, "memory": null });
        let answer = json!({ "adapter": "a card", "outcome": { "Ok": run } });
        format!("echo '{answer}'")
    }

    /// Tries devices that are each a shell script.
    fn outcomes(scripts: &[(Name, String)]) -> Vec<Tried> {
        let names = scripts.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        attempts(&names, |name| {
            let script = &scripts.iter().find(|(known, _)| known == name).context("unknown")?.1;
            process::answer(Command::new("sh").args(["-c", script]), Duration::from_secs(5))
        })
    }

    #[test]
    fn a_bad_driver_is_a_line_of_the_report_and_the_other_devices_are_in_it() {
        let tried = outcomes(&[
            (Name::Cpu, works(1.0)),
            (Name::Vulkan, "kill -SEGV $$".into()),
            (Name::Cuda(0), "exec sleep 1000".into()),
            (Name::Cuda(1), "echo Segmentation fault".into()),
            (Name::Cuda(2), format!("{}; exit 1", works(1.0))),
            (Name::Cuda(3), works(1.5)),
            (Name::Second, works(1.000_01)),
        ]);
        let errors = ["", "signal 11", "hangs", "without a result", "exit status: 1", "other losses", ""];
        assert_eq!(tried.len(), errors.len());
        for (tried, expected) in tried.iter().zip(errors) {
            let error = tried.error.as_deref().unwrap_or_default();
            assert!(error.contains(expected) && tried.ok == expected.is_empty(), "{}: {error}", tried.device);
        }
        let measured = tried[6].result.as_ref().unwrap();
        assert!(measured.images_per_second == 100.0 && measured.difference_from_cpu < 1e-4);
        assert_eq!(tried[6].adapter.as_deref(), Some("a card"));
    }

    #[test]
    fn without_the_cpu_there_is_nothing_to_compare_with() {
        let tried = outcomes(&[(Name::Cpu, "kill -ILL $$".into()), (Name::Second, works(1.0))]);
        let errors = tried.iter().map(|tried| tried.error.clone().unwrap_or_default()).collect::<Vec<_>>();
        assert!(errors[0].contains("illegal instruction") && errors[1].contains("nothing to compare"), "{errors:?}");
    }
}
