//! Names and sentences that depend on a value, in the language of the page.

use crate::i18n::*;
use forger_protocol::{DeviceKind, EngineError, error::ModelError, message::SessionState};

/// The language, tracked.
pub fn locale() -> Locale {
    use_i18n().get_locale()
}

/// A setting or one of its choices, by its name in the URL.
pub fn name(locale: Locale, key: &str) -> String {
    match key {
        "data" => td_string!(locale, set_data),
        "loss" => td_string!(locale, set_loss),
        "prior" => td_string!(locale, set_prior),
        "g_lr" => td_string!(locale, set_g_lr),
        "d_lr" => td_string!(locale, set_d_lr),
        "d_steps" => td_string!(locale, set_d_steps),
        "batch" => td_string!(locale, set_batch),
        "g_width" => td_string!(locale, set_g_width),
        "g_layers" => td_string!(locale, set_g_layers),
        "d_width" => td_string!(locale, set_d_width),
        "d_layers" => td_string!(locale, set_d_layers),
        "seed" => td_string!(locale, set_seed),
        "ring" => td_string!(locale, ring),
        "grid" => td_string!(locale, grid),
        "line" => td_string!(locale, line),
        "moons" => td_string!(locale, moons),
        "spiral" => td_string!(locale, spiral),
        "minimax" => td_string!(locale, minimax),
        "non-saturating" => td_string!(locale, non_saturating),
        "least-squares" => td_string!(locale, least_squares),
        "hinge" => td_string!(locale, hinge),
        "wasserstein" => td_string!(locale, wasserstein),
        "gaussian" => td_string!(locale, gaussian),
        "uniform" => td_string!(locale, uniform),
        other => return other.to_owned(),
    }
    .to_string()
}

pub fn state(locale: Locale, state: SessionState) -> String {
    match state {
        SessionState::Idle => td_string!(locale, state_idle),
        SessionState::Running => td_string!(locale, state_running),
        SessionState::Paused => td_string!(locale, state_paused),
        SessionState::Diverged => td_string!(locale, state_diverged),
        SessionState::Done => td_string!(locale, state_done),
    }
    .to_string()
}

/// The same in every language.
pub const fn device(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "CPU",
        DeviceKind::WebGpu => "WebGPU",
    }
}

/// What went wrong, as a sentence.
pub fn error(locale: Locale, error: &EngineError) -> String {
    match error.clone() {
        EngineError::Config(range) => {
            td_string!(locale, e_config, field = range.field, value = range.value, min = range.min, max = range.max)
                .to_string()
        }
        EngineError::Model(error) => model_error(locale, error),
        EngineError::Fetch { url, detail } => td_string!(locale, e_fetch, url = url, detail = detail).to_string(),
        EngineError::NotOpen(detail) => td_string!(locale, e_not_open, detail = detail).to_string(),
        EngineError::NoWebGpu(detail) => td_string!(locale, e_no_webgpu, detail = detail).to_string(),
        EngineError::DeviceLost(_) => td_string!(locale, e_lost).to_string(),
        EngineError::Protocol(detail) => td_string!(locale, e_protocol, detail = detail).to_string(),
        EngineError::Cancelled => td_string!(locale, e_cancelled).to_string(),
        EngineError::Internal(detail) => td_string!(locale, e_internal, detail = detail).to_string(),
    }
}

fn model_error(locale: Locale, error: ModelError) -> String {
    match error {
        ModelError::Malformed { .. } => td_string!(locale, m_malformed).to_string(),
        ModelError::NoCard => td_string!(locale, m_no_card).to_string(),
        ModelError::BadCard { detail } => td_string!(locale, m_bad_card, detail = detail).to_string(),
        ModelError::Damaged { .. } => td_string!(locale, m_damaged).to_string(),
        ModelError::Tensor { tensor, .. } => td_string!(locale, m_tensor, tensor = tensor).to_string(),
        ModelError::NotFinite { tensor } => td_string!(locale, m_not_finite, tensor = tensor).to_string(),
        ModelError::TestVector { .. } => td_string!(locale, m_vector).to_string(),
    }
}
