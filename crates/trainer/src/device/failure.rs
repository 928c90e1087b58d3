//! Devices that fail while they compute.
//!
//! Reading back reports a lost device as an error. Other operations of burn cannot, and panic: a driver that is not there,
//! a settings query of a worker that is gone. Here alone such a panic becomes an error like any other. What panics elsewhere
//! is an error, too, but one that blames no device.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use anyhow::Result;

/// The device is lost, or cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(String);

impl Failed {
    /// burn's errors are several lines, of which the last says what happened.
    pub fn new(reason: impl ToString) -> Self {
        let text = reason.to_string();
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it gave no reason");
        Self(last.to_owned())
    }
}

/// A fault of this program or of what it was given to read, of which no device is to blame.
#[derive(Debug, thiserror::Error)]
#[error("this is a fault of Forger and not of the device: {0}; please report it")]
pub struct Fault(String);

impl From<&Failed> for Fault {
    fn from(Failed(reason): &Failed) -> Self {
        Self(reason.clone())
    }
}

/// A panic: what was said, and whether a device is to blame.
struct Panic {
    text: String,
    is_of_device: bool,
}

impl Panic {
    fn new(text: &str, file: &str) -> Self {
        Self { text: text.to_owned(), is_of_device: is_of_device(text, file) }
    }

    fn into_error(self) -> anyhow::Error {
        let failed = Failed::new(self.text);
        if self.is_of_device { failed.into() } else { Fault::from(&failed).into() }
    }
}

/// The crates that talk to devices, by how their names begin. Those that compute on the CPU are left out: there nothing is
/// lost, and what panics is wrong.
const DRIVERS: [&str; 11] =
    ["burn", "cubecl", "cubek", "cudarc", "wgpu", "naga", "ash-", "gpu-alloc", "tracel-", "tokio", "tungstenite"];
const ON_CPU: [&str; 3] = ["burn-flex", "burn-ndarray", "burn-cpu"];
/// How burn begins when it is asked for what has no meaning, such as a sum of tensors of different shapes.
const MISUSED: &str = "=== Tensor Operation Error ===";

/// Whether a panic in this source file comes of a device. Only what drives devices can know that one fails.
fn is_of_device(text: &str, file: &str) -> bool {
    let name = short(file);
    let is_one = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    is_one(&DRIVERS) && !is_one(&ON_CPU) && !text.contains(MISUSED)
}

/// What the first thread that panicked had to say: others panic because of it, and know less.
static FIRST: Mutex<Option<Panic>> = Mutex::new(None);

fn message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied())
}

/// A source file without where it was when this was built, which is nobody's business: `crate/src/file.rs`.
fn short(file: &str) -> &str {
    let Some(sources) = file.rfind("/src/") else { return file };
    let name = file[..sources].rfind('/').map_or(0, |slash| slash + 1);
    &file[name..]
}

/// From here on, a panic is told to `report` and not printed, unless RUST_BACKTRACE asks for it. In tests it is
/// printed, too: it may be that of another test.
#[cfg(feature = "remote")]
pub fn on_panic(report: impl Fn(&str) + Send + Sync + 'static) {
    on_each_panic(move |panic| report(&panic.text));
}

fn on_each_panic(report: impl Fn(Panic) + Send + Sync + 'static) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if cfg!(test) || std::env::var_os("RUST_BACKTRACE").is_some() {
            default(info);
        }
        let text = message(info.payload()).unwrap_or_default();
        let file = info.location().map_or("", |place| place.file());
        let place = info.location().map(|place| format!(" ({}:{})", short(file), place.line()));
        report(Panic::new(&format!("{text}{}", place.unwrap_or_default()), file));
    }));
}

/// Held while panics are caught: there is one hook for all threads.
static GUARD: Mutex<()> = Mutex::new(());

/// Runs what uses devices, and makes a panic of it an error: [`Failed`] where a device is to blame, and [`Fault`] elsewhere.
/// Not to be called from within itself.
pub fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _guard = GUARD.lock();
    if let Ok(mut first) = FIRST.lock() {
        *first = None;
    }
    on_each_panic(|panic| {
        if let Ok(mut first) = FIRST.lock() {
            first.get_or_insert(panic);
        }
    });
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    // Back to printing: what panics elsewhere is a fault of the program.
    let _ = panic::take_hook();
    result.unwrap_or_else(|payload| {
        let first = FIRST.lock().ok().and_then(|mut first| first.take());
        let panic = first.unwrap_or_else(|| Panic::new(message(payload.as_ref()).unwrap_or_default(), ""));
        Err(panic.into_error())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_without_their_folder() {
        assert_eq!(short("/home/me/.cargo/burn-ir-0.22.1/src/handle.rs"), "burn-ir-0.22.1/src/handle.rs");
        assert_eq!(short("crates/trainer/src/main.rs"), "trainer/src/main.rs");
        assert_eq!(short("main.rs"), "main.rs");
    }

    #[test]
    fn only_what_drives_devices_blames_one() {
        for (file, expected) in [
            ("/home/me/.cargo/registry/src/x/burn-cubecl-0.22.1/src/kernel.rs", true),
            ("/home/me/.cargo/registry/src/x/cudarc-0.19.0/src/lib.rs", true),
            ("/home/me/.cargo/registry/src/x/wgpu-29.0.0/src/backend/wgpu_core.rs", true),
            ("/home/me/.cargo/registry/src/x/burn-flex-0.22.1/src/ops/conv.rs", false),
            ("/home/me/.cargo/registry/src/x/image-0.25.10/src/images/buffer.rs", false),
            ("/rustc/1234/library/core/src/slice/index.rs", false),
            ("crates/core/src/data/patches.rs", false),
            ("", false),
        ] {
            assert_eq!(is_of_device("out of memory", file), expected, "{file}");
        }
        let misused = format!("{MISUSED}\n  Operation: 'Add'");
        assert!(!is_of_device(&misused, "/x/burn-tensor-0.22.1/src/tensor/api/check.rs"));
    }

    #[test]
    fn a_panic_is_an_error() {
        let error = guard::<()>(|| panic!("pictures\n  out of range")).unwrap_err();
        assert!(error.is::<Fault>() && error.to_string().contains("not of the device: out of range ("), "{error}");
        let error = Panic::new("kernel\n  out of memory", "/x/cudarc-0.19.0/src/lib.rs").into_error();
        assert!(error.is::<Failed>() && error.to_string() == "out of memory", "{error}");
        assert_eq!(guard(|| Ok(1)).unwrap(), 1);
        assert!(!guard::<()>(|| anyhow::bail!("plain")).unwrap_err().is::<Failed>());
    }
}
