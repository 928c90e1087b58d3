//! Pictures that are made one after the other: the worker gives up one for the next.

use forger_protocol::EngineError;

use super::Shelf;

impl Shelf {
    /// Asks a model for a picture, or no model, once those that were asked for before are made. It is opened before that: nobody waits
    /// for the model of somebody else. Whether the picture is still wanted is asked when its turn comes.
    pub async fn ask_in_turn<T>(
        self,
        model: Option<&str>,
        is_wanted: impl Fn() -> bool,
        ask: impl AsyncFn() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mine = async || {
            let is_wanted = is_wanted() && !self.is_left();
            if is_wanted { ask().await } else { Err(EngineError::Cancelled) }
        };
        self.ask(model, async || self.making.wait(&mine).await).await
    }
}
