//! What `forger train dcgan` has of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use burn::tensor::{DType, Device};
use clap::Args;
use forger_core::{Dcgan, Images};
use forger_protocol::DcganConfig;

use super::{
    Begin, Course, Prepared, RunArgs,
    auxiliary::{self, Teacher},
    begin::FromArgs,
};
use crate::{
    data::{
        self, DataArgs, Pictures,
        oversample::{Oversample, Oversampled},
    },
    device::SEVERAL,
    measures::{classified, watch::Watch},
    run::DataNote,
};

/// Epochs of a run that says nothing of its length.
const EPOCHS: u64 = 20;

#[derive(Args)]
#[command(mut_arg("device", |device| device.help(SEVERAL)))]
pub struct DcganArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub data: DataArgs,
    /// Learn from the pictures of one class only, as `forger detect` needs it: the number of an IDX label, the folder that holds
    /// them, or an attribute of the table
    #[arg(long, value_name = "CLASS")]
    pub normal: Option<String>,
    #[command(flatten)]
    pub from: FromArgs,
    /// Stop after this many looks at every picture
    #[arg(long, conflicts_with = "steps")]
    pub epochs: Option<u64>,
    /// Measure every checkpoint with this classifier (`forger train classifier`), and keep the best as best.safetensors
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// How many pictures are drawn and compared with as many held-out ones
    #[arg(long, default_value_t = 1000)]
    pub measure_count: usize,
    /// Train with an auxiliary classifier (`forger train classifier`): G learns to draw the attributes that codes ask for, so that
    /// sums of codes mean what they say. What codes ask for is found in --from, a model that draws them at all
    #[arg(long, requires = "from")]
    pub auxiliary_classifier: Option<PathBuf>,
    /// Attributes that codes ask for: all that follow codes at all, if none are named
    #[arg(long, value_name = "ATTRIBUTE", value_delimiter = ',')]
    pub auxiliary_attributes: Vec<String>,
    /// Show pictures with an attribute several times an epoch, for what a set has few of; may be given several times.
    /// `Eyeglasses,-Male=5` means those with glasses that are no men
    #[arg(long, value_name = "ATTRIBUTE=TIMES", allow_hyphen_values = true)]
    pub oversample: Vec<Oversample>,
}

impl Course for DcganArgs {
    type Config = DcganConfig;
    const SHARES: bool = true;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn recipe(&self) -> Option<&str> {
        Some(data::recipe(&self.data.data))
    }

    fn says_length(&self) -> bool {
        self.epochs.is_some()
    }

    /// A weight of its own where the recipe has none.
    fn adjust(&self, config: &mut DcganConfig) {
        if self.auxiliary_classifier.is_some() && config.auxiliary == 0.0 {
            config.auxiliary = auxiliary::WEIGHT;
        }
    }

    fn from(&self) -> Option<&Path> {
        self.from.path()
    }

    fn prepare(&self, config: &DcganConfig, begin: &Begin) -> Result<Prepared> {
        let Begin { checkpoint, device, helpers, .. } = begin;
        self.check(config, begin)?;
        let pictures = self.pictures(&self.data, config)?;
        let class = self.normal.as_ref().map(|class| format!(", class {class}")).unwrap_or_default();
        let mut note = DataNote {
            name: pictures.name.clone() + &class,
            licence: pictures.licence.clone(),
            images: pictures.len() as u64,
            flags: Some(self.data_flags() + pictures.kept_back()),
            oversampled: self.oversample.iter().map(|wish| (wish.attributes.clone(), wish.times)).collect(),
            ..DataNote::default()
        };
        let pictures = self.shown(pictures)?;
        let per_epoch = (pictures.len() as u64).div_ceil((config.batch * config.d_steps) as u64);
        // A checkpoint has its own.
        let teacher = match self.auxiliary_classifier.as_ref().filter(|_| checkpoint.is_none()) {
            Some(path) => Some(Teacher::look(path, &self.auxiliary_attributes, config, pictures.as_ref())?),
            None => None,
        };
        let mut system = Dcgan::new(config.clone(), pictures, device)?;
        begin.enter(&mut system, &mut note)?;
        if let Some(teacher) = teacher {
            teacher.assist(&mut system, device)?;
        }
        if !helpers.is_empty() {
            system.share(helpers)?;
        }
        let watch = self.classifier.as_ref().map(|file| self.watch(file, config, device)).transpose()?;
        Ok(Prepared {
            system: Box::new(system),
            lead: format!("{} pictures of {side}x{side} from {}", note.images, note.name, side = config.image_size),
            note,
            steps: self.epochs.unwrap_or(EPOCHS) * per_epoch,
            watch,
        })
    }
}

impl DcganArgs {
    /// What can be said before anything is read.
    fn check(&self, config: &DcganConfig, Begin { checkpoint, device, helpers, .. }: &Begin) -> Result<()> {
        if checkpoint.is_some() && self.auxiliary_classifier.is_some() && config.auxiliary == 0.0 {
            bail!("--auxiliary-classifier: the run began without one, and goes on. Leave it out, or begin another run");
        }
        if checkpoint.is_none() && config.auxiliary > 0.0 && self.auxiliary_classifier.is_none() {
            bail!(
                "the recipe asks for an auxiliary classifier: name it with --auxiliary-classifier, or say --set auxiliary=0"
            );
        }
        // Devices that only store such numbers make nonsense of them.
        let lacks = |device: &Device| !device.supports_dtype(DType::BF16);
        if config.mixed_precision && std::iter::once(device).chain(helpers).any(lacks) {
            bail!(
                "--device {} does not compute in bf16: train with --set mixed_precision=false",
                self.run.device.device
            );
        }
        Ok(())
    }

    /// What makes other pictures of the same set, as a note keeps it.
    fn data_flags(&self) -> String {
        let wishes = self.oversample.iter().map(|wish| format!(" --oversample {}={}", wish.attributes, wish.times));
        let normal = self.normal.as_ref().map(|class| format!(" --normal {class}")).unwrap_or_default();
        (self.data.flags("") + &normal + &wishes.collect::<String>()).trim().to_owned()
    }

    /// A part of the set, or of one class of it.
    fn pictures(&self, data: &DataArgs, config: &DcganConfig) -> Result<Pictures> {
        let pictures = data::load(data, config.channels, config.image_size)
            .map_err(|error| data::or_shape(error, |side| format!("--set image_size={side} --set channels=1")))?;
        match &self.normal {
            Some(class) => data::of_class(data, pictures, class),
            None => Ok(pictures),
        }
    }

    /// The set as an epoch shows it.
    fn shown(&self, pictures: Pictures) -> Result<Box<dyn Images>> {
        if self.oversample.is_empty() {
            return Ok(Box::new(pictures));
        }
        let labels = data::labels(&self.data, &pictures).map_err(data::or_table)?;
        Ok(Box::new(Oversampled::new(pictures, &labels, &self.oversample)?))
    }

    /// Measures in the features of a classifier, on held-out pictures.
    fn watch(&self, classifier: &Path, config: &DcganConfig, device: &Device) -> Result<Watch> {
        let held_out = DataArgs { split: data::Split::Test, ..self.data.clone() };
        let held_out = self
            .pictures(&held_out, config)
            .context("measuring needs held-out pictures; name how many with --holdout")?;
        classified::watch(classifier, config, &held_out, self.measure_count, device.clone())
    }
}
