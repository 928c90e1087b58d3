//! Lessons of the lab: plain data, in `public/lessons/lessons.json`, so that a teacher can add one without a compiler.
//!
//! A lesson shows a failure and its cure. Both say what they promise to show, and a test holds them to it.

use serde::{Deserialize, Serialize};

/// The file of lessons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lessons {
    pub lessons: Vec<Lesson>,
}

/// A failure and its cure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// `[a-z-]+`; its name in a link.
    pub id: String,
    pub failure: Scene,
    pub cure: Scene,
    pub paper: Paper,
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    pub title: Text,
    /// Two sentences.
    pub text: Text,
    /// Settings as a link of the lab has them, such as `loss=minimax&d_steps=5`.
    pub settings: String,
    /// Trains up to this step.
    pub steps: u64,
    pub shows: Promise,
}

/// The same in each language of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub en: String,
    pub ko: String,
}

/// Where the failure was described first, or best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub title: String,
    pub url: String,
}

/// At the last step of a scene, the measure lies in `[min, max]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    pub measure: Measure,
    #[serde(default)]
    pub min: Option<f64>,
    #[serde(default)]
    pub max: Option<f64>,
}

/// What a promise is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Modes covered.
    Modes,
    /// Jensen-Shannon divergence in bits.
    JensenShannon,
    /// Sliced Wasserstein distance, in units of the plane.
    SlicedWasserstein,
    /// Mean norm of G's gradient over the last hundred steps.
    GeneratorGradient,
    /// D(real) - D(fake), mean over the last hundred steps: 1 for a D that is never wrong, 0 for a coin.
    Certainty,
    /// Standard deviation of D(real) - D(fake) over the last thousand steps.
    Swing,
}
