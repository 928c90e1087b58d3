//! The text of a link.

use percent_encoding::{AsciiSet, CONTROLS};

use super::{Code, LatentState, Move, REACH, Tab, Term, VERSION, expression::name};
use crate::query::{self, Query};

/// What a browser would change in a query, or read as something else.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'\'')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'`');

fn join<T>(items: &[T], separator: &str, text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(separator)
}

/// `None` of nothing.
fn list<T>(items: &[T], separator: &str, text: impl Fn(&T) -> String) -> Option<String> {
    (!items.is_empty()).then(|| join(items, separator, text))
}

fn term(term: &Term) -> String {
    format!("{}:{}", term.name, join(&term.codes, ",", Code::to_string))
}

fn step(step: &Move) -> String {
    let own = step.own.as_ref().map(Code::to_string).unwrap_or_default();
    format!("{}{own}:{}", step.name, step.tenths)
}

/// The query of a state, percent-encoded, without the `?`: only what differs from the default.
pub fn to_query(state: &LatentState) -> String {
    let default = LatentState::default();
    let mut query = Query::escaping(VERSION, ESCAPED);
    query.add("model", state.model.as_ref());
    query.add("seed", (state.seed != default.seed).then_some(state.seed));
    query.add("truncation", (state.truncation != default.truncation).then_some(state.truncation));
    query.add("tab", (state.tab != default.tab).then(|| state.tab.name()));
    query.add("terms", list(&state.terms, ";", term));
    query.add("expression", Some(&state.expression).filter(|text| !text.is_empty()));
    query.add("base", state.base.as_ref());
    query.add("moves", list(&state.moves, ",", step));
    query.add("walk", list(&state.walk, ",", Code::to_string));
    query.add("straight", state.straight.then_some(1));
    query.add("closed", state.closed.then_some(1));
    query.finish()
}

fn codes(text: &str) -> Option<Vec<Code>> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

/// A name that would be written as it was read.
fn named(text: &str) -> Option<String> {
    let kept = name(text);
    (!kept.is_empty() && kept == text).then_some(kept)
}

fn terms(text: &str) -> Option<Vec<Term>> {
    let read = |text: &str| {
        let (name, list) = text.split_once(':')?;
        Some(Term { name: named(name)?, codes: codes(list)? })
    };
    let terms = text.split(';').map(read).collect::<Option<Vec<_>>>()?;
    let is_first = |(index, term): (usize, &Term)| terms[..index].iter().all(|before| before.name != term.name);
    terms.iter().enumerate().all(is_first).then_some(terms)
}

fn moves(text: &str) -> Option<Vec<Move>> {
    let read = |text: &str| {
        let (which, tenths) = text.rsplit_once(':')?;
        let (name, own) = match which.split_once('~') {
            Some((name, code)) => (name, Some(format!("~{code}").parse().ok()?)),
            None => (which, None),
        };
        let tenths = tenths.parse().ok().filter(|tenths: &i16| f32::from(tenths.unsigned_abs()) <= 10.0 * REACH)?;
        Some(Move { name: named(name)?, own, tenths })
    };
    text.split(',').map(read).collect()
}

fn set(state: &mut LatentState, key: &str, text: &str) -> Option<()> {
    match key {
        "model" => state.model = query::model(text),
        "seed" => state.seed = text.parse().ok()?,
        "truncation" => state.truncation = text.parse().ok().filter(|percent| (1..=100).contains(percent))?,
        "tab" => state.tab = Tab::ALL.into_iter().find(|tab| tab.name() == text)?,
        "terms" => state.terms = terms(text)?,
        "expression" => text.clone_into(&mut state.expression),
        "base" => state.base = Some(text.parse().ok()?),
        "moves" => state.moves = moves(text)?,
        "walk" => state.walk = codes(text)?,
        "straight" => query::switch(text, &mut state.straight)?,
        "closed" => query::switch(text, &mut state.closed)?,
        // Links from before version 1 knew a walk from a to b.
        "a" | "b" => {
            state.walk.push(format!("~{text}").parse().ok()?);
            state.tab = Tab::Walk;
        }
        // Of the page itself, or of another.
        _ => {}
    }
    Some(())
}

/// The state of a query, which may begin with `?`, and the parts that could not be used: those keep their default.
pub fn from_query(query: &str) -> (LatentState, Vec<String>) {
    let mut state = LatentState::default();
    let wrong = query::read(query, VERSION, |key, text| set(&mut state, key, text));
    (state, wrong)
}

