//! The neurons of both networks. Those of D can be asked what they answer: by a pointer, a tap or the keyboard.

use forger_protocol::ToyConfig;
use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{PointerEvent, SvgElement};

use super::{
    state::use_lab,
    wiring::{GAP, HEIGHT, MOST_DRAWN, columns, rows},
};
use crate::i18n::*;

/// Width of what a finger can hit; columns are farther apart. Its height is what rows leave it.
const HIT: f32 = 30.0;

/// A hidden neuron of D: its layer, from 1, and its place.
type Neuron = (usize, usize);

/// Columns of G, which end with the points, and of D, which begin with them.
pub fn places(config: &ToyConfig) -> (Vec<f32>, Vec<f32>) {
    let (g, d) = (config.generator.layers + 2, config.discriminator.layers + 2);
    let all = columns(g + d - 1);
    (all[..g].to_vec(), all[g - 1..].to_vec())
}

/// All that are drawn.
pub fn neurons(config: &ToyConfig) -> impl IntoView + use<> {
    let (g, d) = places(config);
    let (layers, last) = (config.generator.layers, d.len() - 1);
    let asked = Asked {
        reached: RwSignal::new((1, 0)),
        layers: config.discriminator.layers,
        drawn: config.discriminator.width.min(MOST_DRAWN),
    };
    let of_g = g.iter().skip(1).take(layers).map(|x| column("g", "", *x, config.generator.width, None));
    let of_d = d.iter().enumerate().skip(1).take(asked.layers);
    let of_d = of_d.map(|(layer, x)| column("d", "", *x, config.discriminator.width, Some((asked, layer))));
    let of_d = of_d.collect_view();
    let i18n = use_i18n();
    // Arrow keys go to what they lead through, and not to what reads the page out.
    let asked_ones = (asked.layers > 0).then(|| {
        view! { <g role="application" aria-label=move || t_string!(i18n, discriminator)>{of_d}</g> }
    });
    view! {
        {column("z", "z", g[0], config.latent_dim, None)}
        {of_g.collect_view()}
        {column("x", "x", g[layers + 1], 2, None)}
        {asked_ones}
        {column("v", "D(x)", d[last], 1, None)}
    }
}

/// The neurons of a layer; those of D with what asks them, and their layer.
fn column(
    part: &'static str,
    name: &'static str,
    x: f32,
    neurons: usize,
    asked: Option<(Asked, usize)>,
) -> impl IntoView + use<> {
    let lab = use_lab();
    let circle = |(index, y): (usize, f32)| match asked {
        Some((asked, layer)) => asked.neuron((layer, index), x, y).into_any(),
        None => view! { <circle cx=x.to_string() cy=y.to_string() r="5"></circle> }.into_any(),
    };
    let circles = rows(neurons).into_iter().enumerate().map(circle).collect_view();
    let below = match neurons.checked_sub(MOST_DRAWN) {
        Some(hidden) if hidden > 0 => format!("+{hidden}"),
        _ => name.to_owned(),
    };
    view! {
        <g class=format!("neurons {part}") class:works=move || lab.slow.works(part)>
            {circles}
            <text x=x.to_string() y=(HEIGHT - 10.0).to_string() text-anchor="middle">
                {below}
            </text>
        </g>
    }
}

/// What is common to the neurons that can be asked.
#[derive(Clone, Copy)]
struct Asked {
    /// The one that Tab leads to; arrow keys lead on.
    reached: RwSignal<Neuron>,
    layers: usize,
    /// Neurons of a layer that are drawn.
    drawn: usize,
}

impl Asked {
    fn neuron(self, here: Neuron, x: f32, y: f32) -> impl IntoView + use<> {
        let (i18n, lab, (layer, index)) = (use_i18n(), use_lab(), here);
        let ask = move || lab.neuron.set(Some(here));
        let end = move || {
            if lab.neuron.try_get_untracked().flatten() == Some(here) {
                let _ = lab.neuron.try_set(None);
            }
        };
        // A finger does not hover: it taps, and the focus keeps what it asked.
        let enter = move |event: PointerEvent| {
            if event.pointer_type() != "touch" {
                ask();
            }
        };
        let leave = move |event: PointerEvent| {
            if event.pointer_type() != "touch" {
                end();
            }
        };
        let reach = move |_| {
            self.reached.set(here);
            ask();
        };
        let key = move |event: KeyboardEvent| {
            if let Some(next) = beside(here, &event.key(), self.layers, self.drawn) {
                event.prevent_default();
                focus_on(next);
            }
        };
        view! {
            <g
                class="neuron"
                role="img"
                aria-label=move || t_string!(i18n, neuron_name, layer = layer, n = index + 1).to_string()
                tabindex=move || if self.reached.get() == here { "0" } else { "-1" }
                data-neuron=name(here)
                on:pointerenter=enter
                on:pointerleave=leave
                on:click=move |_| focus_on(here)
                on:focus=reach
                on:blur=move |_| end()
                on:keydown=key
            >
                <rect
                    class="hit"
                    x=(x - HIT / 2.0).to_string()
                    y=(y - GAP / 2.0).to_string()
                    width=HIT.to_string()
                    height=GAP.to_string()
                ></rect>
                <circle cx=x.to_string() cy=y.to_string() r="5"></circle>
            </g>
        }
    }
}

/// What finds a neuron in the page.
fn name((layer, index): Neuron) -> String {
    format!("{layer}-{index}")
}

fn focus_on(neuron: Neuron) {
    let found = document().query_selector(&format!("[data-neuron='{}']", name(neuron)));
    if let Some(element) = found.ok().flatten().and_then(|element| element.dyn_into::<SvgElement>().ok()) {
        let _ = element.focus();
    }
}

/// Where an arrow key leads; at the edge, it stays.
fn beside((layer, index): Neuron, key: &str, layers: usize, drawn: usize) -> Option<Neuron> {
    let (layer, index) = match key {
        "ArrowLeft" => (layer.saturating_sub(1), index),
        "ArrowRight" => (layer + 1, index),
        "ArrowUp" => (layer, index.saturating_sub(1)),
        "ArrowDown" => (layer, index + 1),
        _ => return None,
    };
    Some((layer.clamp(1, layers.max(1)), index.min(drawn.saturating_sub(1))))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn arrow_keys_lead_through_all_neurons_and_stay_among_them() {
        let go = |from, keys: &[&str]| keys.iter().try_fold(from, |at, key| beside(at, key, 2, 9));
        assert_eq!(go((1, 0), &["ArrowDown", "ArrowRight"]), Some((2, 1)));
        assert_eq!(go((2, 1), &["ArrowLeft", "ArrowUp"]), Some((1, 0)));
        assert_eq!(go((1, 0), &["ArrowLeft", "ArrowUp"]), Some((1, 0)));
        assert_eq!(go((2, 8), &["ArrowRight", "ArrowDown"]), Some((2, 8)));
        assert_eq!(go((1, 0), &["Tab"]), None);
    }
}
