//! The card of a run: what is known of it before anything is measured.

use std::collections::BTreeMap;

use forger_protocol::{
    Card, TestVector,
    card::{CARD_SCHEMA, DataSource, System},
};

use crate::run::DataNote;

/// A card without a name. `discriminator` says whether there is one beside the generator.
pub fn of_run(note: DataNote, system: System, (seed, steps): (u32, u64), discriminator: bool) -> Card {
    let mut notes = Vec::new();
    if !note.from.is_empty() {
        notes.push(format!("Began with the weights of {}.", note.from));
    }
    if !note.features.is_empty() {
        notes.push(format!("Perceptual losses looked through {}.", note.features));
    }
    let times = note.oversampled.iter().map(|(name, times)| format!("; {name} shown {times} times an epoch"));
    Card {
        schema: CARD_SCHEMA,
        name: String::new(),
        seed,
        system,
        data: DataSource { name: note.name + &times.collect::<String>(), licence: note.licence, images: note.images },
        licence: "MIT OR Apache-2.0".into(),
        metrics: BTreeMap::new(),
        steps,
        trainer: format!("forger {}", env!("CARGO_PKG_VERSION")),
        notes: notes.join(" "),
        directions: Vec::new(),
        discriminator,
        test_vector: TestVector::default(),
    }
}
