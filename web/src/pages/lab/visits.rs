//! Looks at kept moments: one request at a time, and the latest wish wins.

use forger_protocol::{LabRequest, Reply, Request};
use leptos::{prelude::*, task::spawn_local};

use super::{look::Moment, run::Run};

/// What is wanted, and whether it is asked for.
#[derive(Default)]
pub struct Visits {
    wanted: Option<u64>,
    under_way: bool,
}

impl Run {
    /// Shows a kept moment.
    pub fn visit(self, step: u64) {
        self.aim.set(Some(step));
        let start = self.visits.try_update_value(|visits| {
            visits.wanted = Some(step);
            !std::mem::replace(&mut visits.under_way, true)
        });
        if start != Some(true) {
            return;
        }
        spawn_local(async move {
            while let Some(step) = self.visits.try_with_value(|visits| visits.wanted).flatten() {
                let answer = self.engine.request(Request::Lab(LabRequest::Visit { step }), Vec::new()).await;
                let wanted = self.visits.try_update_value(|visits| {
                    let wanted = visits.wanted;
                    if wanted == Some(step) {
                        visits.wanted = None;
                    }
                    wanted
                });
                match answer {
                    // Whoever went back to now meanwhile wants nothing.
                    Ok((Reply::LabView(update), buffers)) if wanted.flatten().is_some() => {
                        let _ = self.visit.try_set(Some(Moment::new(&update, &buffers)));
                    }
                    Ok(_) => {}
                    Err(error) => self.tell(&error),
                }
            }
            let _ = self.visits.try_update_value(|visits| visits.under_way = false);
        });
    }

    /// Shows the newest moment again.
    pub fn back_to_now(self) {
        let _ = self.visits.try_update_value(|visits| visits.wanted = None);
        if self.aim.try_with_untracked(Option::is_some) == Some(true) {
            self.aim.set(None);
            self.visit.set(None);
        }
    }

    /// Goes on from the moment that is visited.
    pub fn branch(self, step: u64) {
        self.remember(true);
        self.replayable.set(false);
        self.back_to_now();
        self.ask(LabRequest::Branch { step }, Vec::new());
    }
}
