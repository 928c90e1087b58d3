//! The phases of training (algorithm 1 and what comes before it): each player alone, then the game of the two.

use forger_protocol::SimganConfig;

/// Which players a step trains.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// The refiner, without an opponent.
    Alone,
    Discriminator,
    Game,
}

impl Phase {
    /// Of the step after so many.
    pub(super) fn after(steps: u64, config: &SimganConfig) -> Self {
        let SimganConfig { adversarial, refiner_pretraining: alone, discriminator_pretraining: judging, .. } = *config;
        match steps {
            _ if adversarial == 0.0 => Self::Alone,
            steps if steps < alone => Self::Alone,
            steps if steps - alone < judging => Self::Discriminator,
            _ => Self::Game,
        }
    }
}
