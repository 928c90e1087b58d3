//! Pictures on their way there and back.

use forger_protocol::EngineError;
use leptos::{prelude::*, task::spawn_local};

use super::{desk::Desk, model::Model, size::fit};
use crate::{
    pages::image_to_image::{
        ask::{Picture, Told, Verdicts},
        heat::difference,
        pictures::resized,
        studio::Studio,
    },
    state::newest::Turns,
};

/// Pixels of a picture that goes there and back; a larger one is made smaller for it.
const MOST: usize = 1 << 20;
/// How many times longer than the side of the pictures that the model learned from a small one is.
const LONGEST: u32 = 4;

/// A picture on its way through both networks. What is not there yet is to come, or the model lacks what makes it.
#[derive(Clone, Default, PartialEq)]
pub struct Trip {
    pub given: Option<Picture>,
    /// Whether the picture that was opened is larger.
    pub is_smaller: bool,
    /// What the first network makes of it.
    pub made: Option<Picture>,
    /// What the second one makes of that.
    pub again: Option<Picture>,
    /// How far this is from what was given, and where.
    pub error: Option<(f64, Picture)>,
    /// What the discriminator of each domain says of the given picture, and of the one that was made.
    pub judged: [Option<Verdicts>; 2],
}

/// One trip from each of the domains.
#[derive(Clone, Copy)]
pub struct Trips {
    pub desk: Desk,
    studio: Studio,
    /// By whether it begins in the second domain.
    pub all: [RwSignal<Trip>; 2],
    /// Whoever is on a trip, and whether somebody is.
    turns: Turns,
    pub is_on: RwSignal<bool>,
    /// What is asked of the worker for it, and how far that is.
    pub request: RwSignal<Option<(u32, usize, usize)>>,
    /// Whether what the discriminators say lies over the pictures.
    pub is_judged: RwSignal<bool>,
}

impl Trips {
    pub fn new(desk: Desk, studio: Studio) -> Self {
        let trips = Self {
            desk,
            studio,
            all: [RwSignal::new(Trip::default()), RwSignal::new(Trip::default())],
            turns: Turns::default(),
            is_on: RwSignal::new(false),
            request: RwSignal::new(None),
            is_judged: RwSignal::new(false),
        };
        on_cleanup(move || {
            trips.give_up();
        });
        trips
    }

    /// The picture that is open, small enough to go twice through a network, and whether it was made smaller for that.
    fn picture(self) -> Option<(Picture, bool)> {
        let canvas =
            self.studio.picture.with_untracked(|picture| picture.as_ref().map(|picture| picture.canvas.clone()))?;
        let size = [canvas.width(), canvas.height()];
        if canvas.width() as usize * canvas.height() as usize <= MOST {
            return Some((Picture::of(&canvas)?, false));
        }
        let side = self.desk.model.with_untracked(|model| model.as_ref().map(|model| model.side))?;
        Some((Picture::of(&resized(&canvas, fit(size, side))?)?, true))
    }

    /// Sends the picture that is open there and back, in place of whatever is on its way.
    pub fn start(self) {
        let back = self.studio.plan.back.get_untracked();
        let (Some((given, is_smaller)), Some(model)) = (self.picture(), self.desk.model.get_untracked()) else {
            return;
        };
        self.give_up();
        let is_last = self.turns.begin();
        self.is_on.set(true);
        self.all[usize::from(back)].set(Trip { given: Some(given.clone()), is_smaller, ..Trip::default() });
        spawn_local(async move {
            let answer = self.go(&given, &model, back, is_last).await;
            // Another may be on its way, or another page here.
            if !is_last() {
                return;
            }
            self.is_on.set(false);
            if let Err(error) = answer {
                self.desk.tell(&error);
            }
        });
    }

    /// Of what is not wanted any more nothing is asked, and nothing is shown.
    async fn go(
        self,
        given: &Picture,
        model: &Model,
        back: bool,
        is_last: impl Fn() -> bool + Copy + Send + Sync + 'static,
    ) -> Result<(), EngineError> {
        let (asker, name, trip) = (self.desk.asker(), &model.card.name, self.all[usize::from(back)]);
        let told = Told::new(move |now| {
            if is_last() {
                self.request.set(Some(now));
            }
        });
        let wanted = || is_last().then_some(()).ok_or(EngineError::Cancelled);
        let step = async |picture: &Picture, back: bool| {
            let answer = asker.make_if(is_last, name, picture, back, told).await;
            wanted()?;
            self.request.set(None);
            answer.map(|(made, _)| made)
        };
        let made = step(given, back).await?;
        trip.update(|trip| trip.made = Some(made.clone()));
        let again = step(&made, !back).await?;
        trip.update(|trip| {
            trip.error = difference(given, &again);
            trip.again = Some(again);
        });
        for (place, judged, first) in [(0, given, !back), (1, &made, back)] {
            if model.judges(first) {
                let verdicts = asker.judge(name, given, judged, first).await?;
                wanted()?;
                trip.update(|trip| trip.judged[place] = Some(verdicts));
            }
        }
        Ok(())
    }

    /// Stops what is under way, but not the opening of its model. Whether the worker was asked for something.
    pub fn give_up(self) -> bool {
        self.turns.end();
        self.is_on.try_set(false);
        let request = self.request.try_update(Option::take).flatten();
        request.iter().for_each(|(id, ..)| self.desk.engine.cancel(*id));
        request.is_some()
    }

    /// Stops what is under way. The model is opened all the same where somebody else waits for it.
    pub fn cancel(self) {
        if !self.give_up() && !untrack(|| self.studio.is_busy()) {
            self.desk.shelf.cancel();
        }
    }

    /// What one model made says nothing of another.
    pub fn clear(self) {
        self.give_up();
        self.all.iter().for_each(|trip| trip.set(Trip::default()));
    }

    /// Whether the picture that is open takes a moment only: it is about as large as those that the model learned from. Tracked.
    pub fn is_short(self) -> bool {
        let side = self.desk.model.with(|model| model.as_ref().map_or(0, |model| model.side as u32));
        let is_small = |[width, height]: [u32; 2]| width.min(height) == side && width.max(height) <= LONGEST * side;
        self.studio.size().is_some_and(is_small) && untrack(|| self.studio.refusal()).is_none()
    }
}
