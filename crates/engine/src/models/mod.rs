//! The open models, by the name on their card. Where they take too much memory together, those that were not used for longest
//! are closed.

mod downloads;
mod loaded;

use std::rc::Rc;

use forger_core::weights::{self, Drawer, Kind, Model, Translator, Upscaler};
use forger_protocol::{
    Card, DeviceKind, EngineError, ManifestEntry, ModelRequest, Reply, Way,
    card::{LONGEST_NAME, is_name},
    error::ModelError,
};
use js_sys::ArrayBuffer;

use crate::{
    answer::{Answer, Outcome, done},
    budget::{MOST_BYTES, surplus},
    channel::{self, Caller, floats},
    devices::Devices,
    pictures::image_to_image::{ImageToImage, Translation},
    store::own_models,
};
pub use downloads::Arrived;
use downloads::Downloads;
use loaded::Loaded;

/// A model of any system.
enum Open {
    Drawer(Loaded<Drawer>),
    Upscaler(Loaded<Upscaler>),
    Translator(Loaded<Translator>),
}

impl Open {
    /// Opens a file, whatever its system.
    async fn file(file: Rc<Vec<u8>>, sha256: Rc<str>, devices: &mut Devices) -> Result<Self, EngineError> {
        let card = weights::card(&file)?;
        check_name(&card.name)?;
        match weights::kind(&card.system)? {
            Kind::Drawer => Loaded::open(file, sha256, devices).await.map(Self::Drawer),
            Kind::Upscaler => Loaded::open(file, sha256, devices).await.map(Self::Upscaler),
            Kind::Translator => Loaded::open(file, sha256, devices).await.map(Self::Translator),
        }
    }

    fn card(&self) -> &Card {
        match self {
            Self::Drawer(loaded) => loaded.card(),
            Self::Upscaler(loaded) => loaded.card(),
            Self::Translator(loaded) => loaded.card(),
        }
    }

    fn sha256(&self) -> &Rc<str> {
        match self {
            Self::Drawer(loaded) => &loaded.sha256,
            Self::Upscaler(loaded) => &loaded.sha256,
            Self::Translator(loaded) => &loaded.sha256,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Drawer(loaded) => loaded.bytes(),
            Self::Upscaler(loaded) => loaded.bytes(),
            Self::Translator(loaded) => loaded.bytes(),
        }
    }
}

#[derive(Default)]
pub struct Models {
    /// In the order of their last use.
    all: Vec<Open>,
    downloads: Downloads,
}

impl Models {
    /// What is asked of model files.
    pub async fn answer(
        &mut self,
        caller: &Caller,
        request: ModelRequest,
        buffers: &[ArrayBuffer],
        devices: &mut Devices,
    ) -> Result<Outcome, EngineError> {
        let answer = match request {
            ModelRequest::Fetch { base, entry } => {
                self.downloads.begin(caller.clone(), &base, entry);
                return Ok(Outcome::Underway);
            }
            ModelRequest::Stored { file } => {
                let (bytes, entry) = own_models::read(&file).await?;
                self.open_now(bytes.into(), Some(&entry), devices).await?
            }
            ModelRequest::Open => {
                let file = channel::to_bytes(channel::first(buffers)?);
                self.open_now(file.into(), None, devices).await?
            }
            ModelRequest::Close { name } => {
                self.close(&name);
                self.downloads.give_up(&name, None);
                done()
            }
        };
        Ok(Outcome::Answer(answer))
    }

    /// A file that came from the site, or did not, since this was asked last.
    pub fn arrived(&mut self) -> Option<Arrived> {
        self.downloads.arrived()
    }

    /// Opens a file that came from the site.
    pub async fn take(&mut self, arrived: &Arrived, devices: &mut Devices) -> Result<Answer, EngineError> {
        arrived.caller.wants_more()?;
        self.open(arrived.file.clone()?, Some(&arrived.entry), devices).await
    }

    /// Opens a file that is here. Another of its name that was asked for before and comes later must not take its place.
    async fn open_now(
        &mut self,
        file: Rc<Vec<u8>>,
        entry: Option<&ManifestEntry>,
        devices: &mut Devices,
    ) -> Result<Answer, EngineError> {
        let answer = self.open(file, entry, devices).await?;
        if let (Reply::Model { card, sha256 }, _) = &answer {
            self.downloads.give_up(&card.name, Some(sha256));
        }
        Ok(answer)
    }

