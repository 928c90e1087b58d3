//! The synthetic picture, the refined one, and where they differ; and what the discriminator says of both.

use forger_protocol::message::Made;
use forger_simulators::{Labels, Simulator};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

use super::{
    bench::Bench,
    words,
    work::{Judged, Refined},
};
use crate::{
    components::labels::device,
    i18n::*,
    pages::image_to_image::{
        ask::{Picture, Verdicts},
        heat::{PatchVerdicts, Shown, difference},
    },
};

/// Degrees that an arrow key turns the gaze by.
const TURN: f32 = 2.0;

#[component]
pub fn Stage(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let given = Signal::derive(move || Some(bench.given.get()));
    let of = move |part: fn(&Refined) -> Picture| {
        Signal::derive(move || bench.refined.with(|refined| refined.as_ref().map(part)))
    };
    let made = of(|refined| refined.made.clone());
    let apart = Memo::new(move |_| {
        bench.refined.with(|refined| refined.as_ref().and_then(|refined| difference(&refined.given, &refined.made)))
    });
    let map = Signal::derive(move || apart.with(|apart| apart.as_ref().map(|(_, map)| map.clone())));
    // What was said of the picture before stays, marked, until this one is judged; but not of that of another simulator.
    let verdict = move |after: bool| {
        Signal::derive(move || {
            let size = bench.given.with(|given| given.size);
            let of_size = |judged: &&Judged| judged.given.size == size;
            bench.judged.with(|judged| Some(judged.as_ref().filter(of_size)?.said[usize::from(after)].clone()))
        })
    };
    let map_of = move |after: bool| {
        let verdict = verdict(after);
        Signal::derive(move || verdict.get().filter(|_| bench.is_mapped.get()))
    };
    let has_model = move || bench.model.with(Option::is_some);
    let changed = move || {
        let mean = apart.with(|apart| apart.as_ref().map(|(mean, _)| *mean))?;
        Some(td_string!(i18n.get_locale(), refine_changed, n = format!("{:.1}", mean * 100.0)).to_string())
    };
    let took = move || {
        let Made { milliseconds, device: used } =
            bench.refined.with(|refined| refined.as_ref().map(|made| made.took))?;
        let (ms, used) = (format!("{milliseconds:.0}"), device(used));
        Some(td_string!(i18n.get_locale(), tr_took, ms = ms, device = used).to_string())
    };
    let shape = move || {
        let (height, width) = bench.simulator.get().size();
        format!("{width} / {height}")
    };
    view! {
        <div class="stages" class:stale=move || bench.is_stale() data-testid="stages">
            <figure>
                <Aim bench>
                    <Shown picture=given id="synthetic" />
                    <PatchVerdicts verdicts=map_of(false) />
                </Aim>
                <figcaption>
                    <strong>{t!(i18n, refine_synthetic)}</strong>
                    <Opinion verdicts=verdict(false) id="opinion-synthetic" />
                    <span class="muted" data-testid="labels">{move || label(i18n.get_locale(), &bench.sample.get().labels)}</span>
                </figcaption>
            </figure>
            <Show when=has_model>
                <figure>
                    <div
                        class="sheet"
                        class:waiting=move || made.with(Option::is_none)
                        style:aspect-ratio=shape
                        role="img"
                        aria-label=move || t_string!(i18n, refine_refined)
                        aria-busy=move || (!bench.is_current()).to_string()
                        data-testid="outcome"
                    >
                        <Shown picture=made id="refined" />
                        <PatchVerdicts verdicts=map_of(true) />
                    </div>
                    <figcaption>
                        <strong>{t!(i18n, refine_refined)}</strong>
                        <Opinion verdicts=verdict(true) id="opinion-refined" />
                        // Not read out: it is new with every step of a slider.
                        <span class="muted" data-testid="took">{took}</span>
                    </figcaption>
                </figure>
                <figure>
                    <div
                        class="sheet"
                        class:waiting=move || map.with(Option::is_none)
                        style:aspect-ratio=shape
                        role="img"
                        aria-label=move || t_string!(i18n, refine_difference)
                    >
                        <Shown picture=map id="difference" />
                    </div>
                    <figcaption>
                        <strong>{t!(i18n, refine_difference)}</strong>
                        <span class="muted" data-testid="changed">{changed}</span>
                        <span class="muted">{t!(i18n, difference_scale)}</span>
                    </figcaption>
                </figure>
            </Show>
        </div>
    }
}

