//! The photo that is open, what was made of it, and what is being made.

use std::collections::HashSet;

use forger_protocol::{
    EngineError, Manifest, ManifestEntry, Reply, Request,
    message::{TilePlace, Upscaled},
};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::Clamped;
use web_sys::{Blob, File, HtmlCanvasElement, ImageData};

use super::{
    limits::refusal,
    pictures::{Photo, blank, decode, encode, file_name, pixels},
};
use crate::{
    components::{files, labels},
    engine_client::{Engine, Source, use_engine},
    i18n::*,
    plots::canvas::context,
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

/// Why a picture was not made.
pub enum Stopped {
    /// The user wanted it, or is elsewhere.
    Cancelled,
    /// What the user is told.
    Because(String),
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
    /// Models that the engine has opened.
    opened: StoredValue<HashSet<String>>,
}

fn now() -> f64 {
    window().performance().map(|performance| performance.now()).unwrap_or_default()
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
            opened: StoredValue::new(HashSet::new()),
        };
        studio.engine.on_tile(move |id, place, pixels| studio.paint(id, place, pixels));
        on_cleanup(move || {
            studio.engine.on_tile(|_, _, _| {});
            studio.cancel();
        });
        studio
    }

    pub fn locale(self) -> Locale {
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
        let file = file.clone();
        spawn_local(async move {
            match decode(&file).await {
                Some(photo) => self.put(photo),
                None => self.toasts.error(self.unreadable(&file)),
            }
        });
    }

    /// What is said of a file that is no picture.
    pub fn unreadable(self, file: &File) -> String {
        td_string!(self.locale(), bad_photo, name = file.name()).to_string()
    }

    /// Shows this photo, in place of the one there is.
    pub fn put(self, photo: Photo) {
        self.cancel();
        self.versions.set(Vec::new());
        self.likeness.set(Vec::new());
        self.left.set(ORIGINAL.into());
        self.right.set(ORIGINAL.into());
        self.photo.set(Some(photo));
        self.changed();
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

    /// Makes the photo larger with the chosen model, and says what stood against it.
    pub fn start(self) {
        spawn_local(async move {
            if let Err(Stopped::Because(said)) = self.make().await {
                self.toasts.error(said);
            }
        });
    }

    /// Makes the photo larger with the chosen model; the name of what was made.
    pub async fn make(self) -> Result<String, Stopped> {
        let Some(photo) = self.photo.get_untracked() else { return Err(Stopped::Cancelled) };
        let (entry, scale) = (self.entry(), untrack(move || self.scale()));
        if let Some(said) = refusal(self.locale(), photo.size, scale) {
            return Err(Stopped::Because(said));
        }
        let large = photo.size.map(|side| side * scale as u32);
        let no_memory = || Stopped::Because(td_string!(self.locale(), up_no_memory).to_string());
        let canvas = blank(large).ok_or_else(no_memory)?;
        let name = entry.as_ref().map_or_else(|| BICUBIC.to_owned(), |entry| entry.card.name.clone());
        let mut is_first = true;
        loop {
            if let Some(entry) = &entry
                && !self.opened.try_with_value(|opened| opened.contains(&name)).unwrap_or_default()
            {
                self.fetch(entry.clone()).await.map_err(|error| self.stopped(&error))?;
                self.opened.try_update_value(|opened| opened.insert(name.clone()));
            }
            let answer = self.ask(&photo, (&name, scale), &canvas, no_memory).await?;
            match answer {
                // A new worker has the model open.
                Err(EngineError::Restarted(_)) => {}
                // The engine began anew.
                Err(EngineError::NotOpen(_)) if is_first => {
                    self.opened.try_update_value(|opened| opened.remove(&name));
                    is_first = false;
                }
                Err(error) => return Err(self.stopped(&error)),
                Ok(took) => {
                    self.versions.try_update(|versions| {
                        if let Some(version) = versions.iter_mut().find(|version| version.name == name) {
                            version.took = Some((took.milliseconds / 1000.0, labels::device(took.device)));
                        }
                    });
                    return Ok(name);
                }
            }
        }
    }

    /// Has the engine make a version of a photo, which is seen as its tiles come.
    async fn ask(
        self,
        photo: &Photo,
        (name, scale): (&str, usize),
        canvas: &HtmlCanvasElement,
        no_memory: impl Fn() -> Stopped,
    ) -> Result<Result<Upscaled, EngineError>, Stopped> {
        // Another photo or another page may be here by now.
        let is_here = |now: &Option<Photo>| now.as_ref().is_some_and(|now| now.canvas == photo.canvas);
        if !self.photo.try_with_untracked(is_here).unwrap_or_default() {
            return Err(Stopped::Cancelled);
        }
        let buffer = pixels(&photo.canvas).ok_or_else(no_memory)?;
        let model = (name != BICUBIC).then(|| name.to_owned());
        let [width, height] = photo.size.map(|side| side as usize);
        let (id, answer) = self.engine.send(Request::Upscale { model, scale, width, height }, vec![buffer]);
        self.versions.update(|versions| {
            versions.retain(|version| version.name != name);
            versions.push(Version { name: name.to_owned(), canvas: canvas.clone(), took: None });
        });
        self.right.set(name.to_owned());
        self.work.set(Some(Work { id, done: 0, total: 0, since: now() }));
        self.changed();
        let answer = answer.await;
        if self.work.try_get_untracked().flatten().is_none_or(|work| work.id != id) {
            return Err(Stopped::Cancelled);
        }
        self.work.set(None);
        match answer {
            Ok((Reply::Upscaled(took), _)) => Ok(Ok(took)),
            Ok(_) => Err(Stopped::Cancelled),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn fetch(self, entry: ManifestEntry) -> Result<(), EngineError> {
        let source = Source::Site(Box::new(entry.clone()));
        let answer = loop {
            let (id, answer) = self.engine.open_model(source.clone()).await?;
            self.loading.try_set(Some(id));
            match answer.await {
                Err(EngineError::Restarted(_)) => {}
                answer => break answer,
            }
        };
        self.loading.try_set(None);
        answer.map(|_| self.engine.opened(entry.card.name, source))
    }

    fn stopped(self, error: &EngineError) -> Stopped {
        match error {
            error if error.is_quiet() => Stopped::Cancelled,
            error => Stopped::Because(labels::error(self.locale(), error)),
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

    /// A picture as a file of a type, with what the camera wrote, and the name for it.
    pub async fn file(self, name: &str, kind: &str) -> Option<(Blob, String)> {
        let (canvas, photo) = (self.canvas(name)?, self.photo.get_untracked()?);
        let blob = encode(&canvas, kind, photo.exif.as_deref()).await?;
        Some((blob, file_name(&photo.name, name, kind)))
    }

    /// Gives the right picture to the user.
    pub fn save(self, kind: &'static str) {
        let name = self.right.get_untracked();
        spawn_local(async move {
            match self.file(&name, kind).await {
                Some((blob, name)) => files::give_blob(&blob, &name),
                None => self.toasts.error(td_string!(self.locale(), up_no_memory).to_string()),
            }
        });
    }

    /// Compares what was made with the sharp picture that the user has.
    pub fn compare(self, file: &File) {
        let (file, photo) = (file.clone(), self.photo.get_untracked());
        let made = self.versions.get_untracked().into_iter().filter(|version| version.took.is_some());
        spawn_local(async move {
            let Some(photo) = photo else { return };
            let Some(reference) = decode(&file).await else {
                return self.toasts.error(self.unreadable(&file));
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
                    Err(error) if error.is_quiet() => return,
                    Err(error) => return self.toasts.error(labels::error(self.locale(), &error)),
                }
            }
            self.likeness.try_set(found);
        });
    }
}
