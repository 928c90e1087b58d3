//! The sheet that is drawn on: with mouse, pen or finger, or with the keys.

use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::{HtmlCanvasElement, MouseEvent, PointerEvent};

use super::tools::Place;
use crate::{pages::image_to_image::ask::Picture, plots::canvas::moves, state::screen::animate};

/// How far an arrow key goes, of a side.
const KEY_STEPS: i32 = 64;

/// What is drawn on, and what becomes of it.
pub trait Sheet: Copy + Send + Sync + 'static {
    /// Of the square, in pixels. May change with what there is to see. Not tracked.
    fn side(self) -> usize;
    /// Reads all that changes what there is to see.
    fn track(self);
    /// What there is to see, `[side, side]`.
    fn picture(self) -> Option<Picture>;
    /// The pointer goes down.
    fn down(self, at: Place);
    /// The pointer goes on, to another place.
    fn go(self, at: Place);
    /// The pointer goes up: the stroke is part of the drawing now.
    fn up(self);
    /// The stroke is taken back, as if it had not begun.
    fn give_up(self);
    fn is_drawing(self) -> bool;
    /// How wide a line is that the pointer would draw, in pixels, where that is shown. Tracked.
    fn ring(self) -> Option<i32> {
        None
    }
    /// Takes up the colour of a pixel; false where the sheet has no such thing.
    fn pick(self, _at: Place) -> bool {
        false
    }
    fn undo(self);
    fn redo(self);
    /// A key that says what the pointer does, in lower case; whether it means anything.
    fn key(self, letter: &str) -> bool;
}

/// The pixel of the drawing under the pointer.
fn under(event: &MouseEvent, canvas: &HtmlCanvasElement) -> Option<Place> {
    let edge = canvas.get_bounding_client_rect();
    if edge.width() <= 0.0 || edge.height() <= 0.0 {
        return None;
    }
    let at = |client: i32, start: f64, length: f64, pixels: u32| {
        ((f64::from(client) - start) / length * f64::from(pixels)).floor() as i32
    };
    Some([
        at(event.client_x(), edge.left(), edge.width(), canvas.width()),
        at(event.client_y(), edge.top(), edge.height(), canvas.height()),
    ])
}

/// What keys do to the board, whatever of it has the focus.
pub fn shortcut(board: impl Sheet, event: &KeyboardEvent) {
    if !event.ctrl_key() && !event.meta_key() {
        return;
    }
    match (event.key().to_lowercase().as_str(), event.shift_key()) {
        ("z", false) => board.undo(),
        ("z", true) | ("y", _) => board.redo(),
        _ => return,
    }
    event.prevent_default();
}

#[component]
pub fn Easel<S: Sheet>(board: S, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    // Which pointer draws: of two fingers, the first.
    let pointer = StoredValue::new(None::<i32>);
    // Where the keys are, once they were used.
    let cursor = RwSignal::new(None::<Place>);
    // Where a mouse or a pen is. A finger hides what is under it.
    let over = RwSignal::new(None::<Place>);
    animate(
        move || {
            board.track();
            canvas.track();
        },
        move || {
            if let (Some(canvas), Some(picture)) = (canvas.try_get_untracked().flatten(), board.picture()) {
                picture.show(&canvas);
            }
        },
    );
    let down = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        if event.button() != 0 || pointer.get_value().is_some() {
            return;
        }
        let at = under(&event, &canvas);
        if event.alt_key() && at.is_some_and(|at| board.pick(at)) {
            return;
        }
        let _ = canvas.set_pointer_capture(event.pointer_id());
        cursor.set(None);
        if let Some(at) = at {
            pointer.set_value(Some(event.pointer_id()));
            board.down(at);
        }
    };
    let is_drawing = move |event: &PointerEvent| pointer.get_value() == Some(event.pointer_id()) && board.is_drawing();
    let go = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        over.set(under(&event, &canvas).filter(|_| event.pointer_type() != "touch"));
        if is_drawing(&event) {
            moves(event).iter().filter_map(|event| under(event, &canvas)).for_each(|at| board.go(at));
        }
    };
    let end = move |event: PointerEvent, done: bool| {
        // The page may have been left with the pointer down.
        if pointer.try_get_value().flatten() != Some(event.pointer_id()) {
            return;
        }
        pointer.set_value(None);
        if done { board.up() } else { board.give_up() }
    };
    let key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let side = board.side() as i32;
        let step = if event.shift_key() { 1 } else { (side / KEY_STEPS).max(1) };
        // The sheet may have been larger when they were used last.
        let here = cursor.get_untracked().unwrap_or([side / 2; 2]).map(|at| at.min(side - 1));
        let to = |dx: i32, dy: i32| {
            let at = [here[0] + dx * step, here[1] + dy * step].map(|at| at.clamp(0, side - 1));
            cursor.set(Some(at));
            if board.is_drawing() {
                board.go(at);
            }
        };
        match event.key().as_str() {
            "ArrowLeft" => to(-1, 0),
            "ArrowRight" => to(1, 0),
            "ArrowUp" => to(0, -1),
            "ArrowDown" => to(0, 1),
            " " | "Enter" if board.is_drawing() => board.up(),
            " " | "Enter" => {
                cursor.set(Some(here));
                board.down(here);
            }
            "Escape" => board.give_up(),
            letter if board.key(&letter.to_lowercase()) => {}
            _ => return,
        }
        event.prevent_default();
    };
    let percent = move |axis: usize| {
        board.track();
        let (at, side) = (cursor.get().map_or(0, |at| at[axis]), board.side() as i32);
        format!("{}%", (f64::from(at.min(side - 1)) + 0.5) / f64::from(side) * 100.0)
    };
    // What the pointer would draw: left, top and width, in hundredths of a side.
    let ring = Memo::new(move |_| {
        board.track();
        let ((width, at), side) = (board.ring().zip(over.get())?, board.side() as f64);
        // A line of an even width lies around the corner of a pixel, any other around its middle.
        let [left, top] = at.map(|at| f64::from(2 * at + width % 2) / 2.0);
        Some([left, top, f64::from(width)].map(|pixels| pixels / side * 100.0))
    });
    let of_ring = move |part: usize| format!("{}%", ring.get().map_or(0.0, |ring| ring[part]));
    view! {
        <div class="sheet">
            <canvas
                tabindex="0"
                role="application"
                width=board.side()
                height=board.side()
                data-testid="board"
                aria-label=label
                node_ref=canvas
                on:pointerdown=down
                on:pointermove=go
                on:pointerleave=move |_| {
                    over.try_set(None);
                }
                on:pointerup=move |event| end(event, true)
                on:pointercancel=move |event| end(event, false)
                // Last of all, and all there is where a menu or another window took the pointer.
                on:lostpointercapture=move |event| end(event, true)
                on:keydown=key
                on:blur=move |_| {
                    if pointer.try_get_value() == Some(None) {
                        board.up();
                    }
                }
            ></canvas>
            <Show when=move || cursor.get().is_some()>
                <span class="cursor" style:left=move || percent(0) style:top=move || percent(1)></span>
            </Show>
            <Show when=move || ring.with(Option::is_some)>
                <span
                    class="ring"
                    data-testid="ring"
                    style:left=move || of_ring(0)
                    style:top=move || of_ring(1)
                    style:width=move || of_ring(2)
                ></span>
            </Show>
        </div>
    }
}
