//! `--semantic-classifier`, for the systems that have semantic consistency.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::classifier::Judge;

use super::resume;
use crate::{data::lens, run::DataNote};

#[derive(Args)]
pub struct SemanticArgs {
    /// Train with semantic consistency of the weight --set semantic=WEIGHT: what this classifier (`forger train classifier`) sees in a
    /// picture, it is to see in what is made of it
    #[arg(long)]
    pub semantic_classifier: Option<PathBuf>,
}

impl SemanticArgs {
    /// What a note says of it, and the classifier; neither without a weight. `before` is the note of a run that goes on.
    pub fn open(&self, weight: f64, before: &DataNote) -> Result<(String, Option<Judge>)> {
        let Some(path) = &self.semantic_classifier else {
            if weight > 0.0 {
                bail!("semantic={weight} needs --semantic-classifier: one of what is in the pictures");
            }
            return Ok((String::new(), None));
        };
        if weight == 0.0 {
            bail!("--semantic-classifier is of no use without a weight: --set semantic=1");
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let judge = Judge::load(&bytes, &Device::flex()).with_context(|| path.display().to_string())?;
        let name = lens::named(&judge, &bytes);
        resume::check_features("--semantic-classifier", &before.features, &name)?;
        Ok((name, Some(judge)))
    }
}
