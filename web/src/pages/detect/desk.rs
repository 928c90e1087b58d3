//! What is on the page: which model, and where the threshold is.

mod model;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use forger_protocol::{
    DcganConfig, EngineError, Event, LatentRequest, Reply, Request,
    detect::Normal,
    detect_url::{DetectState, from_query, to_query},
    error::ModelError,
    latent_url::{ModelRef, short_hash},
    message::DeviceKind,
};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use web_sys::File;

use super::batch::Row;
use crate::{
    components::labels,
    engine_client::{Engine, Source, use_engine},
    i18n::*,
    pages::{
        image_to_image::ask::Picture,
        links::{Found, asked, compare, complain, query},
    },
    shelf::Shelf,
    state::{
        site, storage,
        toasts::{Toasts, use_toasts},
    },
};
pub use model::Model;

/// Where the name of the model is kept that was used last.
const KEY: &str = "detect";
/// The share of normal pictures that is called strange where nothing is said.
const RATE: f64 = 0.05;

/// How far a search is.
#[derive(Clone, PartialEq)]
pub struct Look {
    /// Whether steps are parts of the picture.
    pub in_parts: bool,
    pub step: usize,
    pub steps: usize,
    pub score: f32,
    pub made: Picture,
    /// Of each start, its losses so far.
    pub curves: Vec<Vec<f32>>,
}

/// A picture that was judged.
#[derive(Clone, PartialEq)]
pub struct Verdict {
    /// As the model saw it.
    pub given: Picture,
    /// What comes nearest to it.
    pub made: Picture,
    /// Where they differ, in `[0, 2]`.
    pub residual: Arc<[f32]>,
    pub score: f32,
    pub milliseconds: f64,
    /// Of each start, its loss at each step.
    pub curves: Vec<Vec<f32>>,
}

#[derive(Clone, Copy)]
pub struct Desk {
    pub engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub shelf: Shelf,
    /// Name of the model; empty before there is one.
    pub name: RwSignal<String>,
    pub model: Memo<Option<Model>>,
    /// Where the user has put it.
    pub moved: RwSignal<Option<f32>>,
    /// Scores above this are strange.
    pub threshold: Memo<Option<f32>>,
    /// Whether pictures of a batch are judged. There is one search at a time.
    pub batch: RwSignal<bool>,
    /// Those pictures, and what there is to say of each: what the user says of them holds for every model.
    pub files: StoredValue<Vec<File>, LocalStorage>,
    pub rows: RwSignal<Vec<Row>>,
    /// What the address asks for, until it was had.
    wanted: StoredValue<DetectState>,
    /// Whether what there is of models could not be loaded.
    pub failed: RwSignal<bool>,
}

