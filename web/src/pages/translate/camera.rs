//! The camera as a source: each picture goes through the network while the next one is waited for.

use forger_protocol::{DeviceKind, EngineError};
use leptos::{html::Video, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream};

use super::{desk::Desk, words};
use crate::{
    components::{
        camera::{next_frame, open, refusal, square, stop},
        labels,
        start_stop::StartStop,
    },
    i18n::*,
    pages::image_to_image::{
        ask::{Picture, Told},
        heat::Shown,
        studio::Studio,
    },
};

/// The last picture that went through.
#[derive(Clone, PartialEq)]
struct Frame {
    given: Picture,
    made: Picture,
    milliseconds: f64,
    device: DeviceKind,
    /// By which model, and whether on the way back.
    by: ((String, String), bool),
}

#[derive(Clone, Copy)]
struct Live {
    desk: Desk,
    studio: Studio,
    video: NodeRef<Video>,
    stream: RwSignal<Option<MediaStream>, LocalStorage>,
    is_asking: RwSignal<bool>,
    /// Starts and stops so far: the last one counts.
    runs: StoredValue<u32>,
    frame: RwSignal<Option<Frame>>,
    request: RwSignal<Option<u32>>,
}

impl Live {
    fn start(self) {
        self.is_asking.set(true);
        spawn_local(async move {
            let answer = open().await;
            if self.is_asking.try_set(false).is_some() {
                // The page was left while the user thought about it.
                answer.iter().for_each(stop);
                return;
            }
            match answer {
                Ok(stream) => self.run(stream).await,
                Err(error) => self.desk.toasts.error(refusal(self.desk.locale(), &error)),
            }
        });
    }

    async fn run(self, stream: MediaStream) {
        let Some(video) = self.video.get_untracked() else { return stop(&stream) };
        video.set_src_object(Some(&stream));
        if let Ok(playing) = video.play() {
            let _ = JsFuture::from(playing).await;
        }
        self.stream.set(Some(stream.clone()));
        let Some(run) = self.next_run() else { return stop(&stream) };
        while self.is_on(run) {
            if !stream.active() {
                self.desk.toasts.error(td_string!(self.desk.locale(), tr_camera_gone).to_string());
                break;
            }
            // It would take the engine from what is under way, frame by frame.
            if self.is_in_the_way() {
                next_frame().await;
                continue;
            }
            match self.once(&video, run).await {
                Ok(()) | Err(EngineError::Cancelled) => next_frame().await,
                Err(error) => {
                    self.desk.tell(&error);
                    break;
                }
            }
        }
        // It may have been started again meanwhile, with another stream.
        if self.is_on(run) {
            self.stop();
        }
        stop(&stream);
    }

    /// Begins a run, which ends all before.
    fn next_run(self) -> Option<u32> {
        self.runs.try_update_value(|count| {
            *count += 1;
            *count
        })
    }

    /// Whether this run is still the one that is wanted.
    fn is_on(self, run: u32) -> bool {
        self.runs.try_get_value() == Some(run)
    }

    /// Whether the page has asked for something else, which takes longer.
    fn is_in_the_way(self) -> bool {
        let is_working = self.studio.work.try_with_untracked(Option::is_some).unwrap_or_default();
        let is_on = |signal: RwSignal<bool>| signal.try_get_untracked().unwrap_or_default();
        is_working || is_on(self.desk.is_on_trip) || is_on(self.desk.is_batching)
    }

    async fn once(self, video: &HtmlVideoElement, run: u32) -> Result<(), EngineError> {
        let model = self.desk.model.try_get_untracked().flatten().ok_or(EngineError::Cancelled)?;
        let Some(given) = square(video, model.side).as_ref().and_then(Picture::of) else { return Ok(()) };
        let back = self.desk.back.get_untracked() && model.goes_back();
        let told = Told::new(move |(id, _, _)| self.request.set(Some(id)));
        let (made, took) = self.desk.make(&given, back, told).await?;
        if self.is_on(run) {
            let by = (model.key(), back);
            let frame = Frame { given, made, milliseconds: took.milliseconds, device: took.device, by };
            self.frame.set(Some(frame));
        }
        Ok(())
    }

    fn stop(self) {
        let _ = self.next_run();
        if let Some(stream) = self.stream.try_update(Option::take).flatten() {
            stop(&stream);
        }
        if let Some(id) = self.request.try_update(Option::take).flatten() {
            self.desk.engine.cancel(id);
        }
    }
}

#[component]
pub fn Camera(desk: Desk, studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let live = Live {
        desk,
        studio,
        video: NodeRef::new(),
        stream: RwSignal::new_local(None),
        is_asking: RwSignal::new(false),
        runs: StoredValue::new(0),
        frame: RwSignal::new(None),
        request: RwSignal::new(None),
    };
    on_cleanup(move || live.stop());
    let part = move |of: fn(&Frame) -> Picture| Signal::derive(move || live.frame.with(|frame| frame.as_ref().map(of)));
    let is_on = move || live.stream.with(Option::is_some);
    let took = move || {
        let (ms, device) = live.frame.with(|frame| frame.as_ref().map(|frame| (frame.milliseconds, frame.device)))?;
        let (ms, device) = (format!("{ms:.0}"), labels::device(device));
        Some(td_string!(i18n.get_locale(), tr_took, ms = ms, device = device).to_string())
    };
    // Of another model or another way, the captions would not be true.
    let is_shown = Memo::new(move |_| {
        let back = desk.back.get();
        let by = desk.model.with(|model| model.as_ref().map(|model| (model.key(), back && model.goes_back())));
        live.frame.with(|frame| frame.as_ref().is_some_and(|frame| by.is_some_and(|by| frame.by == by)))
    });
    let name = move |first: bool| {
        desk.model.with(|model| {
            let model = model.as_ref()?;
            Some(words::domain(i18n.get_locale(), model, first != (desk.back.get() && model.goes_back())))
        })
    };
    view! {
        <section class="camera">
            <h2>{t!(i18n, tr_camera)}</h2>
            <p>{t!(i18n, tr_camera_lead)}</p>
            <div class="buttons">
                <StartStop
                    is_on=Signal::derive(is_on)
                    start=move |()| live.start()
                    stop=move |()| live.stop()
                    label=Signal::derive(move || t_string!(i18n, tr_camera_start).to_owned())
                    end=Signal::derive(move || t_string!(i18n, tr_camera_stop).to_owned())
                    blocked=live.is_asking
                    ids=["camera-start", "camera-stop"]
                />
            </div>
            <video node_ref=live.video class="unseen" playsinline muted=true aria-hidden="true" tabindex="-1"></video>
            <Show when=move || is_shown.get()>
                <div class="live" data-testid="live">
                    <figure>
                        <div class="sheet" role="img" aria-label=move || name(true)>
                            <Shown picture=part(|frame| frame.given.clone()) id="live-given" />
                        </div>
                        <figcaption>{move || name(true)}</figcaption>
                    </figure>
                    <figure>
                        <div class="sheet" role="img" aria-label=move || name(false)>
                            <Shown picture=part(|frame| frame.made.clone()) id="live-made" />
                        </div>
                        <figcaption>{move || name(false)} " · " <span data-testid="live-took">{took}</span></figcaption>
                    </figure>
                </div>
            </Show>
        </section>
    }
}
