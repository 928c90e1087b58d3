//! The latent page: its state, which is what its link holds, and the model that is open.

use forger_protocol::{
    Card, Codes, DcganConfig, EngineError, Manifest, Reply, Request,
    card::Direction,
    codes::Mapping,
    error::ModelError,
    latent,
    latent_url::{Code, LONGEST, LatentState, ModelRef, Move, Term, expression, to_query},
};
use js_sys::{ArrayBuffer, Float32Array};
use leptos::{prelude::*, task::spawn_local};

use super::pictures::{Cache, View};
use crate::{
    components::labels,
    engine_client::{Engine, Source, use_engine},
    i18n::*,
    state::{
        site,
        toasts::{Toasts, use_toasts},
    },
};

/// Samples in the grid.
pub const GRID: usize = 64;

/// The latent page's state.
#[derive(Clone, Copy)]
pub struct Explorer {
    pub engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub manifest: RwSignal<Option<Manifest>>,
    pub state: RwSignal<LatentState>,
    pub card: RwSignal<Option<Card>>,
    /// What the model of the card draws from.
    pub codes: RwSignal<Option<Codes>>,
    /// The model that a link wants and this page does not have.
    pub wanted: RwSignal<Option<ModelRef>>,
    /// The request that loads a model, if one does.
    pub loading: RwSignal<Option<u32>>,
    pub failed: RwSignal<bool>,
    /// The term that a click on a sample goes to.
    pub term: RwSignal<usize>,
    pub grid: View,
    pub cache: StoredValue<Cache>,
}

/// The settings of a model, which is a DCGAN: the engine opens no other here.
pub fn config(card: &Card) -> Option<&DcganConfig> {
    card.system.dcgan()
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq)]
pub enum NoResult {
    Expression(expression::BadExpression),
    /// No exemplar is in this term.
    EmptyTerm(String),
}

