//! Pictures of the camera as a set.

use forger_protocol::EngineError;
use leptos::{html::Video, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream};

use super::{
    Intake, Stopped,
    square::{Shrinker, Source},
};
use crate::{
    components::camera::{next_frame, open, refusal, stop},
    i18n::*,
    state::screen::now,
};

/// Pictures of a recording.
pub const FRAMES: usize = 200;
/// Milliseconds between two of them: time to move.
const BETWEEN: f64 = 100.0;

/// Stops the camera, however the recording ends.
struct Stream(MediaStream);

impl Drop for Stream {
    fn drop(&mut self) {
        stop(&self.0);
    }
}

impl Intake {
    /// Takes pictures of what the camera sees, until there are enough.
    async fn record(self, shrinker: &Shrinker, video: &HtmlVideoElement, stream: &MediaStream) -> Result<(), Stopped> {
        let (mut taken, mut last) = (0, f64::MIN);
        while taken < FRAMES {
            next_frame().await;
            self.advance(|_| {})?;
            if !stream.active() {
                return Err(EngineError::Cancelled.into());
            }
            if now() - last < BETWEEN {
                continue;
            }
            // Nothing is seen in the first moments.
            if let Some(square) = shrinker.square(Source::Video(video)) {
                last = now();
                taken += 1;
                self.add(format!("{taken:03}"), square).await?;
            }
        }
        Ok(())
    }
}

#[component]
pub fn Record(intake: Intake) -> impl IntoView {
    let (i18n, video) = (use_i18n(), NodeRef::<Video>::new());
    let (is_asking, is_on) = (RwSignal::new(false), RwSignal::new(false));
    let start = move |_| {
        is_asking.set(true);
        spawn_local(async move {
            let answer = open("user").await;
            if is_asking.try_set(false).is_some() {
                // The page was left while the user thought about it.
                return answer.iter().for_each(stop);
            }
            let trainer = intake.trainer;
            let stream = match answer {
                Ok(stream) => Stream(stream),
                Err(error) => return trainer.toasts.error(refusal(trainer.locale(), &error)),
            };
            let Some(video) = video.get_untracked() else { return };
            video.set_src_object(Some(&stream.0));
            if let Ok(playing) = video.play() {
                let _ = JsFuture::from(playing).await;
            }
            if intake.phase.is_disposed() || untrack(|| intake.is_busy()) {
                return;
            }
            is_on.set(true);
            let usual = td_string!(trainer.locale(), train_camera_name).to_string();
            intake.run(usual, FRAMES, async move |shrinker: Shrinker| {
                let done = intake.record(&shrinker, &video, &stream.0).await;
                if matches!(done, Err(Stopped::Because(EngineError::Cancelled))) {
                    trainer.toasts.error(td_string!(trainer.locale(), tr_camera_gone).to_string());
                    intake.stop();
                }
                drop(stream);
                is_on.try_set(false);
                done
            });
        });
    };
    view! {
        <button data-testid="record" disabled=move || is_asking.get() || intake.is_busy() on:click=start>
            {move || td_string!(i18n.get_locale(), train_record, n = FRAMES).to_string()}
        </button>
        <video
            node_ref=video
            class="camera-view"
            class:unseen=move || !is_on.get()
            playsinline
            muted=true
            aria-hidden="true"
            tabindex="-1"
        ></video>
    }
}
