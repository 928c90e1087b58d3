//! The data as small pictures to choose from.

use forger_protocol::Distribution;
use leptos::prelude::*;

use super::{run::use_run, state::use_lab};
use crate::{components::labels, i18n::*};

/// Points of a sketch.
const POINTS: usize = 60;
const TURN: f32 = std::f32::consts::TAU;

/// The names of the links, in the order of [`Distribution::ALL`].
const NAMES: [(Distribution, &str); 10] = [
    (Distribution::Ring, "ring"),
    (Distribution::Grid, "grid"),
    (Distribution::Pair, "pair"),
    (Distribution::Line, "line"),
    (Distribution::Circle, "circle"),
    (Distribution::Blobs, "blobs"),
    (Distribution::Moons, "moons"),
    (Distribution::Spiral, "spiral"),
    (Distribution::Checkerboard, "checkerboard"),
    (Distribution::SwissRoll, "swiss-roll"),
];

/// A point of a disc, the same each time and evenly spread.
fn disc(index: usize, radius: f32) -> [f32; 2] {
    let (sin, cos) = (index as f32 * 2.399_963).sin_cos();
    let far = radius * (((index % 7) as f32 + 0.5) / 7.0).sqrt();
    [far * cos, far * sin]
}

/// A point of a sketch in `[-1, 1]^2`: not of the data, which is the engine's, but like it.
pub fn sketch(distribution: Distribution, index: usize) -> [f32; 2] {
    let share = (index as f32 + 0.5) / POINTS as f32;
    let near = |[x, y]: [f32; 2], radius: f32| {
        let [dx, dy] = disc(index, radius);
        [x + dx, y + dy]
    };
    let round = |share: f32, radius: f32| [radius * (TURN * share).cos(), radius * (TURN * share).sin()];
    match distribution {
        Distribution::Ring => near(round((index % 8) as f32 / 8.0, 0.75), 0.09),
        Distribution::Grid => near([(index % 5) as f32 * 0.4 - 0.8, (index / 5 % 5) as f32 * 0.4 - 0.8], 0.05),
        Distribution::Pair => near(if index.is_multiple_of(2) { [-0.5, 0.0] } else { [0.5, 0.0] }, 0.26),
        Distribution::Line => near([1.6 * share - 0.8, 1.2 * share - 0.6], 0.05),
        Distribution::Circle => near(round(share, 0.75), 0.04),
        Distribution::Blobs => near(round((index % 3) as f32 / 3.0 + 0.25, 0.6), 0.28),
        Distribution::Moons => {
            let ([x, y], up) = (round(share, 0.6), share < 0.5);
            near(if up { [x - 0.25, y - 0.15] } else { [x + 0.25, y + 0.15] }, 0.05)
        }
        Distribution::Spiral | Distribution::Own => near(round(1.5 * share, 0.15 + 0.7 * share), 0.04),
        Distribution::Checkerboard => {
            let (cell, row) = (index % 8, index % 8 / 2);
            let corner = [(cell % 2 * 2 + row % 2) as f32 * 0.5 - 0.75, row as f32 * 0.5 - 0.75];
            near(corner, 0.22)
        }
        Distribution::SwissRoll => near(round(1.6 * share, 0.12 + 0.7 * share), 0.02 + 0.13 * share),
    }
}

fn path(distribution: Distribution) -> String {
    let dot = |[x, y]: [f32; 2]| format!("M{:.1} {:.1}h.01", 20.0 + 17.0 * x, 20.0 - 17.0 * y);
    (0..POINTS).map(|index| dot(sketch(distribution, index))).collect()
}

#[component]
pub fn Thumbs() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let chosen = Memo::new(move |_| run.config.with(|config| config.distribution));
    let choose = move |distribution| {
        lab.pad.set(false);
        let config = run.config.get_untracked();
        run.change(forger_protocol::ToyConfig { distribution, ..config });
    };
    let one = move |(distribution, name): (Distribution, &'static str)| {
        let label = move || labels::name(i18n.get_locale(), name);
        view! {
            <button
                type="button"
                class="thumb"
                data-testid=format!("data-{name}")
                aria-label=label
                title=label
                aria-pressed=move || (chosen.get() == distribution).to_string()
                on:click=move |_| choose(distribution)
            >
                <svg viewBox="0 0 40 40" aria-hidden="true">
                    <path d=path(distribution)></path>
                </svg>
            </button>
        }
    };
    view! { <div class="thumbs">{NAMES.map(one).collect_view()}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sketch_lies_in_its_picture_and_differs() {
        let mut paths = Vec::new();
        for (distribution, _) in NAMES {
            for index in 0..POINTS {
                let [x, y] = sketch(distribution, index);
                assert!(x.abs() < 1.1 && y.abs() < 1.1, "{distribution:?}: {x} {y}");
            }
            paths.push(path(distribution));
        }
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), NAMES.len());
    }

    #[test]
    fn the_sketches_are_those_of_the_menu() {
        assert_eq!(NAMES.map(|(distribution, _)| distribution), Distribution::ALL);
        for (distribution, name) in NAMES {
            assert_eq!(serde_json::to_value(distribution).unwrap(), name);
        }
    }
}