impl Desk {
    pub fn new() -> Self {
        let (state, wrong) = from_query(&query());
        let shelf = Shelf::new::<DcganConfig>()
            .only(|card| card.normal.is_some())
            .accepting(|card| card.normal.as_ref().map(|_| ()).ok_or(ModelError::NotCalibrated));
        let (name, moved) = (RwSignal::new(String::new()), RwSignal::new(state.threshold));
        let model = Memo::new(move |_| {
            let entry = shelf.find(&name.get())?;
            Model::of(entry.card, &entry.sha256)
        });
        let desk = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf,
            name,
            model,
            moved,
            threshold: Memo::new(move |_| moved.get().or_else(|| model.with(|model| usual(&model.as_ref()?.normal)))),
            batch: RwSignal::new(false),
            files: StoredValue::new_local(Vec::new()),
            rows: RwSignal::new(Vec::new()),
            wanted: StoredValue::new(state),
            failed: RwSignal::new(false),
        };
        complain(desk.toasts, desk.locale(), &wrong);
        desk.load();
        desk
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.locale(), error);
    }

    /// Loads what there is, then takes the model of the link, or that of the last time, or else the first.
    pub fn load(self) {
        self.failed.set(false);
        spawn_local(async move {
            match self.shelf.load(&self.asked()).await {
                Ok(()) => self.begin(),
                Err(error) => {
                    self.failed.try_set(true);
                    self.tell(&error);
                }
            }
        });
    }

    /// The name of the model that is asked for.
    fn asked(self) -> String {
        self.wanted.with_value(|state| asked(state.model.as_ref(), KEY))
    }

    fn begin(self) {
        let (wanted, asked) = (self.wanted.with_value(|state| state.model.clone()), self.asked());
        let entry = self.shelf.models.with_untracked(|models| {
            let models = models.as_ref()?;
            models.iter().find(|entry| entry.card.name == asked).or(models.first()).cloned()
        });
        let Some(entry) = entry else { return };
        let hash = short_hash(&entry.sha256);
        if let Some(model) = wanted {
            match compare(self.toasts, self.locale(), &model, &entry.card.name, hash) {
                Found::Same => {}
                // Scores of other weights mean something else.
                Found::Renewed => self.moved.set(None),
                Found::Other => self.forget(),
            }
        }
        self.name.set(entry.card.name);
    }

    /// What a link says of one model is nothing to another.
    fn forget(self) {
        self.wanted.set_value(DetectState::default());
        self.moved.set(None);
    }

    /// Takes another model of the page.
    pub fn choose(self, name: String) {
        self.shelf.cancel();
        self.forget();
        storage::set(KEY, &name);
        self.name.set(name);
        self.forget_link();
    }

    /// Opens a model file of the user's, and takes it.
    pub fn open_file(self, file: File) {
        let name = file.name();
        spawn_local(async move {
            match self.shelf.open(Source::File(file)).await {
                Ok(opened) => {
                    let name = opened.card.name.clone();
                    self.shelf.list(opened.card, opened.sha256);
                    self.choose(name);
                }
                Err(error) => labels::tell_file(self.toasts, self.locale(), &error, &name),
            }
        });
    }

    /// What the link asks for, once.
    pub fn wanted(self) -> DetectState {
        self.wanted.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// The link without a drawing.
    pub fn state(self) -> DetectState {
        let model = self.model.get_untracked().map(|model| ModelRef { name: model.card.name, hash: model.hash });
        DetectState { model, threshold: self.moved.get_untracked(), ..DetectState::default() }
    }

    /// Takes a drawing out of the address, which is no longer the one that is here.
    pub fn forget_link(self) {
        let search = window().location().search().unwrap_or_default();
        if from_query(&search).0 != DetectState::default()
            && let Ok(history) = window().history()
        {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address(&self.state())));
        }
    }

    /// A sample of the model.
    pub async fn sample(self, model: &Model, seed: u32) -> Result<Picture, EngineError> {
        let name = &model.card.name;
        let code = self.shelf.codes(name, &model.config).await?.sample(seed, 0);
        let ask = async || {
            let request = LatentRequest::Draw { model: name.clone(), count: 1 };
            let buffer = Float32Array::from(code.as_slice()).buffer();
            self.engine.request(Request::Latent(request), vec![buffer]).await
        };
        let (_, buffers) = self.shelf.ask(Some(name), ask).await?;
        picture(buffers.first(), [model.side(); 2]).ok_or_else(|| EngineError::Protocol("pictures".into()))
    }

    /// Has the model judge a picture of its size, or of any that it judges in parts, if it is wanted still when the model is open.
    /// `told` hears the id of the request, and how far it is.
    pub async fn judge(
        self,
        model: &Model,
        given: Picture,
        is_wanted: impl Fn() -> bool,
        told: Callback<(u32, Option<Look>)>,
    ) -> Result<Verdict, EngineError> {
        let (name, size, starts) = (&model.card.name, given.size, model.normal.search.starts);
        let [width, height] = size;
        let in_parts = model.normal.grid([height, width], model.side()).is_some_and(|grid| grid.count() > 1);
        let ask = async || {
            is_wanted().then_some(()).ok_or(EngineError::Cancelled)?;
            let request = LatentRequest::Detect { model: name.clone(), size: [height, width] };
            let (id, answer) = self.engine.send(Request::Latent(request), vec![given.buffer()]);
            told.try_run((id, None));
            let curves = Rc::new(RefCell::new(vec![Vec::new(); starts]));
            let into = Rc::clone(&curves);
            self.engine.listen(id, move |event, buffers| {
                let Event::Detecting { step, steps, score } = *event else { return };
                let losses = buffers.get(1).map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
                for losses in losses.chunks_exact(starts.max(1)) {
                    into.borrow_mut().iter_mut().zip(losses).for_each(|(curve, loss)| curve.push(*loss));
                }
                let Some(made) = picture(buffers.first(), size) else { return };
                let curves = into.borrow().clone();
                told.try_run((id, Some(Look { in_parts, step, steps, score, made, curves })));
            });
            let (reply, buffers) = answer.await?;
            let found = match (reply, picture(buffers.first(), size), buffers.get(1)) {
                (Reply::Detected(found), Some(made), Some(residual)) => Some((found, made, residual.clone())),
                _ => None,
            };
            let (found, made, residual) = found.ok_or_else(|| EngineError::Protocol("detected".into()))?;
            let residual = Float32Array::new(&residual).to_vec();
            if residual.len() != width * height {
                return Err(EngineError::Protocol("residual".into()));
            }
            let curves = curves.take();
            let (score, milliseconds) = (found.score, found.milliseconds);
            Ok(Verdict { given: given.clone(), made, residual: residual.into(), score, milliseconds, curves })
        };
        let verdict = self.shelf.ask(Some(name), ask).await?;
        self.engine.used(DeviceKind::Cpu);
        Ok(verdict)
    }
}

/// The threshold where nobody has moved it: that of the usual rate of false alarms, or of the fewest that can be told.
pub fn usual(normal: &Normal) -> Option<f32> {
    normal.scores.threshold(RATE).or_else(|| normal.scores.scores().last().copied())
}

/// RGBA of a picture of this width and height.
fn picture(buffer: Option<&ArrayBuffer>, size: [usize; 2]) -> Option<Picture> {
    let values = Uint8Array::new(buffer?).to_vec();
    (values.len() == size[0] * size[1] * 4).then(|| Picture { size, values: values.into() })
}

/// The link of a state.
pub fn address(state: &DetectState) -> String {
    site::url(&format!("detect?{}", to_query(state)))
}
