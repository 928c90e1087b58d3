//! Links, files and pictures of a run.

use forger_protocol::{Settings as _, ToyConfig, lab_url::to_query, message::Measures};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlCanvasElement};

use super::{curves::Curves, layers::Layers, record::Record, run::use_run, state::use_lab};
use crate::{
    components::{files, labels},
    i18n::*,
    plots::canvas::{colour, context, hidden},
    state::{newest::Turns, saved::SavedRun, site, toasts::use_toasts},
};

/// A query as text, with what the address bar needs escaped.
pub fn query_text(query: &[(&str, String)]) -> String {
    query.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// What a link says beside the settings.
pub fn view_query(layers: Layers) -> Vec<(&'static str, String)> {
    if layers == Layers::default() { Vec::new() } else { vec![("show", layers.to_text())] }
}

/// Puts a link into the address bar and the clipboard; says whether the browser allowed the second.
pub fn copy(url: String, then: impl FnOnce(bool) + 'static) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
    }
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        // Browsers give a clipboard to secure pages only.
        return then(false);
    }
    let promise = window().navigator().clipboard().write_text(&url);
    spawn_local(async move { then(JsFuture::from(promise).await.is_ok()) });
}

#[component]
pub fn Share() -> impl IntoView {
    let (i18n, run, lab, toasts) = (use_i18n(), use_run(), use_lab(), use_toasts());
    // The run itself: what is trained now may take its place on this machine, and the button names this one.
    let saved = RwSignal::new(SavedRun::load().filter(|saved| saved.step > 0));
    let restore = move |_| {
        if let Some(saved) = saved.try_update(Option::take).flatten() {
            run.restore(&saved);
        }
    };
    let share = move |_| {
        let (step, replayable) = (untrack(move || run.step()), run.replayable.get_untracked());
        let mut query = to_query(&run.config.get_untracked());
        query.extend(view_query(lab.layers.get_untracked()));
        if replayable {
            query.push(("step", step.to_string()));
        }
        copy(site::url(&format!("lab?{}", query_text(&query))), move |copied| {
            let locale = i18n.get_locale_untracked();
            let text = match (copied, replayable) {
                (false, _) => td_string!(locale, copy_failed),
                (true, true) => td_string!(locale, copied),
                (true, false) => td_string!(locale, copied_settings),
            };
            toasts.note(text.to_string());
        });
    };
    let export = move |_| {
        spawn_local(async move {
            match run.saved().await {
                Ok((step, state)) => {
                    files::give(&Array::of1(&state), "application/octet-stream", &format!("forger-run-{step}.forger"));
                }
                Err(error) => run.tell(&error),
            }
        });
    };
    let turns = Turns::default();
    let import = move |file: File| {
        let is_wanted = turns.begin();
        spawn_local(async move {
            let read = JsFuture::from(file.array_buffer()).await;
            if !is_wanted() {
                return;
            }
            match read {
                Ok(buffer) => run.import(buffer.unchecked_into(), false),
                Err(_) => toasts.error(td_string!(i18n.get_locale_untracked(), e_file, name = file.name()).to_string()),
            }
        });
    };
    let curves = move |_| {
        let (text, step) = untrack(|| (run.look.with(|look| table(&look.curves)), run.step()));
        files::give(&Array::of1(&text.into()), "text/csv", &format!("forger-curves-{step}.csv"));
    };
    let dropped = files::on_drop(move |files| files.into_iter().take(1).for_each(import));
    let picture = move |_| give_picture(untrack(|| run.shown_step()));
    view! {
        <div
            class="share"
            role="group"
            aria-label=move || t_string!(i18n, share_title)
            on:dragover=|event| event.prevent_default()
            on:drop=dropped
        >
            <div class="buttons">
                <button class="primary" data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
                {move || {
                    saved
                        .with(|saved| saved.as_ref().map(|saved| saved.step))
                        .map(|step| {
                            view! {
                                <button class="plain" data-testid="continue-button" on:click=restore>
                                    {move || {
                                        t_string!(i18n, continue_run, step = labels::count(step as f64)).to_string()
                                    }}
                                </button>
                            }
                        })
                }}
            </div>
            <div class="buttons">
                <button data-testid="export-button" on:click=export>{t!(i18n, export_run)}</button>
                <label class="button file">
                    <span>{t!(i18n, import_run)}</span>
                    <input
                        type="file"
                        class="unseen"
                        accept=".forger"
                        data-testid="import-file"
                        on:change=move |event| {
                            if let Some(file) = files::chosen(&event) {
                                import(file);
                            }
                        }
                    />
                </label>
            </div>
            <div class="buttons">
                <button data-testid="png-button" on:click=picture>{t!(i18n, save_png)}</button>
                <button data-testid="csv-button" on:click=curves>{t!(i18n, save_csv)}</button>
                <Record />
            </div>
        </div>
    }
}

