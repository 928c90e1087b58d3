//! Measures of every checkpoint, taken while training goes on.

use std::{
    collections::VecDeque,
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
};

use anyhow::{Context, Result};
use burn::tensor::Device;
use forger_core::{Dcgan, Images, System};
use forger_protocol::{DcganConfig, Random, Stream};

use super::{
    classified::{Classified, Reference},
    log,
};
use crate::{
    cli::{DataArgs, DcganArgs, Split},
    commands::train::dcgan::draw,
    data,
    run::Run,
    ui,
};

/// What decides which checkpoint is the best.
pub const DECIDES: &str = "frechet_classifier";

/// A checkpoint whose measures are on their way.
struct Pending {
    step: u64,
    images: u64,
    state: Vec<u8>,
}

/// Compares what the run draws with held-out pictures, on a thread of its own.
pub struct Watch {
    z: Vec<f32>,
    pictures: Sender<Vec<f32>>,
    measures: Receiver<Result<Vec<(&'static str, f64)>>>,
    pending: VecDeque<Pending>,
}

impl Watch {
    /// Reads the classifier and the held-out pictures.
    #[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
    pub fn start(args: &DcganArgs, classifier: &Path, config: &DcganConfig) -> Result<Self> {
        let classified = Classified::open(classifier, config)?;
        let held_out = DataArgs { split: Split::Test, ..args.data.clone() };
        let held_out = data::load(&held_out, config.channels, config.image_size)
            .context("measuring needs held-out pictures; name how many with --holdout")?;
        let count = args.measure_count.min(held_out.len());
        let mut random = Random::new(1, Stream::Metrics);
        let reference = Reference::new(&classified, &held_out, count, &mut random)?;
        let z = random.latent(config.prior, count, config.latent_dim);
        let (pictures, inbox) = channel::<Vec<f32>>();
        let (outbox, measures) = channel();
        std::thread::spawn(move || {
            for pictures in inbox {
                if outbox.send(reference.measure(&classified, &pictures)).is_err() {
                    break;
                }
            }
        });
        Ok(Self { z, pictures, measures, pending: VecDeque::new() })
    }

    /// Takes down what has been measured, and has this checkpoint measured.
    pub fn look(&mut self, dcgan: &Dcgan, state: &[u8], run: &Run, device: &Device) -> Result<()> {
        let pictures = draw(dcgan, &self.z, device)?;
        self.pictures.send(pictures).context("measuring has ended")?;
        let (step, images) = (dcgan.steps(), dcgan.images_seen());
        self.pending.push_back(Pending { step, images, state: state.to_vec() });
        while let Ok(measures) = self.measures.try_recv() {
            self.take(measures, run)?;
        }
        Ok(())
    }

    /// Takes down the measures of the oldest pending checkpoint.
    fn take(&mut self, measures: Result<Vec<(&'static str, f64)>>, run: &Run) -> Result<()> {
        let Some(Pending { step, images, state }) = self.pending.pop_front() else { return Ok(()) };
        let measures = measures.with_context(|| format!("step {step} was not measured"))?;
        let best = log::read(run)?.best(DECIDES).map(|best| best.value);
        log::append(run, step, images, &measures)?;
        let Some((_, value)) = measures.iter().find(|(name, _)| *name == DECIDES) else { return Ok(()) };
        let is_best = best.is_none_or(|best| log::is_better(DECIDES, *value, best));
        if is_best {
            run.save_best(&state)?;
        }
        let text = measures.iter().map(|(name, value)| format!("{name} {value:.3}")).collect::<Vec<_>>().join(", ");
        ui::note(format_args!("step {step}: {text}{}", if is_best { "; the best so far" } else { "" }));
        Ok(())
    }

    /// Waits for what is still being measured.
    pub fn finish(mut self, run: &Run) -> Result<()> {
        if !self.pending.is_empty() {
            ui::note(format_args!("measuring {} more checkpoints (Ctrl-C twice to leave without)", self.pending.len()));
        }
        while !self.pending.is_empty() {
            let measures = self.measures.recv().context("measuring has ended")?;
            self.take(measures, run)?;
        }
        Ok(())
    }
}
