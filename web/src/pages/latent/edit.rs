//! One code, and what moves it: directions as strips with sliders, and z itself.

use forger_protocol::{
    card::DirectionKind,
    latent_url::{Code, Move, REACH, Tab},
};
use leptos::{html::Canvas, prelude::*};

use super::{
    drag,
    explorer::Explorer,
    own::Own,
    pictures::{View, show},
};
use crate::{
    components::{focus, labels},
    i18n::*,
};

/// Pictures of a strip, from one end of its slider to the other.
const STRIP: usize = 7;
/// Directions of each kind that are shown before the user asks for all.
const FIRST: usize = 6;
/// Attributes that are shown first where a model has them.
const FAMILIAR: [&str; FIRST] = ["Eyeglasses", "Smiling", "Male", "Long_Hair", "Beard", "Blond_Hair"];
/// Sliders of z that are drawn at all.
const MOST_SLIDERS: usize = 128;
/// Most of a standard normal, and what a link can hold.
const Z_REACH: f32 = 3.0;

#[component]
pub fn Edit(explorer: Explorer, own: Own) -> impl IntoView {
    let i18n = use_i18n();
    let current = Memo::new(move |_| explorer.current());
    let view = View::default();
    Effect::new(move |_| {
        if let (Some(z), true) = (current.get(), explorer.can_draw()) {
            explorer.draw(view, z);
        }
    });
    let canvas = NodeRef::<Canvas>::new();
    show(view, canvas, 1, || 0..1);
    let code = move || current.get_untracked().map(|z| Code::nearest(&z));
    let to_walk = move |_| {
        if let Some(code) = code() {
            explorer.change(|state| {
                state.walk.push(code);
                state.tab = Tab::Walk;
            });
        }
    };
    let to_term = move |_| {
        if let Some(code) = code() {
            let index = explorer.term.get_untracked();
            explorer.change(|state| {
                if let Some(term) = state.terms.get_mut(index) {
                    term.codes.push(code);
                    state.tab = Tab::Arithmetic;
                }
            });
        }
    };
    let reset = move |_| {
        explorer.change(|state| state.moves.clear());
    };
    let drag = move |event: web_sys::DragEvent| {
        if let Some(code) = code() {
            view.pixels.with_untracked(|pixels| {
                drag::start(&event, &code, pixels.one(0).map(|values| (values, pixels.side)));
            });
        }
    };
    let speed = move || {
        view.pixels.with(|pixels| {
            let device = labels::device(pixels.device?);
            let ms = format!("{:.0}", pixels.milliseconds);
            Some(td_string!(i18n.get_locale(), drawn_one, ms = ms, device = device).to_string())
        })
    };
    view! {
        <div class="edited">
            <canvas
                node_ref=canvas
                draggable="true"
                role="img"
                aria-label=move || t_string!(i18n, tab_edit)
                data-testid="edited"
                on:dragstart=drag
            ></canvas>
            <div>
                <p class="muted">{t!(i18n, edit_help)}</p>
                <div class="buttons">
                    <button data-testid="reset-moves" on:click=reset>{t!(i18n, undo_moves)}</button>
                    <button on:click=to_term>{t!(i18n, add_to_board)}</button>
                    <button on:click=to_walk>{t!(i18n, add_to_walk)}</button>
                </div>
                <p class="muted">{speed}</p>
            </div>
        </div>
        <Directions explorer kind=DirectionKind::Attribute />
        <Directions explorer kind=DirectionKind::Principal />
        <OwnDirections explorer own />
        <Sliders explorer />
    }
}

/// The directions of a kind that came with the model.
#[component]
fn Directions(explorer: Explorer, kind: DirectionKind) -> impl IntoView {
    let i18n = use_i18n();
    let all = RwSignal::new(false);
    let names = Memo::new(move |_| {
        explorer.card.with(|card| {
            let directions = card.iter().flat_map(|card| &card.directions).filter(|direction| direction.kind == kind);
            let mut names = directions.map(|direction| direction.name.clone()).collect::<Vec<_>>();
            names.sort_by_key(|name| FAMILIAR.iter().position(|familiar| familiar == name).unwrap_or(FIRST));
            names
        })
    });
    let shown = move || {
        let mut names = names.get();
        if !all.get() {
            names.truncate(FIRST);
        }
        names
    };
    let title = move || match kind {
        DirectionKind::Attribute => t_string!(i18n, attributes),
        DirectionKind::Principal => t_string!(i18n, principal),
    };
    let row = move |name: String| {
        let start = Move { name, own: None, tenths: 0 };
        view! { <Direction explorer start /> }
    };
    view! {
        <Show when=move || !names.with(Vec::is_empty)>
            <h2>{title}</h2>
            <div class="directions">
                <For each=shown key=Clone::clone children=row />
            </div>
            <Show when=move || names.with(|names| names.len() > FIRST)>
                <button class="plain" on:click=move |_| all.update(|all| *all = !*all)>
                    {move || match all.get() {
                        true => t_string!(i18n, fewer).to_string(),
                        false => td_string!(i18n.get_locale(), more, n = names.with(Vec::len)).to_string(),
                    }}
                </button>
            </Show>
        </Show>
    }
}

