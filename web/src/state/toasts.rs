//! Short messages that the user closes.

use leptos::prelude::*;

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
}

pub fn provide_toasts() -> Toasts {
    let toasts = Toasts { list: RwSignal::new(Vec::new()) };
    provide_context(toasts);
    toasts
}

pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    fn add(self, text: String, error: bool) -> u32 {
        let mut id = 0;
        self.list.update(|list| {
            // Said twice, it is not truer.
            list.retain(|toast| toast.text != text);
            id = list.iter().map(|toast| toast.id).max().unwrap_or_default() + 1;
            list.push(Toast { id, text, error });
        });
        id
    }

    pub fn error(self, text: String) {
        self.add(text, true);
    }

    pub fn note(self, text: String) {
        let id = self.add(text, false);
        set_timeout(move || self.close(id), std::time::Duration::from_secs(5));
    }

    pub fn close(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}
