//! The pictures of a toy at one moment, and how far its fakes are from the data.

use forger_core::{
    data::distributions,
    metrics::two_sample::Reference,
    systems::toy::look::{Look, density},
};
use forger_protocol::{Random, Stream, message::Measures};
use js_sys::ArrayBuffer;

use crate::channel::floats;

/// Real and fake points in a look, a thousand each.
const POINTS: usize = 1000;
/// Fakes that are measured.
pub const MEASURED: usize = 2000;
/// Cells a side of the maps.
pub const MAP_SIDE: usize = 50;

/// What the page is shown of one moment.
pub struct Shown {
    /// The step of the moment.
    pub step: u64,
    pub measures: Measures,
    pub buffers: Vec<ArrayBuffer>,
    /// Whether all of it is a number.
    pub finite: bool,
}

impl Shown {
    /// Measured anew against the data where no `measures` are given.
    pub fn new(look: &Look, step: u64, reference: &Reference, measures: Option<Measures>) -> Self {
        let config = look.config();
        let random = &mut Random::new(config.seed, Stream::Metrics);
        let reals = distributions::sample(config.distribution, &config.points, POINTS, random);
        let many = look.fakes(MEASURED);
        // The first of many are the same points that few would be.
        let fakes = &many[..2 * POINTS];
        let measures = measures.unwrap_or_else(|| Measures {
            step,
            coverage: look.coverage(&many),
            jensen_shannon: reference.jensen_shannon(&many),
            sliced_wasserstein: reference.sliced_wasserstein(&many),
        });
        let verdicts = look.verdicts(MAP_SIDE);
        let finite = look.is_finite() && fakes.iter().chain(&verdicts).all(|value| value.is_finite());
        let [generator, discriminator] = look.weights();
        let buffers = [
            &reals,
            fakes,
            &verdicts,
            &density(&many, MAP_SIDE),
            &look.manifold(),
            &look.push(fakes),
            generator,
            discriminator,
        ];
        Self { step, measures, buffers: buffers.map(floats).to_vec(), finite }
    }
}
