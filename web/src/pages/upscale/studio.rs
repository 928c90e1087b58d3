//! The photo that is open, what was made of it, and what is being made.

use forger_protocol::{EngineError, Manifest, ManifestEntry, Reply, Request, message::TilePlace};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{Clamped, JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlCanvasElement, ImageBitmap, ImageData};

use super::limits::refused;
use crate::{
    components::{files, labels},
    engine_client::{Engine, use_engine},
    i18n::*,
    plots::canvas::{context, hidden},
    state::{
        site,
        toasts::{Toasts, use_toasts},
    },
};

/// The way that needs no model.
pub const BICUBIC: &str = "bicubic";
/// The photo itself, its pixels as squares.
pub const ORIGINAL: &str = "original";
/// How many times larger bicubic interpolation makes a picture.
const SCALE: usize = 4;

/// The photo, as it was decoded: turned upright, eight bits, sRGB.
#[derive(Clone)]
pub struct Photo {
    pub name: String,
    pub size: [u32; 2],
    pub canvas: HtmlCanvasElement,
}

/// A larger picture, whole or in the making.
#[derive(Clone)]
pub struct Version {
    /// The name of its model, or [`BICUBIC`].
    pub name: String,
    pub canvas: HtmlCanvasElement,
    /// What the engine said when it was whole: seconds and device.
    pub took: Option<(f64, &'static str)>,
}

/// Work under way.
#[derive(Clone, Copy, PartialEq)]
pub struct Work {
    pub id: u32,
    pub done: usize,
    pub total: usize,
    /// When it began, in milliseconds.
    pub since: f64,
}

/// How alike the right picture and a reference are.
#[derive(Clone, PartialEq)]
pub struct Likeness {
    pub name: String,
    pub psnr: f64,
    pub ssim: f64,
}

#[derive(Clone, Copy)]
pub struct Studio {
    pub engine: Engine,
    pub toasts: Toasts,
    pub i18n: leptos_i18n::I18nContext<Locale>,
    pub models: RwSignal<Vec<ManifestEntry>>,
    pub model: RwSignal<String>,
    pub loading: RwSignal<Option<u32>>,
    pub photo: RwSignal<Option<Photo>, LocalStorage>,
    pub versions: RwSignal<Vec<Version>, LocalStorage>,
    pub work: RwSignal<Option<Work>>,
    /// What is seen left and right of the line.
    pub left: RwSignal<String>,
    pub right: RwSignal<String>,
    /// Grows with every change of pixels.
    pub revision: RwSignal<u32>,
    pub likeness: RwSignal<Vec<Likeness>>,
}

fn now() -> f64 {
    window().performance().map(|performance| performance.now()).unwrap_or_default()
}

/// A picture in a canvas of its own; `None` where there is no memory for it.
fn blank([width, height]: [u32; 2]) -> Option<HtmlCanvasElement> {
    let canvas = hidden(width, height)?;
    let on = context(&canvas)?;
    // A canvas that could not be had takes no pixel.
    on.fill_rect(0.0, 0.0, 1.0, 1.0);
    let Clamped(pixel) = on.get_image_data(0.0, 0.0, 1.0, 1.0).ok()?.data();
    on.clear_rect(0.0, 0.0, 1.0, 1.0);
    (pixel.get(3) == Some(&255)).then_some(canvas)
}

/// RGBA of a whole canvas.
fn pixels(canvas: &HtmlCanvasElement) -> Option<ArrayBuffer> {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let Clamped(pixels) = context(canvas)?.get_image_data(0.0, 0.0, width, height).ok()?.data();
    Some(Uint8Array::from(pixels.as_slice()).buffer())
}

async fn decode(blob: &Blob) -> Option<Photo> {
    let promise = window().create_image_bitmap_with_blob(blob).ok()?;
    let bitmap = JsFuture::from(promise).await.ok()?.dyn_into::<ImageBitmap>().ok()?;
    let size = [bitmap.width(), bitmap.height()];
    let canvas = blank(size)?;
    context(&canvas)?.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0).ok()?;
    bitmap.close();
    Some(Photo { name: String::new(), size, canvas })
}

