//! A picture that the program draws, to begin with where nobody has one: a face for the way back from drawn faces.

use forger_protocol::{Reply, Request, message::StoreRequest, runs::DrawnSet};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::desk::Desk;
use crate::{
    i18n::*,
    pages::image_to_image::{ask::Picture, pictures::blank, saving::png_file, studio::Studio},
};

/// Beyond those that runs of the tab learn from.
const FIRST: u64 = 1 << 20;

/// Draws another one each time, as large as the model learned from.
#[component]
pub fn DrawButton(
    desk: Desk,
    studio: Studio,
    drawn: Memo<Option<(DrawnSet, usize)>>,
    open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let draw = move |_| {
        let Some((set, side)) = drawn.get_untracked() else { return };
        // The worker may be at something else first, and a photo may be opened meanwhile.
        let is_last = studio.turn();
        spawn_local(async move {
            let number = FIRST + (js_sys::Math::random() * FIRST as f64) as u64;
            let request = Request::Store(StoreRequest::Draw { set, side, number });
            let picture = match desk.engine.request(request, Vec::new()).await {
                Ok((Reply::Pictures { width, height, .. }, buffers)) => buffers
                    .first()
                    .map(|buffer| Picture { size: [width, height], values: Uint8Array::new(buffer).to_vec().into() }),
                Ok(_) => None,
                Err(error) => return desk.tell(&error),
            };
            let file = file(picture, &format!("{}-{number}.png", set.name())).await;
            // Another model, another way or another page may be wanted by now.
            if !is_last() || drawn.try_get_untracked().flatten() != Some((set, side)) {
                return;
            }
            match file {
                Some(file) => open.run(vec![file]),
                None => desk.toasts.error(td_string!(desk.locale(), up_no_memory).to_string()),
            }
        });
    };
    view! {
        <button data-testid="draw-face" disabled=move || desk.is_batching.get() on:click=draw>
            {t!(i18n, tr_draw_face)}
        </button>
    }
}

async fn file(picture: Option<Picture>, name: &str) -> Option<File> {
    let (picture, canvas) = (picture?, blank([1, 1])?);
    picture.show(&canvas);
    png_file(&canvas, name).await
}
