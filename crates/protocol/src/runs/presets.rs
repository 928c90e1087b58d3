//! What the tab trains: small networks for a processor, of which a step takes a fraction of a second. None is a recipe of the
//! trainer's: rates are faster and never fall, and most averages forget sooner.

use serde_json::Value;

use crate::{
    config::{
        AdversarialLoss, Augment, CycleganConfig, DcganConfig, Doubling, Kept, OptimizerConfig, Pix2pixConfig,
        SimganConfig, SuperresConfig, TranslatorConfig,
    },
    system::{Settings, SystemConfig},
};

/// What a system learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// [`super::RunData::Pictures`].
    Pictures,
    /// [`super::RunData::Pairs`].
    Pairs,
    /// [`super::RunData::Domains`].
    Domains,
    /// [`super::RunData::Simulated`].
    Simulated,
}

/// A system that can be trained in the tab.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// [`crate::Declaration::name`].
    pub system: &'static str,
    /// What it learns from.
    pub needs: Needs,
    /// Sides of its pictures, in pixels.
    pub sides: &'static [usize],
    /// Whether its pictures may be grey ones.
    pub grey: bool,
    /// Its settings for pictures of a side and so many channels.
    settings: fn(usize, usize) -> SystemConfig,
}

impl Preset {
    /// Its settings for pictures of this side, and of 1 or 3 channels.
    pub fn settings(&self, side: usize, channels: usize) -> SystemConfig {
        (self.settings)(side, channels)
    }
}

/// Every system that can be trained in the tab, in the order in which a menu shows them.
pub const ALL: [Preset; 5] = [
    Preset {
        system: DcganConfig::SYSTEM.name,
        needs: Needs::Pictures,
        sides: &[28, 32, 64],
        grey: true,
        settings: dcgan,
    },
    Preset {
        system: Pix2pixConfig::SYSTEM.name,
        needs: Needs::Pairs,
        sides: &[32, 64],
        grey: false,
        settings: pix2pix,
    },
    Preset {
        system: CycleganConfig::SYSTEM.name,
        needs: Needs::Domains,
        sides: &[32, 64],
        grey: false,
        settings: cyclegan,
    },
    Preset { system: SimganConfig::SYSTEM.name, needs: Needs::Simulated, sides: &[28], grey: true, settings: simgan },
    Preset {
        system: SuperresConfig::SYSTEM.name,
        needs: Needs::Pictures,
        sides: &[64, 128],
        grey: false,
        settings: superres,
    },
];

/// The preset of a system.
pub fn find(system: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.system == system)
}

/// Hinge loss and spectral normalisation, as the trainer's recipe for a processor, without mirrors and augmentation. Slower rates and
/// smaller batches draw worse digits.
fn dcgan(side: usize, channels: usize) -> SystemConfig {
    SystemConfig::of(&DcganConfig {
        image_size: side,
        channels,
        latent_dim: 64,
        width: 24,
        loss: AdversarialLoss::Hinge,
        generator_optimizer: OptimizerConfig::adam(4e-4),
        discriminator_optimizer: OptimizerConfig::adam(4e-4),
        batch: 32,
        ema_decay: 0.998,
        spectral_norm: true,
        ..DcganConfig::default()
    })
}

/// A U-Net as deep as the side allows, and patches of half of it.
fn pix2pix(side: usize, _: usize) -> SystemConfig {
    let depth = if side > 32 { 6 } else { 5 };
    SystemConfig::of(&Pix2pixConfig {
        generator: TranslatorConfig { width: 16, depth, doubling: Doubling::Nearest, ..TranslatorConfig::default() },
        image_size: side,
        patch: if side > 32 { 34 } else { 16 },
        discriminator_width: 16,
        generator_optimizer: OptimizerConfig::adam(5e-4),
        discriminator_optimizer: OptimizerConfig::adam(2e-4),
        batch: 8,
        ema_decay: 0.99,
        jitter: 1.0,
        ..Pix2pixConfig::default()
    })
}

fn cyclegan(side: usize, _: usize) -> SystemConfig {
    let generator = TranslatorConfig { doubling: Doubling::Nearest, ..TranslatorConfig::resnet(16, 3) };
    SystemConfig::of(&CycleganConfig {
        generator,
        image_size: side,
        patch: if side > 32 { 34 } else { 16 },
        discriminator_width: 24,
        generator_optimizer: OptimizerConfig::adam(4e-4),
        discriminator_optimizer: OptimizerConfig::adam(4e-4),
        batch: 4,
        ema_decay: 0.99,
        jitter: 1.0,
        augment: Augment { color: false, translation: true, cutout: false },
        ..CycleganConfig::default()
    })
}

/// Patches of 16 pixels, which see strokes only; those of the trainer's recipe for digits see 34.
fn simgan(side: usize, _: usize) -> SystemConfig {
    SystemConfig::of(&SimganConfig {
        image_height: side,
        image_width: side,
        refiner_width: 16,
        patch: 16,
        discriminator_width: 24,
        kept: Kept::Pixels,
        history: 1024,
        refiner_pretraining: 100,
        discriminator_pretraining: 50,
        refiner_optimizer: OptimizerConfig::adam(5e-4),
        discriminator_optimizer: OptimizerConfig::adam(2e-4),
        batch: 16,
        ema_decay: 0.99,
        ..SimganConfig::default()
    })
}