    /// Opens a file, that of a manifest entry or the user's own.
    async fn open(
        &mut self,
        file: Rc<Vec<u8>>,
        entry: Option<&ManifestEntry>,
        devices: &mut Devices,
    ) -> Result<Answer, EngineError> {
        if let Some(entry) = entry {
            weights::verify(&file, entry)?;
        }
        let sha256 = weights::sha256(&file);
        let opened = Open::file(file, sha256.as_str().into(), devices).await?;
        let buffers = match &opened {
            Open::Drawer(loaded) => Vec::from_iter(loaded.codes().mapping().map(|mapping| floats(&mapping.values()))),
            Open::Upscaler(_) | Open::Translator(_) => Vec::new(),
        };
        let card = Box::new(opened.card().clone());
        self.close(&card.name);
        self.all.push(opened);
        self.fit();
        Ok((Reply::Model { card, sha256 }, buffers))
    }

    fn close(&mut self, name: &str) {
        self.all.retain(|open| open.card().name != name);
    }

    /// Closes what takes too much.
    fn fit(&mut self) {
        let bytes = self.all.iter().map(Open::bytes).collect::<Vec<_>>();
        self.all.drain(..surplus(&bytes, MOST_BYTES));
    }

    /// What tells the file of this name that is open from others: its SHA-256.
    pub fn file(&self, name: &str) -> Option<Rc<str>> {
        self.all.iter().find(|open| open.card().name == name).map(|open| open.sha256().clone())
    }

    /// Fails where this is not the file of the name that is open: what one network has begun another must not end.
    pub fn check_file(&self, name: &str, file: Option<&str>) -> Result<(), EngineError> {
        let is_it = self.file(name).as_deref() == file;
        is_it.then_some(()).ok_or_else(|| not_open(&format!("the {name} that it was begun with")))
    }

    /// The model of this name, which is used now.
    fn used(&mut self, name: &str) -> Option<&mut Open> {
        let at = self.all.iter().position(|open| open.card().name == name)?;
        self.all[at..].rotate_left(1);
        self.all.last_mut()
    }

    /// A model that draws from codes, on the device that the user wants now.
    pub async fn drawer(
        &mut self,
        name: &str,
        devices: &mut Devices,
    ) -> Result<(Rc<Model<Drawer>>, DeviceKind), EngineError> {
        let Some(Open::Drawer(loaded)) = self.used(name) else { return Err(not_open(name)) };
        let ready = loaded.ready(devices).await?;
        self.fit();
        Ok(ready)
    }

    /// The networks of [`Models::drawer`] as they were trained. They are read anew: only a search needs them.
    pub async fn trained(&mut self, name: &str, devices: &mut Devices) -> Result<Drawer, EngineError> {
        let Some(Open::Drawer(loaded)) = self.used(name) else { return Err(not_open(name)) };
        loaded.trained(devices).await
    }

    /// The networks of a model that draws from codes as they were trained, on the CPU. They are read anew: only a search needs them.
    pub fn on_cpu(&mut self, name: &str) -> Result<Model<Drawer>, EngineError> {
        let Some(Open::Drawer(loaded)) = self.used(name) else { return Err(not_open(name)) };
        loaded.on_cpu()
    }

    /// A model that makes a picture of a picture, on the device that the user wants now.
    pub async fn maker(
        &mut self,
        name: &str,
        way: Way,
        devices: &mut Devices,
    ) -> Result<(Rc<dyn ImageToImage>, DeviceKind), EngineError> {
        let (maker, kind): (Rc<dyn ImageToImage>, _) = match self.used(name) {
            Some(Open::Upscaler(loaded)) => {
                let (model, kind) = loaded.ready(devices).await?;
                (model, kind)
            }
            Some(Open::Translator(_)) => {
                let (model, kind) = self.translator(name, devices).await?;
                if !model.knows(way) {
                    return Err(EngineError::NotOpen(format!("{name}, backwards")));
                }
                (Rc::new(Translation { model, way }), kind)
            }
            _ => return Err(not_open(name)),
        };
        self.fit();
        Ok((maker, kind))
    }

    /// A model that translates, on the device that the user wants now.
    pub async fn translator(
        &mut self,
        name: &str,
        devices: &mut Devices,
    ) -> Result<(Rc<Model<Translator>>, DeviceKind), EngineError> {
        let Some(Open::Translator(loaded)) = self.used(name) else { return Err(not_open(name)) };
        let ready = loaded.ready(devices).await?;
        self.fit();
        Ok(ready)
    }
}

/// Fails where no model can be called so.
pub fn check_name(name: &str) -> Result<(), ModelError> {
    if is_name(name) {
        return Ok(());
    }
    let detail = format!("its name is {name:?}, where only a-z, 0-9 and - are, at most {LONGEST_NAME}");
    Err(ModelError::BadCard { detail })
}

fn not_open(name: &str) -> EngineError {
    EngineError::NotOpen(name.to_owned())
}
