//! Runs of this machine: gone on with, renamed, saved, deleted.

use forger_protocol::runs::{Item, RunInfo};
use leptos::prelude::*;

use super::{keeping::item_of, named::Named, trainer::Trainer, words};
use crate::{
    components::{confirm::Confirm, focus, fold::Fold, labels},
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
    let listed = move || {
        focus::hold();
        runs.get()
    };
    let row = move |run: RunInfo| {
        let run = item_of(runs, run, |run| &run.id);
        view! { <Row trainer run /> }
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
                        <tbody>
                            <For each=listed key=|run| run.id.clone() children=row />
                        </tbody>
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
fn Row(trainer: Trainer, run: Memo<RunInfo>) -> impl IntoView {
    let i18n = use_i18n();
    let id = run.with_untracked(|run| run.id.clone());
    let (to_go_on, of_delete, of_rename) = (id.clone(), id.clone(), id.clone());
    let name = Signal::derive(move || run.with(|run| run.config.name.clone()));
    let question = move || td_string!(i18n.get_locale(), train_delete_of, name = name.get()).to_string();
    let go_on_label = move || format!("{}: {}", t_string!(i18n, train_go_on), name.get());
    let save_label = move || format!("{}: {}", t_string!(i18n, train_checkpoint), name.get());
    view! {
        <tr>
            <th scope="row">
                <Named
                    name
                    rename=move |name: String| trainer.rename(Item::Run, of_rename.clone(), &name)
                    id=format!("run-{id}")
                />
            </th>
            <td>{move || run.with(|run| labels::system(i18n.get_locale(), &run.config.system.name))}</td>
            <td>{move || run.with(|run| labels::count(run.step as f64))}</td>
            <td>{move || run.with(|run| labels::bytes(run.bytes))}</td>
            <td class="acts">
                <button
                    data-testid=format!("go-on-{id}")
                    aria-label=go_on_label
                    disabled=move || trainer.is_busy.get()
                    on:click=move |_| trainer.go_on(to_go_on.clone())
                >
                    {t!(i18n, train_go_on)}
                </button>
                <button
                    data-testid=format!("save-run-{id}")
                    aria-label=save_label
                    on:click=move |_| trainer.download(run.get_untracked())
                >
                    {t!(i18n, train_checkpoint)}
                </button>
                <Confirm
                    label=Signal::derive(move || t_string!(i18n, train_delete).to_owned())
                    question=Signal::derive(question)
                    of=name
                    act=move |()| trainer.delete(Item::Run, of_delete.clone())
                    id=format!("delete-run-{id}")
                />
            </td>
        </tr>
    }
}
