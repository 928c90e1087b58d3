//! The camera as a source: each picture goes through the network while the next one is waited for.

use forger_protocol::{DeviceKind, EngineError};
use futures_channel::oneshot;
use js_sys::{Object, Reflect};
use leptos::{html::Video, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::{desk::Desk, words};
use crate::{
    components::{files::reason, labels},
    i18n::*,
    pages::image_to_image::{
        ask::{Picture, Told},
        heat::Shown,
    },
    plots::canvas::{context, hidden},
};

/// What of a camera's picture is asked for, in pixels.
const WIDTH: u32 = 640;

/// The last picture that went through.
#[derive(Clone, PartialEq)]
struct Frame {
    given: Picture,
    made: Picture,
    milliseconds: f64,
    device: DeviceKind,
}

/// The next frame of the page; there is none while nobody sees it.
async fn next_frame() {
    let (sender, shown) = oneshot::channel();
    request_animation_frame(move || {
        let _ = sender.send(());
    });
    let _ = shown.await;
}

fn stop(stream: &MediaStream) {
    stream
        .get_tracks()
        .iter()
        .filter_map(|track| track.dyn_into::<MediaStreamTrack>().ok())
        .for_each(|track| track.stop());
}

/// Asks for the camera.
async fn open() -> Result<MediaStream, JsValue> {
    let video = Object::new();
    Reflect::set(&video, &"facingMode".into(), &"user".into())?;
    Reflect::set(&video, &"width".into(), &WIDTH.into())?;
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&video);
    // Browsers have no cameras for pages that are not secure.
    let devices = window().navigator().media_devices()?;
    if devices.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?.dyn_into()
}

/// Why there is no camera, in words.
fn refusal(locale: Locale, error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => td_string!(locale, tr_camera_refused).to_string(),
        "NotFoundError" | "OverconstrainedError" | "" => td_string!(locale, tr_camera_none).to_string(),
        "NotReadableError" | "AbortError" => td_string!(locale, tr_camera_busy).to_string(),
        _ => td_string!(locale, tr_camera_failed, detail = reason(error)).to_string(),
    }
}

/// The square in the middle of what the camera sees, if it sees something yet.
fn grab(video: &HtmlVideoElement, side: usize) -> Option<Picture> {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    let from = width.min(height);
    if from < 1.0 {
        return None;
    }
    let (canvas, to) = (hidden(side as u32, side as u32)?, side as f64);
    let (left, top) = ((width - from) / 2.0, (height - from) / 2.0);
    context(&canvas)?
        .draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            video, left, top, from, from, 0.0, 0.0, to, to,
        )
        .ok()?;
    Picture::of(&canvas)
}

#[derive(Clone, Copy)]
struct Live {
    desk: Desk,
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

    async fn once(self, video: &HtmlVideoElement, run: u32) -> Result<(), EngineError> {
        let model = self.desk.model.try_get_untracked().flatten().ok_or(EngineError::Cancelled)?;
        let Some(given) = grab(video, model.side) else { return Ok(()) };
        let back = self.desk.back.get_untracked() && model.goes_back();
        let told = Told::new(move |(id, _, _)| self.request.set(Some(id)));
        let (made, took) = self.desk.make(&given, back, told).await?;
        if self.is_on(run) {
            let frame = Frame { given, made, milliseconds: took.milliseconds, device: took.device };
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
pub fn Camera(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let live = Live {
        desk,
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
                <Show
                    when=is_on
                    fallback=move || view! {
                        <button
                            data-testid="camera-start"
                            disabled=move || live.is_asking.get()
                            on:click=move |_| live.start()
                        >
                            {t!(i18n, tr_camera_start)}
                        </button>
                    }
                >
                    <button data-testid="camera-stop" on:click=move |_| live.stop()>{t!(i18n, tr_camera_stop)}</button>
                </Show>
            </div>
            <video node_ref=live.video class="unseen" playsinline muted=true aria-hidden="true" tabindex="-1"></video>
            <Show when=move || live.frame.with(Option::is_some)>
                <div class="live" data-testid="live">
                    <figure>
                        <div class="sheet"><Shown picture=part(|frame| frame.given.clone()) id="live-given" /></div>
                        <figcaption>{move || name(true)}</figcaption>
                    </figure>
                    <figure>
                        <div class="sheet"><Shown picture=part(|frame| frame.made.clone()) id="live-made" /></div>
                        <figcaption>{move || name(false)} " · " <span data-testid="live-took">{took}</span></figcaption>
                    </figure>
                </div>
            </Show>
        </section>
    }
}
