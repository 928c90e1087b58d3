//! Every system that is built of settings.

use super::*;
use crate::{
    checkpoint::Reader,
    data::squares::Squares,
    weights::{self, File},
};
use forger_protocol::{
    AdversarialLoss, ScalarKind, StepKind, SuperresLosses, TranslatorConfig,
    runs::{
        Origin,
        presets::{self, Needs, Preset},
    },
    system::Role,
};
use serde_json::{Value, json};

fn photos(side: usize) -> Vec<Photo> {
    let photo = |value: u8| {
        let pixels = (0..3 * side * side).map(|at| value.wrapping_add((at * 7) as u8)).collect();
        Photo { height: side, width: side, pixels }
    };
    (0..20).map(photo).collect()
}

fn material(needs: Needs, side: usize) -> Material {
    let photos = || photos(side);
    match needs {
        Needs::Pictures => Material::Pictures(photos()),
        Needs::Pairs => Material::Pairs(photos().into_iter().map(|photo| [photo.clone(), photo]).collect()),
        Needs::Domains => Material::Domains([photos(), photos()]),
        Needs::Simulated => {
            Material::Simulated { synthetic: Box::new(Squares::new(&photos(), 1, side)), real: photos() }
        }
    }
}

fn settings(preset: &Preset) -> SystemConfig {
    preset.settings(preset.sides[0], if preset.grey { 1 } else { 3 })
}

/// The presets of these systems, each with one setting changed.
fn changed<const N: usize>(changes: [(&str, &str, Value); N]) -> impl Iterator<Item = (&'static Preset, SystemConfig)> {
    changes.into_iter().map(|(system, place, value)| {
        let preset = presets::find(system).unwrap();
        let mut settings = settings(preset);
        *settings.config.pointer_mut(place).unwrap() = value;
        (preset, settings)
    })
}

fn begun(preset: &Preset, settings: &SystemConfig) -> Result<Box<dyn System>, BuildError> {
    build(settings, material(preset.needs, preset.sides[0]), &Device::flex())
}

fn told(system: &mut dyn System) -> Vec<f32> {
    system.step(StepKind::Both).into_data().try_into_vec().unwrap()
}

#[test]
fn every_preset_trains_on_what_it_asks_for_and_on_nothing_else() {
    for preset in &presets::ALL {
        let settings = settings(preset);
        let mut system = begun(preset, &settings).unwrap();
        let told = told(&mut *system);
        assert_eq!(told.len(), system.declaration().scalars.len());
        assert!(told.iter().all(|value| value.is_finite()), "{}: {told:?}", preset.system);
        let other = if preset.needs == Needs::Pairs { Needs::Domains } else { Needs::Pairs };
        let refused = build(&settings, material(other, preset.sides[0]), &Device::flex()).err();
        assert_eq!(refused, Some(BuildError::OtherMaterial(preset.system.into())));
    }
}

/// The weights of what draws, averaged, and of what judges.
fn kept(system: &mut dyn System) -> Vec<f32> {
    let networks = crate::systems::networks(system).unwrap();
    let names = system.parts().players.iter().map(|player| player.name()).collect::<Vec<_>>();
    let draws =
        |name: &str| system.declaration().networks.iter().any(|it| it.name == name && it.role == Role::Generator);
    let kept = networks.into_iter().enumerate().filter(|(place, _)| names.get(*place).is_none_or(|name| !draws(name)));
    kept.flat_map(|(_, tensors)| tensors.into_iter().flat_map(|tensor| tensor.values)).collect()
}

#[test]
fn every_system_begins_with_the_networks_of_a_model_file_of_its_own() {
    for preset in &presets::ALL {
        let mut settings = settings(preset);
        let mut first = begun(preset, &settings).unwrap();
        told(&mut *first);
        let state = first.save().unwrap();
        let reader = Reader::new(&state).unwrap();
        assert_eq!(reader.origin(), None, "{}", preset.system);
        let mut card = weights::card_of(&reader).unwrap();
        (card.name, card.licence) = ("first".into(), "CC BY 4.0".into());
        let origin = Origin { name: card.name.clone(), licence: card.licence.clone() };
        let (bytes, _) = weights::write_checkpoint(reader, card).unwrap();
        let file = File::of_model(&bytes).unwrap();
        settings.config["seed"] = json!(9);
        let mut next = begun(preset, &settings).unwrap();
        let far = |next: &mut dyn System, first: &mut dyn System| {
            let apart = kept(next).into_iter().zip(kept(first)).map(|(a, b)| (a - b).abs() / (1.0 + b.abs()));
            apart.fold(0.0, f32::max)
        };
        assert!(far(&mut *next, &mut *first) > 0.01, "{}", preset.system);
        assert_eq!(next.begin_with(&file), Ok(Vec::new()), "{}", preset.system);
        // A model file rounds.
        assert!(far(&mut *next, &mut *first) < 1e-3 && next.steps() == 0, "{}", preset.system);
        assert!(told(&mut *next).iter().all(|value| value.is_finite()), "{}", preset.system);
        // Whose weights these were is known to whoever goes on from the state of the run, or begins with it, and not after a reset.
        let state = next.save().unwrap();
        let mut others = [(); 2].map(|()| begun(preset, &settings).unwrap());
        others[0].load(&state).unwrap();
        others[1].begin_with(&File::of_checkpoint(&state).unwrap()).unwrap();
        let of = |system: &mut dyn System| Reader::new(&system.save().unwrap()).unwrap().origin();
        assert_eq!(others.each_mut().map(|other| of(&mut **other)), [(); 2].map(|()| Some(origin.clone())));
        others[0].reset();
        assert_eq!(of(&mut *others[0]), None, "{}", preset.system);
        // One of another system changes nothing.
        let other = presets::ALL.iter().find(|other| other.system != preset.system).unwrap();
        let mut other = begun(other, &self::settings(other)).unwrap();
        assert!(matches!(other.begin_with(&file), Err(ModelError::OtherSystem { .. })));
    }
}

