//! Runs of this machine: gone on with, renamed, saved, deleted.

use forger_protocol::runs::{Item, RunInfo};
use leptos::prelude::*;

use super::{named::Named, trainer::Trainer, words};
use crate::{
    components::{confirm::Confirm, fold::Fold, labels},
    i18n::*,
};

/// The newest run, which goes on at a click, and the others.
#[component]
pub fn Runs(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let runs = Memo::new(move |_| trainer.other_runs());
    let newest = move || runs.with(|runs| runs.first().cloned()).filter(|_| trainer.open.with(Option::is_none));
    let title = move || {
        let n = runs.with(Vec::len);
        td_string!(i18n.get_locale(), train_runs, n = n).to_string()
    };
    view! {
        {move || newest().map(|run| view! { <Banner trainer run /> })}
        <Show when=move || runs.with(|runs| !runs.is_empty())>
            <Fold name="runs".to_owned() title=Signal::derive(title) open=Signal::stored(false)>
                <div class="rows" tabindex="0" role="region" aria-label=title>
                    <table data-testid="runs">
                        <thead>
                            <tr>
                                <th scope="col">{t!(i18n, train_name)}</th>
                                <th scope="col">{t!(i18n, train_system)}</th>
                                <th scope="col">{t!(i18n, step_count)}</th>
                                <th scope="col">{t!(i18n, train_size)}</th>
                                <th scope="col"><span class="unseen">{t!(i18n, train_what_to_do)}</span></th>
                            </tr>
                        </thead>
                        <tbody>{move || runs.get().into_iter().map(|run| view! { <Row trainer run /> }).collect_view()}</tbody>
                    </table>
                </div>
            </Fold>
        </Show>
    }
}

#[component]
fn Banner(trainer: Trainer, run: RunInfo) -> impl IntoView {
    let i18n = use_i18n();
    let id = run.id.clone();
    let said = move || {
        let locale = i18n.get_locale();
        let (name, system) = (run.config.name.clone(), labels::system(locale, &run.config.system.name));
        let (step, time) = (labels::count(run.step as f64), words::ago(locale, run.saved, trainer.now.get()));
        td_string!(locale, train_stopped_at, name = name, system = system, step = step, time = time).to_string()
    };
    view! {
        <div class="banner" data-testid="go-on-banner">
            <p>{said}</p>
            <button
                class="primary"
                data-testid="go-on"
                disabled=move || trainer.is_busy.get()
                on:click=move |_| trainer.go_on(id.clone())
            >
                {t!(i18n, train_go_on)}
            </button>
        </div>
    }
}

#[component]
fn Row(trainer: Trainer, run: RunInfo) -> impl IntoView {
    let i18n = use_i18n();
    let (id, of_delete, of_rename) = (run.id.clone(), run.id.clone(), run.id.clone());
    let (to_save, name, system) = (run.clone(), run.config.name.clone(), run.config.system.name.clone());
    let (to_question, to_label, to_save_label, of_name) = (name.clone(), name.clone(), name.clone(), name.clone());
    let question = move || td_string!(i18n.get_locale(), train_delete_of, name = to_question.clone()).to_string();
    let go_on_label = move || format!("{}: {to_label}", t_string!(i18n, train_go_on));
    let save_label = move || format!("{}: {to_save_label}", t_string!(i18n, train_checkpoint));
    view! {
        <tr>
            <th scope="row">
                <Named
                    name
                    rename=move |name: String| trainer.rename(Item::Run, of_rename.clone(), &name)
                    id=format!("run-{}", run.id)
                />
            </th>
            <td>{move || labels::system(i18n.get_locale(), &system)}</td>
            <td>{labels::count(run.step as f64)}</td>
            <td>{labels::bytes(run.bytes)}</td>
            <td class="acts">
                <button
                    data-testid=format!("go-on-{id}")
                    aria-label=go_on_label
                    disabled=move || trainer.is_busy.get()
                    on:click=move |_| trainer.go_on(id.clone())
                >
                    {t!(i18n, train_go_on)}
                </button>
                <button
                    data-testid=format!("save-run-{}", run.id)
                    aria-label=save_label
                    on:click=move |_| trainer.download(to_save.clone())
                >
                    {t!(i18n, train_checkpoint)}
                </button>
                <Confirm
                    label=Signal::derive(move || t_string!(i18n, train_delete).to_owned())
                    question=Signal::derive(question)
                    of=Signal::stored(of_name)
                    act=move |()| trainer.delete(Item::Run, of_delete.clone())
                    id=format!("delete-run-{}", run.id)
                />
            </td>
        </tr>
    }
}
