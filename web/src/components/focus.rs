//! Where the focus goes when what has it goes. Else it falls to the top of the page, and whoever uses the keyboard begins anew.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, MouseEvent};

/// What can have it in place of what was in it.
const PARTS: &str = "section, details, [role=tabpanel], main";
/// What has it for a part of the page, where there is one.
const HEADING: &str = ":scope > :is(summary, h1, h2, h3)";

/// Nothing moves for it under the hand of whoever uses a mouse.
fn focus(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

fn main_part() -> Option<HtmlElement> {
    document().get_element_by_id("main")?.dyn_into().ok()
}

/// Gives it to what the page is about.
pub fn to_main() {
    main_part().iter().for_each(focus);
}

/// The parts of the page that an element lies in, the nearest first.
pub fn around(element: &Element) -> Vec<HtmlElement> {
    let mut found = Vec::new();
    let mut at = element.parent_element();
    while let Some(part) = at.and_then(|at| at.closest(PARTS).ok().flatten()) {
        at = part.parent_element();
        found.extend(part.dyn_into::<HtmlElement>().ok());
    }
    found
}

/// Gives it, when what was done just now is drawn, to the first of these parts that is still there, unless something has it.
pub fn settle(parts: Vec<HtmlElement>) {
    request_animation_frame(move || {
        if document().active_element().is_some_and(|element| element.tag_name() != "BODY") {
            return;
        }
        let Some(part) = parts.into_iter().find(|part| part.is_connected()).or_else(main_part) else { return };
        let heading = part.query_selector(HEADING).ok().flatten();
        let place = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()).unwrap_or(part);
        // A summary has it by itself.
        if place.tab_index() < 0 {
            place.set_tab_index(-1);
        }
        focus(&place);
    });
}

/// For a list that is about to be put in another order: a browser takes the focus from what is moved, and it is given back.
pub fn hold() {
    let Some(element) = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    queue_microtask(move || {
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if is_lost && element.is_connected() {
            focus(&element);
        }
    });
}

/// For a button that goes with what it removes, at once or when the worker has answered.
pub fn keep(event: &MouseEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let pressed = target.closest("button").ok().flatten().unwrap_or(target);
    let parts = around(&pressed);
    when_lost(pressed, parts);
}

/// Waits for as long as an element has it, and no longer.
fn when_lost(element: Element, parts: Vec<HtmlElement>) {
    request_animation_frame(move || {
        if document().active_element().as_ref() == Some(&element) {
            when_lost(element, parts);
        } else {
            settle(parts);
        }
    });
}
