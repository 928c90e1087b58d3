//! What went wrong, told to the user.

use crate::{i18n::*, state::toasts::Toasts};
use forger_protocol::{Conflict, EngineError, OutOfRange, error::ModelError};

/// Tells an error, unless it is one that nobody need hear of.
pub fn tell(toasts: Toasts, locale: Locale, error: &EngineError) {
    if !error.is_quiet() {
        toasts.error(self::error(locale, error));
    }
}

/// Tells an error, or what is lost where another worker has taken the place of the one that was asked.
pub fn tell_loss(toasts: Toasts, locale: Locale, error: &EngineError, lost: String) {
    match error {
        EngineError::Restarted(_) => toasts.error(lost),
        error => tell(toasts, locale, error),
    }
}

/// Tells why a file of the user's was not opened: nobody opens it again where another worker has taken the place of the one that
/// was asked.
pub fn tell_file(toasts: Toasts, locale: Locale, error: &EngineError, name: &str) {
    tell_loss(toasts, locale, error, td_string!(locale, e_file_lost, name = name.to_owned()).to_string());
}

/// Tells an error of the lab, in the words of its form.
pub fn tell_lab(toasts: Toasts, locale: Locale, error: &EngineError) {
    match error {
        EngineError::Config(range) => {
            toasts.error(out_of_range(locale, super::settings::lab_field(locale, &range.field), range));
        }
        error => tell(toasts, locale, error),
    }
}

/// What went wrong, as a sentence.
pub fn error(locale: Locale, error: &EngineError) -> String {
    match error.clone() {
        EngineError::Config(range) => out_of_range(locale, super::field(locale, &range.field), &range),
        EngineError::Conflict(conflict) => self::conflict(locale, conflict),
        EngineError::Model(error) => model_error(locale, error),
        EngineError::BadRun(detail) => td_string!(locale, e_bad_run, detail = detail).to_string(),
        EngineError::TooMuch { bytes, most } => {
            td_string!(locale, e_too_much, needed = super::bytes(bytes), most = super::bytes(most)).to_string()
        }
        EngineError::TooFewPictures { least } => td_string!(locale, e_too_few_pictures, least = least).to_string(),
        EngineError::SetFull { most } => td_string!(locale, e_set_full, most = super::bytes(most)).to_string(),
        EngineError::Storage(detail) => td_string!(locale, e_storage, detail = detail).to_string(),
        EngineError::Unsaved(detail) => td_string!(locale, e_unsaved, detail = detail).to_string(),
        EngineError::LooksThrough => td_string!(locale, e_looks_through).to_string(),
        EngineError::LearnedFrom(run) => td_string!(locale, e_learned_from, run = run).to_string(),
        EngineError::OpenElsewhere => td_string!(locale, e_elsewhere).to_string(),
        EngineError::Fetch { url, detail } => {
            // One without a name, where the host names none.
            let detail = detail.trim().to_owned();
            // Of an answer, its status comes first: the connection is not to blame.
            if detail.starts_with(|first: char| first.is_ascii_digit()) {
                td_string!(locale, e_fetch_status, url = url, detail = detail).to_string()
            } else {
                td_string!(locale, e_fetch, url = url, detail = detail).to_string()
            }
        }
        EngineError::TooLong { url, most } => td_string!(locale, e_too_long, url = url, most = most).to_string(),
        EngineError::Gone(name) => td_string!(locale, bad_gone, name = name).to_string(),
        EngineError::WebPage { url } => td_string!(locale, e_web_page, url = url).to_string(),
        EngineError::BadList { url, detail } => td_string!(locale, e_bad_list, url = url, detail = detail).to_string(),
        EngineError::NotOpen(detail) => td_string!(locale, e_not_open, detail = detail).to_string(),
        EngineError::NoWebGpu(detail) => td_string!(locale, e_no_webgpu, detail = detail).to_string(),
        EngineError::DeviceLost(_) => td_string!(locale, e_lost).to_string(),
        EngineError::Protocol(detail) => td_string!(locale, e_protocol, detail = detail).to_string(),
        EngineError::Cancelled => td_string!(locale, e_cancelled).to_string(),
        EngineError::Restarted(detail) => td_string!(locale, e_restarted, detail = detail).to_string(),
        EngineError::Internal(detail) => td_string!(locale, e_internal, detail = detail).to_string(),
    }
}

/// A setting of this name has a value that it must not have.
fn out_of_range(locale: Locale, field: String, range: &OutOfRange) -> String {
    td_string!(locale, e_config, field = field, value = range.value, min = range.min, max = range.max).to_string()
}

fn conflict(locale: Locale, conflict: Conflict) -> String {
    match conflict {
        Conflict::NotClipped => td_string!(locale, e_not_clipped).to_string(),
        Conflict::NoOpponent => td_string!(locale, e_no_opponent).to_string(),
        Conflict::ShortHistory { history, least } => {
            td_string!(locale, e_short_history, history = history, least = least).to_string()
        }
    }
}

fn model_error(locale: Locale, error: ModelError) -> String {
    match error {
        ModelError::Malformed { .. } => td_string!(locale, m_malformed).to_string(),
        ModelError::NoCard => td_string!(locale, m_no_card).to_string(),
        ModelError::BadCard { detail } => td_string!(locale, m_bad_card, detail = detail).to_string(),
        ModelError::OtherSystem { expected, found } => {
            // There may be several that would do.
            let named = |names: &str| names.split(", ").map(|name| super::system(locale, name)).collect::<Vec<_>>();
            let (expected, found) = (named(&expected).join(" / "), named(&found).join(" / "));
            td_string!(locale, m_other_system, expected = expected, found = found).to_string()
        }
        ModelError::OtherNetworks { settings } => td_string!(locale, m_other_networks, settings = settings).to_string(),
        ModelError::Damaged { .. } => td_string!(locale, m_damaged).to_string(),
        ModelError::Tensor { tensor, .. } => td_string!(locale, m_tensor, tensor = tensor).to_string(),
        ModelError::NotFinite { tensor } => td_string!(locale, m_not_finite, tensor = tensor).to_string(),
        ModelError::TooLarge { tensor } => td_string!(locale, m_too_large, tensor = tensor).to_string(),
        ModelError::TestVector { .. } => td_string!(locale, m_vector).to_string(),
        ModelError::NotCalibrated => td_string!(locale, detect_not_calibrated).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_nothing_answered_is_the_connection_to_be_checked() {
        let said = |detail: &str| {
            let error = EngineError::Fetch { url: "a.json".to_owned(), detail: detail.to_owned() };
            [Locale::en, Locale::ko].map(|locale| self::error(locale, &error))
        };
        let advice = ["Check the connection", "연결을 확인"];
        for (detail, is_advised) in [("Failed to fetch", true), ("404 Not Found", false), ("404 ", false)] {
            for (said, advice) in said(detail).into_iter().zip(advice) {
                assert_eq!(said.contains(advice), is_advised, "{said}");
                assert!(said.contains(detail.trim()) && said.contains("a.json") && !said.contains(" ."), "{said}");
            }
        }
        let long = EngineError::TooLong { url: "a.safetensors".to_owned(), most: 1_234_567.0 };
        for (locale, advice) in [Locale::en, Locale::ko].into_iter().zip(advice) {
            let said = self::error(locale, &long);
            assert!(said.contains("a.safetensors") && said.contains("1234567") && !said.contains(advice), "{said}");
        }
    }
}
