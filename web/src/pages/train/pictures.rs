//! What the run draws, beside what it learns from.

use leptos::{html::Canvas, prelude::*};

use super::{look::Shown, trainer::Trainer, words};
use crate::{i18n::*, plots::pictures, state::screen::animate};

/// Pictures in a row.
fn columns(count: usize) -> usize {
    (1..=count).find(|columns| columns * columns >= count).unwrap_or(1)
}

#[component]
pub fn Pictures(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let kinds = Memo::new(move |_| with_shown(trainer, |shown| shown.kinds.clone()).unwrap_or_default());
    let sheet = move |(place, kind): (usize, String)| {
        let canvas = NodeRef::<Canvas>::new();
        animate(
            move || {
                trainer.shown.track();
                trainer.visit.track();
                canvas.track();
            },
            move || {
                if let Some(canvas) = canvas.try_get_untracked().flatten() {
                    with_shown(trainer, |shown| {
                        pictures::draw_of(&canvas, shown.of_kind(place), shown.size, columns(shown.count));
                    });
                }
            },
        );
        let name = Signal::derive(move || words::kind(i18n.get_locale(), &kind));
        view! {
            <figure>
                <canvas
                    node_ref=canvas
                    width="64"
                    height="64"
                    role="img"
                    aria-label=name
                    data-testid=format!("pictures-{place}")
                ></canvas>
                <figcaption>{name}</figcaption>
            </figure>
        }
    };
    view! {
        <Show
            when=move || kinds.with(|kinds| !kinds.is_empty())
            fallback=move || view! { <p class="muted waiting" role="status">{t!(i18n, train_no_pictures_yet)}</p> }
        >
            <div class="sheets" data-testid="pictures">
                {move || kinds.get().into_iter().enumerate().map(sheet).collect_view()}
            </div>
        </Show>
    }
}

/// The pictures that are to be shown: earlier ones, or the newest. Tracked.
fn with_shown<T>(trainer: Trainer, show: impl FnOnce(&Shown) -> T) -> Option<T> {
    trainer.visit.with(|visit| match visit {
        Some(shown) => Some(show(shown)),
        None => trainer.shown.with(|shown| shown.as_ref().map(show)),
    })
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn sheets_are_nearly_square() {
        assert_eq!([0, 1, 2, 4, 5, 9, 16, 20].map(columns), [1, 1, 2, 2, 3, 3, 4, 5]);
    }
}
