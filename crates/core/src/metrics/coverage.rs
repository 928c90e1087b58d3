//! Mode coverage and high-quality share of the toy GAN.
//!
//! As in Srivastava et al. 2017, VEEGAN (arXiv 1705.07761), section 4.1: a sample is of high quality when it lies within
//! three standard deviations of its nearest mode. They count a mode as captured by one such sample; here a mode needs a
//! tenth of its fair share, so that a stray sample does not pass for coverage.

use forger_protocol::{Distribution, message::Coverage};

use crate::data::distributions::{Mode, modes};

/// `None` for distributions without modes. `points` is `[n, 2]` flat.
pub fn coverage(distribution: Distribution, points: &[f32]) -> Option<Coverage> {
    let centres = modes(distribution);
    if centres.is_empty() {
        return None;
    }
    let mut hits = vec![0_usize; centres.len()];
    let count = points.len() / 2;
    for point in points.chunks_exact(2) {
        // A point that is not a number is near no mode.
        let is_near = |mode: &Mode| (mode.centre[0] - point[0]).hypot(mode.centre[1] - point[1]) < mode.reach;
        if let Some(nearest) = centres.iter().position(is_near) {
            hits[nearest] += 1;
        }
    }
    let needed = (count as f32 / (10.0 * centres.len() as f32)).max(1.0);
    Some(Coverage {
        covered: hits.iter().filter(|&&hits| hits as f32 >= needed).count(),
        modes: centres.len(),
        high_quality: hits.iter().sum::<usize>() as f32 / count.max(1) as f32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::distributions::sample;
    use forger_protocol::{Random, Stream};

    #[test]
    fn the_data_itself_covers_every_mode() {
        use Distribution::{Blobs, Grid, Pair, Ring};
        for (distribution, modes) in [(Ring, 8), (Grid, 25), (Pair, 2), (Blobs, 3)] {
            let points = sample(distribution, &[], 1000, &mut Random::new(1, Stream::Metrics));
            let coverage = coverage(distribution, &points).unwrap();
            assert_eq!((coverage.covered, coverage.modes), (modes, modes));
            assert!(coverage.high_quality > 0.97);
        }
    }

    #[test]
    fn a_collapsed_generator_covers_one_and_noise_is_not_quality() {
        let collapsed = [0.7, 0.0].repeat(1000);
        assert_eq!(coverage(Distribution::Ring, &collapsed).unwrap().covered, 1);
        let centre = [0.0, 0.0].repeat(1000);
        let coverage_of_centre = coverage(Distribution::Ring, &centre).unwrap();
        assert_eq!((coverage_of_centre.covered, coverage_of_centre.high_quality), (0, 0.0));
        assert_eq!(coverage(Distribution::Ring, &[f32::NAN, f32::NAN]).unwrap().covered, 0);
        assert_eq!(coverage(Distribution::Moons, &centre), None);
    }
}