/// The curves as comma-separated values: a line a step, with the distances where they were measured.
fn table(curves: &Curves) -> String {
    let scalars = ToyConfig::SYSTEM.scalars;
    let keys = scalars.iter().map(|scalar| scalar.key).collect::<Vec<_>>().join(",");
    let mut text = format!("step,{keys},jensen_shannon,sliced_wasserstein\n");
    let mut measures = curves.measures.iter().peekable();
    for m in &curves.metrics {
        // Measures of steps without metrics, such as 0, are left out.
        let mut here: Option<&Measures> = None;
        while let Some(next) = measures.next_if(|next| next.step <= m.step) {
            here = (next.step == m.step).then_some(next);
        }
        let scores = here.map_or_else(
            || ",".to_owned(),
            |here| format!("{},{}", here.jensen_shannon.value, here.sliced_wasserstein.value),
        );
        let told = |place: usize| m.values.get(place).map(f32::to_string).unwrap_or_default();
        let values = (0..scalars.len()).map(told).collect::<Vec<_>>().join(",");
        text += &format!("{},{values},{scores}\n", m.step);
    }
    text
}

/// The canvases of the page that match.
fn canvases(selector: &str) -> Vec<HtmlCanvasElement> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// The plane on the left, the charts on the right, as they are on the screen.
fn give_picture(step: u64) {
    let (planes, charts) = (canvases(".plane canvas"), canvases("[data-chart]"));
    let gap = 24;
    let high = |all: &[HtmlCanvasElement]| all.iter().map(|canvas| canvas.height() + gap).sum::<u32>();
    let wide = |all: &[HtmlCanvasElement]| all.iter().map(HtmlCanvasElement::width).max().unwrap_or_default();
    let (left, right) = (wide(&planes), wide(&charts));
    let size = (left + right + 3 * gap, high(&planes).max(high(&charts)) + gap);
    let Some(all) = hidden(size.0, size.1) else { return };
    let Some(drawing) = context(&all) else { return };
    drawing.set_fill_style_str(&colour("--card"));
    drawing.fill_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
    for (column, x) in [(&planes, gap), (&charts, left + 2 * gap)] {
        let mut y = gap;
        for canvas in column {
            // Charts that are folded away have no size, and cannot be drawn.
            if canvas.width() > 0 && canvas.height() > 0 {
                let _ = drawing.draw_image_with_html_canvas_element(canvas, f64::from(x), f64::from(y));
            }
            y += canvas.height() + gap;
        }
    }
    let give = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            files::give_blob(&blob, &format!("forger-{step}.png"));
        }
    });
    let _ = all.to_blob(give.unchecked_ref());
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::message::{Score, StepMetrics};

    #[test]
    fn the_table_has_a_line_a_step_and_scores_where_they_were_measured() {
        let score = |value| Score { value, ..Score::default() };
        let measured =
            |step| Measures { step, coverage: None, jensen_shannon: score(0.5), sliced_wasserstein: score(0.25) };
        let metrics = (1..=3).map(|step| StepMetrics { step, values: vec![1.5, 0.0, 0.0, 0.0, 0.0, 0.0] }).collect();
        let text = table(&Curves { metrics, measures: vec![measured(0), measured(2), measured(9)] });
        let lines = text.lines().collect::<Vec<_>>();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("step,d_loss,g_loss,d_real,d_fake,d_gradient,g_gradient,jensen_shannon,"));
        assert_eq!(lines[1], "1,1.5,0,0,0,0,0,,");
        assert_eq!(lines[2], "2,1.5,0,0,0,0,0,0.5,0.25");
        let columns = |line: &str| line.split(',').count();
        assert!(lines.iter().all(|line| columns(line) == columns(lines[0])));
    }

    #[test]
    fn a_link_names_layers_only_where_they_differ() {
        assert!(view_query(Layers::default()).is_empty());
        assert_eq!(query_text(&view_query(Layers::from_text("real,push"))), "show=real,push");
    }
}
