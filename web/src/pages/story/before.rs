//! The data, before the engine is there to send them: an empty box would say nothing.

use forger_protocol::{Random, Stream};
use leptos::prelude::*;

use crate::pages::lab::run::Run;

const POINTS: usize = 1000;
/// Of [`forger_protocol::Distribution::Ring`], which every scene of this page is about.
const CLUSTERS: usize = 8;
const RADIUS: f32 = 0.7;
const DEVIATION: f32 = 0.04;

/// The ring, drawn as the engine draws it, so that nothing moves when it comes.
fn ring(seed: u32) -> Vec<f32> {
    let random = &mut Random::new(seed, Stream::Metrics);
    let mut points = vec![0.0; 2 * POINTS];
    random.fill_normal(&mut points);
    for point in points.chunks_exact_mut(2) {
        let (sin, cos) = (std::f32::consts::TAU * random.below(CLUSTERS) as f32 / CLUSTERS as f32).sin_cos();
        (point[0], point[1]) = (RADIUS * cos + DEVIATION * point[0], RADIUS * sin + DEVIATION * point[1]);
    }
    points
}

/// Shows the data of a run that has shown nothing yet.
pub fn show_data(run: Run) {
    Effect::new(move |_| {
        if run.look.with(|look| look.update.is_none() && look.moment.real.is_empty()) {
            let seed = run.config.with_untracked(|config| config.seed);
            run.look.update(|look| look.moment.real = ring(seed));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_lie_in_eight_clusters() {
        let points = ring(1);
        assert_eq!(points.len(), 2 * POINTS);
        for point in points.chunks_exact(2) {
            let turn = point[1].atan2(point[0]) / std::f32::consts::TAU * CLUSTERS as f32;
            let aside = (turn - turn.round()).abs() / CLUSTERS as f32 * std::f32::consts::TAU * RADIUS;
            assert!(
                (point[0].hypot(point[1]) - RADIUS).abs() < 6.0 * DEVIATION && aside < 6.0 * DEVIATION,
                "{point:?}"
            );
        }
    }
}