/// The user's own directions that fit the model, and those of the link.
#[component]
fn OwnDirections(explorer: Explorer, own: Own) -> impl IntoView {
    let i18n = use_i18n();
    let linked =
        explorer.part(|state| state.moves.iter().filter(|step| step.own.is_some()).cloned().collect::<Vec<_>>());
    let shown = move || {
        let mut rows = linked.get();
        rows.iter_mut().for_each(|row| row.tenths = 0);
        for kept in own.list.get() {
            if rows.iter().all(|row| row.name != kept.name) {
                rows.push(Move { name: kept.name, own: Some(kept.code), tenths: 0 });
            }
        }
        rows.retain(|row| row.own.as_ref().is_some_and(|code| explorer.values(code).is_some()));
        rows
    };
    let row = move |start: Move| {
        let (name, spoken) = (start.name.clone(), start.name.clone());
        let forget = move |event: web_sys::MouseEvent| {
            focus::keep(&event);
            own.remove(&name);
            explorer.change(|state| state.moves.retain(|step| step.own.is_none() || step.name != name));
        };
        let label = move || format!("{}: {spoken}", t_string!(i18n, remove));
        view! {
            <div class="kept-direction">
                <Direction explorer start />
                <button class="plain" aria-label=label on:click=forget>"×"</button>
            </div>
        }
    };
    view! {
        <Show when=move || !shown().is_empty()>
            <section>
                <h2>{t!(i18n, own_directions)}</h2>
                <div class="directions">
                    <For each=shown key=|row| (row.name.clone(), row.own.clone()) children=row />
                </div>
            </section>
        </Show>
    }
}

/// A direction: what the base becomes along it, and how far the code goes.
#[component]
fn Direction(explorer: Explorer, start: Move) -> impl IntoView {
    let i18n = use_i18n();
    let (view, canvas) = (View::default(), NodeRef::<Canvas>::new());
    show(view, canvas, STRIP, || 0..STRIP);
    let step = StoredValue::new(start);
    let base = Memo::new(move |_| explorer.base());
    Effect::new(move |_| {
        let (Some(base), Some(way)) = (base.get(), step.with_value(|step| explorer.way(step))) else { return };
        if explorer.can_draw() {
            let at = |index: usize| REACH * (2.0 * index as f32 / (STRIP - 1) as f32 - 1.0);
            let along =
                |index: usize| base.iter().zip(&way).map(move |(z, way)| z + at(index) * way).collect::<Vec<_>>();
            explorer.draw(view, (0..STRIP).flat_map(along).collect());
        }
    });
    let tenths = Memo::new(move |_| {
        explorer.state.with(|state| {
            let found = step.with_value(|wanted| {
                state.moves.iter().find(|step| step.name == wanted.name && step.own == wanted.own).cloned()
            });
            found.map_or(0, |step| step.tenths)
        })
    });
    let set = move |text: String| {
        let Ok(tenths) = text.parse() else { return };
        let wanted = step.get_value();
        explorer.change(|state| {
            let found = state.moves.iter().position(|step| step.name == wanted.name && step.own == wanted.own);
            match (found, tenths) {
                // One of the user's own stays, so that its slider does.
                (Some(index), 0) if wanted.own.is_none() => {
                    state.moves.remove(index);
                }
                (Some(index), tenths) => state.moves[index].tenths = tenths,
                (None, 0) => {}
                (None, tenths) => state.moves.push(Move { tenths, ..wanted }),
            }
        });
    };
    let (name, id) = step.with_value(|step| (step.name.clone(), format!("direction-{}", step.name)));
    let label = Signal::derive(move || labels::attribute(i18n.get_locale(), &name));
    view! {
        <div class="direction">
            <span class="direction-name">{label}</span>
            <canvas node_ref=canvas role="img" aria-label=label></canvas>
            <input
                type="range"
                min=-10.0 * REACH
                max=10.0 * REACH
                step="1"
                data-testid=id
                aria-label=label
                aria-valuetext=move || format!("{:.1}", f32::from(tenths.get()) / 10.0)
                prop:value=move || tenths.get()
                on:input=move |event| set(event_target_value(&event))
            />
        </div>
    }
}

/// A slider for each dimension of z.
#[component]
fn Sliders(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let base = Memo::new(move |_| explorer.base());
    let slider = move |index: usize| {
        let value =
            move || base.with(|base| base.as_ref().and_then(|base| base.get(index).copied()).unwrap_or_default());
        let change = move |text: String| {
            let (Ok(value), Some(mut z)) = (text.parse(), base.get_untracked()) else { return };
            if let Some(slot) = z.get_mut(index) {
                *slot = value;
            }
            explorer.change(|state| state.base = Some(Code::nearest(&z)));
        };
        view! {
            <label>
                <span>{format!("z{}", index + 1)}</span>
                <input
                    type="range"
                    min=-Z_REACH
                    max=Z_REACH
                    step="0.03125"
                    prop:value=value
                    on:input=move |event| change(event_target_value(&event))
                />
            </label>
        }
    };
    view! {
        <details class="all-z" on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary>{move || td_string!(i18n.get_locale(), all_z, n = explorer.dim()).to_string()}</summary>
            <Show when=move || open.get()>
                <div class="sliders">
                    <For each=move || 0..explorer.dim().min(MOST_SLIDERS) key=|index| *index children=slider />
                </div>
            </Show>
        </details>
    }
}
