//! Where pictures are dropped, and what came of them.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{DragEvent, Event, File, MouseEvent};

use super::{
    Intake,
    camera::Record,
    phase::{Phase, Progress},
    zip::is_zip,
};
use crate::{
    components::{files, focus, labels},
    i18n::*,
    pages::train::{sets::LeftOutList, trainer::Trainer, words},
    state::screen::now,
};

/// Sides that a set may have, in pixels.
const SIDES: [usize; 3] = [32, 64, 128];

#[component]
pub fn Panel(trainer: Trainer) -> impl IntoView {
    let (i18n, intake) = (use_i18n(), Intake::new(trainer));
    let open = move |files: Vec<File>| intake.take(files);
    let drop = files::on_drop(open);
    let pick = move |event: Event| intake.take(files::all_chosen(&event));
    let pick_folder = move |event: Event| match files::all_chosen(&event) {
        files if files.is_empty() => {}
        files => {
            let is_wanted = |file: &File| files::is_picture(file) || is_zip(file);
            let pictures = files.into_iter().filter(is_wanted).collect::<Vec<_>>();
            if pictures.is_empty() {
                trainer.toasts.error(td_string!(trainer.locale(), train_no_files).to_string());
            }
            intake.take(pictures);
        }
    };
    let side = move |side: usize| {
        view! { <option value=side.to_string() prop:selected=move || intake.side.get() == side>{format!("{side} × {side}")}</option> }
    };
    let set_side = move |event| event_target_value(&event).parse().into_iter().for_each(|side| intake.side.set(side));
    view! {
        <div
            class="intake"
            data-testid="intake"
            on:dragover=|event: DragEvent| event.prevent_default()
            on:drop=drop
        >
            <p class="drop-here">{t!(i18n, train_drop)}</p>
            <div class="buttons">
                <label class="wide">
                    <span>{t!(i18n, train_set_name)}</span>
                    <input
                        type="text"
                        maxlength="60"
                        data-testid="set-name"
                        disabled=move || intake.is_busy()
                        prop:value=move || intake.name.get()
                        on:input=move |event| intake.name.set(event_target_value(&event))
                    />
                </label>
                <label>
                    <span>{t!(i18n, train_side)}</span>
                    <select data-testid="set-side" disabled=move || intake.is_busy() on:change=set_side>
                        {SIDES.map(side).collect_view()}
                    </select>
                </label>
                <label class="button file">
                    <span>{t!(i18n, train_pick)}</span>
                    <input
                        type="file"
                        class="unseen"
                        accept="image/*,.zip"
                        multiple
                        data-testid="set-files"
                        disabled=move || intake.is_busy()
                        on:change=pick
                    />
                </label>
                <label class="button file">
                    <span>{t!(i18n, train_folder)}</span>
                    <input
                        type="file"
                        class="unseen"
                        prop:webkitdirectory=true
                        data-testid="set-folder"
                        disabled=move || intake.is_busy()
                        on:change=pick_folder
                    />
                </label>
                <Record intake />
            </div>
            <Course intake />
        </div>
    }
}

/// How far it is, what is to become of it, and what became of it.
#[component]
fn Course(intake: Intake) -> impl IntoView {
    let i18n = use_i18n();
    let progress = Memo::new(move |_| match intake.phase.get() {
        Phase::Taking(progress) => Some(progress),
        _ => None,
    });
    let is_asking = Memo::new(move |_| intake.phase.with(|phase| matches!(phase, Phase::Asking(_))));
    let said = move || {
        let (locale, progress) = (i18n.get_locale(), progress.get()?);
        let (n, total) = (labels::count(progress.done as f64), labels::count(progress.total as f64));
        Some(match left(progress) {
            Some(seconds) => {
                let time = words::duration(locale, seconds);
                td_string!(locale, train_taking, n = n, total = total, time = time).to_string()
            }
            None => td_string!(locale, train_taking_first, n = n, total = total).to_string(),
        })
    };
    let share = move || progress.get().map(|progress| progress.done as f64 / progress.total.max(1) as f64);
    let question = move || {
        let n = labels::count(intake.count.get() as f64);
        td_string!(i18n.get_locale(), train_keep_ask, n = n).to_string()
    };
    let is_ending = Memo::new(move |_| intake.phase.with(|phase| matches!(phase, Phase::Ending(_))));
    let report = move || {
        let (locale, Phase::Over(set)) = (i18n.get_locale(), intake.phase.get()) else { return None };
        let left_out = labels::count(intake.left_out.with(Vec::len) as f64);
        Some(match set {
            Some(set) => {
                let n = labels::count(set.count as f64);
                td_string!(locale, train_taken, n = n, name = set.name, left = left_out).to_string()
            }
            None => td_string!(locale, train_taken_none, left = left_out).to_string(),
        })
    };
    let stop = move |event: MouseEvent| {
        focus::keep(&event);
        intake.stop();
    };
    let keep = move |event: MouseEvent| {
        focus::keep(&event);
        spawn_local(intake.keep());
    };
    let drop_it = move |event: MouseEvent| {
        focus::keep(&event);
        spawn_local(intake.drop_it());
    };
    view! {
        <Show when=move || progress.with(Option::is_some)>
            <p class="course">
                <progress max="1" prop:value=share aria-label=move || t_string!(i18n, train_pictures)></progress>
                <span data-testid="intake-progress">{said}</span>
                <button data-testid="intake-stop" on:click=stop>{t!(i18n, cancel)}</button>
            </p>
        </Show>
        <Show when=move || is_asking.get()>
            <p class="course" role="alert">
                <span>{question}</span>
                <button class="primary" data-testid="intake-keep" on:click=keep>
                    {t!(i18n, train_enough)}
                </button>
                <button data-testid="intake-drop" on:click=drop_it>
                    {t!(i18n, train_drop_set)}
                </button>
            </p>
        </Show>
        // A large set takes a while to be written.
        <Show when=move || is_ending.get()>
            <p class="course" role="status" data-testid="intake-ending">
                <progress aria-label=move || t_string!(i18n, train_pictures)></progress>
                {t!(i18n, train_keeping)}
            </p>
        </Show>
        <p class="report" role="status" data-testid="report">{report}</p>
        <LeftOutList files=intake.left_out />
    }
}

/// Seconds that are left, once that can be told.
fn left(progress: Progress) -> Option<f64> {
    let Progress { done, total, start } = progress;
    (done > 0).then(|| (now() - start) / 1e3 / done as f64 * total.saturating_sub(done) as f64)
}
