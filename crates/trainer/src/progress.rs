//! How far a training run is: a bar on a terminal, a line now and then in a log.

use std::{
    cell::Cell,
    collections::BTreeSet,
    io::IsTerminal,
    time::{Duration, Instant},
};

use forger_protocol::{Declaration, Scalar, ScalarKind, message::StepMetrics, system::Role};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::ui;

const LINE_EVERY: Duration = Duration::from_secs(30);
/// Seconds of work of which it is said how long it takes.
const LONG: f64 = 10.0;

/// The progress of a run of so many steps.
pub struct Progress {
    bar: ProgressBar,
    terminal: bool,
    started: Instant,
    first_step: u64,
    /// Real examples in a step.
    examples: u64,
    system: &'static Declaration,
    /// The scalars that its steps tell, with their places.
    told: Vec<(usize, &'static Scalar)>,
    /// The places of those that a step has told: before a player trains, there is nothing to say of it.
    heard: BTreeSet<usize>,
    last_line: Instant,
    metrics: StepMetrics,
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn now() -> Instant {
    Instant::now()
}

/// A bar for a task of so many parts; hidden where there is no terminal.
pub fn bar(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {percent} %, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// A task of many parts: a bar, and a line that says how long it will take where that is long.
pub struct Task {
    bar: ProgressBar,
    about: String,
    is_told: Cell<bool>,
}

impl Task {
    /// `what` are its parts, `about` whose they are.
    pub fn new(total: u64, what: &str, about: &str) -> Self {
        Self { bar: bar(total, what), about: about.to_owned(), is_told: Cell::new(false) }
    }

    pub fn set_length(&self, total: u64) {
        self.bar.set_length(total);
    }

    /// So many parts more are done.
    pub fn done(&self, count: u64) {
        self.bar.inc(count);
        let (spent, done) = (self.bar.elapsed().as_secs_f64(), self.bar.position().max(1) as f64);
        let left = spent / done * (self.bar.length().unwrap_or_default() as f64 - done);
        if !self.is_told.replace(true) && left > LONG {
            self.bar.suspend(|| ui::note(format_args!("{}: about {} left", self.about, time(left))));
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn time(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

impl Progress {
    /// Of steps of a system with these settings.
    pub fn start(done: u64, total: u64, examples: u64, system: &'static Declaration, config: &Value) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} step {pos}/{len}, {eta} left, {msg}") {
            bar.set_style(style);
        }
        bar.set_position(done);
        bar.reset_eta();
        Self {
            bar,
            terminal,
            started: now(),
            first_step: done,
            examples,
            system,
            told: system.told(config).collect(),
            heard: BTreeSet::new(),
            last_line: now(),
            metrics: StepMetrics::default(),
        }
    }

    /// Real examples seen, a second.
    fn rate(&self, step: u64) -> f64 {
        ((step - self.first_step) * self.examples) as f64 / self.started.elapsed().as_secs_f64().max(1e-9)
    }

    /// What the last step told at a place.
    fn value(&self, place: usize) -> f32 {
        self.metrics.values.get(place).copied().unwrap_or_default()
    }

    /// What the network does that a scalar is of, if it is of one.
    fn role(&self, scalar: &Scalar) -> Option<Role> {
        self.system.networks.iter().find(|network| network.name == scalar.of).map(|network| network.role)
    }

    /// Whether the last step updated what draws: the norms of its gradients are 0 otherwise.
    fn has_drawn(&self) -> bool {
        let is_of_drawer =
            |scalar: &Scalar| scalar.kind == ScalarKind::Gradient && self.role(scalar) == Some(Role::Generator);
        let mut norms = self.told.iter().filter(|(_, scalar)| is_of_drawer(scalar)).peekable();
        norms.peek().is_none() || norms.any(|(place, _)| self.value(*place) != 0.0)
    }

    /// Whether there is something to say of a scalar. While those that judge train alone, nothing is told of the others.
    fn is_said(&self, place: usize, scalar: &Scalar) -> bool {
        let is_of_judge = scalar.kind == ScalarKind::Verdict || self.role(scalar) == Some(Role::Discriminator);
        self.heard.contains(&place) && (is_of_judge || self.value(place) != 0.0 || self.has_drawn())
    }

    fn message(&self, step: u64) -> String {
        let of_kind = |kind: ScalarKind| {
            let of_it = self.told.iter().filter(|(place, scalar)| scalar.kind == kind && self.is_said(*place, scalar));
            let said = of_it.map(|(place, scalar)| format!("{} {:.3}", scalar.of, self.value(*place)));
            let all = said.collect::<Vec<_>>().join(", ");
            if all.is_empty() { all } else { format!("; {}: {all}", kind.name()) }
        };
        format!("{:.0} examples/s{}{}", self.rate(step), of_kind(ScalarKind::Loss), of_kind(ScalarKind::Verdict))
    }

    pub fn update(&mut self, step: u64, metrics: &[StepMetrics]) {
        for StepMetrics { values, .. } in metrics {
            // What a step does not tell is 0.
            self.heard.extend(values.iter().enumerate().filter(|(_, value)| **value != 0.0).map(|(place, _)| place));
        }
        if let Some(last) = metrics.last() {
            self.metrics = last.clone();
        }
        if self.terminal {
            self.bar.set_position(step);
            self.bar.set_message(self.message(step));
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = now();
            let total = self.bar.length().unwrap_or(step);
            let left = ((total - step) * self.examples) as f64 / self.rate(step).max(1e-9);
            ui::note(format_args!("step {step}/{total}, {:.0} min left, {}", left / 60.0, self.message(step)));
        }
    }

    pub fn finish(&self, step: u64) {
        self.bar.finish_and_clear();
        // Without a step there is nothing to tell.
        if step == self.first_step {
            return;
        }
        ui::note(format_args!("step {step}: {}", self.message(step)));
    }
}

#[cfg(test)]
mod tests {
    use forger_protocol::{Settings, SimganConfig, SuperresConfig};

    use super::*;

    /// What is said of steps that told this, one after the other.
    fn said<C: Settings>(config: &C, steps: &[Vec<f32>]) -> String {
        let mut progress = Progress::start(0, 9, 1, &C::SYSTEM, &serde_json::json!(config));
        for (step, values) in (1..).zip(steps) {
            progress.update(step, &[StepMetrics { step, values: values.clone() }]);
        }
        let message = progress.message(steps.len() as u64);
        message.split_once("; ").map(|(_, said)| said.to_owned()).unwrap()
    }

    #[test]
    fn of_an_opponent_that_is_not_there_nothing_is_said() {
        let said = |adversarial: f64| {
            let mut config = SuperresConfig::default();
            config.losses.adversarial = adversarial;
            said(&config, &[vec![0.5, 0.25, 0.75, 0.125, 0.0, 0.0]])
        };
        assert_eq!(said(0.0), "loss: generator 0.250");
        assert_eq!(said(0.1), "loss: discriminator 0.500, generator 0.250; verdict: real 0.750, fake 0.125");
    }

    #[test]
    fn of_a_player_that_does_not_train_yet_nothing_is_said() {
        let config = SimganConfig::default();
        let (alone, game) =
            (vec![0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0, 1.0], vec![0.5, 2.0, 0.125, 0.0, 0.75, 0.25, 1.0, 1.0]);
        assert_eq!(said(&config, std::slice::from_ref(&alone)), "loss: self-regularisation 0.250");
        let of_both =
            "loss: discriminator 0.500, refiner 2.000, self-regularisation 0.125; verdict: real 0.750, refined 0.250";
        assert_eq!(said(&config, &[alone.clone(), game.clone()]), of_both);
        // In between D trains, and nobody else.
        let judged = vec![0.5, 0.0, 0.0, 0.0, 0.75, 0.25, 1.0, 0.0];
        let of_judge = "loss: discriminator 0.500; verdict: real 0.750, refined 0.250";
        assert_eq!(said(&config, &[alone, judged]), of_judge);
        // What was told once and is 0 now may be just that.
        let won = vec![0.0, 0.0, 0.125, 0.0, 1.0, 0.0, 0.0, 1.0];
        let of_won =
            "loss: discriminator 0.000, refiner 0.000, self-regularisation 0.125; verdict: real 1.000, refined 0.000";
        assert_eq!(said(&config, &[game, won]), of_won);
    }
}
