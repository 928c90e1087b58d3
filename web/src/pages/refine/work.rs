//! What a model does with what is on the bench: it refines the newest picture, and judges it once nobody drags it any more.

use forger_protocol::{EngineError, latent_url::ModelRef, message::Made};
use leptos::{ev, prelude::*};
use web_sys::PointerEvent;

use super::{bench::Bench, model::Model};
use crate::pages::image_to_image::ask::{Picture, Verdicts};

/// What became of a picture of the simulator.
#[derive(Clone, PartialEq)]
pub struct Refined {
    pub given: Picture,
    pub made: Picture,
    pub took: Made,
    /// The model that made it.
    pub by: ModelRef,
}

/// What D says of a picture of the simulator, and of what became of it.
#[derive(Clone, PartialEq)]
pub struct Judged {
    pub given: Picture,
    pub by: ModelRef,
    pub said: [Verdicts; 2],
}

impl Judged {
    fn is_of(&self, refined: &Refined) -> bool {
        self.given == refined.given && self.by == refined.by
    }
}

/// Hears when the pointer is let go, wherever that is.
fn until_released(is_held: RwSignal<bool>) {
    let follow = move |event: PointerEvent| {
        if is_held.get_untracked() && event.buttons() & 1 == 0 {
            is_held.set(false);
        }
    };
    let heard = [
        window_event_listener(ev::pointerup, follow),
        window_event_listener(ev::pointercancel, follow),
        // Where a menu took the pointer, its next move is the first to say that it is up.
        window_event_listener(ev::pointermove, follow),
    ];
    on_cleanup(move || {
        for listener in heard {
            listener.remove();
        }
    });
}

impl Bench {
    /// Refines and judges from now on whatever is new.
    pub fn work(self) {
        Effect::new(move |_| {
            self.given.track();
            self.model.track();
            if !self.failed.get() {
                self.refine();
            }
        });
        until_released(self.is_held);
        Effect::new(move |_| {
            if !self.is_held.get() && self.is_current() && !self.failed.get_untracked() {
                self.judge();
            }
        });
    }

    /// Whether the refined picture is that of what is simulated now, by whichever model.
    fn is_of_given(self) -> bool {
        let is_of =
            |given: &Picture| self.refined.with(|refined| refined.as_ref().is_some_and(|made| made.given == *given));
        self.given.with(is_of)
    }

    /// The same, by the model that refines now.
    pub fn is_current(self) -> bool {
        let key = self.key();
        self.is_of_given() && self.refined.with(|refined| refined.as_ref().map(|made| &made.by) == key.as_ref())
    }

    /// Whether what D said last is of another picture than what is shown. Until another model has refined it, all is of the one
    /// before.
    pub fn is_stale(self) -> bool {
        let is_of_refined = self.judged.with(|judged| match judged {
            Some(judged) => self.refined.with(|refined| refined.as_ref().is_some_and(|refined| judged.is_of(refined))),
            None => true,
        });
        !is_of_refined || !self.is_of_given()
    }

    /// Does some work of the model, and says where it failed.
    async fn attempt(self, work: impl Future<Output = Result<(), EngineError>>) {
        let key = || untrack(|| self.key());
        let asked = key();
        if let Err(error) = work.await
            // What another model has taken the place of is not missed: that one is next.
            && asked == key()
            && self.failed.try_set(true).is_none()
        {
            self.tell(&error);
        }
    }

    /// Refines what is simulated, or what it is by the time when the work before is done.
    fn refine(self) {
        self.refining.ask(async move || self.attempt(self.refine_once()).await);
    }

    async fn refine_once(self) -> Result<(), EngineError> {
        // The page may have been left meanwhile.
        let Some(Some(model)) = self.model.try_get_untracked() else {
            self.refined.try_set(None);
            self.judged.try_set(None);
            return Ok(());
        };
        let Some(given) = self.given.try_get_untracked() else { return Ok(()) };
        if given.size != [model.size.1, model.size.0] {
            return Ok(());
        }
        let (made, took) = self.asker().make(&model.key.name, &given, false, Callback::new(|_| {})).await?;
        if !model.judges() {
            self.judged.try_set(None);
        }
        self.refined.try_set(Some(Refined { given, made, took, by: model.key }));
        Ok(())
    }

    /// Judges what was refined last. What is dragged is not judged on its way: the next picture would wait for it.
    fn judge(self) {
        self.judging.ask(async move || self.attempt(self.judge_once()).await);
    }

    async fn judge_once(self) -> Result<(), EngineError> {
        let Some(refined) = self.to_judge() else { return Ok(()) };
        let (asker, name) = (self.asker(), &refined.by.name);
        let before = asker.judge(name, &refined.given, &refined.given, false).await?;
        if self.to_judge().is_none_or(|now| now != refined) {
            return Ok(());
        }
        let after = asker.judge(name, &refined.given, &refined.made, false).await?;
        self.judged.try_set(Some(Judged { given: refined.given, by: refined.by, said: [before, after] }));
        Ok(())
    }

    /// What was refined last, if that is to be judged: nothing newer waits, nobody drags anything, and it was not judged yet.
    fn to_judge(self) -> Option<Refined> {
        // The page may have been left meanwhile.
        if self.is_held.try_get_untracked() != Some(false) || !untrack(|| self.is_current()) {
            return None;
        }
        let judges = self.model.with_untracked(|model| model.as_ref().is_some_and(Model::judges));
        let is_judged = |refined: &Refined| {
            self.judged.with_untracked(|judged| judged.as_ref().is_some_and(|judged| judged.is_of(refined)))
        };
        self.refined.get_untracked().filter(|refined| judges && !is_judged(refined))
    }
}
