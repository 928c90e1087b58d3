//! The scores of normal pictures, so that a model that was made here can tell strange ones: searches for pictures that its run
//! has kept back, one after the other, a step at a time.

use forger_core::{
    detect::{DetectSettings, Search, Way, as_filed},
    weights::{Drawer, Model},
};
use forger_protocol::{
    DeviceKind, EngineError,
    detect::{Calibration, Normal},
};

use super::internal;
use crate::{
    answer::Answer,
    channel::Caller,
    devices::{Devices, read},
    runs::ENOUGH,
    store::own_models,
};

/// What is known of the model and of the pictures.
pub struct Plan {
    pub model: Model<Drawer>,
    /// Each `[channels, side, side]`.
    pub pictures: Vec<Vec<f32>>,
    /// What normal pictures show.
    pub what: String,
    /// Where they are from.
    pub data: String,
    /// See [`Normal::strokes`].
    pub strokes: bool,
}

/// Searches that are under way.
pub struct Calibrating {
    pub caller: Caller,
    plan: Plan,
    settings: DetectSettings,
    search: Option<Search>,
    scores: Vec<f32>,
}

impl Calibrating {
    /// Fails where there is nothing to measure.
    pub fn open(caller: Caller, mut plan: Plan) -> Result<Self, EngineError> {
        if plan.pictures.is_empty() {
            return Err(EngineError::TooFewPictures { least: ENOUGH });
        }
        // ADGAN asks for none, and it would only make the file larger.
        plan.model.networks.discriminator = None;
        plan.model = as_filed(plan.model)?;
        Ok(Self { caller, plan, settings: DetectSettings::of(Way::ADGAN), search: None, scores: Vec::new() })
    }

    /// A step of the search for a picture; the answer once there are all scores.
    pub async fn advance(&mut self, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        devices.used = DeviceKind::Cpu;
        let mut search = match self.search.take() {
            Some(search) => search,
            None => Search::new(&self.plan.model, &self.plan.pictures[self.scores.len()], self.settings, &[])
                .map_err(internal)?,
        };
        let (losses, gradient) = search.gradient();
        let (losses, gradient) = (read(losses).await?, read(gradient).await?);
        search.update(&losses, &gradient).map_err(internal)?;
        if !search.is_done() {
            self.search = Some(search);
            return Ok(None);
        }
        self.scores.extend(search.scores());
        self.caller.progress(self.scores.len() as f64, self.plan.pictures.len() as f64);
        if self.scores.len() < self.plan.pictures.len() {
            return Ok(None);
        }
        self.keep().await.map(Some)
    }

    async fn keep(&mut self) -> Result<Answer, EngineError> {
        let Plan { model, what, data, strokes, .. } = &self.plan;
        let scores = Calibration::new(std::mem::take(&mut self.scores));
        let scores = scores.map_err(|error| EngineError::BadRun(error.to_string()))?;
        let normal = Normal {
            what: what.clone(),
            data: data.clone(),
            strokes: *strokes,
            patches: None,
            search: self.settings,
            scores,
            strange: None,
        };
        let mut card = model.card.clone();
        card.normal = Some(Box::new(normal));
        let (file, card) = Model::write(card, &model.networks)?;
        Ok(own_models::made(&self.caller, &file, card).await)
    }
}
