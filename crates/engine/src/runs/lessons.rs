//! What a run learns from: its pictures, and what systems are made of them.

use std::rc::Rc;

use burn::tensor::Device;
use forger_core::{
    Images as _, System, TranslationError,
    data::{derived::derived, photos::Photo, squares::Squares},
    systems::{
        build::{BuildError, Material, build, parameters},
        semantic::SemanticError,
        simgan::SimganError,
        superres::SuperresError,
    },
    weights::File,
};
use forger_protocol::{
    DcganConfig, DeviceKind, EngineError, SuperresConfig, SystemConfig,
    runs::{DrawnSet, KeptBack, PictureSet, RunConfig, RunData, Weight, presets},
};

use super::{
    pictures::{count, photos},
    start::Beginning,
};
use crate::{channel::Caller, contest::Make, devices::Devices, training::Training};

/// Digits of the simulator, which a refiner is given.
static SIMULATED: PictureSet = PictureSet::Drawn(DrawnSet::Digits);
/// Bytes of a picture of a step, for each value of it: what its layers keep for the gradient.
const KEPT: f64 = 400.0;
/// Numbers for each that is learned: in use those of weights, gradients, two moments and an average; and in each whole state all but
/// gradients. Three states are remembered, and two copies there are while one is made.
const NUMBERS: f64 = 5.0 + 5.0 * 4.0;

/// Pictures of a DCGAN that are kept back, at most, and the least of which some are.
const KEPT_BACK: usize = 100;
pub const ENOUGH: usize = 200;

/// What lessons are of: the name of the system, its data, what is kept back, and the side of the pictures.
type Key = (String, RunData, KeptBack, usize);

/// The pictures of a run.
pub struct Lessons {
    of: Key,
    /// Those that it learns from, of one set or of two; of SimGAN the synthetic ones are the second.
    sets: [Vec<Photo>; 2],
    /// Of DCGAN, pictures that it is not shown: what is normal is measured on them.
    kept_back: Vec<Photo>,
}

impl Lessons {
    /// Draws or reads them, with progress.
    pub async fn load(caller: &Caller, config: &RunConfig) -> Result<Rc<Self>, EngineError> {
        let side = presets::side(&config.system);
        let mut pictures = [Vec::new(), Vec::new()];
        for (pictures, set) in pictures.iter_mut().zip(sets(&config.data)) {
            *pictures = photos(caller, set, side, usize::MAX).await?;
        }
        let [first, second] = pictures;
        let all = first.len();
        let kept = kept_back(&config.system, all);
        let (mut learned, mut kept_back) = (Vec::with_capacity(all - kept), Vec::with_capacity(kept));
        for (place, photo) in first.into_iter().enumerate() {
            let part = if config.kept_back.has(place, all, kept) { &mut kept_back } else { &mut learned };
            part.push(photo);
        }
        Ok(Rc::new(Self { of: key(config), sets: [learned, second], kept_back }))
    }

    /// Whether they are what a run of these settings learns from.
    pub fn are_of(&self, config: &RunConfig) -> bool {
        self.of == key(config)
    }

    /// Pictures of each set.
    pub fn counts(&self) -> [usize; 2] {
        [self.sets[0].len(), self.sets[1].len()]
    }

    /// Pictures of the set that is gone through first.
    pub fn smaller(&self) -> usize {
        let [first, second] = self.counts();
        if matches!(self.of.1, RunData::Domains { .. }) { first.min(second) } else { first }
    }

    /// The first pictures that are learned from.
    pub fn first(&self) -> &[Photo] {
        &self.sets[0]
    }

    /// The pictures that it is not shown, as the network sees pictures.
    pub fn kept_back(&self, config: &DcganConfig) -> Vec<Vec<f32>> {
        let squares = Squares::new(&self.kept_back, config.channels, config.image_size);
        let picture = |index: usize| {
            let mut values = vec![0.0; config.shape().iter().product()];
            squares.write(index, &mut values);
            values
        };
        (0..squares.len()).map(picture).collect()
    }

    /// At most so many pictures of each set, as a system takes them.
    fn material(&self, most: usize) -> Material {
        let [first, second] = self.sets.each_ref().map(|set| &set[..most.min(set.len())]);
        match &self.of.1 {
            RunData::Pictures(_) => Material::Pictures(first.to_vec()),
            RunData::Pairs { input, .. } => {
                Material::Pairs(first.iter().map(|photo| [derived(photo, *input), photo.clone()]).collect())
            }
            RunData::Domains { .. } => Material::Domains([first.to_vec(), second.to_vec()]),
            RunData::Simulated(_) => {
                let side = second.first().map_or(1, |photo| photo.height);
                Material::Simulated { synthetic: Box::new(Squares::new(second, 1, side)), real: first.to_vec() }
            }
        }
    }

    /// The system, at its beginning.
    pub fn system(&self, system: &SystemConfig, device: &Device) -> Result<Box<dyn System>, EngineError> {
        build(system, self.material(usize::MAX), device).map_err(refused)
    }

