//! A picture of a batch, and the order of several.

use std::cmp::Ordering;

use super::super::desk::Verdict;

/// How far a picture is.
#[derive(Clone, PartialEq)]
pub enum State {
    Waiting,
    Working,
    /// The score, and what there is to see of small pictures. Large ones are judged again when they are asked for: hundreds of them
    /// would fill the memory.
    Judged(f32, Option<Verdict>),
    /// Why there is no verdict.
    Failed(String),
}

impl State {
    /// Whether it is still to be judged.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Working)
    }
}

/// A picture of a batch.
#[derive(Clone, PartialEq)]
pub struct Row {
    pub name: String,
    pub state: State,
    /// Whether the user says that it is strange indeed.
    pub is_marked: bool,
}

impl Row {
    /// A picture that nobody has said anything of.
    pub fn new(name: String) -> Self {
        Self { name, state: State::Waiting, is_marked: false }
    }

    pub fn score(&self) -> Option<f32> {
        if let State::Judged(score, _) = self.state { Some(score) } else { None }
    }

    /// Waits for another model, which knows nothing of what the last one said. What the user says of it stays.
    pub fn wait(&mut self) {
        self.state = State::Waiting;
    }
}

/// What rows are in the order of.
#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    Given,
    Name,
    /// The strangest first.
    Score,
}

/// Rows by their places in the list.
pub fn sorted(rows: &[Row], order: Order) -> Vec<usize> {
    let mut places = (0..rows.len()).collect::<Vec<_>>();
    match order {
        Order::Given => {}
        Order::Name => places.sort_by(|a, b| rows[*a].name.cmp(&rows[*b].name)),
        // What has no score comes last.
        Order::Score => places.sort_by(|a, b| match (rows[*a].score(), rows[*b].score()) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()).then(Ordering::Equal),
        }),
    }
    places
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn row(name: &str, score: Option<f32>) -> Row {
        let state = score.map_or(State::Failed("?".into()), |score| State::Judged(score, None));
        Row { state, ..Row::new(name.into()) }
    }

    #[test]
    fn the_strangest_come_first_and_what_has_no_score_last() {
        let rows = [row("b", None), row("c", Some(1.0)), row("a", Some(2.0)), row("d", None)];
        assert_eq!(sorted(&rows, Order::Score), [2, 1, 0, 3]);
        assert_eq!(sorted(&rows, Order::Name), [2, 0, 1, 3]);
        assert_eq!(sorted(&rows, Order::Given), [0, 1, 2, 3]);
    }

    #[test]
    fn another_model_has_said_nothing_yet_and_marks_stay() {
        let mut marked = Row { is_marked: true, ..row("a", Some(1.0)) };
        marked.wait();
        assert!(marked.is_marked && marked.state.is_open() && marked.score().is_none());
        let mut unread = row("b", None);
        unread.wait();
        assert!(!unread.is_marked && unread.state.is_open());
    }
}
