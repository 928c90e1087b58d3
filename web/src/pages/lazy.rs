//! Pages that are parts of the program of their own, which are loaded when they are first opened (feature `split`, with which
//! `cargo xtask` builds). Without it the program is in one piece.

use std::future::Future;

use leptos::prelude::*;

use crate::i18n::*;

/// The part did not come.
pub struct NotLoaded;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// For each page a route's view of its name, and its part in `parts`.
macro_rules! pages {
    ($($name:ident: $page:ident,)*) => {
        // The loader is imported from a script, so that its declaration is unsafe.
        #[allow(unsafe_code)]
        mod parts {
            use leptos::prelude::*;

            use super::NotLoaded;
            use crate::pages::{$($name::$page),*};

            $(
                #[cfg_attr(feature = "split", wasm_split_helpers::wasm_split($name, fallible))]
                pub fn $name() -> Result<AnyView, NotLoaded> {
                    Ok(view! { <$page /> }.into_any())
                }
            )*
        }

        $(
            pub fn $name() -> impl IntoView {
                #[cfg(feature = "split")]
                let part = parts::$name;
                #[cfg(not(feature = "split"))]
                let part = || std::future::ready(parts::$name());
                loaded(part)
            }
        )*
    };
}

pages! {
    lab: LabPage,
    latent: LatentPage,
    refine: RefinePage,
    translate: TranslatePage,
    detect: DetectPage,
    upscale: UpscalePage,
    train: TrainPage,
    models: ModelsPage,
}

/// What `part` gives, or why there is nothing and a way to try again. A network, and what keeps files, may fail for once: the second
/// time is asked for by itself.
fn loaded<F>(part: impl Fn() -> F + Copy + Send + Sync + 'static) -> impl IntoView
where
    F: Future<Output = Result<AnyView, NotLoaded>> + Send + 'static,
{
    let i18n = use_i18n();
    let tries = RwSignal::new(());
    let missing = move || {
        view! {
            <section class="prose">
                <p role="alert">{t!(i18n, page_not_loaded)}</p>
                <button on:click=move |_| tries.set(())>{t!(i18n, retry)}</button>
            </section>
        }
        .into_any()
    };
    move || {
        tries.track();
        let first = part();
        Suspend::new(async move {
            match first.await {
                Ok(page) => page,
                Err(NotLoaded) => part().await.unwrap_or_else(|NotLoaded| missing()),
            }
        })
    }
}
