//! The page of translation in a link: a model, and a drawing or the example that it is. Never anything of a photo.

mod coder;
mod drawing;

pub use drawing::{Drawing, LONGEST_SIDE, NoDrawing};

use crate::{
    latent_url::ModelRef,
    query::{self, Query},
};

/// The version of links. A newer one is said to be newer.
pub const VERSION: u32 = 1;
/// Characters of a link that browsers and most chats leave whole.
pub const LONGEST: usize = 8000;

/// All that a link holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranslateState {
    /// `None` for the first model of the site that is drawn for.
    pub model: Option<ModelRef>,
    /// Whether a model that knows two ways goes back.
    pub back: bool,
    /// The name of an example of the site.
    pub example: Option<String>,
    /// Of the colours of the model's palette; counts before an example.
    pub drawing: Option<Drawing>,
}

/// The query of a state, percent-encoded, without the `?`: only what differs from the default.
pub fn to_query(state: &TranslateState) -> String {
    let mut query = Query::new(VERSION);
    query.add("model", state.model.as_ref());
    query.add("back", state.back.then_some(1));
    query.add("example", state.example.as_ref());
    query.add("drawing", state.drawing.as_ref());
    query.finish()
}

fn set(state: &mut TranslateState, key: &str, text: &str) -> Option<()> {
    match key {
        "model" => state.model = query::model(text),
        "back" => query::switch(text, &mut state.back)?,
        "example" => state.example = Some(text.to_owned()).filter(|name| !name.is_empty()),
        "drawing" => state.drawing = Some(text.parse().ok()?),
        // Of the page itself, or of another.
        _ => {}
    }
    Some(())
}

/// The state of a query, which may begin with `?`, and the parts that could not be used: those keep their default.
pub fn from_query(query: &str) -> (TranslateState, Vec<String>) {
    let mut state = TranslateState::default();
    let wrong = query::read(query, VERSION, |key, text| set(&mut state, key, text));
    (state, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, Stream};

    fn any(random: &mut Random) -> TranslateState {
        let maybe = |random: &mut Random| random.below(2) == 1;
        TranslateState {
            model: maybe(random).then(|| ModelRef::parse(["facades", "maps-0123abcd", "a b&c"][random.below(3)])),
            back: maybe(random),
            example: maybe(random).then(|| ["shop", "타운 하우스", "50%=?"][random.below(3)].to_owned()),
            drawing: maybe(random).then(|| drawing::tests::any(random, 16)),
        }
    }

    #[test]
    fn every_state_survives_the_link() {
        assert_eq!(to_query(&TranslateState::default()), "v=1");
        for seed in 0..300 {
            let state = any(&mut Random::new(seed, Stream::Data));
            let query = to_query(&state);
            assert_eq!(from_query(&format!("?{query}&lang=ko")), (state, Vec::new()), "{query}");
        }
    }

    /// Whatever becomes of a link on its way: it reads, and what it reads as can be shared again.
    #[test]
    fn cut_and_tampered_links_read_as_something_that_can_be_shared() {
        for seed in 0..1000 {
            let random = &mut Random::new(seed, Stream::Data);
            let mut query = to_query(&any(random)).into_bytes();
            query.truncate(random.below(query.len() + 1));
            for _ in 0..random.below(4) {
                if let Some(byte) = (!query.is_empty()).then(|| random.below(query.len())) {
                    query[byte] = 32 + random.below(95) as u8;
                }
            }
            let query = String::from_utf8(query).unwrap();
            let (state, _) = from_query(&query);
            assert_eq!(from_query(&to_query(&state)), (state, Vec::new()), "{query}");
        }
    }

    #[test]
    fn what_does_not_read_is_named_and_the_rest_is_used() {
        let (state, wrong) = from_query("?v=2&back=maybe&drawing=AAAA&example=shop&lang=ko&x");
        assert_eq!(state, TranslateState { example: Some("shop".into()), ..TranslateState::default() });
        assert_eq!(wrong, ["v=2", "back=maybe", "drawing=AAAA"]);
    }
}
