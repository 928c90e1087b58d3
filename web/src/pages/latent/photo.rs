//! From a photo to the z that draws most like it.

use forger_protocol::{
    EngineError, Reply, Request,
    latent_url::{Code, Tab},
    message::{InvertSettings, Inverted},
};
use js_sys::{Float32Array, Uint8Array};
use leptos::{html::Canvas, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ImageBitmap};

use super::{
    crop::{Crop, Place, pixels},
    explorer::{Explorer, config},
    pictures::Thumb,
};
use crate::{
    components::{
        files::{self, PhotoButtons},
        labels,
    },
    i18n::*,
    plots::{
        lines::{self, Chart, Line},
        pictures,
    },
    state::screen::animate,
};

/// The figure on the card under which a photo is unlike what the model knows, in decibels.
const UNLIKE: &str = "invert_psnr_p05";
/// Weight of the features that D sees, when they are asked for.
const FEATURES: f32 = 0.1;

/// What a search found.
#[derive(Clone, PartialEq)]
struct Found {
    code: Code,
    inverted: Inverted,
    /// Whether the model's own card calls this photo unlike what it knows.
    unlike: bool,
}

/// The photo tab, which other tabs do not forget.
#[derive(Clone, Copy)]
pub struct Photo {
    explorer: Explorer,
    photo: RwSignal<Option<ImageBitmap>, LocalStorage>,
    place: RwSignal<Place>,
    features: RwSignal<bool>,
    searching: RwSignal<Option<u32>>,
    /// Steps and their losses so far.
    curve: RwSignal<Vec<(f64, f64)>>,
    found: RwSignal<Option<Found>>,
}

impl Photo {
    pub fn new(explorer: Explorer) -> Self {
        Self {
            explorer,
            photo: RwSignal::new_local(None),
            place: RwSignal::new(Place { x: 0.5, y: 0.5, zoom: 1.0 }),
            features: RwSignal::new(false),
            searching: RwSignal::new(None),
            curve: RwSignal::new(Vec::new()),
            found: RwSignal::new(None),
        }
    }

    /// Opens a picture from disk, camera or clipboard.
    pub fn open(self, blob: &Blob, name: String) {
        let bitmap = window().create_image_bitmap_with_blob(blob);
        spawn_local(async move {
            let opened = match bitmap {
                Ok(promise) => JsFuture::from(promise).await.ok(),
                Err(_) => None,
            };
            match opened.and_then(|bitmap| bitmap.dyn_into::<ImageBitmap>().ok()) {
                Some(bitmap) => {
                    self.place.set(Place::whole(f64::from(bitmap.width()), f64::from(bitmap.height())));
                    self.photo.set(Some(bitmap));
                    self.found.set(None);
                    self.explorer.change(|state| state.tab = Tab::Photo);
                }
                None => {
                    self.explorer.toasts.error(td_string!(self.explorer.locale(), bad_photo, name = name).to_string())
                }
            }
        });
    }

    fn search(self) {
        let explorer = self.explorer;
        let card = explorer.card.get_untracked();
        let Some(card) = card else { return };
        let Some(config) = config(&card) else { return };
        let side = config.image_size as u32;
        let place = self.place.get_untracked();
        let target = self.photo.with_untracked(|photo| photo.as_ref().and_then(|photo| pixels(photo, place, side)));
        let Some(target) = target else { return };
        let mut settings = InvertSettings::default();
        if self.features.get_untracked() {
            settings.features = FEATURES;
        }
        let request = Request::Invert { model: card.name.clone(), settings };
        let (id, answer) = explorer.engine.send(request, vec![Uint8Array::from(target.as_slice()).buffer()]);
        self.found.set(None);
        self.curve.set(Vec::new());
        self.searching.set(Some(id));
        let unlike = card.metrics.get(UNLIKE).map(|metric| metric.value);
        spawn_local(async move {
            let answer = answer.await;
            if self.searching.try_get_untracked().flatten() != Some(id) {
                return;
            }
            self.searching.set(None);
            match answer {
                Ok((Reply::Inverted(inverted), buffers)) => {
                    let z = buffers.first().map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
                    let unlike = unlike.is_some_and(|limit| f64::from(inverted.psnr) < limit);
                    self.found.set(Some(Found { code: Code::nearest(&z), inverted, unlike }));
                }
                Ok(_) => {}
                Err(EngineError::Restarted(_)) => self.search(),
                Err(error) => explorer.tell(&error),
            }
        });
    }
}

