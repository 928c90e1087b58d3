//! Photos of the site to try a page with, where nobody has one at hand: `public/examples/photos.json` lists them.

use std::collections::HashMap;

use forger_protocol::EngineError;
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use web_sys::{File, MouseEvent};

use super::studio::Studio;
use crate::{
    components::{focus, labels},
    i18n::*,
    state::{newest::Turns, site},
};

/// What photos are for that are to become larger. Others are for models that are given pictures of the domain of this name.
pub const LARGER: &str = "larger";

/// A photo to begin with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Example {
    file: String,
    /// By language.
    title: HashMap<String, String>,
    r#for: Vec<String>,
    /// Width and height in pixels, so that nothing moves when it comes.
    size: [u32; 2],
    /// Who made it.
    credit: String,
    /// Where it comes from.
    #[serde(default)]
    source: Option<String>,
    licence: String,
    /// Where the licence can be read.
    #[serde(default)]
    terms: Option<String>,
}

impl Example {
    fn url(&self) -> String {
        site::url(&format!("examples/photos/{}", self.file))
    }

    fn title(&self, locale: Locale) -> String {
        self.title.get(locale.as_str()).cloned().unwrap_or_default()
    }
}

/// What is said, with a link to where it can be read.
fn linked(said: String, place: Option<String>) -> AnyView {
    match place {
        Some(place) => view! { <a href=place target="_blank" rel="noopener">{said}</a> }.into_any(),
        None => said.into_any(),
    }
}

async fn file(example: &Example) -> Result<File, EngineError> {
    let blob = site::fetch_blob(&example.url()).await?;
    let failed = |_| EngineError::Fetch { url: example.url(), detail: String::new() };
    File::new_with_blob_sequence(&Array::of1(&blob), &example.file).map_err(failed)
}

/// Those that are for something: see [`LARGER`].
#[component]
pub fn Examples(studio: Studio, #[prop(into)] of: Signal<Option<String>>, open: Callback<Vec<File>>) -> impl IntoView {
    let (i18n, turns) = (use_i18n(), Turns::default());
    let all = RwSignal::new(Vec::<Example>::new());
    spawn_local(async move {
        // Without them the page lacks nothing that it needs.
        if let Ok(found) = site::fetch_json(&site::url("examples/photos.json")).await {
            all.try_set(found);
        }
    });
    let fitting = Memo::new(move |_| {
        let of = of.get();
        let is_for = |example: &Example| of.as_ref().is_some_and(|of| example.r#for.contains(of));
        all.with(|all| all.iter().filter(|example| is_for(example)).cloned().collect::<Vec<_>>())
    });
    let take = move |event: &MouseEvent, example: Example| {
        // All of this goes once a photo is open.
        focus::keep(event);
        let (is_last, is_free, asked) = (turns.begin(), studio.since(), of.get_untracked());
        spawn_local(async move {
            let file = file(&example).await;
            // Another may be taken by now, a photo opened, or another model or way be wanted.
            if !is_last() || !is_free() || of.try_get_untracked() != Some(asked) {
                return;
            }
            match file {
                Ok(file) => open.run(vec![file]),
                Err(error) => labels::tell(studio.toasts, studio.locale(), &error),
            }
        });
    };
    let button = move |example: Example| {
        let ([width, height], id) = (example.size, example.file.split('.').next().unwrap_or_default().to_owned());
        let (url, titled) = (example.url(), example.clone());
        let by = linked(example.credit.clone(), example.source.clone());
        let licence = linked(example.licence.clone(), example.terms.clone());
        view! {
            <li>
                <button data-testid=format!("example-{id}") on:click=move |event| take(&event, example.clone())>
                    <img src=url alt="" width=width height=height />
                    <span>{move || titled.title(i18n.get_locale())}</span>
                </button>
                <small class="muted" lang="en">{by} ", " {licence}</small>
            </li>
        }
    };
    view! {
        <Show when=move || !fitting.with(Vec::is_empty)>
            <div class="tries" data-testid="examples">
                <p>{t!(i18n, up_try)}</p>
                <ul>{move || fitting.get().into_iter().map(button).collect_view()}</ul>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use forger_protocol::Manifest;

    use super::*;

    const LIST: &str = include_str!("../../../../public/examples/photos.json");
    const MODELS: &str = include_str!("../../../../public/models/manifest.json");

    #[test]
    fn every_photo_is_there_says_who_made_it_and_is_for_something() {
        let manifest = serde_json::from_str::<Manifest>(MODELS).unwrap();
        let domains = manifest.models.iter().flat_map(|entry| entry.card.domains.iter().map(String::as_str));
        let known = domains.chain([LARGER]).collect::<BTreeSet<_>>();
        let examples = serde_json::from_str::<Vec<Example>>(LIST).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/examples/photos");
        for example in &examples {
            let Example { file, title, r#for, size, credit, source, licence, terms } = example;
            assert!(folder.join(file).is_file(), "{file}");
            assert!(["en", "ko"].iter().all(|language| title.contains_key(*language)), "{file}");
            assert!(!r#for.is_empty() && r#for.iter().all(|of| known.contains(of.as_str())), "{file}: {:?}", r#for);
            assert!(size.iter().all(|side| *side > 0), "{file}");
            assert!(!credit.is_empty() && !licence.is_empty(), "{file}");
            // Such a licence asks for a link to the photo and one to itself.
            assert!(!licence.starts_with("CC BY") || source.is_some() && terms.is_some(), "{file}");
        }
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let listed = examples.iter().map(|example| example.file.clone()).collect::<BTreeSet<_>>();
        assert_eq!(files.collect::<BTreeSet<_>>(), listed, "what lies there is offered");
    }
}