/// What is known of the picture.
fn label(locale: Locale, labels: &Labels) -> String {
    match *labels {
        Labels::Digit { class } => td_string!(locale, refine_label_digit, n = class).to_string(),
        Labels::Eye { yaw, pitch, pupil: (x, y), openness } => {
            let side =
                if yaw < 0.0 { td_string!(locale, refine_gaze_left) } else { td_string!(locale, refine_gaze_right) };
            let up =
                if pitch < 0.0 { td_string!(locale, refine_gaze_down) } else { td_string!(locale, refine_gaze_up) };
            let [yaw, pitch] = [yaw, pitch].map(|degrees| words::whole(degrees.abs()));
            let [x, y] = [x, y].map(|pixels| format!("{pixels:.1}"));
            let n = format!("{:.0}", openness * 100.0);
            td_string!(locale, refine_label_eye, yaw = yaw, side = side, pitch = pitch, up = up, x = x, y = y, n = n)
                .to_string()
        }
    }
}

/// How much of a picture D takes for real.
#[component]
fn Opinion(#[prop(into)] verdicts: Signal<Option<Verdicts>>, id: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let said = move || {
        let locale = i18n.get_locale();
        verdicts.with(|verdicts| verdicts.as_ref().map(|verdicts| verdicts.said(locale)))
    };
    view! { <span class="opinion" data-testid=id>{said}</span> }
}

/// Where the picture of the simulator is, whose eye looks where it is dragged.
#[component]
fn Aim(bench: Bench, children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let is_eye = move || bench.simulator.get() == Simulator::Eyes;
    let is_held = RwSignal::new(false);
    let look = move |event: &PointerEvent| {
        let sheet = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let Some(edge) = sheet.map(|sheet| sheet.get_bounding_client_rect()) else { return };
        if edge.width() <= 0.0 || edge.height() <= 0.0 {
            return;
        }
        let (height, width) = bench.simulator.get_untracked().size();
        let x = (f64::from(event.client_x()) - edge.left()) / edge.width() * width as f64;
        let y = (f64::from(event.client_y()) - edge.top()) / edge.height() * height as f64;
        bench.change(|subject| subject.look_at([x as f32, y as f32]));
    };
    let down = move |event: PointerEvent| {
        if !is_eye() || event.button() != 0 {
            return;
        }
        if let Some(sheet) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            let _ = sheet.set_pointer_capture(event.pointer_id());
        }
        is_held.set(true);
        look(&event);
    };
    let moved = move |event: PointerEvent| {
        if is_held.get_untracked() {
            look(&event);
        }
    };
    let key = move |event: KeyboardEvent| {
        let (yaw, pitch) = match event.key().as_str() {
            "ArrowLeft" => (-TURN, 0.0),
            "ArrowRight" => (TURN, 0.0),
            "ArrowUp" => (0.0, TURN),
            "ArrowDown" => (0.0, -TURN),
            _ => return,
        };
        if is_eye() {
            event.prevent_default();
            bench.change(|subject| subject.turn(yaw, pitch));
        }
    };
    let shape = move || {
        let (height, width) = bench.simulator.get().size();
        format!("{width} / {height}")
    };
    let name = move || if is_eye() { t_string!(i18n, refine_aim_label) } else { t_string!(i18n, refine_synthetic) };
    view! {
        <div
            class="sheet"
            class:aim=is_eye
            style:aspect-ratio=shape
            role=move || if is_eye() { "application" } else { "img" }
            aria-label=name
            tabindex=move || is_eye().then_some("0")
            data-testid="aim"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| is_held.set(false)
            on:pointercancel=move |_| is_held.set(false)
            // All there is where a menu or another window took the pointer; the page may have been left.
            on:lostpointercapture=move |_| {
                is_held.try_set(false);
            }
            on:keydown=key
        >
            {children()}
        </div>
    }
}
