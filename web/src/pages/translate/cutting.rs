//! A square of the photo that is open in its place: a network of faces wants a face, not who stands beside it.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlCanvasElement, ImageBitmap, MouseEvent};

use super::desk::Desk;
use crate::{
    components::{
        crop::{Crop, Place},
        focus,
    },
    i18n::*,
    pages::image_to_image::{
        batch::Batch,
        pictures::{OpenPicture, blank},
        saving::png_file,
        studio::Studio,
    },
    plots::canvas::context,
    state::newest::Turns,
};

/// Longest side of what is cut out, in pixels.
const MOST: f64 = 1024.0;

/// The square of a photo in a canvas of its own; `None` where there is no memory for it.
fn cut(photo: &OpenPicture, place: Place) -> Option<HtmlCanvasElement> {
    let (left, top, side) = place.square(f64::from(photo.size[0]), f64::from(photo.size[1]));
    let to = side.round().clamp(1.0, MOST);
    let canvas = blank([to as u32; 2])?;
    let draw = context(&canvas)?.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        &photo.canvas,
        left,
        top,
        side,
        side,
        0.0,
        0.0,
        to,
        to,
    );
    draw.ok().map(|()| canvas)
}

async fn bitmap(canvas: &HtmlCanvasElement) -> Option<ImageBitmap> {
    let promise = window().create_image_bitmap_with_html_canvas_element(canvas).ok()?;
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

#[component]
pub fn Cutting(desk: Desk, studio: Studio, batch: Batch, #[prop(into)] open: Callback<Vec<File>>) -> impl IntoView {
    let i18n = use_i18n();
    let photo = RwSignal::new_local(None::<ImageBitmap>);
    let place = RwSignal::new(Place { x: 0.5, y: 0.5, zoom: 1.0 });
    let is_of_faces = Memo::new(move |_| {
        let first = !desk.back.get();
        desk.model.with(|model| model.as_ref().is_some_and(|model| model.is_of_faces(first)))
    });
    let can_be_cut = move || studio.opened().is_some() && !batch.has_many();
    let turns = Turns::default();
    // Another photo has another square.
    Effect::new(move |_| {
        studio.opened();
        turns.end();
        photo.set(None);
    });
    let no_memory = move || desk.toasts.error(td_string!(desk.locale(), up_no_memory).to_string());
    let begin = move |event: MouseEvent| {
        focus::keep(&event);
        let Some(opened) = untrack(|| studio.opened()) else { return };
        let is_last = turns.begin();
        spawn_local(async move {
            let found = bitmap(&opened.canvas).await;
            // Another photo may be open by now, or another page.
            if !is_last() {
                return;
            }
            let Some(found) = found else { return no_memory() };
            place.set(Place::whole(f64::from(opened.size[0]), f64::from(opened.size[1])));
            photo.set(Some(found));
        });
    };
    let take = move |event: MouseEvent| {
        focus::keep(&event);
        let Some(opened) = untrack(|| studio.opened()) else { return };
        let Some(canvas) = cut(&opened, place.get_untracked()) else { return no_memory() };
        let (is_last, coming) = (turns.begin(), studio.expects());
        spawn_local(async move {
            let file = png_file(&canvas, &opened.name).await;
            if !is_last() {
                return;
            }
            match file {
                Some(file) => open.run(vec![file]),
                None => no_memory(),
            }
            drop(coming);
        });
    };
    let cancel = move |event: MouseEvent| {
        focus::keep(&event);
        photo.set(None);
    };
    view! {
        <Show when=can_be_cut>
            <section aria-label=move || t_string!(i18n, tr_cut)>
                <Show
                    when=move || photo.with(Option::is_some)
                    fallback=move || {
                        view! {
                            <div class="buttons">
                                <button data-testid="cut-button" on:click=begin>{t!(i18n, tr_cut)}</button>
                                <Show when=move || is_of_faces.get()>
                                    <span class="muted">{t!(i18n, tr_cut_faces)}</span>
                                </Show>
                            </div>
                        }
                    }
                >
                    <div class="cutting">
                        <Crop photo place />
                        <div class="buttons">
                            <button class="primary" data-testid="cut-take" on:click=take>
                                {t!(i18n, tr_cut_take)}
                            </button>
                            <button data-testid="cut-cancel" on:click=cancel>{t!(i18n, cancel)}</button>
                        </div>
                    </div>
                </Show>
            </section>
        </Show>
    }
}
