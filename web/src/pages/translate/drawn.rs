//! Pictures to begin with, where nobody has one: a face that the program draws, for the way back from drawn faces, and what another
//! model of the page makes of an example.

use forger_protocol::{EngineError, ManifestEntry, Reply, Request, message::StoreRequest, runs::DrawnSet};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::{
    desk::Desk,
    model::{Model, coloured},
};
use crate::{
    i18n::*,
    pages::image_to_image::{
        ask::{Picture, Told},
        pictures::blank,
        saving::png_file,
        studio::Studio,
    },
    state::newest::Turns,
};

/// Beyond those that runs of the tab learn from.
const FIRST: u64 = 1 << 20;

/// Where pictures for a model come from.
#[derive(Clone, PartialEq)]
pub enum Source {
    /// The program draws them, in this size.
    Drawn(DrawnSet, usize),
    /// This model makes them of its examples.
    Painted(Box<Model>),
}

impl Source {
    /// For a model that goes this way, if there is one. Tracked.
    pub fn of(desk: Desk, model: &Model, back: bool) -> Option<Self> {
        if let Some(set) = model.drawn(!back) {
            return Some(Self::Drawn(set, model.side));
        }
        let domain = model.card.domains.get(usize::from(back))?;
        let painter = |entry: &ManifestEntry| {
            let painter = Model::of(entry.card.clone(), &entry.sha256)?;
            let is_it = painter.is_drawn_for() && painter.card.domains.get(1) == Some(domain);
            let has_example = desk.examples.with(|examples| examples.iter().any(|example| example.is_for(&painter)));
            (is_it && has_example).then_some((entry.bytes, painter))
        };
        // That with the least to load.
        let found = desk.shelf.models.with(|models| {
            let painters = models.iter().flatten().filter_map(painter);
            painters.min_by_key(|(bytes, _)| *bytes)
        });
        found.map(|(_, painter)| Self::Painted(Box::new(painter)))
    }

    /// A picture and its name, another one each time.
    async fn picture(
        &self,
        desk: Desk,
        turn: usize,
        is_wanted: impl Fn() -> bool,
    ) -> Result<Option<(Picture, String)>, EngineError> {
        match self {
            Self::Drawn(set, side) => {
                let number = FIRST + (js_sys::Math::random() * FIRST as f64) as u64;
                let request = Request::Store(StoreRequest::Draw { set: *set, side: *side, number });
                let (reply, buffers) = desk.engine.request(request, Vec::new()).await?;
                let (Reply::Pictures { width, height, .. }, Some(buffer)) = (reply, buffers.first()) else {
                    return Ok(None);
                };
                let picture = Picture { size: [width, height], values: Uint8Array::new(buffer).to_vec().into() };
                Ok(Some((picture, format!("{}-{number}", set.name()))))
            }
            Self::Painted(painter) => {
                let example = desk.examples.with_untracked(|examples| {
                    let fitting = examples.iter().filter(|example| example.is_for(painter)).collect::<Vec<_>>();
                    let example = fitting.get(turn.checked_rem(fitting.len())?)?;
                    Some((example.drawing(painter), example.name.clone()))
                });
                let Some((drawing, name)) = example else { return Ok(None) };
                let (given, told) = (coloured(&drawing, &painter.card.palette), Told::new(|_| {}));
                let (made, _) = desk.asker().make_if(is_wanted, &painter.card.name, &given, false, told).await?;
                Ok(Some((made, name)))
            }
        }
    }
}

/// Takes one from there, where there is one to be had.
#[component]
pub fn DrawButton(
    desk: Desk,
    studio: Studio,
    source: Memo<Option<Source>>,
    open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (turns, taken) = (Turns::default(), StoredValue::new(0));
    let draw = move |_| {
        let Some(from) = source.get_untracked() else { return };
        // The worker may be at something else first, and a photo may be opened meanwhile.
        let (is_last, is_free, coming) = (turns.begin(), studio.since(), studio.expects());
        let turn = taken.get_value();
        taken.set_value(turn + 1);
        spawn_local(async move {
            let picture = match from.picture(desk, turn, is_last).await {
                Ok(picture) => picture,
                Err(error) => return desk.tell(&error),
            };
            let file = file(picture).await;
            // Another model, another way or another page may be wanted by now.
            if !is_last() || !is_free() || source.try_get_untracked().flatten() != Some(from) {
                return;
            }
            match file {
                Some(file) => open.run(vec![file]),
                None => desk.toasts.error(td_string!(desk.locale(), up_no_memory).to_string()),
            }
            drop(coming);
        });
    };
    let is_drawn = move || source.with(|source| matches!(source, Some(Source::Drawn(..))));
    view! {
        <Show when=move || source.with(Option::is_some)>
            <button
                data-testid=move || if is_drawn() { "draw-face" } else { "paint" }
                disabled=move || desk.is_batching.get()
                on:click=draw
            >
                {move || if is_drawn() { t_string!(i18n, tr_draw_face) } else { t_string!(i18n, tr_paint) }}
            </button>
        </Show>
    }
}

async fn file(picture: Option<(Picture, String)>) -> Option<File> {
    let ((picture, name), canvas) = (picture?, blank([1, 1])?);
    picture.show(&canvas);
    png_file(&canvas, &format!("{name}.png")).await
}