impl Explorer {
    pub fn new(state: LatentState) -> Self {
        Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            manifest: RwSignal::new(None),
            state: RwSignal::new(state),
            card: RwSignal::new(None),
            codes: RwSignal::new(None),
            wanted: RwSignal::new(None),
            loading: RwSignal::new(None),
            failed: RwSignal::new(false),
            term: RwSignal::new(0),
            grid: View::default(),
            cache: StoredValue::new(Cache::default()),
        }
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        if error.is_quiet() {
            return;
        }
        self.toasts.error(labels::error(self.locale(), error));
    }

    /// Part of the state, which changes only when it does.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        of: impl Fn(&LatentState) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.state.with(|state| of(state)))
    }

    /// Changes the state, unless no link could hold it. Returns whether it could.
    pub fn change(self, change: impl FnOnce(&mut LatentState)) -> bool {
        let mut state = self.state.get_untracked();
        change(&mut state);
        let fits = address(&state).len() <= LONGEST;
        if fits {
            self.state.set(state);
        } else {
            self.toasts.error(td_string!(self.locale(), link_full, n = LONGEST).to_string());
        }
        fits
    }

    /// The values of a code for the model that is open, if it is one of its length.
    pub fn values(self, code: &Code) -> Option<Vec<f32>> {
        self.codes.try_with(|codes| code.values(codes.as_ref()?))?
    }

    /// What is to be said of the model that is open, without waiting for it.
    pub fn of_model<T>(self, say: impl FnOnce(&Card, &Codes) -> T) -> Option<T> {
        self.card.with_untracked(|card| self.codes.with_untracked(|codes| Some(say(card.as_ref()?, codes.as_ref()?))))
    }

    /// Dimensions of the latent space.
    pub fn dim(self) -> usize {
        self.codes.with(|codes| codes.as_ref().map_or(0, Codes::dim))
    }

    pub fn dim_untracked(self) -> Option<usize> {
        self.codes.try_with_untracked(|codes| Some(codes.as_ref()?.dim()))?
    }

    /// Codes of the grid, `[GRID, dim]`.
    pub fn samples(self) -> Vec<f32> {
        let (seed, truncation) = self.state.with(|state| (state.seed, state.truncation));
        let samples = self.codes.with(|codes| codes.as_ref().map(|codes| codes.samples(seed, GRID)));
        samples.unwrap_or_default().into_iter().map(|value| value * (f32::from(truncation) / 100.0)).collect()
    }

    /// The code of sample `index` of the grid.
    pub fn sample(self, index: usize) -> Code {
        let (seed, truncation) = self.state.with_untracked(|state| (state.seed, state.truncation));
        Code::Sample { seed, index: index as u32, truncation }
    }

    /// The mean of a term; `None` where no exemplar fits the model.
    pub fn mean(self, term: &Term) -> Option<Vec<f32>> {
        let codes = term.codes.iter().filter_map(|code| self.values(code)).collect::<Vec<_>>();
        let slices = codes.iter().map(Vec::as_slice).collect::<Vec<_>>();
        (!slices.is_empty()).then(|| latent::mean(&slices))
    }

    /// What the expression comes to.
    pub fn result(self) -> Result<Vec<f32>, NoResult> {
        let (terms, text) = self.state.with(|state| (state.terms.clone(), state.expression.clone()));
        let find = |name: &str| terms.iter().find(|term| term.name == name);
        let summands = expression::parse(&text, |name| find(name).is_some()).map_err(NoResult::Expression)?;
        let mut means = Vec::new();
        for (sign, name) in summands {
            let mean = find(&name).and_then(|term| self.mean(term));
            means.push((sign, mean.ok_or(NoResult::EmptyTerm(name))?));
        }
        Ok(latent::combine(&means.iter().map(|(sign, mean)| (*sign, mean.as_slice())).collect::<Vec<_>>()))
    }

    /// A direction of the model, by name.
    pub fn direction(self, name: &str) -> Option<Direction> {
        self.card.with(|card| card.as_ref()?.directions.iter().find(|direction| direction.name == name).cloned())
    }

    /// The way of a move, of length 1.
    pub fn way(self, step: &Move) -> Option<Vec<f32>> {
        let Some(own) = &step.own else { return self.direction(&step.name).map(|direction| direction.vector) };
        let values = self.values(own)?;
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        (length > 0.0).then(|| values.iter().map(|value| value / length).collect())
    }

    /// The code that is edited, before its moves.
    pub fn base(self) -> Option<Vec<f32>> {
        let base = self.state.with(|state| state.base.clone()).unwrap_or_else(|| self.sample(0));
        self.values(&base)
    }

    /// The code that is edited, with its moves.
    pub fn current(self) -> Option<Vec<f32>> {
        let mut z = self.base()?;
        for step in self.state.with(|state| state.moves.clone()) {
            if let Some(way) = self.way(&step) {
                z.iter_mut().zip(way).for_each(|(z, way)| *z += f32::from(step.tenths) / 10.0 * way);
            }
        }
        Some(z)
    }

    /// Loads the manifest, then the model that the link names or the first that has directions.
    pub fn load_manifest(self) {
        spawn_local(async move {
            let url = site::url("models/manifest.json");
            match site::fetch_json::<Manifest>(&url).await {
                Ok(mut manifest) => {
                    manifest.models.retain(|entry| entry.card.system.dcgan().is_some());
                    self.manifest.set(Some(manifest));
                    self.load_wanted();
                }
                Err(detail) => {
                    self.failed.set(true);
                    self.tell(&EngineError::Fetch { url, detail });
                }
            }
        });
    }

    /// Loads the model that the state names, from the site.
    pub fn load_wanted(self) {
        let model = self.state.with_untracked(|state| state.model.clone());
        let entry = self.manifest.with_untracked(|manifest| {
            let models = &manifest.as_ref()?.models;
            let named = model.as_ref().and_then(|model| models.iter().find(|entry| entry.card.name == model.name));
            let first = models.iter().find(|entry| !entry.card.directions.is_empty()).or(models.first());
            named.or(first).cloned()
        });
        let Some(entry) = entry else { return };
        if let Some(model) = model {
            if entry.card.name != model.name {
                self.wanted.set(Some(model));
            } else if !model.matches(&entry.card.name, hash(&entry.sha256)) {
                let (wanted, found) = (model.to_string(), format!("{}-{}", entry.card.name, hash(&entry.sha256)));
                self.toasts.error(td_string!(self.locale(), other_model, wanted = wanted, found = found).to_string());
            }
        }
        self.open(Source::Site(Box::new(entry)));
    }

    /// Loads the model of this name, which the user has chosen.
    pub fn choose(self, name: &str) {
        self.wanted.set(None);
        if self.change(|state| state.model = Some(ModelRef { name: name.to_owned(), hash: String::new() })) {
            self.load_wanted();
        }
    }

    /// Opens a file of the user.
    pub fn open_file(self, file: web_sys::File) {
        self.open(Source::File(file));
    }

    fn open(self, source: Source) {
        self.failed.set(false);
        spawn_local(async move {
            let is_own = matches!(source, Source::File(_));
            let (id, answer) = match self.engine.open_model(source.clone()).await {
                Ok(sent) => sent,
                Err(error) => return self.tell(&error),
            };
            if self.loading.try_set(Some(id)).is_some() {
                return;
            }
            let answer = answer.await;
            if self.loading.try_get_untracked().flatten() != Some(id) {
                return;
            }
            self.loading.set(None);
            match answer {
                Ok((Reply::Model { card, .. }, _)) if card.system.dcgan().is_none() => {
                    let (expected, found) = ("dcgan".into(), card.system.name().into());
                    self.tell(&ModelError::OtherSystem { expected, found }.into());
                }
                Ok((Reply::Model { card, sha256 }, buffers)) => {
                    self.engine.opened(card.name.clone(), source);
                    self.opened(*card, buffers, hash(&sha256), is_own);
                }
                Ok(_) => {}
                Err(EngineError::Restarted(_)) => self.open(source),
                Err(error) => {
                    self.failed.set(true);
                    self.tell(&error);
                }
            }
        });
    }

    fn opened(self, card: Card, buffers: Vec<ArrayBuffer>, hash: &str, is_own: bool) {
        let codes = config(&card).and_then(|config| {
            let values = buffers.first().map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
            Codes::new(config, Mapping::from_values(&values, config.latent_dim))
        });
        let is_wanted =
            self.wanted.with_untracked(|wanted| wanted.as_ref().is_none_or(|w| w.matches(&card.name, hash)));
        if is_own || is_wanted {
            self.wanted.set(None);
        }
        if self.wanted.with_untracked(Option::is_none) {
            let model = ModelRef { name: card.name.clone(), hash: hash.to_owned() };
            self.state.update(|state| state.model = Some(model));
        }
        self.forget_pictures();
        let dim = codes.as_ref().map_or(0, Codes::dim);
        self.codes.set(codes);
        self.card.set(Some(card));
        let is_whole = |code: &Code| !matches!(code, Code::Own(steps) if steps.len() != dim);
        if !self.state.with_untracked(|state| codes_of(state).all(is_whole)) {
            self.toasts.error(td_string!(self.locale(), other_length, n = dim).to_string());
        }
    }

    /// Stops a request, whose own answer then says so.
    pub fn cancel(self, request: u32) {
        spawn_local(async move {
            let _ = self.engine.request(Request::Cancel { request }, Vec::new()).await;
        });
    }
}

/// Every code of a state.
fn codes_of(state: &LatentState) -> impl Iterator<Item = &Code> {
    let of_terms = state.terms.iter().flat_map(|term| &term.codes);
    let of_moves = state.moves.iter().filter_map(|step| step.own.as_ref());
    of_terms.chain(of_moves).chain(&state.base).chain(&state.walk)
}

/// What names a file in links.
fn hash(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}

/// The link of a state.
pub fn address(state: &LatentState) -> String {
    site::url(&format!("latent?{}", to_query(state)))
}
