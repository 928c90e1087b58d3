//! The state of the latent page, and what it asks of the engine.

use forger_protocol::{
    Card, DcganConfig, DeviceKind, EngineError, Manifest, ManifestEntry, Random, Reply, Request, Stream, card::System,
    latent,
};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::{
    components::labels,
    engine_client::{Engine, Status, use_engine},
    i18n::*,
    state::{
        codes, site,
        toasts::{Toasts, use_toasts},
    },
};

/// Samples in the grid.
pub const GRID: usize = 64;
/// Pictures from A to B, both included.
pub const WALK: usize = 9;

/// Pictures as they came, RGBA `[count, side, side, 4]`.
#[derive(Clone, Default)]
pub struct Pixels {
    pub values: Vec<u8>,
    pub side: usize,
    pub milliseconds: f64,
    pub device: Option<DeviceKind>,
}

/// A stream of pictures of which only the newest counts: one request at a time, then the last one asked for.
#[derive(Clone, Copy)]
pub struct View {
    pub pixels: RwSignal<Pixels>,
    busy: StoredValue<bool>,
    next: StoredValue<Option<Vec<f32>>>,
}

impl View {
    fn new() -> Self {
        Self { pixels: RwSignal::new(Pixels::default()), busy: StoredValue::new(false), next: StoredValue::new(None) }
    }
}

/// The latent page's state.
#[derive(Clone, Copy)]
pub struct Explorer {
    engine: Engine,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub manifest: RwSignal<Option<Manifest>>,
    /// What the user asked for; drawn once [`Explorer::card`] is there.
    pub wanted: RwSignal<Option<String>>,
    pub card: RwSignal<Option<Card>>,
    /// The request that loads a model, if one does.
    pub loading: RwSignal<Option<u32>>,
    pub failed: RwSignal<bool>,
    pub seed: RwSignal<u32>,
    pub a: RwSignal<Vec<f32>>,
    pub b: RwSignal<Vec<f32>>,
    pub grid: View,
    pub walk: View,
}

fn config(card: &Card) -> &DcganConfig {
    let System::Dcgan(config) = &card.system;
    config
}

