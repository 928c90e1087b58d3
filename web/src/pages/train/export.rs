//! What comes of a run: a model that all pages know, and the checkpoint.

use forger_protocol::{DcganConfig, EngineError, ManifestEntry, Reply, Request, RunRequest, card::is_name};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};

use super::{keeping::give_file, trainer::Trainer};
use crate::{components::labels, engine_client::Underway, i18n::*, pages::models::words::link, shelf::manifest};

/// The longest name that is suggested for a model.
const LONGEST: usize = 40;

/// A name for a model as near as possible to what the run is called.
fn suggested(name: &str) -> String {
    let plain = name.to_lowercase().chars().map(|c| if is_plain(c) { c } else { '-' }).collect::<String>();
    let parts = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let short = parts.join("-").chars().take(LONGEST).collect::<String>();
    if short.is_empty() { "model".to_owned() } else { short.trim_end_matches('-').to_owned() }
}

/// The name itself where the site has no model of it, or else with a number: on every page a name of the site's means its model.
fn free(name: &str, of_site: &[String]) -> String {
    let numbered = (2..).map(|number| {
        let end = format!("-{number}");
        name.chars().take(LONGEST - end.len()).collect::<String>() + &end
    });
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !of_site.contains(name)).unwrap_or_default()
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

#[component]
pub fn Export(trainer: Trainer) -> impl IntoView {
    let i18n = use_i18n();
    let run = trainer.open.with_untracked(|info| info.clone());
    let can_judge = run.as_ref().is_some_and(|run| run.config.system.is::<DcganConfig>());
    let of_site = RwSignal::new(Vec::<String>::new());
    spawn_local(async move {
        // Without it no page lists any model, and there is nothing to compare with.
        if let Ok(manifest) = manifest().await {
            of_site.try_set(manifest.models.into_iter().map(|entry| entry.card.name).collect());
        }
    });
    let usual = suggested(&run.map(|run| run.config.name).unwrap_or_default());
    let typed = RwSignal::new(None::<String>);
    let name = Memo::new(move |_| typed.get().unwrap_or_else(|| of_site.with(|of_site| free(&usual, of_site))));
    let order =
        Order { judges: RwSignal::new(false), what: RwSignal::new(String::new()), underway: RwSignal::new(None) };
    let is_busy = RwSignal::new(false);
    let made = RwSignal::new_local(None::<Product>);
    on_cleanup(move || order.cancel(trainer));
    let make = move |_| {
        is_busy.set(true);
        let name = name.get_untracked();
        spawn_local(async move {
            match order.export(trainer, name).await {
                Ok(product) => {
                    if product.kept {
                        let name = product.entry.card.name.clone();
                        trainer.toasts.note(td_string!(trainer.locale(), train_made_model, name = name).to_string());
                    }
                    made.try_set(Some(product));
                    trainer.refresh();
                }
                Err(error) => {
                    let lost = td_string!(trainer.locale(), train_model_lost).to_string();
                    labels::tell_loss(trainer.toasts, trainer.locale(), &error, lost);
                }
            }
            is_busy.try_set(false);
        });
    };
    let is_bad = Memo::new(move |_| name.with(|name| !is_name(name)));
    let is_of_site = Memo::new(move |_| name.with(|name| of_site.with(|of_site| of_site.contains(name))));
    let is_wrong = move || is_bad.get() || is_of_site.get();
    let replaces = Memo::new(move |_| {
        let is_it = |entry: &ManifestEntry| name.with(|name| entry.card.name == *name);
        trainer.stored.with(|stored| stored.iter().flat_map(|stored| &stored.models).any(is_it)) && !is_of_site.get()
    });
    view! {
        <section class="export">
            <h3>{t!(i18n, train_export)}</h3>
            {can_judge.then(|| view! { <Normal order /> })}
            <div class="buttons">
                <label class="wide">
                    <span>{t!(i18n, train_model_name)}</span>
                    <input
                        type="text"
                        data-testid="model-name"
                        aria-invalid=move || is_wrong().to_string()
                        prop:value=move || name.get()
                        on:input=move |event| typed.set(Some(event_target_value(&event)))
                    />
                </label>
                <button data-testid="make-model" disabled=move || is_busy.get() || is_wrong() || order.lacks() on:click=make>
                    {t!(i18n, train_make_model)}
                </button>
                <Show when=move || order.underway.with(Option::is_some)>
                    <progress
                        max="1"
                        prop:value=move || order.underway.get().and_then(|underway| underway.share)
                        aria-label=move || t_string!(i18n, train_make_model)
                    ></progress>
                    <button data-testid="cancel-model" on:click=move |_| order.cancel(trainer)>{t!(i18n, cancel)}</button>
                </Show>
                <button data-testid="save-checkpoint" on:click=move |_| save(trainer)>{t!(i18n, train_checkpoint)}</button>
            </div>
            <Show when=move || is_bad.get()>
                <p class="warning" role="alert">{t!(i18n, train_bad_name)}</p>
            </Show>
            <Show when=move || is_of_site.get()>
                <p class="warning" role="alert" data-testid="name-of-site">{t!(i18n, train_name_of_site)}</p>
            </Show>
            <Show when=move || replaces.get()>
                <p class="warning" role="status" data-testid="name-replaces">{t!(i18n, train_name_replaces)}</p>
            </Show>
            <p class="muted">{t!(i18n, train_checkpoint_help)}</p>
            {move || made.get().map(|product| view! { <Made product /> })}
        </section>
    }
}

