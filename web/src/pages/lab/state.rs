//! How the lab is looked at: layers, brush, zoom, and what a link hides.

use forger_protocol::{LatentPrior, Random, Stream, lab_url::Group, message::EXTENT};
use leptos::prelude::*;

use super::{
    brush::{self, Brush},
    layers::{Layer, Layers},
    look::Moment,
    response,
    run::{Run, use_run},
    slow::Slow,
    walk::Walk,
    wiring,
};

/// The view of the page that provided it.
#[derive(Clone, Copy)]
pub struct Lab {
    pub layers: RwSignal<Layers>,
    pub brush: RwSignal<Option<Brush>>,
    /// How far the points are on their way from the noise to where G puts them.
    pub travel: RwSignal<f64>,
    /// The moment that is compared with.
    pub pinned: RwSignal<Option<Moment>>,
    /// The steps that the charts show, if not all.
    pub zoom: RwSignal<Option<(f64, f64)>>,
    /// Whether the user draws data of their own.
    pub pad: RwSignal<bool>,
    /// The lesson that is shown, and whether it is its cure.
    pub lesson: RwSignal<Option<(String, bool)>>,
    /// The spot of the plane that D is asked about, or a search.
    pub spot: RwSignal<Option<[f32; 2]>>,
    /// The hidden neuron of D under the pointer: its layer, from 1, and its place.
    pub neuron: RwSignal<Option<(usize, usize)>>,
    /// The noise of each fake.
    pub noise: Memo<Vec<f32>>,
    pub slow: Slow,
    pub walk: Walk,
    run: Run,
    hidden: StoredValue<Vec<String>>,
}

/// Makes a view available to [`use_lab`]; `show` and `hide` are of a link. Needs a run.
pub fn provide_lab(show: Option<String>, hide: Option<String>) -> Lab {
    let run = use_run();
    let kind = Memo::new(move |_| {
        let count = run.look.with(|look| look.moment.fake.len() / 2);
        run.config.with(|config| (config.seed, config.prior, config.latent_dim, count))
    });
    let noise = Memo::new(move |_| {
        let (seed, prior, dim, count) = kind.get();
        Random::new(seed, Stream::Latent).latent(prior, count, dim)
    });
    let hidden = hide.unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
    let lab = Lab {
        layers: RwSignal::new(show.map_or_else(Layers::default, |show| Layers::from_text(&show))),
        brush: RwSignal::new(None),
        travel: RwSignal::new(1.0),
        pinned: RwSignal::new(None),
        zoom: RwSignal::new(None),
        pad: RwSignal::new(false),
        lesson: RwSignal::new(None),
        spot: RwSignal::new(None),
        neuron: RwSignal::new(None),
        noise,
        slow: Slow::new(),
        walk: Walk::default(),
        run,
        hidden: StoredValue::new(hidden),
    };
    provide_context(lab);
    lab
}

/// The view of this page.
pub fn use_lab() -> Lab {
    expect_context()
}

/// The name of a group in a link.
pub const fn group_key(group: Group) -> &'static str {
    match group {
        Group::Data => "data",
        Group::Noise => "noise",
        Group::Game => "game",
        Group::Generator => "generator",
        Group::Discriminator => "discriminator",
    }
}

impl Lab {
    /// Whether a link leaves this part, group or setting in. Parts are `diagram`, `view` (noise and layers), `charts`,
    /// `measures`, `time`, `share`, `settings`, `thumbs`, `trained` and `gallery`; `data` and `noise` mean the groups, not the settings
    /// of that name.
    pub fn has(self, part: &str) -> bool {
        self.hidden.with_value(|hidden| !hidden.iter().any(|name| name == part))
    }

    /// The layers of now: those that were chosen, or those of a stage in slow motion. Tracked.
    pub fn shown_layers(self) -> Layers {
        self.slow.layers().unwrap_or_else(|| self.layers.get())
    }

    /// How far the points have travelled now. Tracked.
    pub fn shown_travel(self) -> f32 {
        if self.slow.is_open() { self.slow.travel.get() as f32 } else { self.travel.get() as f32 }
    }

    /// Fakes, and G's mesh, on their way from the noise. Tracked.
    pub fn under_way(self, moment: &Moment) -> Option<(Vec<f32>, Vec<f32>)> {
        let share = self.shown_travel();
        if share >= 1.0 {
            return None;
        }
        let (prior, dim) = self.run.config.with(|config| (config.prior, config.latent_dim));
        let scale = EXTENT / brush::extent(prior);
        let fakes = self.noise.with(|z| brush::travel(brush::place(z, dim), &moment.fake, scale, share));
        let mesh = forger_protocol::message::mesh(prior, dim);
        let mesh = brush::travel(brush::place(&mesh, dim), &moment.manifold, scale, share);
        Some((fakes, mesh))
    }

    /// The samples under the brush. Tracked.
    pub fn chosen(self, moment: &Moment) -> Vec<usize> {
        let Some(at) = self.brush.get() else { return Vec::new() };
        let (prior, dim): (LatentPrior, usize) = self.run.config.with(|config| (config.prior, config.latent_dim));
        let extent = brush::extent(prior);
        self.noise.with(|z| {
            let noise = brush::spread(z, dim, extent).collect::<Vec<_>>();
            brush::chosen(at, &noise, &moment.fake, extent, EXTENT)
        })
    }

    /// What the neuron under the pointer answers over the plane. Tracked.
    pub fn response(self, moment: &Moment) -> Option<Vec<f32>> {
        let (layer, neuron) = self.neuron.get()?;
        self.run.config.with(|config| {
            let network = config.discriminator;
            let sizes = wiring::sizes(2, network.layers, network.width, 1);
            response::map(&moment.discriminator, &sizes, network.activation, layer, neuron)
        })
    }

    /// Reads all that the drawing of a moment depends on besides the moment.
    pub fn track(self) {
        self.slow.player.track();
        self.slow.stage.track();
        self.slow.travel.track();
        self.walk.track();
        self.layers.track();
        self.travel.track();
        self.brush.track();
        self.spot.track();
        self.neuron.track();
        self.run.config.track();
    }

    pub fn toggle(self, layer: Layer) {
        self.layers.update(|layers| *layers = layers.toggled(layer));
    }
}
