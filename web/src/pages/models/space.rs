//! The room that this site takes on this machine, and whether the browser keeps what lies there.

use leptos::{prelude::*, task::spawn_local};

use super::stock::Stock;
use crate::{
    components::labels,
    i18n::*,
    state::{
        offline,
        room::{self, Room},
        site,
    },
};

#[component]
pub fn Space(stock: Stock) -> impl IntoView {
    let i18n = use_i18n();
    let taken = RwSignal::new(None::<Room>);
    Effect::new(move |_| {
        stock.stored.track();
        // What was checked may be kept for times without a network.
        if stock.checking.with(Option::is_none) {
            spawn_local(async move {
                let room = room::room().await;
                taken.try_set(room);
            });
        }
    });
    let said = move || {
        let (locale, room) = (i18n.get_locale(), taken.get());
        room.map_or_else(
            || td_string!(locale, models_no_room).to_string(),
            |Room { used, most }| {
                let (used, most) = (labels::bytes(used), labels::bytes(most));
                td_string!(locale, models_room, used = used, most = most).to_string()
            },
        )
    };
    let counts = move || {
        stock.stored.with(|stored| {
            let stored = stored.as_ref()?.as_ref().ok()?;
            let (sets, runs, models) = (stored.sets.len(), stored.runs.len(), stored.models.len());
            let said = td_string!(i18n.get_locale(), models_counts, sets = sets, runs = runs, models = models);
            Some(said.to_string())
        })
    };
    view! {
        <section class="space">
            <h2>{t!(i18n, models_space)}</h2>
            <p data-testid="room">{said}</p>
            <p data-testid="counts">
                {counts} " " <a href=site::link("/train")>{t!(i18n, models_manage)}</a>
            </p>
            <Promise />
            {offline::is_possible().then(|| view! { <p>{t!(i18n, models_offline)}</p> })}
        </section>
    }
}

/// Whether the browser has promised to keep it, and a way to ask for that.
#[component]
fn Promise() -> impl IntoView {
    let i18n = use_i18n();
    // What the browser says; nothing where it does not say.
    let promised = RwSignal::new(None::<bool>);
    let refused = RwSignal::new(false);
    spawn_local(async move {
        let is_promised = room::is_promised().await;
        promised.try_set(is_promised);
    });
    let ask = move |_| {
        refused.set(false);
        spawn_local(async move {
            let is_promised = room::promise().await.unwrap_or_default();
            promised.try_set(Some(is_promised));
            refused.try_set(!is_promised);
        });
    };
    let said = move || {
        let locale = i18n.get_locale();
        let text = match (promised.get()?, refused.get()) {
            (true, _) => td_string!(locale, models_promised),
            (false, false) => td_string!(locale, models_not_promised),
            (false, true) => td_string!(locale, models_not_granted),
        };
        Some(text.to_string())
    };
    view! {
        <p role="status" data-testid="promise">{said}</p>
        <Show when=move || promised.get() == Some(false)>
            <button data-testid="keep-button" on:click=ask>{t!(i18n, models_ask)}</button>
        </Show>
    }
}
