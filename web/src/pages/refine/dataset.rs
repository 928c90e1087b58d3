//! Refined pictures with their labels, as many as one wants, in one zip: a data set to learn from.

use forger_protocol::{EngineError, latent_url::ModelRef};
use forger_simulators::{Labels, Simulator};
use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::{
    bench::Bench,
    subject::{Subject, picture},
};
use crate::{
    components::{files, labels, start_stop::StartStop},
    i18n::*,
    numbers::whole,
    pages::image_to_image::{ask::Picture, batch::Zip, formats::PNG, pictures::blank, saving::written},
    state::newest::Turns,
};

/// Pictures that one may ask for.
const MOST: u32 = 20_000;

/// What is made, fixed when it begins.
struct Order {
    bench: Bench,
    model: ModelRef,
    simulator: Simulator,
    seed: u32,
    count: u32,
}

/// The name of a picture of a set, in its folder: digits lie in a folder for each class, as `forger data make` puts
/// them.
fn file_name(index: u32, labels: &Labels) -> String {
    match labels {
        Labels::Digit { class } => format!("{class}/{:06}.png", index + 1),
        Labels::Eye { .. } => format!("{:06}.png", index + 1),
    }
}

/// A line of the table of labels.
fn line(name: &str, labels: &Labels) -> String {
    let values = labels.values().iter().map(f32::to_string).collect::<Vec<_>>();
    format!("{name},{}\n", values.join(","))
}

impl Order {
    /// Makes all of it; `None` where it is not wanted any more, which is asked after each picture.
    async fn made(&self, told: impl Fn(u32) -> bool) -> Result<Option<Blob>, EngineError> {
        let internal = |detail: String| EngineError::Internal(detail);
        let (mut zip, (height, width)) = (Zip::default(), self.simulator.size());
        let mut table = format!("file,{}\n", Labels::names(self.simulator).join(","));
        let canvas = blank([width as u32, height as u32]).ok_or_else(|| internal("canvas".into()))?;
        for index in 0..self.count {
            let sample = Subject::nth(self.simulator, self.seed, u64::from(index)).sample();
            let given: Picture = picture(self.simulator, &sample);
            let made = loop {
                match self.bench.asker().make(&self.model.name, &given, false, Callback::new(|_| {})).await {
                    Ok((made, _)) => break made,
                    // What was given up for something else, such as the opening of its model, is still wanted here.
                    Err(EngineError::Cancelled) if told(index) => {}
                    Err(error) => return Err(error),
                }
            };
            if !told(index) {
                return Ok(None);
            }
            // What a set is of is one model.
            if !self.bench.has(&self.model) {
                return Err(EngineError::NotOpen(self.model.name.clone()));
            }
            made.show(&canvas);
            let file = written(&canvas, &PNG).await.map_err(|error| internal(files::reason(&error)))?;
            let bytes = files::bytes(&file).await.map_err(|error| internal(files::reason(&error)))?;
            let name = file_name(index, &sample.labels);
            zip.add(&format!("images/{name}"), &bytes).map_err(|error| internal(error.to_string()))?;
            table += &line(&name, &sample.labels);
            if !told(index + 1) {
                return Ok(None);
            }
        }
        zip.add("labels.csv", table.as_bytes()).map_err(|error| internal(error.to_string()))?;
        Ok(zip.finish())
    }
}

#[component]
pub fn Dataset(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let count = RwSignal::new(200_u32);
    // How many are made, and of how many, while it is under way.
    let progress = RwSignal::new(None::<(u32, u32)>);
    // How many the last one has, once it is whole.
    let made = RwSignal::new(None::<u32>);
    // One that was cancelled may still wait for its model when the next begins.
    let turns = Turns::default();
    let start = move |()| {
        let Some(model) = bench.model.get_untracked() else { return };
        let (simulator, seed, count) =
            (bench.simulator.get_untracked(), bench.seed.get_untracked(), count.get_untracked());
        let order = Order { bench, model: model.key, simulator, seed, count };
        progress.set(Some((0, count)));
        made.set(None);
        let is_last = turns.begin();
        spawn_local(async move {
            let told = |done| {
                let is_wanted = is_last() && progress.get_untracked().is_some();
                if is_wanted {
                    progress.set(Some((done, count)));
                }
                is_wanted
            };
            match order.made(told).await {
                Ok(Some(zip)) => {
                    files::give_blob(&zip, &format!("forger-refined-{simulator}-{count}.zip"));
                    made.set(Some(count));
                }
                Ok(None) => {}
                Err(error) => bench.tell(&error),
            }
            if is_last() {
                progress.set(None);
            }
        });
    };
    let is_running = move || progress.with(Option::is_some);
    let choose = move |event| {
        let entered = whole(&event_target_value(&event)).map(|number| u32::try_from(number).unwrap_or(MOST));
        // Told where nothing changes, too, so that an entry that is refused gives way to what is in use.
        count.update(|count| *count = entered.unwrap_or(*count).clamp(1, MOST));
    };
    let grouped = |number: u32| labels::count(f64::from(number));
    let said = move || {
        let (done, total) = progress.get().map(|(done, total)| (grouped(done), grouped(total)))?;
        Some(td_string!(i18n.get_locale(), refine_made, n = done, total = total).to_string())
    };
    let outcome =
        move || made.get().map(|n| td_string!(i18n.get_locale(), refine_set_made, n = grouped(n)).to_string());
    let share = move || progress.get().map_or(0.0, |(done, total)| f64::from(done) / f64::from(total.max(1)));
    view! {
        <section class="dataset">
            <h2>{t!(i18n, refine_set)}</h2>
            <p>{t!(i18n, refine_set_lead)}</p>
            <div class="buttons">
                <label>
                    <span>{t!(i18n, refine_set_count)}</span>
                    <input
                        type="number"
                        min="1"
                        max=MOST
                        data-testid="set-count"
                        disabled=is_running
                        prop:value=move || count.get().to_string()
                        on:change=choose
                    />
                </label>
                <Show when=is_running>
                    <progress max="1" prop:value=share aria-label=said></progress>
                </Show>
                <StartStop
                    is_on=Signal::derive(is_running)
                    start
                    stop=move |()| progress.set(None)
                    label=Signal::derive(move || t_string!(i18n, refine_set_start).to_owned())
                    primary=true
                    ids=["set-start", "set-stop"]
                />
                // Not read out with every picture: what came of it is.
                <span data-testid="set-progress">{said}</span>
                <span role="status" data-testid="set-made">{outcome}</span>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_file_and_its_labels() {
        let eye = Labels::Eye { yaw: 1.5, pitch: -2.0, pupil: (27.5, 15.25), openness: 0.75 };
        assert_eq!(line(&file_name(4, &eye), &eye), "000005.png,1.5,-2,27.5,15.25,0.75\n");
        let digit = Labels::Digit { class: 3 };
        assert_eq!(line(&file_name(0, &digit), &digit), "3/000001.png,3\n");
    }
}
