//! Pictures of codes: streams of which only the newest counts, and small ones that are kept.

use std::collections::HashMap;

use forger_protocol::{DeviceKind, EngineError, LatentRequest, Reply, Request, latent_url::Code};
use js_sys::{Float32Array, Uint8Array};
use leptos::{html::Canvas, prelude::*, task::spawn_local};

use super::explorer::Explorer;
use crate::plots::pictures;

/// Small pictures that are kept; more than any page shows.
const KEPT: usize = 1000;
/// A drawing of more pictures than this is given up when a newer one is asked for.
const LONG: usize = 16;

/// Pictures as they came, RGBA `[count, side, side, 4]`.
#[derive(Clone, Default)]
pub struct Pixels {
    pub values: Vec<u8>,
    pub side: usize,
    pub milliseconds: f64,
    pub device: Option<DeviceKind>,
}

impl Pixels {
    pub fn count(&self) -> usize {
        self.values.len() / (self.side * self.side * 4).max(1)
    }

    pub fn one(&self, index: usize) -> Option<&[u8]> {
        let size = self.side * self.side * 4;
        self.values.get(index * size..(index + 1) * size).filter(|values| !values.is_empty())
    }
}

#[derive(Default)]
struct Line {
    /// The request that is being drawn, and how many pictures it asks for.
    busy: Option<(u32, usize)>,
    next: Option<Vec<f32>>,
}

/// A stream of pictures: one request at a time, then the last one asked for.
#[derive(Clone, Copy)]
pub struct View {
    pub pixels: RwSignal<Pixels>,
    line: StoredValue<Line>,
    /// How much is being drawn: 0 where the pictures are those that were asked for last.
    underway: RwSignal<u32>,
}

impl Default for View {
    fn default() -> Self {
        let (pixels, line) = (RwSignal::new(Pixels::default()), StoredValue::new(Line::default()));
        Self { pixels, line, underway: RwSignal::new(0) }
    }
}

/// Small pictures by their code.
#[derive(Default)]
pub struct Cache {
    pictures: HashMap<Code, ArcRwSignal<Pixels>>,
    missing: Vec<Code>,
    busy: bool,
}

impl Explorer {
    /// Draws z, `[count, dim]` flat, unless something newer is asked for before its turn comes.
    pub fn draw(self, view: View, z: Vec<f32>) {
        let busy = view.line.try_update_value(|line| {
            if line.busy.is_some() {
                line.next = Some(z.clone());
            }
            line.busy
        });
        match busy.flatten() {
            Some((request, count)) if count > LONG => self.engine.cancel(request),
            Some(_) => {}
            None => {
                view.underway.update(|count| *count += 1);
                spawn_local(async move {
                    let mut now = Some(z);
                    while let Some(z) = now {
                        self.draw_once(view, z).await;
                        // The page may have been left meanwhile.
                        now = view.line.try_update_value(|line| line.next.take()).flatten();
                    }
                    view.line.try_update_value(|line| line.busy = None);
                    view.underway.try_update(|count| *count -= 1);
                });
            }
        }
    }

    async fn draw_once(self, view: View, z: Vec<f32>) {
        let Some(count) = self.dim_untracked().map(|dim| z.len() / dim).filter(|count| *count > 0) else { return };
        let sent = |id| {
            view.line.try_update_value(|line| line.busy = Some((id, count)));
        };
        match self.ask(count, &z, sent).await {
            Ok(pixels) => {
                view.pixels.try_set(pixels);
            }
            Err(error) => self.tell(&error),
        }
    }

    /// Asks the engine for pictures, and says each time that it does by which request.
    async fn ask(self, count: usize, z: &[f32], sent: impl Fn(u32)) -> Result<Pixels, EngineError> {
        let (engine, model) = (self.engine, self.model().ok_or(EngineError::Cancelled)?);
        let ask = async || {
            let request = LatentRequest::Draw { model: model.clone(), count };
            let (id, answer) = engine.send(Request::Latent(request), vec![Float32Array::from(z).buffer()]);
            sent(id);
            answer.await
        };
        match self.shelf.ask(Some(&model), ask).await? {
            (Reply::Pictures { width, milliseconds, device, .. }, buffers) => {
                engine.used(device);
                let values = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
                Ok(Pixels { values, side: width, milliseconds, device: Some(device) })
            }
            _ => Err(EngineError::Protocol("pictures".into())),
        }
    }