    /// The system in training, idle, on a device, at a state if there is one.
    pub async fn train(
        &self,
        devices: &mut Devices,
        kind: DeviceKind,
        config: &RunConfig,
        state: Option<&[u8]>,
    ) -> Result<Training<dyn System>, EngineError> {
        let system = self.system(&config.system, &devices.get(kind).await?)?;
        devices.used = kind;
        Ok(Training::open(system, kind, state).await?.without_moments())
    }

    /// The system in training, idle, on a device, as a run begins.
    pub async fn begin(
        &self,
        devices: &mut Devices,
        kind: DeviceKind,
        config: &RunConfig,
        beginning: &Beginning,
    ) -> Result<Training<dyn System>, EngineError> {
        match beginning {
            Beginning::Chance => self.train(devices, kind, config, None).await,
            Beginning::State(state) => self.train(devices, kind, config, Some(state)).await,
            Beginning::Model(model) => {
                let mut system = self.system(&config.system, &devices.get(kind).await?)?;
                // Networks that the file lacks stay as chance made them.
                system.begin_with(&File::of_model(model)?)?;
                devices.used = kind;
                Ok(Training::open(system, kind, None).await?.without_moments())
            }
        }
    }

    /// What makes the system on any device.
    pub fn make(self: &Rc<Self>, system: &SystemConfig) -> Make {
        let (lessons, system) = (self.clone(), system.clone());
        Rc::new(move |device| lessons.system(&system, device))
    }

    /// Whether a system of these settings learns from them. The first picture of each set says it: all have one side.
    pub fn suit(&self, system: &SystemConfig) -> Result<(), EngineError> {
        build(system, self.material(1), &Device::flex()).map(drop).map_err(refused)
    }
}

/// What a run of these settings will take: from what is written of its sets, before there is room for any of it.
pub async fn weigh(config: &RunConfig) -> Result<Weight, EngineError> {
    let system = &config.system;
    let parameters = parameters(system).map_err(refused)? as f64;
    let mut pictures = [0; 2];
    for (pictures, set) in pictures.iter_mut().zip(sets(&config.data)) {
        *pictures = count(set).await?;
    }
    let number = |key: &str| system.config.get(key).and_then(|number| number.as_f64());
    let side = presets::side(system) as f64;
    // Of translators, which enlarge their pictures once for all.
    let enlarged = number("image_size").unwrap_or(side).max(side) * number("jitter").unwrap_or(1.0).max(1.0);
    let bytes = |side: f64| 3.0 * side * side * pictures.iter().map(|count| *count as f64).sum::<f64>();
    let of_each = if matches!(config.data, RunData::Pairs { .. }) { 2.0 } else { 1.0 };
    // Super-resolution holds a small one beside each.
    let is_superres = system.is::<SuperresConfig>();
    let small = number("scale").filter(|_| is_superres).map_or(0.0, |scale| scale.max(1.0).powi(-2));
    // As the system is given them, and as it holds them: in most one picture after the other takes the place of what it is made of.
    let (given, held) = (of_each * bytes(side), of_each * bytes(enlarged) * (1.0 + small));
    let replaces = is_superres || matches!(config.data, RunData::Pairs { .. } | RunData::Domains { .. });
    // Beside those that lie here.
    let pixels = bytes(side) + if replaces { given.max(held) } else { given + held };
    let step = batch(system) as f64 * 3.0 * side * side * KEPT;
    pictures[0] -= kept_back(system, pictures[0]);
    Ok(Weight { pictures, parameters, bytes: pixels + 4.0 * NUMBERS * parameters + step })
}

/// The sets that are learned from: of SimGAN that of the simulator, too.
fn sets(data: &RunData) -> Vec<&PictureSet> {
    let mut sets = data.sets();
    if matches!(data, RunData::Simulated(_)) {
        sets.push(&SIMULATED);
    }
    sets
}

/// Pictures that are kept back, of so many.
fn kept_back(system: &SystemConfig, all: usize) -> usize {
    if system.is::<DcganConfig>() && all >= ENOUGH { (all / 10).min(KEPT_BACK) } else { 0 }
}

fn key(config: &RunConfig) -> Key {
    (config.system.name.clone(), config.data.clone(), config.kept_back, presets::side(&config.system))
}

fn refused(error: BuildError) -> EngineError {
    match error {
        BuildError::Config(error) => EngineError::Config(error),
        BuildError::Conflict(error) => EngineError::Conflict(error),
        BuildError::Settings(error) => EngineError::Model(error),
        BuildError::Superres(SuperresError::NoLens)
        | BuildError::Translation(TranslationError::Semantic(SemanticError::NoClassifier))
        | BuildError::Simgan(SimganError::Semantic(SemanticError::NoClassifier)) => EngineError::LooksThrough,
        BuildError::Translation(TranslationError::NoPictures(_)) | BuildError::Simgan(SimganError::NoPictures(_)) => {
            EngineError::TooFewPictures { least: 1 }
        }
        other => EngineError::BadRun(other.to_string()),
    }
}

/// Pictures that are worked on at once.
fn batch(system: &SystemConfig) -> usize {
    system.config.get("batch").and_then(|batch| batch.as_u64()).unwrap_or(1) as usize
}
