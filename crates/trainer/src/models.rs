//! Models of files and of runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    System,
    checkpoint::Reader,
    weights::{self, Drawer, Model, Networks, Upscaler},
};
use forger_protocol::{Card, SystemConfig, card::DataSource};

use crate::{
    device::values,
    run::{DataNote, Run},
};

/// What makes pictures larger where no model is named: that of the page for phones and CPUs.
const LIGHT: &[u8] = include_bytes!("../../../public/models/superres-light-x4-56acdb41.safetensors");
/// Pictures that are drawn at a time.
const CHUNK: usize = 64;

/// Opens a model file, or the newest checkpoint of the folder of a run.
pub fn open<N: Networks>(path: &Path, device: &Device) -> Result<Model<N>> {
    let context = || path.display().to_string();
    if path.is_dir() {
        let run = run_in(path)?;
        return of_run(&run, &run.newest()?, device).with_context(context);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    checked(Model::read(&bytes, device).with_context(context)?).with_context(context)
}

/// The run of a folder that is named in place of a model file.
fn run_in(folder: &Path) -> Result<Run> {
    let run = Run::open(folder)?;
    if run.newest_step().is_none() {
        bail!("there is no checkpoint in {}: name the folder of a run, or a model file", folder.display());
    }
    Ok(run)
}

/// Puts an encoder that was trained for a model beside it: that of the folder of a run. Its settings go onto the card.
pub fn add_encoder(model: &mut Model<Drawer>, run: &Path) -> Result<()> {
    let context = || run.display().to_string();
    let checkpoint = Run::open(run)?.newest()?;
    let reader = Reader::new(&checkpoint).with_context(context)?;
    let config = model.networks.take_encoder(&reader).with_context(context)?;
    model.card.encoder = Some(Box::new(config));
    Ok(())
}

/// The model that the program carries.
pub fn bundled(device: &Device) -> Result<Model<Upscaler>> {
    checked(Model::read(LIGHT, device)?)
}

/// A model that makes of the input on its card what its card says, on its device.
fn checked<N: Networks>(model: Model<N>) -> Result<Model<N>> {
    model.check(&values(model.test_output()?)?)?;
    Ok(model)
}

/// A checkpoint of a run, and a card of what is known of it.
pub fn of_run<N: Networks>(run: &Run, checkpoint: &[u8], device: &Device) -> Result<Model<N>> {
    of_checkpoint(run.read_note(), checkpoint, device)
}

/// A checkpoint of a run on such data. Its card has no name.
pub fn of_checkpoint<N: Networks>(note: DataNote, checkpoint: &[u8], device: &Device) -> Result<Model<N>> {
    let reader = Reader::new(checkpoint)?;
    let mut notes = Vec::new();
    // The state knows it where the folder does not, as in a run that went on from a browser's, and by its licence.
    let origin = reader.origin();
    if origin.is_none() && !note.from.is_empty() {
        notes.push(format!("Began with the weights of {}.", note.from));
    }
    if !note.features.is_empty() {
        notes.push(format!("Losses looked through {}.", note.features));
    }
    let times = note.oversampled.iter().map(|(name, times)| format!("; {name} shown {times} times an epoch"));
    let mut card = Card {
        data: DataSource { name: note.name + &times.collect::<String>(), licence: note.licence, images: note.images },
        notes: notes.join(" "),
        ..weights::card_of(&reader)?
    };
    origin.iter().for_each(|origin| card.began_with(origin));
    Ok(Model::of_checkpoint(reader, card, device)?)
}

/// The system of a model file or of a run, and its settings.
pub fn system_of(from: &Path) -> Result<SystemConfig> {
    let context = || from.display().to_string();
    if from.is_dir() {
        let checkpoint = run_in(from)?.newest()?;
        let reader = Reader::new(&checkpoint).with_context(context)?;
        return Ok(weights::card_of(&reader).with_context(context)?.system);
    }
    let bytes = std::fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    weights::system(&bytes).with_context(context)
}

/// A model file, or the newest checkpoint of the folder of a run: what another run begins with.
pub struct Weights {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Weights {
    pub fn of(path: &Path) -> Result<Self> {
        let bytes = if path.is_dir() {
            run_in(path)?.newest()?
        } else {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?
        };
        Ok(Self { path: path.to_owned(), bytes })
    }

    fn file(&self) -> Result<weights::File<'_>> {
        if self.path.is_dir() {
            return Ok(weights::File::of_checkpoint(&self.bytes)?);
        }
        Ok(weights::File::of_model(&self.bytes)?)
    }

    /// See [`System::begin_with`].
    pub fn begin(&self, system: &mut dyn System) -> Result<Vec<&'static str>> {
        Ok(system.begin_with(&self.file()?)?)
    }

    /// The name on the card; where it came from, if it has none.
    pub fn name(&self) -> Result<String> {
        let name = self.file()?.card.name;
        Ok(if name.is_empty() { self.path.display().to_string() } else { name })
    }
}

/// The name on the card; where it came from, if it has none.
pub fn name<N>(model: &Model<N>, path: &Path) -> String {
    if model.card.name.is_empty() { path.display().to_string() } else { model.card.name.clone() }
}

/// `[count, channels, height, width]` in `[-1, 1]`, flat, of codes `[count, latent_dim]`.
pub fn draw(drawer: &Drawer, codes: &[f32]) -> Result<Vec<f32>> {
    let dim = drawer.config.latent_dim;
    let mut pictures = Vec::new();
    for codes in codes.chunks(CHUNK * dim) {
        let codes = TensorData::new(codes.to_vec(), [codes.len() / dim, dim]);
        pictures.extend(values(drawer.draw(Tensor::from_data(codes, &drawer.device())))?);
    }
    Ok(pictures)
}