/// A model that was made.
#[derive(Clone)]
struct Product {
    entry: ManifestEntry,
    file: ArrayBuffer,
    /// Whether it lies on this machine: else it is on no page.
    kept: bool,
}

/// What is to be made, besides its name.
#[derive(Clone, Copy)]
struct Order {
    /// Whether the model is to tell strange pictures, too.
    judges: RwSignal<bool>,
    /// What normal pictures show.
    what: RwSignal<String>,
    underway: RwSignal<Option<Underway>>,
}

impl Order {
    /// Whether something is still to be said.
    fn lacks(self) -> bool {
        self.judges.get() && self.what.with(|what| what.trim().is_empty())
    }

    fn cancel(self, trainer: Trainer) {
        if let Some(underway) = self.underway.try_get_untracked().flatten() {
            trainer.engine.cancel(underway.id);
        }
    }

    /// Makes a model of the run.
    async fn export(self, trainer: Trainer, name: String) -> Result<Product, EngineError> {
        let what = self.what.with_untracked(|what| what.trim().to_owned());
        let request = if self.judges.get_untracked() {
            RunRequest::Calibrate { name, what }
        } else {
            RunRequest::Export { name }
        };
        let (id, answer) = trainer.engine.send(Request::Run(request), Vec::new());
        trainer.engine.follow(id, self.underway);
        let answer = answer.await;
        self.underway.try_set(None);
        match answer? {
            (Reply::Exported { entry, kept }, buffers) => match buffers.into_iter().next() {
                Some(file) => Ok(Product { entry: *entry, file, kept }),
                None => Err(EngineError::Protocol("file".into())),
            },
            _ => Err(EngineError::Protocol("exported".into())),
        }
    }
}

/// Whether the model is to tell strange pictures, too.
#[component]
fn Normal(order: Order) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid="normal"
                prop:checked=move || order.judges.get()
                on:change=move |event| order.judges.set(event_target_checked(&event))
            />
            <span>{t!(i18n, train_normal)}</span>
        </label>
        <Show when=move || order.judges.get()>
            <p class="muted">{t!(i18n, train_normal_help)}</p>
            <div class="buttons">
                <label class="wide">
                    <span>{t!(i18n, train_normal_what)}</span>
                    <input
                        type="text"
                        maxlength="60"
                        data-testid="normal-what"
                        prop:value=move || order.what.get()
                        on:input=move |event| order.what.set(event_target_value(&event))
                    />
                </label>
            </div>
        </Show>
    }
}

/// Where the model can be used, and its file.
#[component]
fn Made(product: Product) -> impl IntoView {
    let i18n = use_i18n();
    let Product { entry, file, kept } = product;
    let (name, file) = (entry.card.name.clone(), StoredValue::new_local(file));
    let (to_save, size) = (name.clone(), labels::bytes(entry.bytes as f64));
    view! {
        <p class="made" role="status" data-testid="made">
            <strong>{name}</strong> " "
            {(!kept).then(|| view! { <span>{t!(i18n, train_model_unkept)}</span> " " })}
            {link(&entry).filter(|_| kept).map(|href| view! { <a class="button" href=href data-testid="use-model">{t!(i18n, train_use)}</a> })}
            <button data-testid="save-model" on:click=move |_| file.with_value(|file| give_file(file, &to_save))>
                {t!(i18n, train_save_model)} " (" {size} ")"
            </button>
        </p>
    }
}

/// Saves the run, and gives its checkpoint to the user, also where it cannot be kept here.
fn save(trainer: Trainer) {
    spawn_local(async move {
        match trainer.ask(RunRequest::Save).await {
            Ok(buffers) => {
                let name = trainer.open.try_with_untracked(|info| info.as_ref().map(|info| info.config.name.clone()));
                if let (Some(buffer), Some(name)) = (buffers.first(), name.flatten()) {
                    give_file(buffer, &name);
                }
            }
            Err(error) => trainer.tell(&error),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_called_as_its_run_where_that_is_a_name() {
        assert_eq!(suggested("dcgan-digits"), "dcgan-digits");
        assert_eq!(suggested("My  cats, 2026!"), "my-cats-2026");
        assert_eq!(suggested("고양이"), "model");
        assert_eq!(suggested(&"a-".repeat(60)).len(), LONGEST - 1);
        for name in ["dcgan-digits", "My  cats, 2026!", "고양이", ""] {
            assert!(is_name(&suggested(name)), "{name}");
        }
        let of_site = ["digits", "digits-2"].map(str::to_owned);
        assert_eq!(["cats", "digits"].map(|name| free(name, &of_site)), ["cats", "digits-3"]);
        let long = "a".repeat(LONGEST);
        assert!(is_name(&free(&long, std::slice::from_ref(&long))));
    }
}
