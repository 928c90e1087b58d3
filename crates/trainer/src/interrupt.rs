//! Ctrl-C, for work that should end in good order.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

use crate::ui;

/// A flag that Ctrl-C sets, which then says `message`; a second one ends the program at once.
pub fn listen(message: &'static str) -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    let handler = move || {
        if set.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        ui::note(message);
    };
    // A process can have one handler, and that of the tests runs many commands.
    if !cfg!(test) {
        ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")?;
    }
    Ok(flag)
}
