//! What each paragraph shows.

use forger_protocol::{
    Distribution,
    trained::{Trained, trained},
};
use leptos::prelude::*;

use crate::{
    pages::lab::{
        gallery::{self, Gallery},
        layers::{Layer, Layers},
        run::Run,
        state::Lab,
        trained::Training,
    },
    state::screen::{Motion, play},
};

use super::ask::FIRST;

/// The lesson of the gallery that the fourth paragraph is about.
const LESSON: &str = "mode-collapse";
/// Where D knows the real points, and G has begun to move.
const JUDGED: u64 = 120;
/// How long noise travels to its points.
const TRAVEL_MS: f64 = 2400.0;

/// Something to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    Forger,
    Police,
    Game,
    Failure,
    Cure,
    Coin,
}

impl Scene {
    /// The first scene of each paragraph.
    pub const FIRST: [Self; 5] = [Self::Forger, Self::Police, Self::Game, Self::Failure, Self::Coin];

    /// For tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forger => "forger",
            Self::Police => "police",
            Self::Game => "game",
            Self::Failure => "failure",
            Self::Cure => "cure",
            Self::Coin => "coin",
        }
    }

    /// The scene that its paragraph begins with.
    pub fn first(self) -> Self {
        if self == Self::Cure { Self::Failure } else { self }
    }

    const fn layers(self) -> Layers {
        match self {
            Self::Forger => Layers::of(&[Layer::Fake, Layer::Manifold]),
            _ => Layers::of(&[Layer::Real, Layer::Fake, Layer::Verdict, Layer::Line]),
        }
    }
}

/// The game that the page plays: a run that is known to end well.
pub fn game() -> Trained {
    trained(Distribution::Ring).unwrap_or_else(|| Trained { config: Default::default(), steps: 3000 })
}

/// The scene of now, and all that it takes to change it.
#[derive(Clone, Copy)]
pub struct Show {
    pub scene: RwSignal<Option<Scene>>,
    pub training: Training,
    /// Whether the user has taken the run over.
    pub by_hand: StoredValue<bool>,
    /// What is about to be shown because it is being read.
    pub waiting: StoredValue<Option<TimeoutHandle>>,
    /// How far the page was scrolled when the scene began.
    pub begun_at: StoredValue<f64>,
    run: Run,
    lab: Lab,
    gallery: Gallery,
    motion: StoredValue<Option<Motion>>,
}

impl Show {
    pub fn new(run: Run, lab: Lab, gallery: Gallery, training: Training) -> Self {
        let show = Self {
            scene: RwSignal::new(None),
            training,
            by_hand: StoredValue::new(false),
            waiting: StoredValue::new(None),
            begun_at: StoredValue::new(0.0),
            run,
            lab,
            gallery,
            motion: StoredValue::new(None),
        };
        on_cleanup(move || show.stop_motion());
        show
    }

    /// Whether a scene is there: lessons are fetched. Tracked.
    pub fn can(self, scene: Scene) -> bool {
        match scene {
            Scene::Failure | Scene::Cure => {
                self.gallery.lessons.with(|lessons| lessons.iter().any(|lesson| lesson.id == LESSON))
            }
            _ => true,
        }
    }

    pub fn begin(self, scene: Scene) {
        self.stop_motion();
        self.stop_waiting();
        self.by_hand.set_value(false);
        self.begun_at.set_value(window().scroll_y().unwrap_or_default());
        self.scene.set(Some(scene));
        self.lab.layers.set(scene.layers());
        self.lab.travel.set(1.0);
        // Where D has seen nothing, it is not asked.
        self.lab.spot.set((scene != Scene::Forger).then_some(FIRST));
        match scene {
            Scene::Forger => {
                self.run.config.set(game().config);
                self.run.open();
                self.travel();
            }
            Scene::Police => self.run.start(game().config, JUDGED),
            Scene::Game | Scene::Coin => self.training.go_on(game()),
            Scene::Failure | Scene::Cure => self.lesson(scene == Scene::Cure),
        }
    }

    /// What was about to be shown is not.
    pub fn stop_waiting(self) {
        if let Some(waiting) = self.waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }

    fn lesson(self, cure: bool) {
        let lesson =
            self.gallery.lessons.with_untracked(|lessons| lessons.iter().find(|lesson| lesson.id == LESSON).cloned());
        if let Some(lesson) = lesson {
            gallery::begin(self.run, self.lab, &lesson, cure);
        }
    }

    fn travel(self) {
        self.motion.set_value(Some(play(TRAVEL_MS, move |share| {
            // Slow at both ends, so that the eye can follow.
            let _ = self.lab.travel.try_set(share * share * (3.0 - 2.0 * share));
        })));
    }

    fn stop_motion(self) {
        if let Some(motion) = self.motion.try_update_value(Option::take).flatten() {
            motion.stop();
        }
    }
}