impl Studio {
    pub fn new() -> Self {
        let studio = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            models: RwSignal::new(Vec::new()),
            model: RwSignal::new(BICUBIC.into()),
            loading: RwSignal::new(None),
            photo: RwSignal::new_local(None),
            versions: RwSignal::new_local(Vec::new()),
            work: RwSignal::new(None),
            left: RwSignal::new(ORIGINAL.into()),
            right: RwSignal::new(ORIGINAL.into()),
            revision: RwSignal::new(0),
            likeness: RwSignal::new(Vec::new()),
        };
        studio.engine.on_tile(move |id, place, pixels| studio.paint(id, place, pixels));
        on_cleanup(move || {
            studio.engine.on_tile(|_, _, _| {});
            studio.cancel();
        });
        studio
    }

    fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    /// Which models this site has.
    pub fn load_manifest(self) {
        spawn_local(async move {
            match site::fetch_json::<Manifest>(&site::url("models/manifest.json")).await {
                Ok(mut manifest) => {
                    manifest.models.retain(|entry| entry.card.system.superres().is_some());
                    if let Some(first) = manifest.models.first() {
                        self.model.set(first.card.name.clone());
                    }
                    self.models.set(manifest.models);
                }
                Err(detail) => {
                    let error = EngineError::Fetch { url: "models/manifest.json".into(), detail };
                    self.toasts.error(labels::error(self.locale(), &error));
                }
            }
        });
    }

    /// Opens a photo, in place of the one there is.
    pub fn open(self, file: &File) {
        let (file, name) = (file.clone(), file.name());
        spawn_local(async move {
            let Some(photo) = decode(&file).await else {
                return self.toasts.error(td_string!(self.locale(), bad_photo, name = name).to_string());
            };
            self.cancel();
            self.versions.set(Vec::new());
            self.likeness.set(Vec::new());
            self.left.set(ORIGINAL.into());
            self.right.set(ORIGINAL.into());
            self.photo.set(Some(Photo { name, ..photo }));
            self.changed();
        });
    }

    fn changed(self) {
        self.revision.update(|count| *count = count.wrapping_add(1));
    }

    fn entry(self) -> Option<ManifestEntry> {
        let name = self.model.get_untracked();
        self.models.with_untracked(|models| models.iter().find(|entry| entry.card.name == name).cloned())
    }

    /// How many times larger the chosen model makes a picture.
    pub fn scale(self) -> usize {
        let name = self.model.get();
        self.models.with(|models| {
            let entry = models.iter().find(|entry| entry.card.name == name);
            entry.and_then(|entry| entry.card.system.superres()).map_or(SCALE, |config| config.scale)
        })
    }

    /// Makes the photo larger with the chosen model.
    pub fn start(self) {
        let Some(photo) = self.photo.get_untracked() else { return };
        let (entry, scale) = (self.entry(), untrack(move || self.scale()));
        let large = photo.size.map(|side| side * scale as u32);
        if refused(photo.size, scale).is_some() {
            return;
        }
        let (Some(canvas), Some(buffer)) = (blank(large), pixels(&photo.canvas)) else {
            return self.toasts.error(td_string!(self.locale(), up_no_memory).to_string());
        };
        let name = entry.as_ref().map_or_else(|| BICUBIC.to_owned(), |entry| entry.card.name.clone());
        spawn_local(async move {
            if let Some(entry) = entry.filter(|_| !self.is_made(&name))
                && let Err(error) = self.fetch(entry).await
            {
                return self.tell(&error);
            }
            // Another photo or another page may be here by now.
            let is_here = |now: &Option<Photo>| now.as_ref().is_some_and(|now| now.canvas == photo.canvas);
            if !self.photo.try_with_untracked(is_here).unwrap_or_default() {
                return;
            }
            let model = (name != BICUBIC).then(|| name.clone());
            let [width, height] = photo.size.map(|side| side as usize);
            let (id, answer) = self.engine.send(Request::Upscale { model, scale, width, height }, vec![buffer]);
            self.versions.update(|versions| {
                versions.retain(|version| version.name != name);
                versions.push(Version { name: name.clone(), canvas, took: None });
            });
            self.right.set(name.clone());
            self.work.set(Some(Work { id, done: 0, total: 0, since: now() }));
            self.changed();
            let answer = answer.await;
            if self.work.try_get_untracked().flatten().is_none_or(|work| work.id != id) {
                return;
            }
            self.work.set(None);
            match answer {
                Ok((Reply::Upscaled(took), _)) => self.versions.update(|versions| {
                    if let Some(version) = versions.iter_mut().find(|version| version.name == name) {
                        version.took = Some((took.milliseconds / 1000.0, labels::device(took.device)));
                    }
                }),
                Ok(_) | Err(EngineError::Cancelled) => {}
                Err(error) => self.tell(&error),
            }
        });
    }

    fn is_made(self, name: &str) -> bool {
        self.versions
            .with_untracked(|versions| versions.iter().any(|version| version.name == name && version.took.is_some()))
    }

    async fn fetch(self, entry: ManifestEntry) -> Result<(), EngineError> {
        let request = Request::ModelFetch { base: site::url("models/"), entry: Box::new(entry) };
        let (id, answer) = self.engine.send(request, Vec::new());
        self.loading.set(Some(id));
        let answer = answer.await;
        self.loading.try_set(None);
        answer.map(|_| ())
    }

    fn tell(self, error: &EngineError) {
        if *error != EngineError::Cancelled {
            self.toasts.error(labels::error(self.locale(), error));
        }
    }

    /// A tile of the engine.
    fn paint(self, id: u32, place: TilePlace, pixels: Vec<u8>) {
        let Some(work) = self.work.try_get_untracked().flatten().filter(|work| work.id == id) else { return };
        self.versions.with_untracked(|versions| {
            let on = versions.last().and_then(|version| context(&version.canvas));
            let (width, height) = (place.width as u32, place.height as u32);
            let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height);
            if let (Some(on), Ok(data)) = (on, data) {
                let _ = on.put_image_data(&data, place.left as f64, place.top as f64);
            }
        });
        self.work.set(Some(Work { done: place.done, total: place.total, ..work }));
        self.changed();
    }

    /// Stops what is under way. What is finished of it stays to be seen.
    pub fn cancel(self) {
        let loading = self.loading.try_get_untracked().flatten();
        if let Some(id) = self.work.try_get_untracked().flatten().map(|work| work.id).or(loading) {
            let engine = self.engine;
            spawn_local(async move {
                let _ = engine.request(Request::Cancel { request: id }, Vec::new()).await;
            });
        }
    }

    /// Seconds that are left, as far as can be told.
    pub fn seconds_left(self) -> Option<f64> {
        let work = self.work.get()?;
        (work.done > 0).then(|| (now() - work.since) / 1000.0 / work.done as f64 * (work.total - work.done) as f64)
    }

    /// The picture of a name.
    pub fn canvas(self, name: &str) -> Option<HtmlCanvasElement> {
        if name == ORIGINAL {
            return self.photo.with_untracked(|photo| photo.as_ref().map(|photo| photo.canvas.clone()));
        }
        let find = |versions: &Vec<Version>| versions.iter().find(|version| version.name == name).cloned();
        self.versions.with_untracked(find).map(|version| version.canvas)
    }

    /// Gives the right picture to the user.
    pub fn save(self, kind: &'static str) {
        let name = self.right.get_untracked();
        let (Some(canvas), Some(photo)) = (self.canvas(&name), self.photo.get_untracked()) else { return };
        let end = kind.rsplit('/').next().unwrap_or_default().replace("jpeg", "jpg");
        let stem = photo.name.rsplit_once('.').map_or(photo.name.as_str(), |(stem, _)| stem);
        let file = format!("{stem}-{name}.{end}");
        let given = Closure::once_into_js(move |blob: Option<Blob>| match blob {
            Some(blob) => files::give_blob(&blob, &file),
            None => self.toasts.error(td_string!(self.locale(), up_no_memory).to_string()),
        });
        let quality = wasm_bindgen::JsValue::from_f64(0.95);
        let _ = canvas.to_blob_with_type_and_encoder_options(given.unchecked_ref(), kind, &quality);
    }

    /// Compares what was made with the sharp picture that the user has.
    pub fn compare(self, file: &File) {
        let (file, photo) = (file.clone(), self.photo.get_untracked());
        let made = self.versions.get_untracked().into_iter().filter(|version| version.took.is_some());
        spawn_local(async move {
            let Some(photo) = photo else { return };
            let Some(reference) = decode(&file).await else {
                return self.toasts.error(td_string!(self.locale(), bad_photo, name = file.name()).to_string());
            };
            let mut found = Vec::new();
            for version in made {
                let size = [version.canvas.width(), version.canvas.height()];
                if size != reference.size {
                    let ([width, height], [w, h]) = (size, reference.size);
                    let said =
                        td_string!(self.locale(), up_reference_size, w = w, h = h, width = width, height = height);
                    return self.toasts.error(said.to_string());
                }
                let (Some(a), Some(b)) = (pixels(&version.canvas), pixels(&reference.canvas)) else { return };
                let [width, height] = size.map(|side| side as usize);
                // As wide as the factor, as the literature has it.
                let border = (version.canvas.width() / photo.size[0].max(1)) as usize;
                match self.engine.request(Request::Compare { width, height, border }, vec![a, b]).await {
                    Ok((Reply::Likeness { psnr, ssim }, _)) => {
                        found.push(Likeness { name: version.name, psnr, ssim });
                    }
                    Ok(_) => {}
                    Err(error) => return self.tell(&error),
                }
            }
            self.likeness.try_set(found);
        });
    }
}
