//! Measures of every checkpoint, taken while training goes on.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, Sender, channel},
};

use anyhow::{Context, Result};

use super::log;
use crate::{interrupt, run::Run, ui};

/// Names and values.
pub type Found = Vec<(&'static str, f64)>;
/// What is left to do of a measurement, which needs no device.
pub type Rest = Box<dyn FnOnce() -> Result<Found> + Send>;
/// What needs the device, for a checkpoint.
type Begin = Box<dyn FnMut(&[u8]) -> Result<Rest>>;

/// A checkpoint whose measures are on their way.
struct Pending {
    step: u64,
    images: u64,
    state: Vec<u8>,
}

/// Measures checkpoints: what needs the device at once, the rest on a thread of its own.
pub struct Watch {
    /// What it measures on, if that is to be said.
    about: String,
    /// The measure that says which checkpoint is the best.
    decides: &'static str,
    begin: Begin,
    rests: Sender<Rest>,
    found: Receiver<Result<Found>>,
    pending: VecDeque<Pending>,
}

impl Watch {
    /// `begin` does what needs the device for a checkpoint.
    #[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
    pub fn new(about: &str, decides: &'static str, begin: impl FnMut(&[u8]) -> Result<Rest> + 'static) -> Self {
        let (rests, inbox) = channel::<Rest>();
        let (outbox, found) = channel();
        std::thread::spawn(move || {
            for rest in inbox {
                if outbox.send(rest()).is_err() {
                    break;
                }
            }
        });
        let about = if about.is_empty() { String::new() } else { format!("{about}: ") };
        Self { about, decides, begin: Box::new(begin), rests, found, pending: VecDeque::new() }
    }

    /// Takes down what has been measured, and has the checkpoint of a step, after so many real examples, measured.
    pub fn look(&mut self, (step, images): (u64, u64), state: &[u8], run: &Run) -> Result<()> {
        self.rests.send((self.begin)(state)?).ok().context("measuring has ended")?;
        self.pending.push_back(Pending { step, images, state: state.to_vec() });
        while let Ok(found) = self.found.try_recv() {
            self.take(found, run)?;
        }
        Ok(())
    }

    /// Takes down the measures of the oldest pending checkpoint.
    fn take(&mut self, found: Result<Found>, run: &Run) -> Result<()> {
        let Some(Pending { step, images, state }) = self.pending.pop_front() else { return Ok(()) };
        let found = found.with_context(|| format!("step {step} was not measured"))?;
        let best = log::read(run)?.best(self.decides).map(|best| best.value);
        log::append(run, step, images, &found)?;
        let Some((_, value)) = found.iter().find(|(name, _)| *name == self.decides) else { return Ok(()) };
        let is_best = value.is_finite() && best.is_none_or(|best| log::is_better(self.decides, *value, best));
        if is_best {
            run.save_best(&state)?;
        }
        let text = found.iter().map(|(name, value)| format!("{name} {value:.3}")).collect::<Vec<_>>().join(", ");
        let end = if is_best { "; the best so far" } else { "" };
        ui::note(format_args!("step {step}: {}{text}{end}", self.about));
        Ok(())
    }

    /// Waits for what is still being measured.
    pub fn finish(mut self, run: &Run) -> Result<()> {
        if self.pending.len() > 1 {
            let times = if interrupt::is_heard() { "again" } else { "twice" };
            let count = self.pending.len();
            ui::note(format_args!("measuring {count} more checkpoints (Ctrl-C {times} to leave without)"));
        }
        while !self.pending.is_empty() {
            let found = self.found.recv().context("measuring has ended")?;
            self.take(found, run)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_never_the_best() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::open(folder.path()).unwrap();
        let values = [f64::NAN, 30.0, f64::INFINITY, 20.0];
        let mut watch = Watch::new("", "psnr", move |state| {
            let value = values[usize::from(state[0])];
            Ok(Box::new(move || Ok(vec![("psnr", value)])))
        });
        for step in 0..4_u8 {
            watch.look((u64::from(step), 0), &[step], &run).unwrap();
        }
        watch.finish(&run).unwrap();
        assert_eq!((run.best().unwrap(), log::read(&run).unwrap().of("psnr").count()), (vec![1], 4));
    }
}
