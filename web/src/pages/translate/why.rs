//! What the board is about: what its network sees, what taught it, and what to try.

use forger_protocol::TranslatorNetwork;
use leptos::prelude::*;

use super::board::Board;
use crate::i18n::*;

/// For what it is said of: pix2pix with a U-Net.
#[component]
pub fn Why(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let is_it = board.model.with_value(|model| !model.is_cycle && model.generator.network == TranslatorNetwork::Unet);
    is_it.then(|| {
        view! {
            <section class="why" data-testid="why">
                <h2>{t!(i18n, tr_why)}</h2>
                <p>{t!(i18n, tr_why_labels)}</p>
                <p>{t!(i18n, tr_why_losses)}</p>
                <p>{t!(i18n, tr_why_try)}</p>
            </section>
        }
    })
}
