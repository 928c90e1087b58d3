//! Distances of pictures to each other and to their nearest in the data: whether a generator has collapsed, and whether it
//! has only learned the data by heart.

use super::features::{FeatureError, Features};

/// What [`Summary::quantiles`] are.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Euclidean distances, in units of the features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Of all distances.
    pub mean: f64,
    /// At [`QUANTILES`], interpolated linearly.
    pub quantiles: [f64; 5],
}

impl Summary {
    /// Half of all distances are smaller.
    pub fn median(&self) -> f64 {
        self.quantiles[2]
    }
}

/// Distances among real pictures, among fakes, and between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairwise {
    /// All pairs of different real pictures.
    pub real: Summary,
    /// All pairs of different fakes.
    pub fake: Summary,
    /// Each real picture to the nearest other one.
    pub nearest_real: Summary,
    /// Each fake to the nearest real picture.
    pub nearest_fake: Summary,
}

impl Pairwise {
    /// Mean distance of fakes to each other in units of that of the data, from 0: about 1 when they are as diverse as the
    /// data, 0 when all are alike. `None` for data that are all alike.
    pub fn diversity(&self) -> Option<f64> {
        ratio(self.fake.mean, self.real.mean)
    }

    /// Median distance of fakes to the nearest picture of the data in units of that of the data to each other, from 0:
    /// about 1 is fair, 0 means copies. Real pictures the generator has not seen say what is to be expected. `None` for data
    /// that come in pairs.
    pub fn novelty(&self) -> Option<f64> {
        ratio(self.nearest_fake.median(), self.nearest_real.median())
    }
}

/// Measures fakes against real pictures; needs two of each. Takes `O(count^2 dim)` time and `2 count^2` bytes for the
/// larger set.
pub fn pairwise(real: &Features<'_>, fake: &Features<'_>) -> Result<Pairwise, FeatureError> {
    real.comparable(fake)?;
    let (among_real, nearest_real) = within(real)?;
    let (among_fake, _) = within(fake)?;
    let mut nearest_fake = vec![f32::INFINITY; fake.count()];
    real.pairs(fake, |_, j, square| nearest_fake[j] = nearest_fake[j].min(square));
    Ok(Pairwise {
        real: among_real,
        fake: among_fake,
        nearest_real: summary(nearest_real),
        nearest_fake: summary(nearest_fake),
    })
}

fn ratio(value: f64, unit: f64) -> Option<f64> {
    (unit > 0.0).then(|| value / unit)
}

/// The distances of all pairs, and the squared one of each point to its nearest.
fn within(points: &Features<'_>) -> Result<(Summary, Vec<f32>), FeatureError> {
    points.at_least(2)?;
    let mut squares = Vec::with_capacity(points.count() * (points.count() - 1) / 2);
    let mut nearest = vec![f32::INFINITY; points.count()];
    points.pairs_within(|i, j, square| {
        nearest[i] = nearest[i].min(square);
        nearest[j] = nearest[j].min(square);
        squares.push(square);
    });
    Ok((summary(squares), nearest))
}

/// Of squared distances, of which there must be some.
fn summary(mut squares: Vec<f32>) -> Summary {
    squares.sort_unstable_by(f32::total_cmp);
    let last = squares.len() - 1;
    let distance = |index: usize| f64::from(squares[index.min(last)]).sqrt();
    let quantile = |share: f64| {
        let place = share * last as f64;
        let (below, part) = (place as usize, place.fract());
        distance(below) + part * (distance(below + 1) - distance(below))
    };
    let mean = (0..=last).map(distance).sum::<f64>() / squares.len() as f64;
    Summary { mean, quantiles: QUANTILES.map(quantile) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(real: &[f32], fake: &[f32], dim: usize) -> Result<Pairwise, FeatureError> {
        pairwise(&Features::new(real, dim)?, &Features::new(fake, dim)?)
    }

    #[test]
    fn copies_and_collapse_show() {
        let real = [0.0, 0.0, 4.0, 0.0, 0.0, 3.0, 4.0, 3.0];
        let copied = measured(&real, &real, 2).unwrap();
        assert_eq!((copied.diversity(), copied.novelty()), (Some(1.0), Some(0.0)));
        // Sides 3, 3, 4, 4 and diagonals 5, 5.
        assert!((copied.real.mean - 4.0).abs() < 1e-12 && copied.real.median() == 4.0);
        assert_eq!(copied.nearest_real, Summary { mean: 3.0, quantiles: [3.0; 5] });
        // One stray fake tells nothing.
        let stray = measured(&real, &[0.0, 1.5, 4.0, 1.5, 90.0, 0.0], 2).unwrap();
        assert_eq!(stray.novelty(), Some(0.5));
        let collapsed = measured(&real, &[2.0, 1.5].repeat(4), 2).unwrap();
        assert_eq!((collapsed.diversity(), collapsed.novelty()), (Some(0.0), Some(2.5 / 3.0)));
    }

    #[test]
    fn what_is_too_little_has_no_value() {
        assert_eq!(measured(&[0.0], &[0.0, 1.0], 1), Err(FeatureError::TooFew { count: 1, needed: 2 }));
        assert_eq!(measured(&[0.0, 1.0], &[], 1), Err(FeatureError::TooFew { count: 0, needed: 2 }));
        assert_eq!(measured(&[0.0, 1.0], &[f32::NAN], 1), Err(FeatureError::NotFinite { row: 0, column: 0 }));
        let alike = measured(&[1.0; 4], &[1.0, 2.0], 1).unwrap();
        assert_eq!((alike.diversity(), alike.novelty()), (None, None));
        let two = Features::new(&[0.0; 4], 2).unwrap();
        let one = Features::new(&[0.0; 4], 1).unwrap();
        assert_eq!(pairwise(&two, &one), Err(FeatureError::DimensionsDiffer { real: 2, fake: 1 }));
    }
}
