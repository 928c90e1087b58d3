//! The latent page: its state, which is what its link holds, and the model that is open.

use forger_protocol::{
    Card, Codes, DcganConfig, EngineError,
    card::Direction,
    latent,
    latent_url::{Code, LONGEST, LatentState, ModelRef, Move, Term, expression, to_query},
};
use leptos::prelude::*;

use super::pictures::{Cache, View};
use crate::{
    components::labels,
    engine_client::{Engine, Status, use_engine},
    i18n::*,
    shelf::Shelf,
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
    pub shelf: Shelf,
    pub state: RwSignal<LatentState>,
    pub card: RwSignal<Option<Card>>,
    /// What names the file of the model of the card: another may have its name.
    pub sha256: RwSignal<String>,
    /// The settings of the model of the card.
    pub config: RwSignal<Option<DcganConfig>>,
    /// What it draws from.
    pub codes: RwSignal<Option<Codes>>,
    /// The model that a link wants and this page does not have.
    pub wanted: RwSignal<Option<ModelRef>>,
    /// Whether what was to be loaded was not.
    pub failed: RwSignal<bool>,
    /// The model of the site that is loaded, or was last, and its bytes.
    pub loading: RwSignal<Option<(String, u64)>>,
    /// Models that were to be loaded so far: the last one counts.
    pub(super) loads: StoredValue<u32>,
    /// The name of the model that the user has chosen, until it is shown: the state has that which is.
    pub chosen: RwSignal<Option<String>>,
    /// The term that a click on a sample goes to.
    pub term: RwSignal<usize>,
    pub grid: View,
    pub cache: StoredValue<Cache>,
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
            // Those that know what is normal are of /detect.
            shelf: Shelf::new::<DcganConfig>().only(|card| card.normal.is_none()),
            state: RwSignal::new(state),
            card: RwSignal::new(None),
            sha256: RwSignal::new(String::new()),
            config: RwSignal::new(None),
            codes: RwSignal::new(None),
            wanted: RwSignal::new(None),
            failed: RwSignal::new(false),
            loading: RwSignal::new(None),
            loads: StoredValue::new(0),
            chosen: RwSignal::new(None),
            term: RwSignal::new(0),
            grid: View::default(),
            cache: StoredValue::new(Cache::default()),
        }
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.locale(), error);
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

    /// The name of the model that is open.
    pub fn model(self) -> Option<String> {
        self.card.try_with_untracked(|card| card.as_ref().map(|card| card.name.clone()))?
    }

    /// Whether the worker is there to draw. Tracked, and the model with it: of another, the same codes are other pictures.
    pub fn can_draw(self) -> bool {
        self.sha256.track();
        self.engine.status.get() == Status::Ready
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
}

/// The link of a state.
pub fn address(state: &LatentState) -> String {
    site::url(&format!("latent?{}", to_query(state)))
}
