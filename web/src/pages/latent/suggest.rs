//! Exemplars found by the directions of the model, and sentences to begin with.

use forger_protocol::{
    Card, Codes,
    latent_url::{Code, Term, WHOLE},
};

/// Samples that are looked through.
const SAMPLES: usize = 2048;
/// The paper averages three.
pub const EXEMPLARS: usize = 3;

/// Attributes that an exemplar should have (true) or lack.
pub type Wish<'a> = &'a [(&'a str, bool)];

/// A sentence: terms by their wishes, and their signs.
pub struct Sentence {
    /// The term's name in the locale files, its sign and its wish.
    pub terms: &'static [(&'static str, char, Wish<'static>)],
}

/// What may be said of a model that knows these attributes.
pub const SENTENCES: &[Sentence] = &[
    Sentence {
        terms: &[
            ("man_glasses", '+', &[("Male", true), ("Eyeglasses", true)]),
            ("man", '-', &[("Male", true), ("Eyeglasses", false)]),
            ("woman", '+', &[("Male", false), ("Eyeglasses", false)]),
        ],
    },
    Sentence {
        terms: &[
            ("woman_smiling", '+', &[("Male", false), ("Smiling", true)]),
            ("woman", '-', &[("Male", false), ("Smiling", false)]),
            ("man", '+', &[("Male", true), ("Smiling", false)]),
        ],
    },
    Sentence {
        terms: &[
            ("man_hat", '+', &[("Male", true), ("Wearing_Hat", true)]),
            ("man", '-', &[("Male", true), ("Wearing_Hat", false)]),
            ("woman", '+', &[("Male", false), ("Wearing_Hat", false)]),
        ],
    },
];

impl Sentence {
    /// Whether the model knows all that it needs.
    pub fn is_possible(&self, card: &Card) -> bool {
        let knows = |name: &str| card.directions.iter().any(|direction| direction.name == name);
        self.terms.iter().flat_map(|term| term.2).all(|(name, _)| knows(name))
    }

    /// Terms of these names with exemplars, and the expression.
    pub fn of(&self, card: &Card, codes: &Codes, seed: u32, names: impl Fn(&str) -> String) -> (Vec<Term>, String) {
        let pool = Pool::new(card, codes, seed);
        let term = |(name, _, wish): &(&str, char, Wish)| Term { name: names(name), codes: pool.find(wish, &[]) };
        (self.terms.iter().map(term).collect(), self.expression(names))
    }

    pub fn expression(&self, names: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for (name, sign, _) in self.terms {
            if !text.is_empty() {
                text += if *sign == '-' { " - " } else { " + " };
            }
            text += &names(name);
        }
        text
    }
}

/// Samples of a seed, to find exemplars among.
pub struct Pool<'a> {
    card: &'a Card,
    seed: u32,
    dim: usize,
    samples: Vec<f32>,
}

impl<'a> Pool<'a> {
    pub fn new(card: &'a Card, codes: &Codes, seed: u32) -> Self {
        Self { card, seed, dim: codes.dim(), samples: codes.samples(seed, SAMPLES) }
    }

    /// Those that meet a wish best: whose worst attribute is the surest. Not those that are taken already.
    pub fn find(&self, wish: Wish, taken: &[Code]) -> Vec<Code> {
        let direction = |name: &str| self.card.directions.iter().find(|direction| direction.name == name);
        let ways =
            wish.iter().filter_map(|(name, has)| Some((&direction(name)?.vector, if *has { 1.0 } else { -1.0 })));
        let ways = ways.collect::<Vec<_>>();
        let score = |code: &[f32]| {
            let along = |(way, sign): &(&Vec<f32>, f32)| sign * code.iter().zip(*way).map(|(a, b)| a * b).sum::<f32>();
            ways.iter().map(along).fold(f32::INFINITY, f32::min)
        };
        let mut found = self.samples.chunks_exact(self.dim).map(score).enumerate().collect::<Vec<_>>();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        let code = |(index, _): (usize, f32)| Code::Sample { seed: self.seed, index: index as u32, truncation: WHOLE };
        found.into_iter().map(code).filter(|code| !taken.contains(code)).take(EXEMPLARS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{
        DcganConfig, SystemConfig,
        card::{Direction, DirectionKind},
    };

    fn config() -> DcganConfig {
        DcganConfig { latent_dim: 4, ..DcganConfig::default() }
    }

    fn codes() -> Codes {
        Codes::new(&config(), None).unwrap()
    }

    fn card() -> Card {
        let direction = |name: &str, axis: usize| {
            let mut vector = vec![0.0; 4];
            vector[axis] = 1.0;
            Direction { name: name.into(), kind: DirectionKind::Attribute, strength: 1.0, vector }
        };
        let directions = vec![direction("Male", 0), direction("Eyeglasses", 1)];
        Card { directions, ..Card::new("test", SystemConfig::of(&config()), 0) }
    }

    #[test]
    fn exemplars_are_what_was_wished_for() {
        let (card, codes) = (card(), codes());
        let pool = Pool::new(&card, &codes, 1);
        let found = pool.find(&[("Male", true), ("Eyeglasses", false)], &[]);
        assert_eq!(found.len(), EXEMPLARS);
        for code in &found {
            let z = code.values(&codes).unwrap();
            assert!(z[0] > 1.0 && z[1] < -1.0, "{z:?}");
        }
        let more = pool.find(&[("Male", true), ("Eyeglasses", false)], &found);
        assert!(more.iter().all(|code| !found.contains(code)));
    }

    #[test]
    fn a_sentence_needs_its_attributes() {
        let possible = SENTENCES.iter().map(|sentence| sentence.is_possible(&card())).collect::<Vec<_>>();
        assert_eq!(possible, [true, false, false]);
        let (terms, expression) = SENTENCES[0].of(&card(), &codes(), 1, str::to_owned);
        assert_eq!(expression, "man_glasses - man + woman");
        assert!(terms.iter().all(|term| term.codes.len() == EXEMPLARS));
    }
}
