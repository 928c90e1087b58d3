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
    async fn file(file: Rc<Vec<u8>>, devices: &mut Devices) -> Result<Self, EngineError> {
        let card = weights::card(&file)?;
        if !is_name(&card.name) {
            let detail = format!("its name is {:?}, where only a-z, 0-9 and - are, at most {LONGEST_NAME}", card.name);
            return Err(ModelError::BadCard { detail }.into());
        }
        match weights::kind(&card.system)? {
            Kind::Drawer => Loaded::open(file, devices).await.map(Self::Drawer),
            Kind::Upscaler => Loaded::open(file, devices).await.map(Self::Upscaler),
            Kind::Translator => Loaded::open(file, devices).await.map(Self::Translator),
        }
    }

    fn card(&self) -> &Card {
        match self {
            Self::Drawer(loaded) => loaded.card(),
            Self::Upscaler(loaded) => loaded.card(),
            Self::Translator(loaded) => loaded.card(),
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
                self.open(bytes.into(), Some(&entry), devices).await?
            }
            ModelRequest::Open => {
                let file = channel::to_bytes(channel::first(buffers)?);
                self.open(file.into(), None, devices).await?
            }
            ModelRequest::Close { name } => {
                self.close(&name);
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
        let opened = Open::file(file, devices).await?;
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

fn not_open(name: &str) -> EngineError {
    EngineError::NotOpen(name.to_owned())
}
