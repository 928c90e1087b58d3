//! The augmentations that a flag names.

use std::str::FromStr;

use forger_protocol::Augment;

/// A list of augmentations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augmentations(pub Augment);

impl FromStr for Augmentations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut policy = Augment::default();
        for name in text.split(',').filter(|name| *name != "none") {
            match name {
                "color" => policy.color = true,
                "translation" => policy.translation = true,
                "cutout" => policy.cutout = true,
                other => {
                    return Err(format!("there is no augmentation {other}: use color, translation, cutout or none"));
                }
            }
        }
        Ok(Self(policy))
    }
}
