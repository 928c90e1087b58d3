//! Ctrl-C, for work that should end in good order.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

use crate::ui;

/// The flag, once there is one: a process has one handler, whatever it does one after the other.
static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// A flag that Ctrl-C sets, which then says `message`; a second one ends the program at once. Who listens again, as a command that
/// trains several models does, hears of the same.
pub fn listen(message: &'static str) -> Result<Arc<AtomicBool>> {
    if let Some(flag) = FLAG.get() {
        return Ok(flag.clone());
    }
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    let handler = move || {
        if set.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        ui::note(message);
    };
    // The process of the tests runs many commands.
    if !cfg!(test) {
        ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")?;
    }
    // That of the tests has commands beside each other, which share nothing.
    if cfg!(test) {
        return Ok(flag);
    }
    Ok(FLAG.get_or_init(|| flag).clone())
}

/// Whether Ctrl-C was heard, by anyone.
pub fn is_heard() -> bool {
    FLAG.get().is_some_and(|flag| flag.load(Ordering::SeqCst))
}
