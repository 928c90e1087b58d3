//! On a narrow screen the picture stays while the paragraphs pass below it: the one that comes to rest is shown.

use std::time::Duration;

use leptos::{ev, html, prelude::*};

use super::scenes::{Scene, Show};
use crate::state::screen::{is_still, matches};

/// Where the paragraphs pass below the picture; wider, all of them are in sight at once.
const NARROW: &str = "(max-width: 760px)";
/// How long scrolling must rest: whoever passes by wants nothing.
const REST: Duration = Duration::from_millis(350);
/// Pixels that are a way to another paragraph: a browser scrolls a little by itself where what is above changes its height.
const FAR: f64 = 80.0;
/// Where one reads, as a share of the height of the window.
const LINE: f64 = 0.72;

/// Shows what is being read.
pub fn steer(show: Show, steps: NodeRef<html::Ol>) {
    let read = move || {
        let told = steps.try_get_untracked().flatten().and_then(|steps| read_now(&steps));
        let is_new = |scene: &Scene| show.scene.get_untracked().map(Scene::first) != Some(*scene);
        if let Some(scene) = told.filter(is_new)
            && untrack(|| show.can(scene))
        {
            show.begin(scene);
        }
    };
    let scrolled = window_event_listener(ev::scroll, move |_| {
        show.stop_waiting();
        let way = window().scroll_y().unwrap_or_default() - show.begun_at.get_value();
        if way.abs() > FAR && matches(NARROW) && !is_still() && !show.by_hand.get_value() {
            show.waiting.set_value(set_timeout_with_handle(read, REST).ok());
        }
    });
    on_cleanup(move || {
        scrolled.remove();
        show.stop_waiting();
    });
}

/// The scene of the paragraph at the line where one reads.
fn read_now(steps: &web_sys::HtmlOListElement) -> Option<Scene> {
    let line = LINE * window().inner_height().ok()?.as_f64()?;
    let paragraphs = steps.children();
    let at = (0..paragraphs.length()).find(|index| {
        let edge = paragraphs.item(*index).map(|paragraph| paragraph.get_bounding_client_rect());
        edge.is_some_and(|edge| edge.top() <= line && line < edge.bottom())
    });
    Scene::FIRST.get(at? as usize).copied()
}
