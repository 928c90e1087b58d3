//! Devices that fail while they compute.
//!
//! Reading back reports a lost device as an error. Other operations of burn cannot, and panic: a driver that is not there,
//! a settings query of a worker that is gone. Here alone such a panic becomes an error like any other.

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

/// What the first thread that panicked had to say: others panic because of it, and know less.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

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
pub fn on_panic(report: impl Fn(&str) + Send + Sync + 'static) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if cfg!(test) || std::env::var_os("RUST_BACKTRACE").is_some() {
            default(info);
        }
        let text = message(info.payload()).unwrap_or_default();
        let place = info.location().map(|place| format!(" ({}:{})", short(place.file()), place.line()));
        report(&format!("{text}{}", place.unwrap_or_default()));
    }));
}

/// Held while panics are caught: there is one hook for all threads.
static GUARD: Mutex<()> = Mutex::new(());

/// Runs what uses devices, and makes a panic of it an error. Not to be called from within itself.
pub fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _guard = GUARD.lock();
    if let Ok(mut first) = FIRST.lock() {
        *first = None;
    }
    on_panic(|text| {
        if let Ok(mut first) = FIRST.lock() {
            first.get_or_insert_with(|| text.to_owned());
        }
    });
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    // Back to printing: what panics elsewhere is a fault of the program.
    let _ = panic::take_hook();
    result.unwrap_or_else(|payload| {
        let first = FIRST.lock().ok().and_then(|mut first| first.take());
        Err(Failed::new(first.as_deref().or_else(|| message(payload.as_ref())).unwrap_or_default()).into())
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
    fn a_panic_is_an_error() {
        let error = guard::<()>(|| panic!("kernel\n  out of memory")).unwrap_err();
        assert!(error.is::<Failed>() && error.to_string().starts_with("out of memory ("), "{error}");
        assert_eq!(guard(|| Ok(1)).unwrap(), 1);
        assert!(!guard::<()>(|| anyhow::bail!("plain")).unwrap_err().is::<Failed>());
    }
}
