//! The user's own sets: renamed, saved as pictures, deleted.

use forger_protocol::{
    EngineError,
    runs::{Item, LeftOut, SetInfo, Why},
};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};

use super::{keeping::item_of, named::Named, trainer::Trainer};
use crate::{
    components::{confirm::Confirm, files, focus, labels},
    i18n::*,
    pages::image_to_image::{ask::Picture, batch::Zip, formats::PNG, pictures::blank, saving::written},
};

/// The pictures of a set, RGB `[count, side, side, 3]`, as PNG in a zip.
async fn zipped(rgb: &Uint8Array, side: usize) -> Result<Option<web_sys::Blob>, EngineError> {
    let internal = |detail: String| EngineError::Internal(detail);
    let canvas = blank([side as u32; 2]).ok_or_else(|| internal("canvas".into()))?;
    let (length, mut zip) = ((side * side * 3) as u32, Zip::default());
    for index in 0..rgb.length() / length.max(1) {
        // Not all of it at once: a set may be as large as the memory of the page.
        let values = rgb.subarray(index * length, (index + 1) * length).to_vec();
        let rgba = values.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect();
        Picture { size: [side; 2], values: rgba }.show(&canvas);
        let file = written(&canvas, &PNG).await.map_err(|error| internal(files::reason(&error)))?;
        let bytes = files::bytes(&file).await.map_err(|error| internal(files::reason(&error)))?;
        zip.add(&format!("{:06}.png", index + 1), &bytes).map_err(|error| internal(error.to_string()))?;
    }
    Ok(zip.finish())
}

/// Gives the pictures of a set to the user.
async fn save(trainer: Trainer, set: SetInfo) -> Result<(), EngineError> {
    let buffer = trainer.engine.read_stored(Item::Set, set.id).await?;
    if let Some(zip) = zipped(&Uint8Array::new(&buffer), set.side).await? {
        files::give_blob(&zip, &format!("{}.zip", set.name));
    }
    Ok(())
}

/// Why a file is not in a set.
fn why(locale: Locale, why: &Why) -> String {
    match why {
        Why::Unreadable(said) => said.clone(),
        Why::Duplicate(of) => td_string!(locale, train_duplicate, name = of.clone()).to_string(),
    }
}

/// The files that are not in a set, by their names, with the reason.
#[component]
pub fn LeftOutList(#[prop(into)] files: Signal<Vec<LeftOut>>) -> impl IntoView {
    let i18n = use_i18n();
    let line = move |file: LeftOut| {
        let said = move || why(i18n.get_locale(), &file.why);
        view! { <li><span class="name">{file.name}</span> " " <span>{said}</span></li> }
    };
    view! {
        <Show when=move || files.with(|files| !files.is_empty())>
            <ol class="left-out" tabindex="0" aria-label=move || t_string!(i18n, train_left_out) data-testid="left-out">
                {move || files.get().into_iter().map(line).collect_view()}
            </ol>
        </Show>
    }
}

#[component]
pub fn Sets(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let sets = Memo::new(move |_| trainer.own_sets());
    let listed = move || {
        focus::hold();
        sets.get()
    };
    let row = move |set: SetInfo| {
        let set = item_of(sets, set, |set| &set.id);
        view! { <Row trainer set /> }
    };
    view! {
        <Show when=move || sets.with(|sets| !sets.is_empty())>
            <div class="rows" tabindex="0" role="region" aria-label=move || t_string!(i18n, train_pictures)>
                <table data-testid="sets">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, train_name)}</th>
                            <th scope="col">{t!(i18n, card_data)}</th>
                            <th scope="col">{t!(i18n, train_side)}</th>
                            <th scope="col">{t!(i18n, train_size)}</th>
                            <th scope="col"><span class="unseen">{t!(i18n, train_what_to_do)}</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=listed key=|set| set.id.clone() children=row />
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Row(trainer: Trainer, set: Memo<SetInfo>) -> impl IntoView {
    let i18n = use_i18n();
    let id = set.with_untracked(|set| set.id.clone());
    let (of_delete, of_rename) = (id.clone(), id.clone());
    let name = Signal::derive(move || set.with(|set| set.name.clone()));
    let question = move || td_string!(i18n.get_locale(), train_delete_of, name = name.get()).to_string();
    let save_label = move || format!("{}: {}", t_string!(i18n, up_save_zip), name.get());
    let is_saving = RwSignal::new(false);
    let give = move |_| {
        let set = set.get_untracked();
        is_saving.set(true);
        spawn_local(async move {
            if let Err(error) = save(trainer, set).await {
                trainer.tell(&error);
            }
            is_saving.try_set(false);
        });
    };
    view! {
        <tr>
            <th scope="row">
                <Named
                    name
                    rename=move |name: String| trainer.rename(Item::Set, of_rename.clone(), &name)
                    id=format!("set-{id}")
                />
            </th>
            <td>{move || set.with(|set| labels::pictures(i18n.get_locale(), set.count as f64))}</td>
            <td>{move || set.with(|set| set.side)} " px"</td>
            <td>{move || set.with(|set| labels::bytes(set.bytes))}</td>
            <td class="acts">
                <button
                    data-testid=format!("save-set-{id}")
                    aria-label=save_label
                    disabled=move || is_saving.get()
                    on:click=give
                >
                    {t!(i18n, up_save_zip)}
                </button>
                <Confirm
                    label=Signal::derive(move || t_string!(i18n, train_delete).to_owned())
                    question=Signal::derive(question)
                    of=name
                    act=move |()| trainer.delete(Item::Set, of_delete.clone())
                    id=format!("delete-set-{id}")
                />
            </td>
        </tr>
    }
}
