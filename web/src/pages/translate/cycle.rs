//! There and back: what a CycleGAN learns from, shown with the pictures that are here.

use forger_protocol::EngineError;
use leptos::{prelude::*, task::spawn_local};

use super::{desk::Desk, model::Model, size::fit, words};
use crate::{
    i18n::*,
    pages::image_to_image::{
        ask::{Picture, Told, Verdicts},
        heat::{Police, Shown, difference},
        pictures::resized,
        studio::Studio,
    },
};

/// Pixels of a picture that goes there and back; a larger one is made smaller for it.
const MOST: usize = 1 << 20;

/// A picture on its way through both networks. What is not there yet is to come, or the model lacks what makes it.
#[derive(Clone, Default, PartialEq)]
struct Trip {
    given: Option<Picture>,
    /// What the first network makes of it.
    made: Option<Picture>,
    /// What the second one makes of that.
    again: Option<Picture>,
    /// How far this is from what was given, and where.
    error: Option<(f64, Picture)>,
    /// What the police of each domain says of the given picture, and of the one that was made.
    judged: [Option<Verdicts>; 2],
}

/// One trip from each of the domains.
#[derive(Clone, Copy)]
struct Trips {
    desk: Desk,
    studio: Studio,
    /// By whether it begins in the second domain.
    all: [RwSignal<Trip>; 2],
    request: RwSignal<Option<(u32, usize, usize)>>,
    /// Whether what the police says lies over the pictures.
    is_judged: RwSignal<bool>,
    /// The model whose trips these are, and the hash of its file.
    of: StoredValue<Option<(String, String)>>,
}

impl Trips {
    /// The picture that is open, small enough to go twice through a network.
    fn picture(self) -> Option<Picture> {
        let canvas =
            self.studio.picture.with_untracked(|picture| picture.as_ref().map(|picture| picture.canvas.clone()))?;
        let size = [canvas.width(), canvas.height()];
        if canvas.width() as usize * canvas.height() as usize <= MOST {
            return Picture::of(&canvas);
        }
        let side = self.desk.model.with_untracked(|model| model.as_ref().map(|model| model.side))?;
        Picture::of(&resized(&canvas, fit(size, side))?)
    }

    fn start(self) {
        let back = self.studio.plan.back.get_untracked();
        let (Some(picture), Some(model)) = (self.picture(), self.desk.model.get_untracked()) else { return };
        self.desk.is_on_trip.set(true);
        spawn_local(async move {
            let answer = self.go(&picture, &model, back).await;
            if self.desk.is_on_trip.try_set(false).is_some() {
                return;
            }
            self.request.set(None);
            if let Err(error) = answer {
                self.desk.tell(&error);
            }
        });
    }

    async fn go(self, given: &Picture, model: &Model, back: bool) -> Result<(), EngineError> {
        let (desk, trip) = (self.desk, self.all[usize::from(back)]);
        let told = Told::new(move |now| self.request.set(Some(now)));
        // Of what comes for another model, or after the page was left, nothing is shown.
        let is_wanted = || match self.of.try_with_value(|of| *of == Some(model.key())) {
            Some(true) => Ok(()),
            _ => Err(EngineError::Cancelled),
        };
        trip.set(Trip { given: Some(given.clone()), ..Trip::default() });
        let (made, _) = desk.make(given, back, told).await?;
        is_wanted()?;
        trip.try_update(|trip| trip.made = Some(made.clone()));
        let (again, _) = desk.make(&made, !back, told).await?;
        is_wanted()?;
        trip.try_update(|trip| {
            trip.error = difference(given, &again);
            trip.again = Some(again);
        });
        for (place, judged, first) in [(0, given, !back), (1, &made, back)] {
            if model.judges(first) {
                let verdicts = desk.judge(given, judged, first).await?;
                is_wanted()?;
                trip.try_update(|trip| trip.judged[place] = Some(verdicts));
            }
        }
        Ok(())
    }

    fn cancel(self) {
        match self.request.try_get_untracked().flatten() {
            Some((id, ..)) => self.desk.engine.cancel(id),
            None => self.desk.shelf.cancel(),
        }
    }
}

