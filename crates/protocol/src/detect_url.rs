//! The page of strange pictures in a link: a model, a threshold, and what was drawn. Never anything of a photo.

use crate::{
    latent_url::ModelRef,
    query::{self, Query},
    translate_url::Drawing,
};

/// The version of links. A newer one is said to be newer.
pub const VERSION: u32 = 1;

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
    let mut query = Query::new(VERSION);
    query.add("model", state.model.as_ref());
    query.add("threshold", state.threshold);
    query.add("sample", state.sample);
    query.add("drawing", state.drawing.as_ref());
    query.finish()
}

fn set(state: &mut DetectState, key: &str, text: &str) -> Option<()> {
    match key {
        "model" => state.model = query::model(text),
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
    let wrong = query::read(query, VERSION, |key, text| set(&mut state, key, text));
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
