//! What the search says.

use forger_protocol::message::{LabUpdate, SessionState, Walked};
use leptos::prelude::*;

use crate::{
    i18n::*,
    pages::lab::{run::use_run, state::use_lab},
};

/// Nearer than this, in units of the plane, is as good as there: the deviation of a cluster of the ring is 0.04.
const NEAR: f32 = 0.05;
/// What is called strange, as on `/detect`: of real points, one in twenty.
const STRANGE: f64 = 0.05;

/// What the search says, while it is on. It follows the run: while that trains nothing is searched for, and what it comes to is
/// searched anew.
#[component]
pub fn WalkWords() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let walk = lab.walk;
    on_cleanup(move || walk.still());
    let is_on = Memo::new(move |_| lab.is_walking());
    // An earlier moment does not change while the run goes on.
    let waits = move || {
        let is_running = |update: &LabUpdate| update.state == SessionState::Running;
        run.visit.with(Option::is_none) && run.look.with(|look| look.update.as_ref().is_none_or(is_running))
    };
    Effect::new(move |_| {
        let step = run.visit.with(|visit| visit.as_ref().map(|moment| moment.step));
        let (is_on, at) = (is_on.get(), walk.at.get());
        match at.filter(|_| is_on) {
            Some(at) if !waits() => walk.search(run, at, step),
            _ => walk.clear(),
        }
        if !is_on && at.is_some() {
            walk.at.set(None);
            lab.spot.set(None);
        }
    });
    let text = move || {
        let locale = i18n.get_locale();
        let said = walk.found.with(|found| found.as_ref().map(|found| found.walked));
        if let Some(walked) = said {
            return format!("{} {}", reached(locale, &walked), beside(locale, &walked));
        }
        match (walk.at.get(), waits()) {
            (None, _) => td_string!(locale, walk_help),
            (Some(_), true) => td_string!(locale, walk_waiting),
            (Some(_), false) => td_string!(locale, walk_searching),
        }
        .to_string()
    };
    view! {
        <Show when=move || is_on.get()>
            <p class="walked" role="status" data-testid="walk-said">{text}</p>
        </Show>
    }
}

/// How near a search came, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// G draws the point.
    There,
    /// G does not, and it draws real points.
    Strange,
    /// G does not get nearer to real points.
    Unlearned,
}

fn reach(walked: &Walked) -> Reach {
    match walked {
        _ if walked.distance < NEAR => Reach::There,
        _ if walked.p <= STRANGE => Reach::Strange,
        _ => Reach::Unlearned,
    }
}

fn reached(locale: Locale, walked: &Walked) -> String {
    let d = format!("{:.2}", walked.distance);
    match reach(walked) {
        Reach::There => td_string!(locale, walk_there, d = d).to_string(),
        Reach::Strange => td_string!(locale, walk_strange, d = d).to_string(),
        Reach::Unlearned => td_string!(locale, walk_unlearned, d = d).to_string(),
    }
}

/// What the same search finds for real points, in words.
fn beside(locale: Locale, walked: &Walked) -> String {
    let (n, k, p) = (walked.reals, walked.as_far, format!("{:.3}", walked.p));
    match k {
        0 => td_string!(locale, walk_none_of, n = n, p = p).to_string(),
        1 => td_string!(locale, walk_one_of, n = n, p = p).to_string(),
        _ => td_string!(locale, walk_some_of, n = n, k = k, p = p).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_strange_where_real_ones_are_nearer() {
        let of = |distance, p| reach(&Walked { starts: 8, nearest: 0, distance, as_far: 0, reals: 200, p });
        assert_eq!(of(0.31, 0.005), Reach::Strange);
        // Before training nothing is near.
        assert_eq!(of(0.31, 0.4), Reach::Unlearned);
        // However well it draws the others.
        assert_eq!(of(0.02, 0.005), Reach::There);
    }
}