impl Explorer {
    pub fn new(wanted: Option<String>, seed: u32) -> Self {
        Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            manifest: RwSignal::new(None),
            wanted: RwSignal::new(wanted),
            card: RwSignal::new(None),
            loading: RwSignal::new(None),
            failed: RwSignal::new(false),
            seed: RwSignal::new(seed),
            a: RwSignal::new(Vec::new()),
            b: RwSignal::new(Vec::new()),
            grid: View::new(),
            walk: View::new(),
        }
    }

    fn tell(self, error: &EngineError) {
        self.toasts.error(labels::error(self.i18n.get_locale_untracked(), error));
    }

    /// z of the samples of this seed, `[GRID, dim]`, as the URL can hold them.
    pub fn samples(self) -> Vec<f32> {
        let seed = self.seed.get();
        self.card.with(|card| {
            let Some(card) = card else { return Vec::new() };
            let config = config(card);
            Random::new(seed, Stream::Latent).latent(config.prior, GRID, config.latent_dim)
        })
    }

    /// Dimensions of z.
    pub fn dim(self) -> usize {
        self.card.with(|card| card.as_ref().map_or(0, |card| config(card).latent_dim))
    }

    /// Sample `index` of the grid, quantised.
    pub fn sample(self, index: usize) -> Vec<f32> {
        let (samples, dim) = (untrack(move || self.samples()), untrack(move || self.dim()));
        samples.get(index * dim..(index + 1) * dim).map(codes::quantise).unwrap_or_default()
    }

    /// Loads the manifest, then the model that is wanted or the first there is.
    pub fn load_manifest(self) {
        spawn_local(async move {
            let url = site::url("models/manifest.json");
            match site::fetch_json::<Manifest>(&url).await {
                Ok(manifest) => {
                    self.manifest.set(Some(manifest));
                    self.load_wanted();
                }
                Err(detail) => {
                    self.failed.set(true);
                    self.tell(&EngineError::Fetch { url, detail });
                }
            }
        });
    }

    /// Loads the model that is wanted, from the site.
    pub fn load_wanted(self) {
        let entry = self.manifest.with_untracked(|manifest| {
            let manifest = manifest.as_ref()?;
            let wanted = self.wanted.get_untracked();
            let entry = match &wanted {
                Some(name) => manifest.find(name),
                None => manifest.models.first(),
            };
            if entry.is_none()
                && let Some(name) = wanted
            {
                self.tell(&EngineError::NotOpen(name));
            }
            entry.or(manifest.models.first()).cloned()
        });
        if let Some(entry) = entry {
            self.fetch_model(entry);
        }
    }

    fn fetch_model(self, entry: ManifestEntry) {
        let base = site::url("models/");
        self.open(Request::ModelFetch { base, entry: Box::new(entry) }, Vec::new());
    }

    /// Opens a file of the user.
    pub fn open_file(self, file: web_sys::File) {
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => self.open(Request::ModelOpen, vec![buffer.unchecked_into()]),
                Err(_) => self.tell(&EngineError::Fetch { url: file.name(), detail: String::new() }),
            }
        });
    }

    fn open(self, request: Request, buffers: Vec<ArrayBuffer>) {
        self.failed.set(false);
        let (id, answer) = self.engine.send(request, buffers);
        self.loading.set(Some(id));
        spawn_local(async move {
            let answer = answer.await;
            if self.loading.try_get_untracked().flatten() != Some(id) {
                return;
            }
            self.loading.set(None);
            match answer {
                Ok((Reply::Model(card), _)) => {
                    self.wanted.set(Some(card.name.clone()));
                    self.card.set(Some(*card));
                }
                Ok(_) => {}
                Err(error) => {
                    self.failed.set(true);
                    self.tell(&error);
                }
            }
        });
    }

    /// Stops loading.
    pub fn cancel(self) {
        if let Some(request) = self.loading.get_untracked() {
            spawn_local(async move {
                // Its own answer says nothing; that of the cancelled request does.
                let _ = self.engine.request(Request::Cancel { request }, Vec::new()).await;
            });
        }
    }

    /// Draws the grid and the walk whenever what they show changes.
    pub fn keep_drawn(self) {
        Effect::new(move |_| {
            let z = self.samples();
            if !z.is_empty() && self.engine.status.get() == Status::Ready {
                self.draw(self.grid, z);
            }
        });
        Effect::new(move |_| {
            let (a, b, dim) = (self.a.get(), self.b.get(), self.dim());
            if dim > 0 && a.len() == dim && b.len() == dim {
                let step = |index: usize| latent::slerp(&a, &b, index as f32 / (WALK - 1) as f32);
                self.draw(self.walk, (0..WALK).flat_map(step).collect());
            }
        });
    }

    fn draw(self, view: View, z: Vec<f32>) {
        if view.busy.get_value() {
            view.next.set_value(Some(z));
            return;
        }
        view.busy.set_value(true);
        spawn_local(async move {
            let mut now = Some(z);
            while let Some(z) = now {
                self.draw_once(view, z).await;
                // The page may have been left meanwhile.
                now = view.next.try_update_value(Option::take).flatten();
            }
            view.busy.try_update_value(|busy| *busy = false);
        });
    }

    async fn draw_once(self, view: View, z: Vec<f32>) {
        let card =
            self.card.try_with_untracked(|card| card.as_ref().map(|card| (card.name.clone(), config(card).latent_dim)));
        let Some(Some((model, dim))) = card else { return };
        let buffer = Float32Array::from(z.as_slice()).buffer();
        let request = Request::Generate { model, count: z.len() / dim };
        match self.engine.request(request, vec![buffer]).await {
            Ok((Reply::Pictures { width, milliseconds, device, .. }, buffers)) => {
                let values = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
                view.pixels.try_set(Pixels { values, side: width, milliseconds, device: Some(device) });
                self.engine.device.update(|report| {
                    if let Some(report) = report {
                        report.used = device;
                    }
                });
            }
            Ok(_) | Err(EngineError::Cancelled) => {}
            Err(error) => self.tell(&error),
        }
    }
}
