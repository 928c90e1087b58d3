//! The search for the z that draws most like a photo.

use forger_protocol::{
    EngineError, Event, LatentRequest, Reply, Request,
    latent_url::{Code, Tab},
    message::{InvertSettings, Inverted},
};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ImageBitmap};

use super::explorer::Explorer;
use crate::{
    components::{
        crop::{Place, pixels},
        files,
    },
    state::newest::Turns,
};

/// The figure on the card under which a photo is unlike what the model knows, in decibels.
const UNLIKE: &str = "invert_psnr_p05";
/// Weight of the features that D sees, when they are asked for.
const FEATURES: f32 = 0.1;

/// How far a search is.
#[derive(Clone)]
pub struct Inverting {
    pub step: usize,
    pub steps: usize,
    pub psnr: f32,
    /// What the best z draws, RGBA.
    pub pixels: Vec<u8>,
}

/// What a search found.
#[derive(Clone, PartialEq)]
pub struct Found {
    pub code: Code,
    pub inverted: Inverted,
    /// Whether the model's own card calls this photo unlike what it knows.
    pub unlike: bool,
}

/// A photo and the search for its z, which other tabs do not forget.
#[derive(Clone, Copy)]
pub struct PhotoSearch {
    pub explorer: Explorer,
    pub photo: RwSignal<Option<ImageBitmap>, LocalStorage>,
    pub place: RwSignal<Place>,
    pub features: RwSignal<bool>,
    /// The request that searches.
    pub searching: RwSignal<Option<u32>>,
    /// The last look at what searches.
    pub inverting: RwSignal<Option<Inverting>>,
    /// Steps and their losses so far.
    pub curve: RwSignal<Vec<(f64, f64)>>,
    pub found: RwSignal<Option<Found>>,
    /// Photos that are being opened, and searches.
    opening: Turns,
    searches: Turns,
}

impl PhotoSearch {
    pub fn new(explorer: Explorer) -> Self {
        let search = Self {
            explorer,
            photo: RwSignal::new_local(None),
            place: RwSignal::new(Place { x: 0.5, y: 0.5, zoom: 1.0 }),
            features: RwSignal::new(false),
            searching: RwSignal::new(None),
            inverting: RwSignal::new(None),
            curve: RwSignal::new(Vec::new()),
            found: RwSignal::new(None),
            opening: Turns::default(),
            searches: Turns::default(),
        };
        // To another model, the same code is another picture.
        Effect::new(move |before: Option<String>| {
            let now = explorer.sha256.get();
            if before.is_some_and(|before| before != now) {
                search.forget();
            }
            now
        });
        on_cleanup(move || search.cancel());
        search
    }

    /// Opens a picture from disk, camera or clipboard.
    pub fn open(self, file: File) {
        let bitmap = window().create_image_bitmap_with_blob(&file);
        let is_last = self.opening.begin();
        spawn_local(async move {
            let opened = match bitmap {
                Ok(promise) => JsFuture::from(promise).await.ok(),
                Err(_) => None,
            };
            // Another may have been opened meanwhile, or another page.
            if !is_last() {
                return;
            }
            match opened.and_then(|bitmap| bitmap.dyn_into::<ImageBitmap>().ok()) {
                Some(bitmap) => {
                    self.place.set(Place::whole(f64::from(bitmap.width()), f64::from(bitmap.height())));
                    self.photo.set(Some(bitmap));
                    self.forget();
                    self.explorer.change(|state| state.tab = Tab::Photo);
                }
                None => {
                    let said = files::unreadable(self.explorer.locale(), &file).await;
                    if is_last() {
                        self.explorer.toasts.error(said);
                    }
                }
            }
        });
    }

    /// Searches for the z of what is in the square.
    pub fn start(self) {
        let explorer = self.explorer;
        let (Some(card), Some(config)) = (explorer.card.get_untracked(), explorer.config.get_untracked()) else {
            return;
        };
        let (place, side) = (self.place.get_untracked(), config.image_size as u32);
        let target = self.photo.with_untracked(|photo| photo.as_ref().and_then(|photo| pixels(photo, place, side)));
        let Some(target) = target else { return };
        let mut settings = InvertSettings::default();
        if self.features.get_untracked() {
            settings.features = FEATURES;
        }
        let request = LatentRequest::Invert { model: card.name.clone(), settings };
        let unlike = card.metrics.get(UNLIKE).map(|metric| metric.value);
        self.found.set(None);
        let is_last = self.searches.begin();
        spawn_local(async move {
            let ask = async || self.ask(request.clone(), &target, is_last).await;
            let answer = explorer.shelf.ask(Some(&card.name), ask).await;
            // Another model or photo may be here by now, or another page.
            if !is_last() {
                return;
            }
            self.inverting.set(None);
            self.searching.set(None);
            match answer {
                Ok((code, inverted)) => {
                    let unlike = unlike.is_some_and(|limit| f64::from(inverted.psnr) < limit);
                    self.found.set(Some(Found { code, inverted, unlike }));
                }
                Err(error) => explorer.tell(&error),
            }
        });
    }

    async fn ask(
        self,
        request: LatentRequest,
        target: &[u8],
        is_last: impl Fn() -> bool + 'static,
    ) -> Result<(Code, Inverted), EngineError> {
        if !is_last() {
            return Err(EngineError::Cancelled);
        }
        let engine = self.explorer.engine;
        let (id, answer) = engine.send(Request::Latent(request), vec![Uint8Array::from(target).buffer()]);
        engine.listen(id, move |event, buffers| {
            if is_last() {
                self.look(event, buffers);
            }
        });
        self.curve.set(Vec::new());
        self.searching.set(Some(id));
        match answer.await? {
            (Reply::Inverted(inverted), buffers) => {
                let z = buffers.first().map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
                Ok((Code::nearest(&z), inverted))
            }
            (other, _) => Err(EngineError::Protocol(format!("{other:?}"))),
        }
    }

    fn look(self, event: &Event, buffers: &[ArrayBuffer]) {
        if let Event::Inverting { step, steps, loss, psnr } = *event {
            let pixels = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
            self.curve.update(|curve| curve.push((step as f64, f64::from(loss))));
            self.inverting.set(Some(Inverting { step, steps, psnr, pixels }));
        }
    }

    /// Stops the search, and forgets what came of it.
    fn forget(self) {
        self.cancel();
        self.searches.end();
        self.searching.set(None);
        self.inverting.set(None);
        self.curve.set(Vec::new());
        self.found.set(None);
    }

    /// Stops the search.
    pub fn cancel(self) {
        if let Some(id) = self.searching.try_get_untracked().flatten() {
            self.explorer.engine.cancel(id);
        }
    }
}