#[cfg(test)]
mod tests {
    use super::{super::ModelRef, *};
    use crate::{Random, Stream};

    fn code(random: &mut Random) -> Code {
        match random.below(3) {
            0 => Code::Own((0..100).map(|_| (random.below(255) as i16 - 127) as i8).collect()),
            1 => Code::Sample { seed: random.below(1 << 32) as u32, index: random.below(4096) as u32, truncation: 100 },
            _ => Code::Sample { seed: 1, index: random.below(64) as u32, truncation: 1 + random.below(100) as u8 },
        }
    }

    fn list<T>(random: &mut Random, most: usize, mut item: impl FnMut(&mut Random) -> T) -> Vec<T> {
        (0..random.below(most + 1)).map(|_| item(random)).collect()
    }

    const NAMES: [&str; 7] = ["A", "man with glasses", "웃는 여자", "100%", "a&b=c", "5_o_Clock", "#?<>\"'`/"];

    fn any(random: &mut Random) -> LatentState {
        let mut names = NAMES.map(str::to_owned).to_vec();
        random.shuffle(&mut names);
        LatentState {
            model: (random.below(2) == 1).then(|| ModelRef { name: "avatars".into(), hash: "0123abcd".into() }),
            seed: random.below(1 << 32) as u32,
            truncation: 1 + random.below(100) as u8,
            tab: Tab::ALL[random.below(4)],
            terms: list(random, 6, |random| Term { name: names.pop().unwrap(), codes: list(random, 4, code) }),
            expression: list(random, 4, |random| NAMES[random.below(7)]).join(" + "),
            base: (random.below(2) == 1).then(|| code(random)),
            moves: list(random, 5, |random| Move {
                name: NAMES[random.below(7)].into(),
                own: (random.below(3) == 1).then(|| Code::Own(vec![random.below(99) as i8; 100])),
                tenths: random.below(101) as i16 - 50,
            }),
            walk: list(random, 5, code),
            straight: random.below(2) == 1,
            closed: random.below(2) == 1,
        }
    }

    #[test]
    fn every_state_survives_its_link() {
        for seed in 0..2000 {
            let state = any(&mut Random::new(seed, Stream::Metrics));
            let query = to_query(&state);
            assert!(query.is_ascii() && !query.contains([' ', '#', '"', '\'', '<', '>']), "{query}");
            assert_eq!(from_query(&query), (state, Vec::new()), "{query}");
        }
        assert_eq!(to_query(&LatentState::default()), "v=1");
        assert_eq!(from_query(""), (LatentState::default(), Vec::new()));
    }

    /// Whatever becomes of a link on its way: it reads, and what it reads as can be shared again.
    #[test]
    fn cut_and_tampered_links_read_as_something_that_can_be_shared() {
        for seed in 0..2000 {
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
        let query = "?v=2&seed=x&truncation=0&tab=cellar&terms=A:1.1;A:1.2&moves=Male:51&walk=1.1,zz&base=~!&closed=2&seed=7&lang=ko&x";
        let (state, wrong) = from_query(query);
        assert_eq!(state, LatentState { seed: 7, ..LatentState::default() });
        let keys = wrong.iter().map(|part| part.split('=').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(keys, ["v", "seed", "truncation", "tab", "terms", "moves", "walk", "base", "closed"]);
        assert_eq!(from_query("expression=%ff").1.len(), 1, "no UTF-8");
    }

    #[test]
    fn links_from_before_version_1_still_open() {
        let (state, wrong) = from_query("seed=11&model=digits&a=IAD_&b=AAAA");
        assert!(wrong.is_empty());
        assert_eq!(state.model, Some(ModelRef::parse("digits")));
        assert_eq!((state.walk, state.tab), (vec![Code::Own(vec![32, 0, -1]), Code::Own(vec![0; 3])], Tab::Walk));
    }

    #[test]
    fn three_terms_of_three_own_codes_fit_a_link() {
        let own = Code::Own(vec![77; 100]);
        let term = |name: &str| Term { name: name.into(), codes: vec![own.clone(); 3] };
        let state = LatentState {
            model: Some(ModelRef::parse("avatars-0123abcd")),
            terms: vec![term("man with glasses"), term("man"), term("woman")],
            expression: "man with glasses - man + woman".into(),
            base: Some(own.clone()),
            ..LatentState::default()
        };
        assert!(to_query(&state).len() < super::super::LONGEST - 100, "{}", to_query(&state).len());
    }
}
