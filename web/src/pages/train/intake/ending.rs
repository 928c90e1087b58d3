//! How a set that is being made ends: kept, forgotten, or lost with its worker.

use forger_protocol::{EngineError, Reply, message::StoreRequest, runs::PictureSet};
use leptos::prelude::*;

use super::{Intake, phase::Phase};
use crate::{components::labels, i18n::*};

impl Intake {
    /// The worker that had what is there is no more.
    pub(super) fn lose(self) {
        if self.phase.try_with_untracked(Phase::is_open) == Some(true) {
            self.trainer.toasts.error(td_string!(self.trainer.locale(), train_intake_lost).to_string());
            self.phase.set(Phase::Idle);
        }
    }

    /// What is there can be kept, unless the worker that had it is no more.
    pub(super) fn fail(self, error: &EngineError) {
        if matches!(error, EngineError::Restarted(_)) {
            return self.lose();
        }
        // Of one that was lost, that was said.
        let Some(progress) = self.phase.try_with_untracked(Phase::progress).flatten() else { return };
        self.trainer.tell(error);
        if matches!(error, EngineError::SetFull { .. }) {
            let unseen = labels::count(progress.total.saturating_sub(progress.done) as f64);
            self.trainer.toasts.note(td_string!(self.trainer.locale(), train_unseen, n = unseen).to_string());
        }
        let is_empty = self.count.try_get_untracked().unwrap_or_default() == 0;
        self.phase.try_set(if is_empty { Phase::Idle } else { Phase::Asking(progress) });
    }

    /// Stops, and asks what becomes of what is there.
    pub fn stop(self) {
        self.phase.update(|phase| {
            if let Phase::Taking(progress) = phase {
                *phase = Phase::Asking(*progress);
            }
        });
    }

    /// Keeps what is there, if it is anything.
    pub async fn keep(self) {
        if self.count.try_get_untracked().unwrap_or_default() == 0 {
            return self.end(StoreRequest::DropSet).await;
        }
        self.end(StoreRequest::EndSet).await;
        self.trainer.ask_for_promise();
    }

    /// Forgets what is there.
    pub async fn drop_it(self) {
        self.phase.set(Phase::Idle);
        if let Err(error) = self.store(StoreRequest::DropSet, Vec::new()).await {
            self.trainer.tell(&error);
        }
    }

    async fn end(self, request: StoreRequest) {
        self.phase.try_update(|phase| {
            if let Some(progress) = phase.progress() {
                *phase = Phase::Ending(progress);
            }
        });
        match self.store(request, Vec::new()).await {
            Ok(Reply::Set(set)) => {
                let own = PictureSet::Own(set.id.clone());
                // Whoever adds pictures wants to learn from them, unless the page was left meanwhile.
                if self.phase.try_set(Phase::Over(Some(set))).is_none() {
                    self.trainer.form.take(0, own);
                }
            }
            Ok(_) => drop(self.phase.try_set(Phase::Over(None))),
            Err(error) => self.fail(&error),
        }
        self.trainer.refresh();
    }
}
