//! The page of strange pictures in a link: a model, a threshold, and what was drawn. Never anything of a photo.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{latent_url::ModelRef, query, translate_url::Drawing};

/// The version of links. A newer one is said to be newer.
pub const VERSION: u32 = 1;

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// All that a link holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetectState {
    /// `None` for the first model of the site.
    pub model: Option<ModelRef>,
    /// Scores above this are strange; `None` for that of the usual rate of false alarms.
    pub threshold: Option<f32>,
    /// The sample of the model that is drawn on, by its seed; `None` for an empty sheet.
    pub sample: Option<u32>,
    /// Of inks: 0 is none.
    pub drawing: Option<Drawing>,
}

/// The query of a state, percent-encoded, without the `?`: only what differs from the default.
pub fn to_query(state: &DetectState) -> String {
    let mut query = format!("v={VERSION}");
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = write!(query, "&{key}={}", utf8_percent_encode(&value, ESCAPED));
        }
    };
    add("model", state.model.as_ref().map(ModelRef::to_string));
    add("threshold", state.threshold.map(|threshold| threshold.to_string()));
    add("sample", state.sample.map(|seed| seed.to_string()));
    add("drawing", state.drawing.as_ref().map(Drawing::to_string));
    query
}

fn set(state: &mut DetectState, key: &str, text: &str) -> Option<()> {
    match key {
        "v" => return text.parse().ok().filter(|version: &u32| *version <= VERSION).map(|_| ()),
        "model" => state.model = Some(ModelRef::parse(text)).filter(|model| !model.name.is_empty()),
        "threshold" => state.threshold = Some(text.parse().ok().filter(|score: &f32| score.is_finite())?),
        "sample" => state.sample = Some(text.parse().ok()?),
        "drawing" => state.drawing = Some(text.parse().ok()?),
        // Of the page itself, or of another.
        _ => {}
    }
    Some(())
}

/// The state of a query, which may begin with `?`, and the parts that could not be used: those keep their default.
pub fn from_query(query: &str) -> (DetectState, Vec<String>) {
    let mut state = DetectState::default();
    let wrong = query::read(query, |key, text| set(&mut state, key, text));
    (state, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, Stream};

    #[test]
    fn every_state_survives_the_link() {
        assert_eq!(to_query(&DetectState::default()), "v=1");
        for seed in 0..300 {
            let random = &mut Random::new(seed, Stream::Data);
            let maybe = |random: &mut Random| random.below(2) == 1;
            let mut drawing = Drawing::new(12);
            drawing.pixels_mut().iter_mut().for_each(|pixel| *pixel = random.below(3) as u8);
            let state = DetectState {
                model: maybe(random).then(|| ModelRef::parse(["zeros", "tiles-0123abcd", "a b&c"][random.below(3)])),
                threshold: maybe(random).then(|| (random.uniform() - 0.5) * 10_f32.powi(random.below(9) as i32)),
                sample: maybe(random).then_some(seed.wrapping_mul(0x9e37_79b9)),
                drawing: maybe(random).then_some(drawing),
            };
            let query = to_query(&state);
            assert_eq!(from_query(&format!("?{query}&lang=ko")), (state, Vec::new()), "{query}");
        }
    }

    #[test]
    fn what_does_not_read_is_named_and_the_rest_is_used() {
        let (state, wrong) = from_query("?v=2&threshold=NaN&sample=-1&drawing=AAAA&model=zeros&lang=ko");
        assert_eq!(state, DetectState { model: Some(ModelRef::parse("zeros")), ..DetectState::default() });
        assert_eq!(wrong, ["v=2", "threshold=NaN", "sample=-1", "drawing=AAAA"]);
    }
}
