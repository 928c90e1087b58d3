//! What `forger train encoder` has of its own.

use std::path::PathBuf;

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{Encoder, Images as _, weights::Drawer};
use forger_protocol::EncoderConfig;

use super::{Begin, Course, Prepared, RunArgs, falling};
use crate::{
    data::{self, DataArgs},
    models,
    run::DataNote,
};

/// Steps of a run that does not say when its learning rate ends.
const STEPS: u64 = 2000;

#[derive(Args)]
pub struct EncoderArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// The run of `forger train dcgan`, or a model file with its discriminator, whose codes it learns
    #[arg(long)]
    pub model: PathBuf,
    /// The pictures that the model learned from
    #[command(flatten)]
    pub data: DataArgs,
    /// Those of one class only, as `forger train dcgan --normal` has it
    #[arg(long, value_name = "CLASS")]
    pub normal: Option<String>,
}

impl EncoderArgs {
    fn open(&self) -> Result<Drawer> {
        Ok(models::open::<Drawer>(&self.model, &Device::flex())?.networks)
    }
}

impl Course for EncoderArgs {
    type Config = EncoderConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    /// The sizes of the model, and a learning rate that falls in the second half of as many steps as are asked for.
    fn adjust(&self, config: &mut EncoderConfig) {
        // What cannot be opened is told when the run begins.
        if let Ok(model) = self.open() {
            *config = model.encoder_settings(config.clone());
        }
        falling(self.run.steps, &mut config.constant_steps, &mut config.decay_steps);
    }

    fn prepare(&self, config: &EncoderConfig, begin: &Begin) -> Result<Prepared> {
        let model = self.open()?;
        let shape = model.config.shape();
        if !model.is_served_by(config) {
            bail!(
                "{} is another model, or has other pictures or codes, than the settings ask for",
                self.model.display()
            );
        }
        let pictures = data::load(&self.data, config.channels, config.image_size)?;
        let pictures = match &self.normal {
            Some(class) => data::of_class(&self.data, pictures, class)?,
            None => pictures,
        };
        let class = self.normal.as_ref().map(|class| format!(", class {class}")).unwrap_or_default();
        let normal = self.normal.as_ref().map(|class| format!(" --normal {class}")).unwrap_or_default();
        let mut note = DataNote {
            name: format!("{}{class}", pictures.name),
            licence: pictures.licence.clone(),
            images: pictures.len() as u64,
            flags: Some((self.data.flags("") + &normal).trim().to_owned() + pictures.kept_back()),
            ..DataNote::default()
        };
        let lead = format!("codes for {} pictures of {}x{} from {}", note.images, shape[2], shape[1], note.name);
        let mut system = Encoder::new(config.clone(), &model, Box::new(pictures), &begin.device)?;
        begin.enter(&mut system, &mut note)?;
        let lasts = config.constant_steps + config.decay_steps;
        let steps = if config.decay_steps > 0 { lasts } else { STEPS };
        Ok(Prepared { system: Box::new(system), lead, note, steps, watch: None })
    }
}
