//! What is known of a model that was made here.

use forger_core::{checkpoint::Reader, weights};
use forger_protocol::{
    Card, EngineError,
    card::DataSource,
    runs::{PictureSet, RunConfig},
};

use super::lessons::Lessons;
use crate::{models::check_name, training::bad_run};

/// The card of the model of a checkpoint. Fails for a name that no model can be opened by.
pub fn of(reader: &Reader<'_>, name: &str, config: &RunConfig, lessons: &Lessons) -> Result<Card, EngineError> {
    check_name(name)?;
    let mut card = weights::card_of(reader).map_err(bad_run)?;
    let sets = config.data.sets();
    let is_own = sets.iter().any(|set| matches!(set, PictureSet::Own(_)));
    let names = sets.iter().map(|set| match set {
        PictureSet::Drawn(set) => set.name(),
        PictureSet::Own(_) => "own pictures",
    });
    card.name = name.to_owned();
    card.data = DataSource {
        name: names.collect::<Vec<_>>().join(" and "),
        licence: if is_own { "that of the pictures" } else { "CC0 1.0 (made by Forger)" }.into(),
        images: lessons.counts().iter().sum::<usize>() as u64,
    };
    // Nobody else has a right to what somebody makes of his own pictures.
    card.licence = if is_own { "all rights with whoever trained it" } else { "CC0 1.0" }.into();
    card.notes = "Trained in a browser.".into();
    if let Some(origin) = &config.from {
        card.began_with(origin);
    }
    Ok(card)
}
