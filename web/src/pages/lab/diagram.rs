//! Both networks: noise, generator, points, discriminator, verdict.

use forger_protocol::{MlpConfig, ToyConfig, lab_url::SETTINGS};
use leptos::prelude::*;

use super::{
    neurons::{neurons, places},
    run::use_run,
    state::use_lab,
    wiring::{self, HEIGHT, Paths, STRENGTHS, WIDTH, sizes},
};
use crate::{components::labels, i18n::*};

const MOST_LAYERS: usize = 5;
const MOST_NEURONS: usize = 128;

/// A network of the game.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Player {
    Generator,
    Discriminator,
}

impl Player {
    const fn key(self) -> &'static str {
        match self {
            Self::Generator => "g",
            Self::Discriminator => "d",
        }
    }

    const fn of(self, config: &ToyConfig) -> MlpConfig {
        match self {
            Self::Generator => config.generator,
            Self::Discriminator => config.discriminator,
        }
    }

    const fn of_mut(self, config: &mut ToyConfig) -> &mut MlpConfig {
        match self {
            Self::Generator => &mut config.generator,
            Self::Discriminator => &mut config.discriminator,
        }
    }

    /// Sizes of its layers.
    fn sizes(self, config: &ToyConfig) -> Vec<usize> {
        let network = self.of(config);
        let (inputs, outputs) = match self {
            Self::Generator => (config.latent_dim, 2),
            Self::Discriminator => (2, 1),
        };
        sizes(inputs, network.layers, network.width, outputs)
    }
}

#[component]
pub fn Diagram() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    // A neuron that goes while the pointer is on it cannot say that the pointer left.
    Effect::new(move |_| {
        run.config.track();
        lab.neuron.set(None);
    });
    // Settings change seldom, the weights ten times a second.
    let neurons = move || run.config.with(neurons);
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <figure class="both">
            <svg viewBox=view_box role="group" aria-label=move || t_string!(i18n, diagram_label) data-testid="diagram">
                <Lines player=Player::Generator />
                <Lines player=Player::Discriminator />
                {neurons}
            </svg>
            <div class="networks">
                <Network player=Player::Generator />
                <Network player=Player::Discriminator />
            </div>
            <figcaption class="muted">{t!(i18n, diagram_lines)}</figcaption>
        </figure>
    }
}

/// The weights of a player.
#[component]
fn Lines(player: Player) -> impl IntoView {
    let (run, lab) = (use_run(), use_lab());
    let paths: Memo<Paths> = Memo::new(move |_| {
        run.config.with(|config| {
            let (g, d) = places(config);
            run.with_moment(|moment| match player {
                Player::Generator => wiring::paths(&moment.generator, &player.sizes(config), &g),
                Player::Discriminator => wiring::paths(&moment.discriminator, &player.sizes(config), &d),
            })
        })
    });
    let one = move |sign: usize, strength: usize| {
        let class = format!("{} s{strength}", if sign == 1 { "plus" } else { "minus" });
        view! { <path class=class d=move || paths.with(|paths| paths[sign][strength].clone())></path> }
    };
    let all = (0..STRENGTHS.len()).flat_map(|strength| [one(0, strength), one(1, strength)]);
    view! { <g class="weights" class:works=move || lab.slow.works(player.key())>{all.collect_view()}</g> }
}

/// Twice or half as many neurons, or one more or less where there are few.
fn other_width(width: usize, more: bool) -> usize {
    let width = match (more, width) {
        (true, 0..4) => width + 1,
        (true, _) => width * 2,
        (false, 0..=4) => width.saturating_sub(1),
        (false, _) => width / 2,
    };
    width.clamp(1, MOST_NEURONS)
}

/// The size of a network, to be changed.
#[component]
fn Network(player: Player) -> impl IntoView {
    let (i18n, run) = (use_i18n(), use_run());
    let network = Memo::new(move |_| run.config.with(|config| player.of(config)));
    let edit = move |edit: fn(&mut MlpConfig)| {
        let mut config = run.config.get_untracked();
        edit(player.of_mut(&mut config));
        run.change(config);
    };
    let more_layers = |network: &mut MlpConfig| network.layers = (network.layers + 1).min(MOST_LAYERS);
    let fewer_layers = |network: &mut MlpConfig| network.layers = network.layers.saturating_sub(1);
    let more_neurons = |network: &mut MlpConfig| network.width = other_width(network.width, true);
    let fewer_neurons = |network: &mut MlpConfig| network.width = other_width(network.width, false);
    let name = move || match player {
        Player::Generator => t_string!(i18n, generator),
        Player::Discriminator => t_string!(i18n, discriminator),
    };
    let key = player.key();
    let layers = move || network.get().layers;
    let neurons = move || network.get().width;
    let activation = SETTINGS.iter().find(|setting| setting.key == if key == "g" { "g_act" } else { "d_act" });
    let activation = activation.map(|setting| {
        let names = match setting.kind {
            forger_protocol::lab_url::Kind::Choice(names) => names(),
            _ => Vec::new(),
        };
        let chosen = move || run.config.with(|config| (setting.get)(config));
        let option = move |text: String| {
            let (shown, value) = (text.clone(), text.clone());
            view! {
                <option value=text prop:selected=move || chosen() == value>
                    {move || labels::name(i18n.get_locale(), &shown)}
                </option>
            }
        };
        let change = move |event| {
            let mut config = run.config.get_untracked();
            if (setting.set)(&mut config, &event_target_value(&event)) {
                run.change(config);
            }
        };
        view! {
            <select
                data-testid=format!("{key}-activation")
                aria-label=move || labels::name(i18n.get_locale(), setting.key)
                on:change=change
            >
                {names.into_iter().map(option).collect_view()}
            </select>
        }
    });
    view! {
        <fieldset class=format!("network {key}")>
            <legend>{name}</legend>
            <div class="stepper">
                <button
                    data-testid=format!("{key}-fewer-layers")
                    aria-label=move || t_string!(i18n, fewer_layers)
                    disabled=move || layers() == 0
                    on:click=move |_| edit(fewer_layers)
                >
                    "−"
                </button>
                <span>{move || t_string!(i18n, n_layers, n = layers()).to_string()}</span>
                <button
                    data-testid=format!("{key}-more-layers")
                    aria-label=move || t_string!(i18n, more_layers)
                    disabled=move || { layers() >= MOST_LAYERS }
                    on:click=move |_| edit(more_layers)
                >
                    "+"
                </button>
            </div>
            <div class="stepper">
                <button
                    data-testid=format!("{key}-fewer-neurons")
                    aria-label=move || t_string!(i18n, fewer_neurons)
                    disabled=move || neurons() <= 1
                    on:click=move |_| edit(fewer_neurons)
                >
                    "−"
                </button>
                <span>{move || t_string!(i18n, n_neurons, n = neurons()).to_string()}</span>
                <button
                    data-testid=format!("{key}-more-neurons")
                    aria-label=move || t_string!(i18n, more_neurons)
                    disabled=move || { neurons() >= MOST_NEURONS }
                    on:click=move |_| edit(more_neurons)
                >
                    "+"
                </button>
            </div>
            {activation}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::other_width;

    #[test]
    fn widths_go_up_and_down_within_their_range() {
        let up = (0..9).scan(1, |width, _| Some(std::mem::replace(width, other_width(*width, true))));
        assert_eq!(up.collect::<Vec<_>>(), [1, 2, 3, 4, 8, 16, 32, 64, 128]);
        assert_eq!((other_width(128, true), other_width(1, false), other_width(5, false)), (128, 1, 2));
    }
}
