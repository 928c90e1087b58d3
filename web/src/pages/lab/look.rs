//! What there is to see of a run.

use forger_protocol::message::{LabBuffer, LabUpdate, Measures, StepMetrics};
use js_sys::{ArrayBuffer, Float32Array};

use super::curves::Curves;

/// What there is to see of the toy session at one step.
#[derive(Clone, Default)]
pub struct Moment {
    pub step: u64,
    pub map_side: usize,
    pub measures: Option<Measures>,
    pub metrics: Option<StepMetrics>,
    pub real: Vec<f32>,
    pub fake: Vec<f32>,
    pub verdict: Vec<f32>,
    pub density: Vec<f32>,
    pub manifold: Vec<f32>,
    pub push: Vec<f32>,
    pub generator: Vec<f32>,
    pub discriminator: Vec<f32>,
}

impl Moment {
    pub fn new(update: &LabUpdate, buffers: &[ArrayBuffer]) -> Self {
        let floats = |which: LabBuffer| {
            buffers.get(which as usize).map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default()
        };
        Self {
            step: update.step,
            map_side: update.map_side,
            measures: Some(update.measures),
            metrics: update.metrics.last().cloned(),
            real: floats(LabBuffer::Real),
            fake: floats(LabBuffer::Fake),
            verdict: floats(LabBuffer::Verdict),
            density: floats(LabBuffer::Density),
            manifold: floats(LabBuffer::Manifold),
            push: floats(LabBuffer::Push),
            generator: floats(LabBuffer::Generator),
            discriminator: floats(LabBuffer::Discriminator),
        }
    }
}

/// The last look at the toy session, and its curves so far.
#[derive(Clone, Default)]
pub struct LabLook {
    pub update: Option<LabUpdate>,
    pub moment: Moment,
    pub curves: Curves,
}

impl LabLook {
    pub fn take(&mut self, update: LabUpdate, buffers: &[ArrayBuffer]) {
        if self.update.as_ref().is_none_or(|before| update.step < before.step) {
            self.curves.keep_until(update.step);
        }
        self.curves.add(&update);
        let before = self.moment.metrics.take().filter(|metrics| metrics.step <= update.step);
        self.moment = Moment::new(&update, buffers);
        // A look at a session that stands still brings no new metrics.
        self.moment.metrics = self.moment.metrics.take().or(before);
        self.update = Some(update);
    }
}
