//! The camera as a source: each picture goes through the network while the next one is waited for.

use forger_protocol::{DeviceKind, EngineError, latent_url::ModelRef};
use leptos::{html::Video, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlVideoElement, MediaStream};

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
        saving::png_file,
        studio::Studio,
    },
};

/// How much closer than all that the camera sees.
const CLOSEST: f64 = 3.0;
/// Photos that are taken here are called so.
const NAME: &str = "camera.png";

/// The last picture that went through.
#[derive(Clone, PartialEq)]
struct Frame {
    given: Picture,
    made: Picture,
    milliseconds: f64,
    device: DeviceKind,
    /// By which model, and whether on the way back.
    by: (ModelRef, bool),
}

#[derive(Clone, Copy)]
struct Live {
    desk: Desk,
    video: NodeRef<Video>,
    stream: RwSignal<Option<MediaStream>, LocalStorage>,
    /// The side of the device that is asked for.
    facing: Memo<&'static str>,
    zoom: RwSignal<f64>,
    is_asking: RwSignal<bool>,
    /// Starts and stops so far: the last one counts.
    runs: StoredValue<u32>,
    frame: RwSignal<Option<Frame>>,
    request: RwSignal<Option<u32>>,
}

impl Live {
    fn start(self) {
        self.is_asking.set(true);
        let facing = self.facing.get_untracked();
        spawn_local(async move {
            let answer = open(facing).await;
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
            let before = self.model();
            match self.once(&video, run).await {
                // The opening of the model was cancelled, and not for another one: the next picture would begin it anew.
                Err(EngineError::Cancelled) if before.is_some() && before == self.model() => break,
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

    fn model(self) -> Option<ModelRef> {
        self.desk.model.try_get_untracked().flatten().map(|model| model.key())
    }

    async fn once(self, video: &HtmlVideoElement, run: u32) -> Result<(), EngineError> {
        let model = self.desk.model.try_get_untracked().flatten().ok_or(EngineError::Cancelled)?;
        let zoom = self.zoom.get_untracked();
        let Some(given) = square(video, zoom, Some(model.side)).as_ref().and_then(Picture::of) else { return Ok(()) };
        let back = self.desk.back.get_untracked() && model.goes_back();
        let is_wanted = move || self.is_on(run);
        let told = Told::new(move |(id, _, _)| {
            if is_wanted() {
                self.request.set(Some(id));
            }
        });
        let answer = self.desk.make_if(is_wanted, &given, back, told).await;
        if is_wanted() {
            self.request.set(None);
        }
        let (made, took) = answer?;
        if is_wanted() {
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

/// `stream` is what the camera sees while it is on; `open` takes a frame of that as a photo.
#[component]
pub fn Camera(
    desk: Desk,
    studio: Studio,
    stream: RwSignal<Option<MediaStream>, LocalStorage>,
    facing: Memo<&'static str>,
    #[prop(into)] open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let live = Live {
        desk,
        video: NodeRef::new(),
        stream,
        facing,
        zoom: RwSignal::new(1.0),
        is_asking: RwSignal::new(false),
        runs: StoredValue::new(0),
        frame: RwSignal::new(None),
        request: RwSignal::new(None),
    };
    on_cleanup(move || live.stop());
    // Who looked at a face looks at something else now.
    Effect::new(move |before: Option<&'static str>| {
        let facing = facing.get();
        if before.is_some_and(|before| before != facing) && stream.with_untracked(Option::is_some) {
            live.stop();
            live.start();
        }
        facing
    });
    let keep = move |_| {
        let square = live.video.get_untracked().and_then(|video| square(&video, live.zoom.get_untracked(), None));
        let Some(square) = square else { return };
        let (is_free, coming) = (studio.since(), studio.expects());
        spawn_local(async move {
            let file = png_file(&square, NAME).await;
            match file.filter(|_| is_free()) {
                Some(file) => open.run(vec![file]),
                None if is_free() => desk.toasts.error(td_string!(desk.locale(), up_no_memory).to_string()),
                None => {}
            }
            drop(coming);
        });
    };
    let zoom = move |event| {
        let zoom = event_target_value(&event).parse::<f64>().unwrap_or(1.0);
        live.zoom.set(zoom.clamp(1.0, CLOSEST));
    };
    let is_of_faces = Memo::new(move |_| {
        let first = !desk.back.get();
        desk.model.with(|model| model.as_ref().is_some_and(|model| model.is_of_faces(first)))
    });
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
                <Show when=is_on>
                    <button data-testid="camera-keep" disabled=move || desk.is_batching.get() on:click=keep>
                        {t!(i18n, tr_camera_keep)}
                    </button>
                </Show>
            </div>
            <Show when=is_on>
                <label class="zoom">
                    <span>{t!(i18n, zoom)}</span>
                    <input
                        type="range"
                        min="1"
                        max=CLOSEST
                        step="0.05"
                        data-testid="camera-zoom"
                        aria-valuetext=move || format!("×{:.1}", live.zoom.get())
                        prop:value=move || live.zoom.get()
                        on:input=zoom
                    />
                </label>
                <Show when=move || is_of_faces.get()>
                    <p class="muted">{t!(i18n, tr_camera_faces)}</p>
                </Show>
            </Show>
            <video node_ref=live.video class="unseen" playsinline muted=true aria-hidden="true" tabindex="-1"></video>
            <Show when=move || is_shown.get()>
                // As in a mirror, on both sides; what goes through the network and what is kept is not turned over.
                <div class="live" class:mirrored=move || facing.get() == "user" data-testid="live">
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
