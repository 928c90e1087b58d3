//! What drawings must follow besides their data: the size of the window, the theme, and the frames.

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::{ev, prelude::*};
use web_sys::MediaQueryList;

/// Grows when everything must be drawn anew.
#[derive(Clone, Copy)]
pub struct Screen(RwSignal<u32>);

pub fn provide_screen() -> Screen {
    let screen = Screen(RwSignal::new(0));
    provide_context(screen);
    let resized = window_event_listener(ev::resize, move |_| screen.changed());
    on_cleanup(move || resized.remove());
    // The system may go dark while the page is open.
    if let Some(dark) = media("(prefers-color-scheme: dark)") {
        let changed = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || screen.changed());
        dark.set_onchange(Some(wasm_bindgen::JsCast::unchecked_ref(changed.as_ref())));
        // For as long as the page lives; the list must, too, or it would not call.
        changed.forget();
        std::mem::forget(dark);
    }
    screen
}

pub fn use_screen() -> Screen {
    expect_context()
}

impl Screen {
    pub fn changed(self) {
        self.0.update(|count| *count = count.wrapping_add(1));
    }
}

fn media(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}

/// Whether a media query holds now.
pub fn matches(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

/// Whether the user asked for stillness.
pub fn is_still() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// Draws with `draw` in the next frame after anything that `track` reads has changed; of several changes, the last.
pub fn animate(track: impl Fn() + 'static, draw: impl Fn() + Copy + 'static) {
    let (screen, asked) = (use_screen(), StoredValue::new(false));
    Effect::new(move |_| {
        screen.0.track();
        track();
        if asked.get_value() {
            return;
        }
        asked.set_value(true);
        request_animation_frame(move || {
            if asked.try_set_value(false).is_none() {
                untrack(draw);
            }
        });
    });
}

/// A movement that is under way.
#[derive(Clone)]
pub struct Motion(Arc<AtomicBool>);

impl Motion {
    pub fn stop(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Milliseconds on the page's clock.
pub fn now() -> f64 {
    window().performance().map(|performance| performance.now()).unwrap_or_default()
}

/// Calls `frame` with the share of `milliseconds` gone, each frame until 1. Where stillness was asked for, with 1 only.
pub fn play(milliseconds: f64, frame: impl Fn(f64) + 'static) -> Motion {
    let motion = Motion(Arc::new(AtomicBool::new(true)));
    if is_still() {
        frame(1.0);
        return motion;
    }
    next(now(), milliseconds, Rc::new(frame), motion.clone());
    motion
}

fn next(start: f64, milliseconds: f64, frame: Rc<dyn Fn(f64)>, motion: Motion) {
    request_animation_frame(move || {
        if !motion.0.load(Ordering::Relaxed) {
            return;
        }
        let share = ((now() - start) / milliseconds).clamp(0.0, 1.0);
        frame(share);
        if share < 1.0 {
            next(start, milliseconds, frame, motion);
        }
    });
}
