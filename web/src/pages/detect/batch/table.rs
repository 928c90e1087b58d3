//! The judged pictures as a table that can be sorted and saved.

use leptos::prelude::*;

use super::{
    Batch,
    row::{Order, Row, State, sorted},
};
use crate::{
    components::{focus, start_stop::StartStop},
    i18n::*,
};

/// Asks whether pictures may take the place of those that the user has marked.
#[component]
pub fn Replace(batch: Batch) -> impl IntoView {
    let i18n = use_i18n();
    let agree = move |event: web_sys::MouseEvent| {
        focus::keep(&event);
        batch.asked.try_update(Option::take).flatten().into_iter().for_each(|files| batch.replace(files));
    };
    let refuse = move |event: web_sys::MouseEvent| {
        focus::keep(&event);
        batch.asked.set(None);
    };
    view! {
        <Show when=move || batch.asked.with(Option::is_some)>
            <div class="buttons">
                <span role="alert" data-testid="replace">{t!(i18n, detect_replace)}</span>
                <button class="primary" data-testid="replace-yes" on:click=agree>{t!(i18n, detect_replace_yes)}</button>
                <button data-testid="replace-no" on:click=refuse>{t!(i18n, cancel)}</button>
            </div>
        </Show>
    }
}

/// The table; nothing where there is no batch.
#[component]
pub fn Table(batch: Batch) -> impl IntoView {
    let i18n = use_i18n();
    let Batch { desk, board, .. } = batch;
    let scores = StoredValue::new(board.model.with_value(|model| model.normal.scores.clone()));
    let is_over = move || batch.count(State::is_open) == 0;
    let count = move || {
        let locale = i18n.get_locale();
        let total = batch.rows.with(Vec::len);
        let done = total - batch.count(State::is_open);
        let threshold = desk.threshold.get().unwrap_or(f32::INFINITY);
        let strange = batch
            .rows
            .with(|rows| rows.iter().filter(|row| row.score().is_some_and(|score| score > threshold)).count());
        let unread = batch.count(|state| matches!(state, State::Failed(_)));
        td_string!(locale, detect_batch, done = done, total = total, strange = strange, unread = unread).to_string()
    };
    let is_running = Memo::new(move |_| desk.batch.get());
    // Read out when it ends, and not with every picture or place of the threshold.
    let outcome = move || (!is_running.get()).then(|| untrack(count));
    let row = move |place: usize| {
        let row = Memo::new(move |_| batch.rows.with(|rows| rows.get(place).cloned()));
        let show = move |_| {
            let Some(Row { name, state: State::Judged(_, verdict), .. }) = row.get_untracked() else { return };
            match (verdict, batch.files.with_value(|files| files.get(place).cloned())) {
                (Some(verdict), _) => board.lay(name, verdict.given.clone(), Some(verdict)),
                (None, Some(file)) => batch.lay(file),
                (None, None) => {}
            }
        };
        let name = move || row.with(|row| row.as_ref().map(|row| row.name.clone()));
        let score = move || row.with(|row| row.as_ref().and_then(Row::score));
        let p = move || score().map(|score| format!("{:.4}", scores.with_value(|scores| scores.p_value(score))));
        let is_strange = move || Some(score()? > desk.threshold.get()?);
        let said = move || {
            let locale = i18n.get_locale();
            row.with(|row| {
                Some(match &row.as_ref()?.state {
                    State::Waiting => td_string!(locale, up_waiting).to_string(),
                    State::Working => td_string!(locale, up_working).to_string(),
                    State::Failed(said) => said.clone(),
                    State::Judged(..) if is_strange() == Some(true) => td_string!(locale, detect_strange).to_string(),
                    State::Judged(..) => td_string!(locale, detect_normal).to_string(),
                })
            })
        };
        let mark_label = move || {
            let name = name().unwrap_or_default();
            td_string!(i18n.get_locale(), detect_mark, name = name).to_string()
        };
        let is_failed = move || row.with(|row| matches!(row.as_ref().map(|row| &row.state), Some(State::Failed(_))));
        view! {
            <tr class:strange=move || is_strange() == Some(true)>
                <th scope="row">
                    <button class="plain" disabled=move || score().is_none() on:click=show>{name}</button>
                </th>
                <td>{move || score().map(|score| format!("{score:.4}"))}</td>
                <td>{p}</td>
                <td class="verdict" class:bad=is_failed>{said}</td>
                <td>
                    <label class="mark">
                        <input
                            type="checkbox"
                            data-testid="mark"
                            aria-label=mark_label
                            prop:checked=move || row.with(|row| row.as_ref().is_some_and(|row| row.is_marked))
                            on:change=move |event| batch.mark(place, event_target_checked(&event))
                        />
                    </label>
                </td>
            </tr>
        }
    };
    let rows = move || batch.rows.with(|rows| sorted(rows, batch.order.get()));
    let head = move |of: Order, label: Signal<String>, id: &'static str| {
        let sort = move || match of {
            of if batch.order.get() != of => "none",
            Order::Score => "descending",
            _ => "ascending",
        };
        view! {
            <th scope="col" aria-sort=sort>
                <button class="plain" data-testid=id on:click=move |_| batch.order.set(of)>{label}</button>
            </th>
        }
    };
    let (name, score) = (
        Signal::derive(move || t_string!(i18n, detect_name).to_owned()),
        Signal::derive(move || t_string!(i18n, detect_score).to_owned()),
    );
    view! {
        <Show when=move || batch.rows.with(|rows| !rows.is_empty())>
            <section class="batch" node_ref=batch.section>
                <div class="buttons">
                    <strong data-testid="batch-count">{count}</strong>
                    <span class="unseen" role="status" data-testid="batch-over">{outcome}</span>
                    <StartStop
                        is_on=desk.batch
                        start=move |()| batch.start()
                        stop=move |()| batch.cancel()
                        label=Signal::derive(move || t_string!(i18n, detect_go_on).to_owned())
                        blocked=Signal::derive(is_over)
                        ids=["batch-go-on", "batch-stop"]
                    />
                    <button data-testid="save-csv" on:click=move |_| batch.save()>{t!(i18n, detect_save)}</button>
                </div>
                <progress
                    max=move || batch.rows.with(Vec::len)
                    prop:value=move || batch.count(|state| !state.is_open())
                    aria-label=count
                ></progress>
                <div class="rows" tabindex="0" role="region" aria-label=count>
                    <table data-testid="batch">
                        <thead>
                            <tr>
                                {head(Order::Name, name, "sort-name")} {head(Order::Score, score, "sort-score")}
                                <th scope="col">"p"</th> <th scope="col">{t!(i18n, detect_verdict)}</th>
                                <th scope="col">{t!(i18n, detect_marked)}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=rows key=|place| *place children=row />
                        </tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}
