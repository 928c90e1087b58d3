//! A game against the discriminator: two pictures, and which of them is real, or, without pictures of the user's,
//! refined.

use forger_protocol::{EngineError, latent_url::ModelRef};
use forger_simulators::Simulator;
use leptos::{prelude::*, task::spawn_local};
use web_sys::{DragEvent, File};

use super::{
    bench::{Bench, random_seed},
    model::Model,
    real,
    subject::{Subject, picture},
    words,
};
use crate::{
    components::files::{self, PhotoButtons},
    i18n::*,
    pages::image_to_image::{ask::Picture, heat::Shown},
    state::newest::Turns,
};

/// Two pictures, and what the discriminator thinks of them.
#[derive(Clone, PartialEq)]
struct Round {
    pictures: [Picture; 2],
    /// Which of them is the one that is asked for.
    right: usize,
    /// Which of them the discriminator finds more real.
    opponent: usize,
    answer: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Score {
    rounds: u32,
    you: u32,
    opponent: u32,
}

#[derive(Clone, Copy)]
struct Game {
    bench: Bench,
    round: RwSignal<Option<Round>>,
    score: RwSignal<Score>,
    /// Real pictures that the user has brought, of the size of the simulator's.
    real: RwSignal<Vec<Picture>>,
    is_dealing: RwSignal<bool>,
    /// Who deals, and who reads pictures, for the model that there is.
    deals: Turns,
    reads: Turns,
}

impl Game {
    /// Deals two pictures.
    fn deal(self) {
        let is_wanted = self.deals.begin();
        self.is_dealing.set(true);
        spawn_local(async move {
            let dealt = self.dealt().await;
            // Another model may have been taken since, or other pictures brought, or the page left.
            if !is_wanted() {
                return;
            }
            self.is_dealing.set(false);
            match dealt {
                Ok(round) => self.round.set(round),
                Err(error) => self.bench.tell(&error),
            }
        });
    }

    /// Another model is another opponent.
    fn end(self) {
        self.deals.end();
        self.is_dealing.set(false);
        self.round.set(None);
        self.score.set(Score::default());
    }

    /// Real pictures are those of one simulator.
    fn put_away(self) {
        self.reads.end();
        self.real.set(Vec::new());
    }

    async fn dealt(self) -> Result<Option<Round>, EngineError> {
        let (Some(Some(model)), Some(simulator)) =
            (self.bench.model.try_get_untracked(), self.bench.simulator.try_get_untracked())
        else {
            return Ok(None);
        };
        // What was brought may be read only now, for a model that cannot play.
        if !model.judges() {
            return Ok(None);
        }
        let drawn = || picture(simulator, &Subject::nth(simulator, random_seed(), 0).sample());
        let (asker, name, given) = (self.bench.asker(), &model.key.name, drawn());
        let (refined, _) = asker.make(name, &given, false, Callback::new(|_| {})).await?;
        let real = self.real.try_with_untracked(|real| {
            let at = (js_sys::Math::random() * real.len() as f64) as usize;
            real.get(at).cloned()
        });
        // With real pictures the real one is asked for, else the refined one.
        let (asked, other) = match real.flatten() {
            Some(real) => (real, refined),
            None => (refined, drawn()),
        };
        let asked_seems = asker.judge(name, &asked, &asked, false).await?.mean();
        let other_seems = asker.judge(name, &other, &other, false).await?.mean();
        let right = usize::from(js_sys::Math::random() < 0.5);
        let opponent = if asked_seems >= other_seems { right } else { 1 - right };
        let pictures = if right == 0 { [asked, other] } else { [other, asked] };
        Ok(Some(Round { pictures, right, opponent, answer: None }))
    }

    fn answer(self, answer: usize) {
        let Some(round) = self.round.get_untracked().filter(|round| round.answer.is_none()) else { return };
        self.score.update(|score| {
            score.rounds += 1;
            score.you += u32::from(answer == round.right);
            score.opponent += u32::from(round.opponent == round.right);
        });
        self.round.set(Some(Round { answer: Some(answer), ..round }));
    }

