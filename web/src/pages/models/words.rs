//! What people call systems and models, and where a model is used.

use forger_protocol::{
    Card, CycleganConfig, DcganConfig, ManifestEntry, Pix2pixConfig, SimganConfig, SuperresConfig, latent_url::ModelRef,
};

use crate::{
    components::labels,
    i18n::*,
    pages::{train, translate},
    state::site,
};

/// A model, as its page calls it.
pub fn title(locale: Locale, entry: &ManifestEntry) -> String {
    let card = &entry.card;
    match translator(entry) {
        Some(model) => translate::words::model(locale, &model),
        None => labels::model(locale, &card.name),
    }
}

/// What a model does, in a word.
pub fn purpose(locale: Locale, entry: &ManifestEntry) -> Option<String> {
    let card = &entry.card;
    Some(match page(card)? {
        "latent" => td_string!(locale, models_does_draw).to_string(),
        "detect" => td_string!(locale, models_does_detect).to_string(),
        "refine" => td_string!(locale, models_does_refine).to_string(),
        "upscale" => {
            let scale = card.system.settings::<SuperresConfig>().ok()?.scale;
            td_string!(locale, models_does_upscale, n = scale).to_string()
        }
        _ => translate::words::way(locale, &translator(entry)?, false),
    })
}

fn translator(entry: &ManifestEntry) -> Option<translate::model::Model> {
    translate::model::Model::of(entry.card.clone(), &entry.sha256)
}

/// The page of a model.
fn page(card: &Card) -> Option<&'static str> {
    let system = &card.system;
    if system.is::<DcganConfig>() {
        Some(if card.normal.is_some() { "detect" } else { "latent" })
    } else if system.is::<SuperresConfig>() {
        Some("upscale")
    } else if system.is::<SimganConfig>() {
        Some("refine")
    } else {
        (system.is::<Pix2pixConfig>() || system.is::<CycleganConfig>()).then_some("translate")
    }
}

/// The link to where a run begins with it, where one can.
pub fn train_link(entry: &ManifestEntry) -> Option<String> {
    let model = ModelRef::of(&entry.card.name, &entry.sha256);
    train::is_offered(&entry.card).then(|| site::link(&format!("/train?model={model}")))
}

/// The link of its page with the model chosen.
pub fn link(entry: &ManifestEntry) -> Option<String> {
    let model = ModelRef::of(&entry.card.name, &entry.sha256);
    Some(site::link(&format!("/{}?model={model}", page(&entry.card)?)))
}