/// Both cycles, and why they are enough.
#[component]
pub fn Cycles(desk: Desk, studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let trips = Trips {
        desk,
        studio,
        all: [RwSignal::new(Trip::default()), RwSignal::new(Trip::default())],
        request: RwSignal::new(None),
        is_judged: RwSignal::new(false),
        of: StoredValue::new(desk.model.with_untracked(|model| model.as_ref().map(Model::key))),
    };
    on_cleanup(move || trips.cancel());
    // What one model made says nothing of another.
    Effect::new(move |_| {
        let now = desk.model.with(|model| model.as_ref().map(Model::key));
        if trips.of.with_value(|of| *of != now) {
            trips.cancel();
            trips.of.set_value(now);
            trips.all.iter().for_each(|trip| trip.set(Trip::default()));
        }
    });
    let share = move || {
        let (_, done, total) = trips.request.get()?;
        (total > 0).then(|| done as f64 / total as f64)
    };
    let is_busy = move || desk.is_on_trip.get() || desk.is_batching.get() || studio.is_busy();
    let judges =
        move || desk.model.with(|model| model.as_ref().is_some_and(|model| model.judges(true) || model.judges(false)));
    view! {
        <section class="cycles">
            <h2>{t!(i18n, tr_cycle_title)}</h2>
            <p>{t!(i18n, tr_cycle_why)}</p>
            <div class="buttons">
                <button
                    data-testid="trip-button"
                    disabled=move || is_busy() || studio.picture.with(Option::is_none)
                    on:click=move |_| trips.start()
                >
                    {t!(i18n, tr_trip)}
                </button>
                <Show when=move || desk.is_on_trip.get()>
                    <progress max="1" prop:value=share aria-label=move || t_string!(i18n, tr_trip)></progress>
                    <button data-testid="trip-cancel" on:click=move |_| trips.cancel()>{t!(i18n, cancel)}</button>
                </Show>
                <Show when=judges>
                    <label class="check">
                        <input
                            type="checkbox"
                            data-testid="cycle-police"
                            prop:checked=move || trips.is_judged.get()
                            on:change=move |event| trips.is_judged.set(event_target_checked(&event))
                        />
                        <span>{t!(i18n, patch_verdicts)}</span>
                    </label>
                </Show>
            </div>
            <Show when=move || judges() && trips.is_judged.get()>
                <p class="muted" data-testid="police-help">{t!(i18n, patch_verdicts_help)}</p>
            </Show>
            <Cycle trips back=false />
            <Cycle trips back=true />
        </section>
    }
}

/// One cycle: the picture, what becomes of it, what becomes of that, and how far it is from where it began.
#[component]
fn Cycle(trips: Trips, back: bool) -> impl IntoView {
    let i18n = use_i18n();
    let (desk, trip) = (trips.desk, trips.all[usize::from(back)]);
    let name = move |first: bool| {
        desk.model.with(|model| model.as_ref().map(|model| words::domain(i18n.get_locale(), model, first)))
    };
    let part = move |of: fn(&Trip) -> Option<Picture>| Signal::derive(move || trip.with(of));
    let verdicts = move |place: usize| {
        Signal::derive(move || trip.with(|trip| trip.judged[place].clone()).filter(|_| trips.is_judged.get()))
    };
    let opinion = move |place: usize| {
        let mean = trip.with(|trip| trip.judged[place].as_ref().map(Verdicts::mean))?;
        Some(td_string!(i18n.get_locale(), opinion, n = format!("{:.0}", mean * 100.0)).to_string())
    };
    let error = move || {
        let error = trip.with(|trip| trip.error.as_ref().map(|(error, _)| *error))?;
        Some(td_string!(i18n.get_locale(), tr_cycle_error, n = format!("{error:.3}")).to_string())
    };
    // The names of the paper: x and y, G leads from X to Y and F back.
    let [x, y, there, home] = if back { ["y", "F(y)", "F", "G"] } else { ["x", "G(x)", "G", "F"] };
    let again = format!("{home}({y})");
    let label = move |of: &str, first: bool| format!("{of} {}", name(first).unwrap_or_default());
    let spoken = again.clone();
    let how = move || {
        let locale = i18n.get_locale();
        let way = desk.model.with(|model| model.as_ref().map(|model| words::way(locale, model, back)));
        let (kind, way) = (name(!back).unwrap_or_default(), way.unwrap_or_default());
        td_string!(locale, tr_cycle_empty, kind = kind, way = way).to_string()
    };
    let is_empty = move || trip.with(|trip| trip.given.is_none());
    view! {
        <div class="cycle" class:waiting=is_empty data-testid=if back { "cycle-back" } else { "cycle" }>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(x, !back)>
                    <Shown picture=part(|trip| trip.given.clone()) id="given" />
                    <Police verdicts=verdicts(0) />
                </div>
                <figcaption><strong>{x}</strong> " " {move || name(!back)} <small>{move || opinion(0)}</small></figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">{there}" →"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(y, back)>
                    <Shown picture=part(|trip| trip.made.clone()) id="made" />
                    <Police verdicts=verdicts(1) />
                </div>
                <figcaption><strong>{y}</strong> " " {move || name(back)} <small>{move || opinion(1)}</small></figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">{home}" →"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || label(&spoken, !back)>
                    <Shown picture=part(|trip| trip.again.clone()) id="again" />
                </div>
                <figcaption><strong>{again}</strong> " " {move || name(!back)}</figcaption>
            </figure>
            <span class="arrow" aria-hidden="true">"≈"</span>
            <figure>
                <div class="sheet" role="img" aria-label=move || t_string!(i18n, tr_cycle_errors)>
                    <Shown picture=part(|trip| trip.error.as_ref().map(|(_, map)| map.clone())) id="error-map" />
                </div>
                <figcaption data-testid="cycle-error">
                    {move || error().unwrap_or_else(|| t_string!(i18n, tr_cycle_errors).to_owned())}
                    <small>{move || error().map(|_| t_string!(i18n, difference_scale))}</small>
                </figcaption>
            </figure>
        </div>
        <Show when=is_empty>
            <p class="muted empty">{how}</p>
        </Show>
    }
}
