//! What there is to see of the toy session.

use serde::{Deserialize, Serialize};

use super::DeviceKind;
use crate::{config::LatentPrior, system::Declaration};

/// The state of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState {
    /// New or reset; nothing was asked of it since.
    #[default]
    Idle,
    /// There are steps to do.
    Running,
    /// Stopped by the user, or at the step that it was to reach.
    Paused,
    /// A loss or weight stopped being a number; the session is back at its last good state.
    Diverged,
}

/// What a step told, in the order of [`Declaration::scalars`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepMetrics {
    /// Number of the step, from 1.
    pub step: u64,
    /// One for each scalar; 0 where the step had nothing to tell.
    pub values: Vec<f32>,
}

impl StepMetrics {
    /// The scalar of this key.
    pub fn get(&self, system: &Declaration, key: &str) -> Option<f32> {
        self.values.get(system.place(key)?).copied()
    }
}

/// A distance between fakes and data, and what a perfect generator would score: a sample of the data itself, of the same
/// size, lies in this band in nine of ten draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The distance, 0 for fakes like the data.
    pub value: f32,
    /// Lower edge of the band.
    pub floor_low: f32,
    /// Upper edge of the band. A value below it is as good as can be told.
    pub floor_high: f32,
}

/// How far the fakes are from the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// The step at which they were measured.
    pub step: u64,
    /// `None` for data without modes.
    pub coverage: Option<Coverage>,
    /// Jensen-Shannon divergence in bits, `[0, 1]`, of histograms on a 25 x 25 grid.
    pub jensen_shannon: Score,
    /// Sliced Wasserstein-1 distance, in units of the plane.
    pub sliced_wasserstein: Score,
}

/// How well the fakes cover the modes of the data, for the distributions that have modes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Modes with at least the share of high-quality fakes that a fair draw would nearly always reach.
    pub covered: usize,
    /// Modes that the data have.
    pub modes: usize,
    /// Share of fakes within three standard deviations of their mode, in `[0, 1]`.
    pub high_quality: f32,
}

/// A look at the toy session. Metrics since the last one; nothing dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabUpdate {
    /// What the session is doing.
    pub state: SessionState,
    /// Steps done.
    pub step: u64,
    /// Smoothed from look to look; 0 while nothing runs.
    pub steps_per_second: f64,
    /// One for each step since the last look, in order.
    pub metrics: Vec<StepMetrics>,
    /// While the session runs they are not taken at every look, and may be of an earlier step.
    pub measures: Measures,
    /// Side of the square maps (D's verdict, density) in cells.
    pub map_side: usize,
    /// Steps whose moments are kept, in order: see [`super::LabRequest::Visit`].
    pub kept: Vec<u64>,
    /// Whether [`super::LabRequest::Undo`] has something to take back.
    pub can_undo: bool,
    /// What trains the session.
    pub device: DeviceKind,
}

/// What a search for the z of a point of the plane came to, beside the same search for real points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    /// Codes that it starts from.
    pub starts: usize,
    /// Which of the places of all starts and steps is nearest to the point.
    pub nearest: usize,
    /// From there to the point, in units of the plane.
    pub distance: f32,
    /// Real points that are as far from what the search finds for them, or farther.
    pub as_far: usize,
    /// Real points that were searched for.
    pub reals: usize,
    /// The chance that a real point is at least as far: see [`crate::detect::Calibration::p_value`].
    pub p: f64,
}

/// The buffers of [`super::Event::Lab`] and [`super::Reply::LabView`], in this order, all f32. Maps are `[side, side]`
/// over the plane `[-EXTENT, EXTENT]^2`, row 0 at its lower edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum LabBuffer {
    /// Real points, `[n, 2]`.
    Real = 0,
    /// Fake points, `[n, 2]`. Their z are the first n of the sequence `Random::new(seed, Stream::Latent)`.
    Fake = 1,
    /// D's verdict, in `[0, 1]`. It aims at 0 for fakes, and for real points at 1, or at `1 - s` with a label smoothing of s: half way
    /// between the two is `(1 - s) / 2`.
    Verdict = 2,
    /// Share of the fakes in each cell; the sum is 1 where none lies outside.
    Density = 3,
    /// What G makes of a mesh over the middle of z: `[MESH, MESH, 2]` (z\[1\] by row), or `[MESH, 2]` for one-dimensional z.
    /// See [`mesh`].
    Manifold = 4,
    /// For each fake point, the direction in which it would rise in D's eyes: minus the gradient of G's loss for this one
    /// point, `[n, 2]`.
    Push = 5,
    /// G's weights, layer by layer, each `[inputs, outputs]` and then `[outputs]` of biases. Empty above
    /// [`MOST_WEIGHTS_SHOWN`].
    Generator = 6,
    /// D's weights as it judges with them, spectral normalisation done, in the same way.
    Discriminator = 7,
}

/// Half the side of the plane that the lab shows.
pub const EXTENT: f32 = 1.25;
/// Points of the mesh over z, along each of its dimensions.
pub const MESH: usize = 21;
/// Networks of more weights are not sent to the page.
pub const MOST_WEIGHTS_SHOWN: usize = 20_000;

/// The mesh over z that [`LabBuffer::Manifold`] shows, flat `[MESH, MESH, 2]` or `[MESH, 1]`: the square that holds nine
/// tenths of each dimension of the prior.
pub fn mesh(prior: LatentPrior, latent_dim: usize) -> Vec<f32> {
    let reach = match prior {
        LatentPrior::Gaussian => 1.645,
        LatentPrior::Uniform => 0.9,
    };
    let at = |index: usize| reach * (2.0 * index as f32 / (MESH - 1) as f32 - 1.0);
    match latent_dim {
        1 => (0..MESH).map(at).collect(),
        // Further dimensions, which only a native run has, stay in the middle.
        _ => (0..MESH * MESH)
            .flat_map(|cell| {
                let plane = [at(cell % MESH), at(cell / MESH)];
                plane.into_iter().chain(std::iter::repeat_n(0.0, latent_dim - 2))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mesh_has_a_point_in_the_middle() {
        assert_eq!(mesh(LatentPrior::Gaussian, 2)[MESH * MESH - 1..=MESH * MESH], [0.0, 0.0]);
        assert_eq!(mesh(LatentPrior::Uniform, 1).len(), MESH);
        assert_eq!(mesh(LatentPrior::Uniform, 5).len(), MESH * MESH * 5);
    }
}