#[component]
pub fn PhotoTab(photo: Photo) -> impl IntoView {
    let i18n = use_i18n();
    let explorer = photo.explorer;
    let live = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let Some(look) = explorer.engine.inverting.get() else { return };
        if photo.searching.get_untracked() != Some(look.id) {
            return;
        }
        photo.curve.update(|curve| curve.push((look.step as f64, f64::from(look.loss))));
        if let Some(canvas) = live.get_untracked() {
            let side = (look.pixels.len() / 4).isqrt();
            pictures::draw(&canvas, &look.pixels, side, 1);
        }
    });
    let open = move |files: Vec<File>| files.iter().take(1).for_each(|file| photo.open(file, file.name()));
    files::on_paste(open);
    let progress = move || {
        let look = explorer.engine.inverting.get().filter(|look| Some(look.id) == photo.searching.get());
        look.map(|look| (look.step as f64 / look.steps.max(1) as f64, look.step, look.steps, look.psnr))
    };
    let status = move || {
        progress().map(|(_, step, steps, psnr)| {
            let psnr = format!("{psnr:.1}");
            td_string!(i18n.get_locale(), search_step, step = step, steps = steps, psnr = psnr).to_string()
        })
    };
    let cancel = move |_| {
        if let Some(id) = photo.searching.get_untracked() {
            explorer.cancel(id);
        }
    };
    let has_features = move || explorer.card.with(|card| card.as_ref().is_some_and(|card| card.discriminator));
    view! {
        <p class="muted">{t!(i18n, photo_lead)}</p>
        <div class="buttons">
            <PhotoButtons camera="user" open />
        </div>
        <Show
            when=move || photo.photo.with(Option::is_some)
            fallback=move || view! { <p class="drop-here" data-testid="drop-here">{t!(i18n, drop_photo)}</p> }
        >
            <div class="photo">
                <figure>
                    <Crop photo=photo.photo place=photo.place />
                    <figcaption>{t!(i18n, your_photo)}</figcaption>
                </figure>
                <figure>
                    <canvas class="crop" width="64" height="64" node_ref=live data-testid="found-picture"></canvas>
                    <figcaption>{t!(i18n, found_picture)}</figcaption>
                </figure>
            </div>
            <div class="buttons">
                <Show
                    when=move || photo.searching.get().is_some()
                    fallback=move || {
                        view! {
                            <button class="primary" data-testid="search" on:click=move |_| photo.search()>
                                {t!(i18n, search_z)}
                            </button>
                        }
                    }
                >
                    <progress max="1" prop:value=move || progress().map(|(share, ..)| share) aria-label=move || t_string!(i18n, search_z)></progress>
                    <button data-testid="cancel-search" on:click=cancel>{t!(i18n, cancel)}</button>
                </Show>
                <Show when=has_features>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || photo.features.get()
                            on:change=move |event| photo.features.set(event_target_checked(&event))
                        />
                        <span>{t!(i18n, with_features)}</span>
                    </label>
                </Show>
            </div>
            <p class="muted" role="status" data-testid="search-status">{status}</p>
            <Show when=move || photo.curve.with(|curve| curve.len() > 1)>
                <LossCurve photo />
            </Show>
            {move || photo.found.get().map(|found| view! { <FoundCode photo found /> })}
        </Show>
    }
}

/// The loss by step.
#[component]
fn LossCurve(photo: Photo) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    let draw = move || {
        let (Some(canvas), Some(points)) = (canvas.get_untracked(), photo.curve.try_get_untracked()) else { return };
        let steps = (0.0, points.last().map_or(1.0, |point| point.0));
        let lines = vec![Line { colour: "--accent", points }];
        lines::draw(&canvas, &Chart { lines, log: true, steps, ..Chart::default() });
    };
    animate(
        move || {
            photo.curve.track();
            canvas.track();
        },
        draw,
    );
    view! {
        <figure class="loss">
            <canvas node_ref=canvas role="img" aria-label=move || t_string!(i18n, loss_curve)></canvas>
            <figcaption>{t!(i18n, loss_curve)}</figcaption>
        </figure>
    }
}

#[component]
fn FoundCode(photo: Photo, found: Found) -> impl IntoView {
    let i18n = use_i18n();
    let explorer = photo.explorer;
    let Found { code, inverted, unlike } = found;
    let said = move || {
        let (psnr, seconds) = (format!("{:.1}", inverted.psnr), format!("{:.1}", inverted.milliseconds / 1000.0));
        let device = labels::device(inverted.device);
        td_string!(i18n.get_locale(), found_z, psnr = psnr, seconds = seconds, device = device).to_string()
    };
    let (shown, kept) = (code.clone(), StoredValue::new(code));
    let edit = move |_| {
        explorer.change(|state| (state.base, state.moves, state.tab) = (Some(kept.get_value()), Vec::new(), Tab::Edit));
    };
    let to_term = move |_| {
        let index = explorer.term.get_untracked();
        explorer.change(|state| {
            if let Some(term) = state.terms.get_mut(index) {
                term.codes.push(kept.get_value());
                state.tab = Tab::Arithmetic;
            }
        });
    };
    view! {
        <div class="found" data-testid="found">
            <Thumb explorer code=Signal::derive(move || Some(shown.clone())) />
            <p>{said}</p>
            {unlike.then(|| view! { <p class="warning" role="alert" data-testid="unlike">{t!(i18n, unlike)}</p> })}
            <div class="buttons">
                <button data-testid="edit-found" on:click=edit>{t!(i18n, edit_this)}</button>
                <button on:click=to_term>{t!(i18n, add_to_board)}</button>
            </div>
        </div>
    }
}
