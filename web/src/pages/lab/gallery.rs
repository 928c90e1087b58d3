//! Failures of GANs, and their cures.

use forger_protocol::{
    ToyConfig,
    lab_url::from_query,
    lesson::{Lesson, Lessons, Scene, Text},
};
use leptos::{prelude::*, task::spawn_local};

use super::{run::use_run, state::use_lab};
use crate::{
    components::focus,
    i18n::*,
    pages::links::shortened,
    state::{site, toasts::use_toasts},
};

/// The settings of a scene. What does not read keeps its default, as in a link.
pub fn settings(scene: &Scene) -> ToyConfig {
    from_query(scene.settings.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='))).0
}

fn text(locale: Locale, text: &Text) -> String {
    if locale == Locale::ko { text.ko.clone() } else { text.en.clone() }
}

/// Fetches the lessons, and begins the one that a link asks for. `failure` unless its cure is asked for.
#[derive(Clone, Copy)]
pub struct Gallery {
    pub lessons: RwSignal<Vec<Lesson>>,
}

pub fn provide_gallery(asked: Option<(String, bool)>) -> Gallery {
    let (run, lab, i18n, toasts) = (use_run(), use_lab(), use_i18n(), use_toasts());
    let gallery = Gallery { lessons: RwSignal::new(Vec::new()) };
    provide_context(gallery);
    let url = site::url("lessons/lessons.json");
    spawn_local(async move {
        match site::fetch_json::<Lessons>(&url).await {
            Ok(found) => {
                let begun = asked.and_then(|(id, cure)| {
                    let lesson = found.lessons.iter().find(|lesson| lesson.id == id);
                    if lesson.is_none() {
                        let locale = i18n.get_locale_untracked();
                        toasts.error(td_string!(locale, bad_lesson, id = shortened(&id)).to_string());
                    }
                    Some((lesson?.clone(), cure))
                });
                // The page may have been left meanwhile.
                if gallery.lessons.try_set(found.lessons).is_none()
                    && let Some((lesson, cure)) = begun
                {
                    begin(run, lab, &lesson, cure);
                }
            }
            Err(error) => run.tell(&error),
        }
    });
    gallery
}

/// Trains a scene of a lesson up to where it shows what it is about.
pub fn begin(run: super::run::Run, lab: super::state::Lab, lesson: &Lesson, cure: bool) {
    let scene = if cure { &lesson.cure } else { &lesson.failure };
    lab.slow.close();
    lab.pad.set(false);
    lab.pinned.set(None);
    lab.zoom.set(None);
    lab.lesson.set(Some((lesson.id.clone(), cure)));
    run.start(settings(scene), scene.steps);
}

impl Gallery {
    /// Whether the settings are those of a lesson, which a link then names. Tracked.
    pub fn shows(self, lesson: &(String, bool), config: &ToyConfig) -> bool {
        self.lessons.with(|lessons| {
            let found = lessons.iter().find(|found| found.id == lesson.0);
            found.is_some_and(|found| settings(if lesson.1 { &found.cure } else { &found.failure }) == *config)
        })
    }
}

/// What the open lesson says, beside what it shows.
#[component]
pub fn OpenLesson(gallery: Gallery) -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let open = Memo::new(move |_| {
        let (id, cure) = lab.lesson.get()?;
        let lesson = gallery.lessons.with(|lessons| lessons.iter().find(|lesson| lesson.id == id).cloned())?;
        Some((lesson, cure))
    });
    move || {
        open.get().map(|(lesson, cure)| {
            let scene = if cure { lesson.cure.clone() } else { lesson.failure.clone() };
            let (title, words) = (scene.title, scene.text);
            let close = move |event: web_sys::MouseEvent| {
                focus::keep(&event);
                lab.lesson.set(None);
            };
            view! {
                <section class="open-lesson" data-testid="open-lesson">
                    <h2>{move || text(i18n.get_locale(), &title)}</h2>
                    <p>{move || text(i18n.get_locale(), &words)}</p>
                    <div class="buttons">
                        <button on:click=move |_| begin(run, lab, &lesson, !cure)>
                            {move || if cure { t_string!(i18n, show_problem) } else { t_string!(i18n, show_cure) }}
                        </button>
                        <button class="plain" on:click=close>
                            {t!(i18n, close)}
                        </button>
                    </div>
                </section>
            }
        })
    }
}

/// The lessons as cards.
#[component]
pub fn Cards(gallery: Gallery) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="gallery" data-testid="gallery">
            <h2>{t!(i18n, gallery_title)}</h2>
            <p class="muted">{t!(i18n, gallery_lead)}</p>
            <div class="cards">
                <For
                    each=move || gallery.lessons.get()
                    key=|lesson| lesson.id.clone()
                    children=move |lesson| view! { <Card lesson /> }
                />
            </div>
        </section>
    }
}

#[component]
fn Card(lesson: Lesson) -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let lesson = StoredValue::new(lesson);
    let show = move |cure: bool| {
        lesson.with_value(|lesson| begin(run, lab, lesson, cure));
        // The plane may be far above.
        if let Some(main) = document().get_element_by_id("lab-stage") {
            main.scroll_into_view();
        }
    };
    let id = lesson.with_value(|lesson| lesson.id.clone());
    let active = {
        let id = id.clone();
        Memo::new(move |_| lab.lesson.with(|open| open.as_ref().filter(|open| open.0 == id).map(|open| open.1)))
    };
    let failure = move || lesson.with_value(|lesson| text(i18n.get_locale(), &lesson.failure.title));
    let failure_text = move || lesson.with_value(|lesson| text(i18n.get_locale(), &lesson.failure.text));
    let cure = move || lesson.with_value(|lesson| text(i18n.get_locale(), &lesson.cure.title));
    let cure_text = move || lesson.with_value(|lesson| text(i18n.get_locale(), &lesson.cure.text));
    let (paper, url) = lesson.with_value(|lesson| (lesson.paper.title.clone(), lesson.paper.url.clone()));
    view! {
        <article class="card lesson" class:active=move || active.get().is_some() data-testid=format!("lesson-{id}")>
            <h3>{failure}</h3>
            <p>{failure_text}</p>
            <button
                data-testid="show-failure"
                aria-pressed=move || (active.get() == Some(false)).to_string()
                on:click=move |_| show(false)
            >
                {t!(i18n, show_failure)}
            </button>
            <h4>{cure}</h4>
            <p>{cure_text}</p>
            <button
                data-testid="show-cure"
                aria-pressed=move || (active.get() == Some(true)).to_string()
                on:click=move |_| show(true)
            >
                {t!(i18n, show_cure)}
            </button>
            <p class="muted">
                <a href=url lang="en" target="_blank" rel="noopener">{paper}</a>
            </p>
        </article>
    }
}
