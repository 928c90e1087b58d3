//! The plane with its layers, and the layers' switches.

use forger_protocol::{AdversarialLoss, message::EXTENT};
use leptos::{html::Canvas, prelude::*};
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::{
    brush::Brush,
    layers::{Layer, Layers},
    look::Moment,
    response,
    run::use_run,
    state::{Lab, use_lab},
    walk::WalkSwitch,
};
use crate::{
    components::labels,
    i18n::*,
    plots::{
        canvas::under,
        plane::{self, Picture},
    },
    state::screen::animate,
};

fn on(layers: Layers, layer: Layer, values: &[f32]) -> Option<&[f32]> {
    layers.has(layer).then_some(values)
}

fn draw(canvas: &HtmlCanvasElement, moment: &Moment, lab: Lab, own: bool) {
    let layers: Layers = lab.shown_layers();
    let moving = if own { lab.under_way(moment) } else { None };
    let (fake, mesh) = moving.as_ref().map_or((&moment.fake, &moment.manifold), |(fake, mesh)| (fake, mesh));
    let chosen = lab.chosen(moment).into_iter().filter_map(|index| {
        let point = fake.get(2 * index..2 * index + 2)?;
        Some([point[0], point[1]])
    });
    let chosen = chosen.collect::<Vec<_>>();
    // A neuron that is asked stands in for the whole of D.
    let response = lab.response(moment);
    let answer = response.as_deref();
    let picture = Picture {
        side: if answer.is_some() { response::SIDE } else { moment.map_side },
        verdict: answer.or_else(|| on(layers, Layer::Verdict, &moment.verdict)),
        density: if answer.is_some() { None } else { on(layers, Layer::Density, &moment.density) },
        mesh: on(layers, Layer::Manifold, mesh),
        contour: answer.or_else(|| on(layers, Layer::Line, &moment.verdict)),
        real: on(layers, Layer::Real, &moment.real),
        fake: on(layers, Layer::Fake, fake),
        // Arrows begin at the samples, not on the way there.
        push: (layers.has(Layer::Push) && moving.is_none()).then_some((&moment.fake[..], &moment.push[..])),
        chosen: &chosen,
        ways: None,
        spot: lab.spot.get().filter(|_| own),
    };
    // Ways end at the samples, too, not on the way there.
    let is_walk_shown = own && layers.has(Layer::Walk) && moving.is_none();
    lab.walk.with(|found, share| {
        let ways = found.filter(|_| is_walk_shown).map(|found| found.in_plane(share));
        plane::draw(canvas, &Picture { ways, ..picture });
    });
}

/// The plane, and beside it the moment that is compared with.
#[component]
pub fn Plane() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let canvas = NodeRef::<Canvas>::new();
    animate(
        move || {
            run.look.track();
            run.visit.track();
            // Beside another, the plane is smaller.
            lab.pinned.track();
            canvas.track();
            lab.track();
        },
        move || {
            if let Some(canvas) = canvas.try_get_untracked().flatten() {
                run.with_moment(|moment| draw(&canvas, moment, lab, true));
            }
        },
    );
    let hover = move |event: PointerEvent| lab.brush.set(under(&event, EXTENT).map(Brush::Plane));
    let compared = move || lab.pinned.with(|pinned| pinned.as_ref().map(|moment| moment.step));
    // Then D's answers have no middle, though they are drawn as if they had one.
    let are_scores = Memo::new(move |_| run.config.with(|config| config.loss == AdversarialLoss::Wasserstein));
    view! {
        <figure class="plane" class:past=move || run.visit.with(Option::is_some)>
            <div class="planes" class:two=move || compared().is_some()>
                <div class="one">
                    <canvas
                        node_ref=canvas
                        data-testid="plane"
                        class:sought=move || lab.is_walking()
                        role=move || if lab.is_walking() { "application" } else { "img" }
                        tabindex=move || lab.is_walking().then_some("0")
                        aria-label=move || {
                            if lab.is_walking() { t_string!(i18n, walk_label) } else { t_string!(i18n, plane_label) }
                        }
                        on:click=move |event| lab.walk_to_pointer(&event)
                        on:keydown=move |event| lab.walk_by_key(&event)
                        on:pointermove=hover
                        on:pointerleave=move |_| lab.brush.set(None)
                    ></canvas>
                    <Show when=move || compared().is_some()>
                        <p class="stamp">
                            {move || t_string!(i18n, at_step, step = labels::count(run.shown_step() as f64)).to_string()}
                        </p>
                    </Show>
                </div>
                {move || compared().map(|step| view! { <Compared step /> })}
            </div>
            <figcaption>
                <span class="key real">{t!(i18n, real)}</span>
                <span class="key fake">{t!(i18n, fake)}</span>
                <span class="muted">
                    {move || {
                        if lab.neuron.get().is_some() { t_string!(i18n, neuron_answer) } else { t_string!(i18n, verdict) }
                    }}
                </span>
                <Show when=move || are_scores.get()>
                    <span class="muted" data-testid="only-scores">{t!(i18n, only_scores)}</span>
                </Show>
            </figcaption>
        </figure>
    }
}

#[component]
fn Compared(step: u64) -> impl IntoView {
    let (i18n, lab) = (use_i18n(), use_lab());
    let canvas = NodeRef::<Canvas>::new();
    animate(
        move || {
            lab.pinned.track();
            canvas.track();
            lab.track();
        },
        move || {
            if let Some(canvas) = canvas.try_get_untracked().flatten() {
                lab.pinned.with(|pinned| {
                    if let Some(moment) = pinned {
                        draw(&canvas, moment, lab, false);
                    }
                });
            }
        },
    );
    view! {
        <div class="one">
            <canvas
                node_ref=canvas
                data-testid="compare-plane"
                role="img"
                aria-label=move || t_string!(i18n, compare_label, step = labels::count(step as f64)).to_string()
            ></canvas>
            <p class="stamp">{move || t_string!(i18n, at_step, step = labels::count(step as f64)).to_string()}</p>
        </div>
    }
}

/// A switch for each layer.
#[component]
pub fn LayerSwitches() -> impl IntoView {
    let (i18n, lab) = (use_i18n(), use_lab());
    let one = move |layer: Layer| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    data-testid=format!("layer-{}", layer.key())
                    prop:checked=move || lab.layers.get().has(layer)
                    on:change=move |_| lab.toggle(layer)
                />
                <span>{move || labels::layer(i18n.get_locale(), layer.key())}</span>
            </label>
        }
    };
    view! {
        <fieldset class="layers">
            <legend>{t!(i18n, layers)}</legend>
            {Layer::ALL.into_iter().filter(|layer| *layer != Layer::Walk).map(one).collect_view()}
            <WalkSwitch />
        </fieldset>
    }
}