    /// Takes pictures of the user's as the real ones.
    fn bring(self, files: Vec<File>) {
        let (locale, (height, width)) = (self.bench.locale(), self.bench.simulator.get_untracked().size());
        let is_wanted = self.reads.begin();
        spawn_local(async move {
            let mut pictures = Vec::new();
            for file in files {
                match real::read(locale, &file, [width as u32, height as u32]).await {
                    Ok(picture) => pictures.push(picture),
                    Err(said) => self.bench.toasts.error(said),
                }
            }
            if !pictures.is_empty() && is_wanted() {
                self.real.set(pictures);
                self.score.set(Score::default());
                self.deal();
            }
        });
    }
}

#[component]
pub fn Contest(bench: Bench) -> impl IntoView {
    let game = Game {
        bench,
        round: RwSignal::new(None),
        score: RwSignal::new(Score::default()),
        real: RwSignal::new(Vec::new()),
        is_dealing: RwSignal::new(false),
        deals: Turns::default(),
        reads: Turns::default(),
    };
    Effect::new(move |before: Option<(Option<ModelRef>, Simulator)>| {
        let now = (bench.key(), bench.simulator.get());
        if let Some((key, simulator)) = before {
            if key != now.0 {
                game.end();
            }
            if simulator != now.1 {
                game.put_away();
            }
        }
        now
    });
    let judges = Memo::new(move |_| bench.model.with(|model| model.as_ref().is_some_and(Model::judges)));
    // What was brought outlives a model that cannot play.
    view! {
        <Show when=move || judges.get()>
            <Play game />
        </Show>
    }
}

#[component]
fn Play(game: Game) -> impl IntoView {
    let i18n = use_i18n();
    let has_real = move || game.real.with(|real| !real.is_empty());
    let question =
        move || if has_real() { t_string!(i18n, refine_which_real) } else { t_string!(i18n, refine_which_refined) };
    let score = move || {
        let Score { rounds, you, opponent } = game.score.get();
        td_string!(i18n.get_locale(), refine_score, you = you, opponent = opponent, n = rounds).to_string()
    };
    let said = move || {
        let round = game.round.get()?;
        let answer = round.answer?;
        let locale = i18n.get_locale();
        let yours =
            if answer == round.right { td_string!(locale, refine_right) } else { td_string!(locale, refine_wrong) };
        let theirs = if round.opponent == round.right {
            td_string!(locale, refine_opponent_right)
        } else {
            td_string!(locale, refine_opponent_wrong)
        };
        Some(format!("{yours} {theirs}"))
    };
    // Until the next one is there, that of before is of other pictures.
    let is_open = move || {
        !game.is_dealing.get() && game.round.with(|round| round.as_ref().is_some_and(|round| round.answer.is_none()))
    };
    let is_on = move || game.round.with(Option::is_some);
    let card = move |index: usize| {
        let shown = Signal::derive(move || game.round.with(|round| Some(round.as_ref()?.pictures[index].clone())));
        let is_right = move || {
            game.round.with(|round| round.as_ref().is_some_and(|round| round.answer.is_some() && round.right == index))
        };
        let label = move || if index == 0 { t_string!(i18n, refine_left) } else { t_string!(i18n, refine_right_one) };
        view! {
            <button
                class:good=is_right
                data-testid=format!("card-{index}")
                disabled=move || !is_open()
                on:click=move |_| game.answer(index)
            >
                <Shown picture=shown />
                <span>{label}</span>
            </button>
        }
    };
    let drop = files::on_drop(move |files| game.bring(files));
    view! {
        <section class="game" on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            <h2>{question}</h2>
            <p>{t!(i18n, refine_game_lead)}</p>
            <Show when=move || !has_real()>
                <p class="muted" data-testid="no-real">
                    {move || words::no_real(i18n.get_locale(), game.bench.simulator.get())}
                </p>
            </Show>
            <Show when=is_on>
                <div class="cards">{[0, 1].map(card).collect_view()}</div>
            </Show>
            <p role="status" data-testid="verdict">{said}</p>
            <p class="muted" data-testid="score">{score}</p>
            <div class="buttons">
                <button
                    class="primary"
                    data-testid="deal"
                    disabled=move || game.is_dealing.get() || is_open()
                    on:click=move |_| game.deal()
                >
                    {move || if is_on() { t_string!(i18n, refine_next) } else { t_string!(i18n, refine_play) }}
                </button>
                <PhotoButtons camera="environment" multiple=true open=move |files| game.bring(files) />
            </div>
        </section>
    }
}
