//! Photos, for models whose pictures are not drawn: opened, translated, compared and saved.

use leptos::prelude::*;
use web_sys::{DragEvent, File, MediaStream};

use super::{
    camera::Camera,
    cutting::Cutting,
    cycle::Cycles,
    desk::Desk,
    drawn::{DrawButton, Source},
    model::Model,
    share::Share,
    size::{Size, refusal},
    words,
};
use crate::{
    components::files::{self, PhotoButtons},
    i18n::*,
    pages::image_to_image::{
        Progress, Results, Sides, Viewer,
        batch::{Batch, BatchPanel},
        examples::Examples,
        make::{spelled, way_of},
        studio::{Plan, Studio},
    },
};

#[component]
pub fn Photos(desk: Desk) -> impl IntoView {
    let (i18n, size) = (use_i18n(), RwSignal::new(Size::default()));
    let side = Memo::new(move |_| desk.model.with(|model| model.as_ref().map_or(1, |model| model.side)));
    let has = move |of: fn(&Model) -> bool| Memo::new(move |_| desk.model.with(|model| model.as_ref().is_some_and(of)));
    let goes_back = has(Model::goes_back);
    let is_of_faces = has(|model| model.is_of_faces(true) || model.is_of_faces(false));
    // Faces are mostly one's own.
    let facing = Memo::new(move |_| if is_of_faces.get() { "user" } else { "environment" });
    // What the camera sees while it is on.
    let stream = RwSignal::new_local(None::<MediaStream>);
    let plan = Plan {
        back: Signal::derive(move || desk.back.get() && goes_back.get()),
        size: Callback::new(move |given| size.get().of(given, side.get())),
        refusal: Callback::new(move |given| desk.model.with(|model| refusal(i18n.get_locale(), given, model.as_ref()))),
    };
    let studio = Studio::new(desk.shelf, desk.way, Memo::new(|_| 1), plan);
    // What was made in one size is not compared with what is of another.
    Effect::new(move |before: Option<(Size, usize)>| {
        let now = (size.get(), side.get());
        if before.is_some_and(|before| before != now) {
            studio.refit();
        }
        now
    });
    let batch = Batch::new(studio, desk.is_batching);
    let open = move |files: Vec<File>| {
        if !desk.takes(&files) {
            batch.open(files);
        }
    };
    files::on_paste(open);
    let drop = files::on_drop(open);
    let title = move |name: String| {
        let (way, back) = way_of(&name);
        match desk.named(way) {
            Some(model) if model.is_cycle => words::way(i18n.get_locale(), &model, back),
            Some(model) => words::model(i18n.get_locale(), &model),
            None => spelled(&name),
        }
    };
    let what = move || t_string!(i18n, translate).to_owned();
    // What is given on this way.
    let domain = Signal::derive(move || {
        let back = desk.back.get() && goes_back.get();
        desk.model.with(|model| model.as_ref()?.card.domains.get(usize::from(back)).cloned())
    });
    view! {
        <div class="upscale" on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            <Tools desk studio size side facing open />
            <Cutting desk studio batch open />
            <BatchPanel
                batch
                start=move || t_string!(i18n, tr_batch_start).to_owned()
                blocked=move || studio.is_busy()
            />
            <Show
                when=move || studio.picture.with(Option::is_some)
                fallback=move || {
                    view! {
                        <p class="drop-here" data-testid="drop-here">{t!(i18n, drop_photo)}</p>
                        <Examples studio of=domain open=Callback::new(open) />
                        // The camera, and who paints an example, want a model, too.
                        <Progress studio label=what />
                    }
                }
            >
                <Before studio />
                <Progress studio label=what />
                <Sides studio title />
                <Viewer studio />
                <Results studio is_batching=desk.is_batching />
            </Show>
        </div>
        <Show when=move || goes_back.get()>
            <Cycles desk studio stream />
        </Show>
        <Camera desk studio stream facing open />
    }
}

/// Photo, size, and the button that starts.
#[component]
fn Tools(
    desk: Desk,
    studio: Studio,
    size: RwSignal<Size>,
    side: Memo<usize>,
    facing: Memo<&'static str>,
    #[prop(into)] open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let option = move |of: Size| {
        let label = move || match of.times() {
            Some(times) => td_string!(i18n.get_locale(), tr_size_side, n = times * side.get()).to_string(),
            None => t_string!(i18n, tr_size_own).to_owned(),
        };
        view! { <option value=of.key() prop:selected=move || size.get() == of>{label}</option> }
    };
    let resize = move |event| {
        let key = event_target_value(&event);
        Size::ALL.into_iter().find(|size| size.key() == key).into_iter().for_each(|found| size.set(found));
    };
    let source = Memo::new(move |_| {
        let back = desk.back.get();
        desk.model.with(|model| Source::of(desk, model.as_ref()?, back))
    });
    let is_possible = move || studio.size().is_some() && studio.refusal().is_none();
    let is_busy = move || studio.is_busy() || desk.is_batching.get();
    view! {
        <div class="buttons">
            {move || view! { <PhotoButtons camera=facing.get() multiple=true open /> }}
            <DrawButton desk studio source open />
            <label>
                <span>{t!(i18n, tr_size)}</span>
                <select data-testid="size-select" disabled=move || desk.is_batching.get() on:change=resize>
                    {Size::ALL.map(option).collect_view()}
                </select>
            </label>
            <button
                class="primary"
                data-testid="translate-button"
                disabled=move || is_busy() || studio.is_expecting() || !is_possible()
                on:click=move |_| studio.start()
            >
                {t!(i18n, tr_start)}
            </button>
            <Share desk />
            <span class="badge sent" data-testid="sent">{t!(i18n, up_sent)}</span>
        </div>
        <p class="muted" data-testid="learned">
            {move || td_string!(i18n.get_locale(), tr_learned, n = side.get()).to_string()}
        </p>
    }
}

/// In which size it will be, or why it cannot be; and what of the file is lost.
#[component]
fn Before(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let ([w, h], locale) = (studio.size()?, i18n.get_locale());
        if let Some(said) = studio.refusal() {
            return Some(view! { <p class="warning" role="alert" data-testid="refused">{said}</p> }.into_any());
        }
        let losses = studio.picture.with(|picture| picture.as_ref().map(|picture| picture.metadata.losses(locale)))?;
        let loss = |(name, said)| view! { <p class="muted" data-testid=name>{said}</p> };
        Some(
            view! {
                <p class="muted" data-testid="estimate">{td_string!(locale, tr_estimate, w = w, h = h).to_string()}</p>
                {losses.into_iter().map(loss).collect_view()}
            }
            .into_any(),
        )
    }
}
