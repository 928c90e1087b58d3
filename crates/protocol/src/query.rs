//! The parts of a link.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::latent_url::ModelRef;

/// What stands for itself in every place of an address, and in chats.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// A query that is being written, percent-encoded, without the `?`.
pub(crate) struct Query {
    text: String,
    escaped: &'static AsciiSet,
}

impl Query {
    /// With the version of its links.
    pub fn new(version: u32) -> Self {
        Self::escaping(version, PLAIN)
    }

    /// In which only these characters are escaped.
    pub fn escaping(version: u32, escaped: &'static AsciiSet) -> Self {
        Self { text: format!("v={version}"), escaped }
    }

    /// Adds what differs from the default.
    pub fn add(&mut self, key: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = write!(self.text, "&{key}={}", utf8_percent_encode(&value.to_string(), self.escaped));
        }
    }

    pub fn finish(self) -> String {
        self.text
    }
}

/// Gives each part of a query, which may begin with `?`, to `set`, which says `None` of what it cannot use; those parts. A newer
/// `version` than ours is one of them.
pub(crate) fn read(query: &str, version: u32, mut set: impl FnMut(&str, &str) -> Option<()>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut take = |key: &str, text: &str| match key {
        "v" => text.parse().ok().filter(|theirs: &u32| *theirs <= version).map(|_| ()),
        key => set(key, text),
    };
    for part in query.trim_start_matches('?').split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if percent_decode_str(value).decode_utf8().ok().and_then(|text| take(key, &text)).is_none() {
            wrong.push(part.to_owned());
        }
    }
    wrong
}

/// The model of a link; none for an empty name.
pub(crate) fn model(text: &str) -> Option<ModelRef> {
    Some(ModelRef::parse(text)).filter(|model| !model.name.is_empty())
}

/// Yes or no.
pub(crate) fn switch(text: &str, to: &mut bool) -> Option<()> {
    *to = text == "1";
    (*to || text == "0").then_some(())
}
