//! What the user keeps on this machine: links with a picture. All of it is one file to take elsewhere.

use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlCanvasElement;

use forger_protocol::latent_url::{Tab, from_query, to_query};

use super::explorer::Explorer;
use crate::{
    components::{files, focus},
    i18n::*,
    state::{site, storage},
};

const KEY: &str = "gallery";
/// The first words of a gallery's file.
const FORMAT: &str = "forger-gallery-1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    query: String,
    /// A PNG, as a data URL.
    picture: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    links: Vec<Kept>,
}

/// The links of a file that read; `None` if it is no gallery.
fn read(text: &str) -> Option<Vec<Kept>> {
    let file = serde_json::from_str::<File>(text).ok().filter(|file| file.format == FORMAT)?;
    let whole =
        |kept: &Kept| kept.picture.starts_with("data:image/png;base64,") && from_query(&kept.query).1.is_empty();
    Some(file.links.into_iter().filter(whole).collect())
}

fn write(links: Vec<Kept>) -> String {
    serde_json::to_string(&File { format: FORMAT.to_owned(), links }).unwrap_or_default()
}

/// What is kept now: another tab may have changed it.
fn stored() -> Vec<Kept> {
    storage::get(KEY).and_then(|text| read(&text)).unwrap_or_default()
}

/// Adds those that are not there yet.
fn merge(kept: &mut Vec<Kept>, new: Vec<Kept>) {
    for link in new {
        if kept.iter().all(|known| known.query != link.query) {
            kept.push(link);
        }
    }
}

/// What the open tab is about, as a PNG.
fn picture(tab: Tab) -> Option<String> {
    let name = match tab {
        Tab::Arithmetic => "result",
        Tab::Edit | Tab::Photo => "edited",
        Tab::Walk => "walk-picture",
    };
    let find = |name: &str| document().query_selector(&format!("[data-testid={name}]")).ok().flatten();
    let canvas = find(name).or_else(|| find("sample-grid"))?.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.to_data_url_with_type("image/png").ok()
}

#[component]
pub fn Gallery(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let kept = RwSignal::new(stored());
    storage::on_change(KEY, move || kept.set(stored()));
    let change = move |change: &dyn Fn(&mut Vec<Kept>)| {
        let mut links = stored();
        change(&mut links);
        if !storage::set(KEY, &write(links)) {
            explorer.toasts.error(td_string!(explorer.locale(), no_room).to_string());
        }
        kept.set(stored());
    };
    let keep = move |_| {
        let state = explorer.state.get_untracked();
        if let Some(picture) = picture(state.tab) {
            let link = Kept { query: to_query(&state), picture };
            change(&|links| merge(links, vec![link.clone()]));
        }
    };
    let export = move |_| {
        files::give(&Array::of1(&write(kept.get_untracked()).into()), "application/json", "forger-gallery.json");
    };
    let import = move |event: web_sys::Event| {
        let Some(file) = files::chosen(&event) else { return };
        spawn_local(async move {
            let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
            match text.and_then(|text| read(&text)) {
                Some(new) => change(&|links| merge(links, new.clone())),
                None => {
                    explorer.toasts.error(td_string!(explorer.locale(), no_gallery, name = file.name()).to_string())
                }
            }
        });
    };
    let one = move |link: Kept| {
        let (query, gone) = (StoredValue::new(link.query.clone()), link.query.clone());
        let open = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            explorer.visit(&query.get_value());
        };
        let remove = move |event: web_sys::MouseEvent| {
            focus::keep(&event);
            change(&|links| links.retain(|link| link.query != gone));
        };
        // Which of them it is, for those who hear only names.
        let place = move || {
            let is_it = |link: &Kept| query.try_with_value(|query| link.query == *query).unwrap_or_default();
            kept.with(|kept| kept.iter().position(is_it)).map_or(0, |at| at + 1)
        };
        view! {
            <li>
                <a href=site::url(&format!("latent?{}", link.query)) on:click=open>
                    <img src=link.picture alt=move || format!("{}: {}", t_string!(i18n, open_kept), place()) />
                </a>
                <button
                    class="plain"
                    aria-label=move || format!("{}: {}", t_string!(i18n, remove), place())
                    on:click=remove
                >
                    "×"
                </button>
            </li>
        }
    };
    view! {
        <section class="kept" data-testid="kept">
            <h2>{t!(i18n, kept_title)}</h2>
            <div class="buttons">
                <button data-testid="keep" on:click=keep>{t!(i18n, keep)}</button>
                <button disabled=move || kept.with(Vec::is_empty) data-testid="export-gallery" on:click=export>
                    {t!(i18n, export_gallery)}
                </button>
                <label class="button file">
                    <span>{t!(i18n, import_gallery)}</span>
                    <input type="file" class="unseen" accept=".json" data-testid="import-gallery" on:change=import />
                </label>
            </div>
            <ul>
                <For each=move || kept.get() key=|link| link.query.clone() children=one />
            </ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(query: &str) -> Kept {
        Kept { query: query.into(), picture: "data:image/png;base64,AAAA".into() }
    }

    #[test]
    fn a_gallery_is_one_file_and_merges() {
        let mut kept = read(&write(vec![link("v=1&seed=2"), link("v=1")])).unwrap();
        merge(&mut kept, vec![link("v=1"), link("v=1&seed=3")]);
        assert_eq!(kept, [link("v=1&seed=2"), link("v=1"), link("v=1&seed=3")]);
    }

    #[test]
    fn what_is_no_gallery_or_no_link_is_left_out() {
        assert!(read("{}").is_none() && read("[]").is_none() && read("").is_none());
        let strange = Kept { picture: "https://example.org/x.png".into(), ..link("v=1") };
        assert!(read(&write(vec![link("v=99"), strange])).unwrap().is_empty());
    }
}