#[test]
fn what_is_counted_is_what_is_built() {
    let plain = presets::ALL.iter().map(|preset| (preset, settings(preset)));
    // A network more, or one that is left out; a channel more.
    let others = changed([
        ("dcgan", "/mapping", json!(16)),
        ("dcgan", "/spectral_norm", json!(false)),
        ("superres", "/losses/adversarial", json!(0.1)),
        ("pix2pix", "/adversarial", json!(0.0)),
        ("pix2pix", "/generator/attention", json!(true)),
        ("cyclegan", "/generator/attention", json!(true)),
        ("simgan", "/adversarial", json!(0.0)),
    ]);
    for (preset, settings) in plain.chain(others) {
        let built = crate::systems::parameters(&mut *begun(preset, &settings).unwrap());
        assert_eq!(parameters(&settings), Ok(built as u64), "{settings:?}");
    }
}

#[test]
fn a_step_tells_what_its_settings_say_that_it_tells_and_nothing_else() {
    let plain = presets::ALL.iter().map(|preset| (preset, settings(preset)));
    let others = changed([
        ("pix2pix", "/adversarial", json!(0.0)),
        ("pix2pix", "/l1", json!(0.0)),
        ("cyclegan", "/cycle", json!(0.0)),
        ("cyclegan", "/identity", json!(0.0)),
        ("simgan", "/adversarial", json!(0.0)),
        ("simgan", "/lambda", json!(0.0)),
        ("superres", "/losses/adversarial", json!(0.1)),
    ]);
    for (preset, mut settings) in plain.chain(others) {
        // Before the game SimGAN has less to tell.
        for key in ["refiner_pretraining", "discriminator_pretraining"] {
            settings.config.get_mut(key).into_iter().for_each(|steps| *steps = json!(0));
        }
        let mut system = begun(preset, &settings).unwrap();
        let told = told(&mut *system);
        for (scalar, value) in system.declaration().scalars.iter().zip(told) {
            let (is_told, says) = (value != 0.0, scalar.is_told(&settings.config));
            // What a discriminator holds of pictures may be 0.
            let may_be_nothing = scalar.kind == ScalarKind::Verdict && says;
            assert!(is_told == says || may_be_nothing, "{} is {value}: {settings:?}", scalar.key);
        }
    }
}

#[test]
fn settings_that_do_not_go_together_are_refused_before_anything_is_built() {
    let wasserstein = json!(AdversarialLoss::Wasserstein);
    let refused = changed([
        ("pix2pix", "/loss", wasserstein.clone()),
        ("cyclegan", "/loss", wasserstein.clone()),
        ("simgan", "/loss", wasserstein),
        ("simgan", "/history", json!(1)),
    ]);
    for (preset, settings) in refused {
        let error = begun(preset, &settings).err();
        assert!(matches!(error, Some(BuildError::Conflict(_))), "{settings:?}: {error:?}");
    }
}

#[test]
fn what_no_memory_holds_is_counted_and_what_is_out_of_range_is_not() {
    // The discriminator alone has 34 thousand million numbers in one layer.
    let losses = SuperresLosses { adversarial: 1.0, ..SuperresLosses::default() };
    let huge = SuperresConfig { losses, discriminator_width: 256, patch: 256, ..SuperresConfig::default() };
    assert!(parameters(&SystemConfig::of(&huge)).unwrap() > 34_000_000_000);
    let generator = TranslatorConfig { width: 0, ..TranslatorConfig::default() };
    let nothing = SystemConfig::of(&Pix2pixConfig { generator, ..Pix2pixConfig::default() });
    assert!(matches!(parameters(&nothing), Err(BuildError::Settings(_))));
    let other = SystemConfig { name: "toy".into(), config: serde_json::Value::Null };
    assert_eq!(parameters(&other), Err(BuildError::OtherMaterial("toy".into())));
}