fn superres(side: usize, _: usize) -> SystemConfig {
    SystemConfig::of(&SuperresConfig {
        scale: 2,
        width: 16,
        blocks: 4,
        patch: side / 4,
        batch: 8,
        generator_optimizer: OptimizerConfig::adam(1e-3),
        ema_decay: 0.99,
        ..SuperresConfig::default()
    })
}

/// What settings of a model say of its own beginning and end, and what a tab has nothing for: a learning rate that falls to nothing,
/// steps in which a refiner learns to change nothing, and the classifier that asked for attributes.
const OF_ITS_OWN: [&str; 3] = ["decay_steps", "refiner_pretraining", "auxiliary"];

/// Weights of losses that look through a trained network, by where they lie.
const LOOKING: [&str; 3] = ["/losses/perceptual", "/losses/texture", "/semantic"];

/// The settings of a run that begins with the networks of a model of these.
pub fn begun_with(system: &SystemConfig) -> SystemConfig {
    let mut system = system.clone();
    for key in OF_ITS_OWN {
        let slot = system.config.get_mut(key).filter(|slot| slot.as_f64().is_some_and(|number| number > 0.0));
        slot.into_iter().for_each(|slot| *slot = 0.into());
    }
    system
}

/// Whether the losses of settings look through a trained network, which is not in the files of a run: a tab cannot learn by them.
pub fn looks_through(system: &SystemConfig) -> bool {
    let weight = |place: &&str| system.config.pointer(place)?.as_f64();
    LOOKING.iter().filter_map(weight).any(|weight| weight > 0.0)
}

/// The side of the pictures that settings are for, in pixels. Super-resolution cuts patches out of larger ones: [`ALL`] gives it
/// pictures of twice the side of a large patch.
pub fn side(system: &SystemConfig) -> usize {
    let number = |key: &str| system.config.get(key)?.as_u64().map(|number| number as usize);
    let whole = number("image_size").or_else(|| number("image_width"));
    let of_patches = || Some(2 * number("patch")? * number("scale")?);
    whole.or_else(of_patches).unwrap_or(64).clamp(8, 512)
}

/// The learning rates of settings, by their keys: `generator_optimizer`. They may change while a run goes on.
pub fn rates(config: &Value) -> Vec<(String, f64)> {
    let optimizers = config.as_object().into_iter().flatten().filter(|(key, _)| key.ends_with("_optimizer"));
    optimizers.filter_map(|(key, value)| Some((key.clone(), value["learning_rate"].as_f64()?))).collect()
}

/// Sets a learning rate that [`rates`] lists.
pub fn set_rate(config: &mut Value, key: &str, rate: f64) {
    if let Some(slot) = config.get_mut(key).and_then(|optimizer| optimizer.get_mut("learning_rate")) {
        *slot = rate.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<C: Settings>(settings: &SystemConfig) -> bool {
        !settings.is::<C>() || settings.settings::<C>().is_ok()
    }

    #[test]
    fn what_begins_with_a_model_neither_slows_down_nor_learns_to_change_nothing() {
        let of_model = SystemConfig::of(&SimganConfig { decay_steps: 350, ..SimganConfig::default() });
        let begun = begun_with(&of_model).settings::<SimganConfig>().unwrap();
        assert_eq!(begun, SimganConfig { refiner_pretraining: 0, ..SimganConfig::default() });
        let of_model = SystemConfig::of(&DcganConfig { auxiliary: 2.0, width: 16, ..DcganConfig::default() });
        let begun = begun_with(&of_model).settings::<DcganConfig>().unwrap();
        assert_eq!(begun, DcganConfig { width: 16, ..DcganConfig::default() });
        let of_model = SystemConfig::of(&CycleganConfig { semantic: 1.0, ..CycleganConfig::default() });
        assert!(looks_through(&of_model));
        let mut of_model = SystemConfig::of(&SuperresConfig::default());
        assert!(!looks_through(&of_model));
        of_model.config["losses"]["texture"] = 0.1.into();
        assert!(looks_through(&of_model));
        // The others stay as they are written.
        for preset in ALL.iter().filter(|preset| preset.system != SimganConfig::SYSTEM.name) {
            let settings = preset.settings(preset.sides[0], 3);
            assert_eq!(begun_with(&settings), settings);
        }
    }

    #[test]
    fn every_preset_is_in_range_and_its_rates_can_be_set() {
        for preset in &ALL {
            for (side, channels) in preset.sides.iter().flat_map(|side| [(*side, 1), (*side, 3)]) {
                let mut settings = preset.settings(side, channels);
                assert_eq!(super::side(&settings), side, "{settings:?}");
                assert_eq!(find(&settings.name).map(|found| found.system), Some(preset.system));
                assert!(check::<DcganConfig>(&settings) && check::<Pix2pixConfig>(&settings), "{settings:?}");
                assert!(check::<CycleganConfig>(&settings) && check::<SimganConfig>(&settings), "{settings:?}");
                assert!(check::<SuperresConfig>(&settings), "{settings:?}");
                let rates = rates(&settings.config);
                assert!((1..=2).contains(&rates.len()), "{rates:?}");
                for (key, _) in &rates {
                    set_rate(&mut settings.config, key, 0.125);
                }
                assert!(super::rates(&settings.config).iter().all(|(_, rate)| *rate == 0.125));
            }
        }
    }
}
