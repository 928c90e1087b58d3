//! What no run begins with.

use anyhow::{Result, bail};
use forger_core::systems::build;
use forger_protocol::{Settings, SystemConfig};

/// More weights than these would take, with what an optimizer remembers of each, some hundred gigabytes.
const MOST: u64 = 4_000_000_000;

/// Refuses settings with which nothing can be trained, before anything is read or made for them.
pub fn check<C: Settings>(config: &C) -> Result<()> {
    config.validate()?;
    config.can_train()?;
    // The toy and an encoder are not counted there, and are small.
    let weights = build::parameters(&SystemConfig::of(config)).unwrap_or_default();
    if weights > MOST {
        bail!(
            "the networks of these settings have {weights} weights, more than any memory holds: make them narrower, or the pictures \
             that they see smaller (--set)"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{AdversarialLoss, EncoderConfig, Pix2pixConfig, SuperresConfig, SuperresLosses, ToyConfig};

    #[test]
    fn what_no_memory_holds_and_what_does_not_go_together_is_refused() {
        let fault = |found: Result<()>| found.err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(fault(check(&ToyConfig::default())) + &fault(check(&EncoderConfig::default())), "");
        assert_eq!(fault(check(&SuperresConfig::default())), "");
        // All in range.
        let losses = SuperresLosses { adversarial: 1.0, ..SuperresLosses::default() };
        let huge = SuperresConfig { losses, discriminator_width: 256, patch: 256, ..SuperresConfig::default() };
        assert!(fault(check(&huge)).contains("weights, more than any memory holds"), "{}", fault(check(&huge)));
        let clipped = Pix2pixConfig { loss: AdversarialLoss::Wasserstein, ..Pix2pixConfig::default() };
        assert!(fault(check(&clipped)).contains("take another loss"));
    }
}
