//! Which pictures are learned from: sets that are drawn, sets of the user's, and what they look like.

use forger_protocol::{
    Reply, Request,
    message::StoreRequest,
    runs::{
        DrawnSet, PictureSet,
        presets::{self, Needs},
    },
};
use js_sys::Uint8Array;
use leptos::{html::Canvas, prelude::*};

use super::{trainer::Trainer, words};
use crate::{i18n::*, plots::pictures, state::newest::Latest};

/// Pictures of a strip, at most.
const PREVIEWED: usize = 8;

/// A set as the value of an option, and back.
fn value(set: &PictureSet) -> String {
    match set {
        PictureSet::Drawn(set) => format!("drawn:{}", set.name()),
        PictureSet::Own(id) => format!("own:{id}"),
    }
}

fn parse(value: &str) -> Option<PictureSet> {
    match value.split_once(':')? {
        ("drawn", name) => DrawnSet::ALL.into_iter().find(|set| set.name() == name).map(PictureSet::Drawn),
        ("own", id) => Some(PictureSet::Own(id.to_owned())),
        _ => None,
    }
}

/// A choice for each set that the system needs, and a strip of its pictures.
#[component]
pub fn Data(trainer: Trainer) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    // A set that was deleted can be learned from no more.
    Effect::new(move |_| {
        let Some(sets) = trainer.stored.with(|stored| stored.as_ref().map(|stored| stored.sets.clone())) else {
            return;
        };
        for (place, signal) in form.sets.into_iter().enumerate() {
            let is_gone =
                signal.with_untracked(|set| matches!(set, PictureSet::Own(id) if sets.iter().all(|set| set.id != *id)));
            if is_gone {
                form.take(place, PictureSet::Drawn(DrawnSet::Avatars));
            }
        }
    });
    let label = move |place: usize| {
        let locale = i18n.get_locale();
        match (form.preset.get().needs, place) {
            (Needs::Pairs, _) => td_string!(locale, train_data_truth),
            (Needs::Domains, 0) => td_string!(locale, train_data_x),
            (Needs::Domains, _) => td_string!(locale, train_data_y),
            (Needs::Simulated, _) => td_string!(locale, train_data_real),
            (Needs::Pictures, _) => td_string!(locale, card_data),
        }
        .to_string()
    };
    view! {
        <div class="data">
            <Choice trainer place=0 label=Signal::derive(move || label(0)) />
            <Show when=move || form.preset.get().needs == Needs::Domains>
                <Choice trainer place=1 label=Signal::derive(move || label(1)) />
            </Show>
        </div>
    }
}

#[component]
fn Choice(trainer: Trainer, place: usize, label: Signal<String>) -> impl IntoView {
    let (i18n, form) = (use_i18n(), trainer.form);
    let chosen = form.sets[place];
    let own = Memo::new(move |_| trainer.own_sets());
    let option = move |set: PictureSet| {
        let (text, of) = (set.clone(), value(&set));
        let said = move || own.with(|own| words::set(i18n.get_locale(), &text, own));
        view! { <option value=of prop:selected=move || chosen.get() == set>{said}</option> }
    };
    let take = move |event| parse(&event_target_value(&event)).into_iter().for_each(|set| form.take(place, set));
    let own_options =
        move || own.with(|own| own.iter().map(|set| option(PictureSet::Own(set.id.clone()))).collect_view());
    view! {
        <div class="choice">
            <label>
                <span>{label}</span>
                <select data-testid=format!("data-{place}") on:change=take>
                    <optgroup label=move || t_string!(i18n, train_drawn)>
                        {DrawnSet::ALL.map(|set| option(PictureSet::Drawn(set))).collect_view()}
                    </optgroup>
                    <Show when=move || own.with(|own| !own.is_empty())>
                        <optgroup label=move || t_string!(i18n, train_pictures)>{own_options}</optgroup>
                    </Show>
                </select>
            </label>
            <Strip trainer set=chosen label id=format!("preview-{place}") />
        </div>
    }
}

/// The first pictures of a set, at the side at which they are learned from.
#[component]
fn Strip(trainer: Trainer, set: RwSignal<PictureSet>, label: Signal<String>, id: String) -> impl IntoView {
    let (i18n, canvas, latest) = (use_i18n(), NodeRef::<Canvas>::new(), Latest::default());
    let side = Memo::new(move |_| trainer.form.system.with(presets::side));
    let show = async move || {
        let (Some(set), Some(side)) = (set.try_get_untracked(), side.try_get_untracked()) else { return };
        let request = StoreRequest::Preview { set, side, count: PREVIEWED };
        match trainer.engine.request(Request::Store(request), Vec::new()).await {
            Ok((Reply::Pictures { count, width, height, .. }, buffers)) => {
                let (Some(canvas), Some(buffer)) = (canvas.try_get_untracked().flatten(), buffers.first()) else {
                    return;
                };
                pictures::draw_of(&canvas, &Uint8Array::new(buffer).to_vec(), [width, height], count.max(1));
            }
            Ok(_) => {}
            Err(error) => trainer.tell(&error),
        }
    };
    Effect::new(move |_| {
        set.track();
        side.track();
        canvas.track();
        trainer.engine.restarts.track();
        latest.ask(show);
    });
    let name = move || {
        let set = trainer.stored.with(|stored| {
            let own = stored.as_ref().map(|stored| stored.sets.as_slice()).unwrap_or_default();
            set.with(|set| words::set(i18n.get_locale(), set, own))
        });
        format!("{}: {set}", label.get())
    };
    view! { <canvas node_ref=canvas class="strip" width="256" height="32" role="img" aria-label=name data-testid=id></canvas> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_back() {
        let own = PictureSet::Own("3:a".into());
        for set in DrawnSet::ALL.map(PictureSet::Drawn).into_iter().chain([own]) {
            assert_eq!(parse(&value(&set)), Some(set));
        }
        assert_eq!(parse("drawn:cats"), None);
        assert_eq!(parse(""), None);
    }
}
