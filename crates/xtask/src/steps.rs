//! Says what is being done, how far along it is, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use console::style;

/// The steps of a chore, in order.
pub struct Steps {
    indent: &'static str,
    total: usize,
    done: Vec<(String, Duration)>,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { indent: "", total, done: Vec::new() }
    }

    /// The steps of a step.
    pub fn within(total: usize) -> Self {
        Self { indent: "  ", ..Self::new(total) }
    }

    /// Runs one step. A failure names it.
    pub fn run<T>(&mut self, title: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let count = format!("{}[{}/{}]", self.indent, self.done.len() + 1, self.total);
        eprintln!("{} {title} …", style(&count).cyan().bold().for_stderr());
        let start = now();
        let result = step().with_context(|| format!("step {} failed: {title}", count.trim_start()))?;
        let time = start.elapsed();
        eprintln!("{} {title}: {}", style(&count).green().bold().for_stderr(), seconds(time));
        self.done.push((title.to_owned(), time));
        Ok(result)
    }

    /// What was done, with the time of each step.
    pub fn summary(&self) -> String {
        let width = self.done.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0).max("all".len());
        let sum = self.done.iter().map(|(_, time)| *time).sum();
        let lines = self.done.iter().map(|(title, time)| (title.as_str(), *time)).chain([("all", sum)]);
        lines.map(|(title, time)| format!("  {title:width$}  {:>10}\n", seconds(time))).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "xtask never runs in a browser")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    format!("{} min {:02.0} s", (seconds / 60.0).floor(), (seconds % 60.0).floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named() {
        let mut steps = Steps::new(2);
        steps.run("first", || Ok(())).unwrap();
        let error = steps.run("second", || -> Result<()> { anyhow::bail!("no luck") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "step [2/2] failed: second: no luck");
        assert!(steps.summary().contains("first") && !steps.summary().contains("second"));
    }

    #[test]
    fn times_read_well() {
        assert_eq!(seconds(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(127)), "2 min 07 s");
    }
}
