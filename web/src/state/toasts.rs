//! Short messages that the user closes.

use std::time::Duration;

use leptos::prelude::*;

/// How long a note is there.
const NOTED: Duration = Duration::from_secs(5);

#[derive(Clone, PartialEq)]
pub struct Toast {
    pub id: u32,
    pub text: String,
    /// An error is announced at once, and stays.
    pub error: bool,
}

/// The messages on the page.
#[derive(Clone, Copy)]
pub struct Toasts {
    pub list: RwSignal<Vec<Toast>>,
    /// The id of the newest. None comes twice: what closes a note later must not meet another in its place.
    last: StoredValue<u32>,
}

pub fn provide_toasts() -> Toasts {
    let toasts = Toasts { list: RwSignal::new(Vec::new()), last: StoredValue::new(0) };
    provide_context(toasts);
    toasts
}

pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    fn add(self, text: String, error: bool) -> u32 {
        let id = self.last.get_value() + 1;
        self.last.set_value(id);
        self.list.update(|list| {
            // Said twice, it is not truer.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, text, error });
        });
        id
    }

    pub fn error(self, text: String) {
        self.add(text, true);
    }

    pub fn note(self, text: String) {
        let id = self.add(text, false);
        self.fade(id);
    }

    /// Closes a note in a while, and not while the pointer or the focus is at the messages.
    fn fade(self, id: u32) {
        let is_read = || document().query_selector(".toasts:is(:hover, :focus-within)").is_ok_and(|it| it.is_some());
        set_timeout(move || if is_read() { self.fade(id) } else { self.close(id) }, NOTED);
    }

    pub fn close(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_closes_a_message_later_meets_no_other() {
        let owner = Owner::new();
        owner.set();
        let toasts = provide_toasts();
        let note = toasts.add("saved".into(), false);
        toasts.close(note);
        toasts.error("lost".into());
        toasts.close(note);
        assert!(toasts.list.with_untracked(|list| matches!(list.as_slice(), [toast] if toast.text == "lost")));
    }
}
