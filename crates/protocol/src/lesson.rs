//! Lessons of the lab: plain data, in `public/lessons/lessons.json`, so that a teacher can add one without a compiler.
//!
//! A lesson shows a failure and its cure. Both say what they promise to show, and a test holds them to it.

use serde::{Deserialize, Serialize};

/// The file of lessons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lessons {
    /// In the order in which the page shows them.
    pub lessons: Vec<Lesson>,
}

/// A failure and its cure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// `[a-z-]+`; its name in a link.
    pub id: String,
    /// What goes wrong.
    pub failure: Scene,
    /// Nearly the same settings, with what helps.
    pub cure: Scene,
    /// What to read about it.
    pub paper: Paper,
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// A few words.
    pub title: Text,
    /// Two sentences.
    pub text: Text,
    /// Settings as a link of the lab has them, such as `loss=minimax&d_steps=5`.
    pub settings: String,
    /// Trains up to this step.
    pub steps: u64,
    /// What a test holds the scene to.
    pub shows: Promise,
}

/// The same in each language of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// Where the failure was described first, or best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// As it was published.
    pub title: String,
    /// Where it can be read.
    pub url: String,
}

/// At the last step of a scene, the measure lies in `[min, max]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// What is measured.
    pub measure: Measure,
    /// `None` for no lower bound.
    #[serde(default)]
    pub min: Option<f64>,
    /// `None` for no upper bound.
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
