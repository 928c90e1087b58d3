//! The models that a run may begin with, and the one that a link names.

use forger_protocol::{Card, ManifestEntry, SystemConfig, latent_url::short_hash, runs::presets};
use leptos::{prelude::*, task::spawn_local};

use super::{
    checkpoint::{Checkpoint, Place},
    trainer::Trainer,
};
use crate::{pages::links, shelf::manifest};

/// A model that a run may begin with, and where its bytes are.
struct Offered<'a> {
    entry: &'a ManifestEntry,
    place: Place,
}

impl Offered<'_> {
    fn checkpoint(self) -> Option<Checkpoint> {
        let card = &self.entry.card;
        Checkpoint::of_model(card, card.name.clone(), self.place).ok()
    }
}

/// Height of the pictures that settings are for, and width, in pixels.
pub fn size(system: &SystemConfig) -> [usize; 2] {
    let side = presets::side(system);
    let number = |key: &str| system.config.get(key)?.as_u64().map(|number| number as usize);
    ["image_height", "image_width"].map(|key| number(key).unwrap_or(side))
}

/// Whether a run of the tab may begin with a model. Sets are of squares.
pub fn is_offered(card: &Card) -> bool {
    let [height, width] = size(&card.system);
    presets::find(&card.system.name).is_some() && height == width && !presets::looks_through(&card.system)
}

/// The models that a run may begin with: those of the site, then those of this machine, of which the site has none of that name.
fn offered<'a>(of_site: &'a [ManifestEntry], own: &'a [ManifestEntry]) -> impl Iterator<Item = Offered<'a>> {
    let site = of_site.iter().map(|entry| Offered { entry, place: Place::Site(entry.file.clone()) });
    let own = own.iter().filter(|entry| !of_site.iter().any(|other| other.card.name == entry.card.name));
    let own = own.map(|entry| Offered { entry, place: Place::Own(entry.file.clone()) });
    site.chain(own).filter(|model| is_offered(&model.entry.card))
}

/// Of them, those of a system.
pub fn of_system(of_site: &[ManifestEntry], own: &[ManifestEntry], system: &str) -> Vec<Checkpoint> {
    let models = offered(of_site, own).filter(|model| model.entry.card.system.name == system);
    models.filter_map(Offered::checkpoint).collect()
}

/// The models of the site; `None` until they are known.
pub fn of_site() -> RwSignal<Option<Vec<ManifestEntry>>> {
    let of_site = RwSignal::new(None);
    spawn_local(async move {
        // Without them there are those of this machine.
        let models = manifest().await.map(|manifest| manifest.models).unwrap_or_default();
        of_site.try_set(Some(models));
    });
    of_site
}

/// Takes the model of the link that the page is opened with, once it is known where it is, and keeps it in the address while it is
/// what is begun with. What was chosen before that stays, and the link is forgotten.
pub fn take_linked(trainer: Trainer, of_site: RwSignal<Option<Vec<ManifestEntry>>>) {
    let Some(wanted) = links::model(&links::query()) else { return };
    let form = trainer.form;
    let own = move || match trainer.stored.with(|stored| stored.as_ref().map(|stored| stored.models.clone())) {
        None if trainer.unkept.with(Option::is_some) => Some(Vec::new()),
        own => own,
    };
    Effect::new(move |taken: Option<Option<Place>>| {
        form.checkpoint.track();
        if let Some(Some(taken)) = taken {
            if form.checkpoint.with_untracked(|chosen| chosen.as_ref().is_none_or(|chosen| chosen.place != taken)) {
                links::forget_model("train");
            }
            return Some(taken);
        }
        if form.is_chosen() {
            links::forget_model("train");
            return Some(Place::File);
        }
        let (of_site, own) = (of_site.get()?, own()?);
        let found = offered(&of_site, &own).find(|model| model.entry.card.name == wanted.name);
        let entry = found.as_ref().map(|model| model.entry);
        let (name, hash) = entry.map_or(("", ""), |entry| (entry.card.name.as_str(), short_hash(&entry.sha256)));
        links::compare(trainer.toasts, trainer.locale(), &wanted, name, hash);
        match found.and_then(Offered::checkpoint) {
            Some(model) => {
                let place = model.place.clone();
                form.go_on_from(model);
                Some(place)
            }
            None => {
                links::forget_model("train");
                Some(Place::File)
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, system: SystemConfig) -> ManifestEntry {
        let file = format!("{name}-00000000.safetensors");
        ManifestEntry { file, bytes: 1, sha256: String::new(), card: Card::new(name, system, 1) }
    }

    #[test]
    fn models_of_the_system_are_offered_once_each_that_draw_squares() {
        let of = |system: &str| presets::find(system).unwrap().settings(64, 3);
        let mut oblong = of("simgan");
        oblong.config["image_width"] = 55.into();
        let of_site = [entry("faces", of("dcgan")), entry("eyes", oblong), entry("digits", of("simgan"))];
        let own = [entry("faces", of("dcgan")), entry("mine", of("dcgan"))];
        let places =
            |system| of_system(&of_site, &own, system).into_iter().map(|model| model.place.key()).collect::<Vec<_>>();
        assert_eq!(places("dcgan"), ["site:faces-00000000.safetensors", "own:mine-00000000.safetensors"]);
        assert_eq!(places("simgan"), ["site:digits-00000000.safetensors"]);
        assert!(places("superres").is_empty());
        // A tab has no network for its losses to look through.
        let mut sharp = of("superres");
        assert!(is_offered(&Card::new("sharp", sharp.clone(), 1)));
        sharp.config["losses"]["perceptual"] = 0.1.into();
        assert!(!is_offered(&Card::new("sharp", sharp, 1)));
    }

    #[test]
    fn a_size_is_that_of_the_pictures() {
        let of = |system: &str| size(&presets::find(system).unwrap().settings(64, 3));
        assert_eq!(["dcgan", "pix2pix", "simgan", "superres"].map(of), [[64, 64]; 4]);
    }
}