    /// The picture of a code, which is there once it is drawn.
    pub fn picture(self, code: &Code) -> ArcRwSignal<Pixels> {
        let found = self.cache.try_update_value(|cache| {
            if let Some(found) = cache.pictures.get(code) {
                return (found.clone(), false);
            }
            if cache.pictures.len() >= KEPT {
                cache.pictures.clear();
            }
            let new = ArcRwSignal::new(Pixels::default());
            cache.pictures.insert(code.clone(), new.clone());
            cache.missing.push(code.clone());
            let is_first = !std::mem::replace(&mut cache.busy, true);
            (new, is_first)
        });
        let (picture, is_first) = found.unwrap_or_default();
        if is_first {
            // In a task, which runs when all that ask now have asked.
            spawn_local(self.draw_missing());
        }
        picture
    }

    async fn draw_missing(self) {
        while let Some(codes) = self.cache.try_update_value(|cache| std::mem::take(&mut cache.missing)) {
            let known =
                codes.iter().filter_map(|code| Some((code, untrack(|| self.values(code))?))).collect::<Vec<_>>();
            if known.is_empty() {
                break;
            }
            let z = known.iter().flat_map(|(_, z)| z.iter().copied()).collect::<Vec<_>>();
            let asked_of = self.sha256.try_get_untracked();
            let answer = self.ask(known.len(), &z, |_| ()).await;
            // Of another model by now, the same codes are other pictures, which are asked for next.
            if self.sha256.try_get_untracked() != asked_of {
                continue;
            }
            match answer {
                Ok(pixels) => {
                    for (index, (code, _)) in known.iter().enumerate() {
                        let signal = self.cache.try_with_value(|cache| cache.pictures.get(*code).cloned()).flatten();
                        if let (Some(signal), Some(values)) = (signal, pixels.one(index)) {
                            let Pixels { side, milliseconds, device, .. } = pixels;
                            signal.set(Pixels { values: values.to_vec(), side, milliseconds, device });
                        }
                    }
                }
                Err(error) => self.tell(&error),
            }
        }
        self.cache.try_update_value(|cache| cache.busy = false);
    }

    /// Forgets the pictures of another model.
    pub fn forget_pictures(self) {
        self.cache.try_update_value(|cache| {
            cache.pictures.clear();
            cache.missing.clear();
        });
    }
}

/// Keeps a canvas as the pictures `range` of a view, and says of it whether others are on their way.
pub fn show(view: View, canvas: NodeRef<Canvas>, columns: usize, range: impl Fn() -> std::ops::Range<usize> + 'static) {
    Effect::new(move |_| {
        let is_busy = view.underway.get() > 0;
        if let Some(canvas) = canvas.get() {
            let _ = canvas.set_attribute("aria-busy", &is_busy.to_string());
        }
    });
    Effect::new(move |_| {
        let range = range();
        if let Some(canvas) = canvas.get() {
            view.pixels.with(|pixels| {
                let size = pixels.side * pixels.side * 4;
                let range = range.start * size..range.end.min(pixels.count()) * size;
                if let Some(values) = pixels.values.get(range).filter(|values| !values.is_empty()) {
                    pictures::draw(&canvas, values, pixels.side, columns);
                }
            });
        }
    });
}

/// A small picture of a code.
#[component]
pub fn Thumb(explorer: Explorer, #[prop(into)] code: Signal<Option<Code>>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        // Of another model, the same code is another picture.
        if explorer.card.with(Option::is_none) {
            return;
        }
        let (Some(canvas), Some(code)) = (canvas.get(), code.get()) else { return };
        explorer.picture(&code).with(|pixels| {
            if let Some(values) = pixels.one(0) {
                pictures::draw(&canvas, values, pixels.side, 1);
            }
        });
    });
    view! { <canvas node_ref=canvas class="thumb-picture" width="64" height="64"></canvas> }
}
