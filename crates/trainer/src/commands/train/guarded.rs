//! A device that fails while it trains.

use anyhow::{Result, bail};

use super::RunArgs;
use crate::{device, run::Run};

/// Runs a training command. Where its device fails, the error says how to go on.
pub fn guarded(args: &RunArgs, command: impl FnOnce() -> Result<()>) -> Result<()> {
    let Err(error) = device::guard(command) else { return Ok(()) };
    let device = &args.device.device;
    let (what, again) = match error.downcast_ref::<device::Failed>() {
        // A CPU does not fail, nor is it ever lost.
        Some(failed) if device == "cpu" => (device::Fault::from(failed).to_string(), ""),
        Some(failed) if device.starts_with("remote") => (
            format!("device {device} failed: a worker is gone, or the connection to it ({failed})"),
            ", and with --device cpu or when the device is back",
        ),
        Some(failed) => {
            (format!("device {device} failed: {failed}"), ", and with --device cpu or when the device is back")
        }
        None if error.is::<device::Fault>() => (error.to_string(), ""),
        None => return Err(error),
    };
    // Some go on by themselves.
    let resume = if args.length.is_some() { "" } else { " with --resume" };
    let advice = match Run::open(&args.out).ok().and_then(|run| run.newest_step()) {
        Some(step) => format!("The state of step {step} is saved: repeat the command{resume}{again}"),
        None if again.is_empty() => "Nothing was saved yet".into(),
        None if resume.is_empty() => format!("Nothing was saved yet: repeat the command{again}"),
        None => "Nothing was saved yet: start again in a new --out; `forger doctor` says what works".into(),
    };
    bail!("{what}\n{advice}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceArgs;

    #[test]
    fn a_panic_of_our_own_blames_no_device() {
        let folder = tempfile::tempdir().unwrap();
        for device in ["cpu", "cuda"] {
            let device = DeviceArgs { device: device.into(), secret_file: None };
            let out = folder.path().to_owned();
            let args = RunArgs {
                out,
                device,
                resume: None,
                recipe: None,
                set: Vec::new(),
                steps: None,
                checkpoint_every: 1,
                length: None,
            };
            let error = guarded(&args, || panic!("index out of range")).unwrap_err().to_string();
            assert!(error.contains("a fault of Forger and not of the device: index out of range (trainer/"), "{error}");
            let error = guarded(&args, || Err(device::Failed::new("lost").into())).unwrap_err().to_string();
            assert_eq!(error.contains("device cuda failed: lost"), args.device.device == "cuda", "{error}");
            assert_eq!(error.contains("forger doctor"), args.device.device == "cuda", "{error}");
            // What goes on by itself has no new --out.
            let args = RunArgs { length: Some("--epochs"), ..args };
            let error = guarded(&args, || Err(device::Failed::new("lost").into())).unwrap_err().to_string();
            assert!(!error.contains("--out") && !error.contains("--resume"), "{error}");
        }
    }
}
