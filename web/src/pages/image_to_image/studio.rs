//! The picture that is open, what was made of it, and what is being made.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{File, HtmlCanvasElement};

use super::{
    compare::Likeness,
    make::Work,
    pictures::{OpenPicture, decode},
};
use crate::{
    engine_client::{Engine, use_engine},
    i18n::*,
    shelf::Shelf,
    state::toasts::{Toasts, use_toasts},
};

/// The picture itself, its pixels as squares.
pub const ORIGINAL: &str = "original";

/// What was made of the picture, whole or in the making.
#[derive(Clone)]
pub struct Version {
    /// [`Studio::way`] when it was made.
    pub name: String,
    pub canvas: HtmlCanvasElement,
    /// What the engine said when it was whole: seconds and device.
    pub took: Option<(f64, &'static str)>,
}

#[derive(Clone, Copy)]
pub struct Studio {
    pub engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub shelf: Shelf,
    /// How a picture is made: the name of a model, or of a way of the page's that needs none.
    pub way: RwSignal<String>,
    /// How many times larger this makes a picture.
    pub scale: Memo<usize>,
    pub picture: RwSignal<Option<OpenPicture>, LocalStorage>,
    pub versions: RwSignal<Vec<Version>, LocalStorage>,
    pub work: RwSignal<Option<Work>>,
    /// What is seen left and right of the line.
    pub left: RwSignal<String>,
    pub right: RwSignal<String>,
    /// Grows with every change of pixels.
    pub revision: RwSignal<u32>,
    pub likeness: RwSignal<Vec<Likeness>>,
}

impl Studio {
    pub fn new(shelf: Shelf, way: RwSignal<String>, scale: Memo<usize>) -> Self {
        let studio = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf,
            way,
            scale,
            picture: RwSignal::new_local(None),
            versions: RwSignal::new_local(Vec::new()),
            work: RwSignal::new(None),
            left: RwSignal::new(ORIGINAL.into()),
            right: RwSignal::new(ORIGINAL.into()),
            revision: RwSignal::new(0),
            likeness: RwSignal::new(Vec::new()),
        };
        on_cleanup(move || studio.cancel());
        studio
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    /// Opens a picture, in place of the one there is.
    pub fn open(self, file: &File) {
        let file = file.clone();
        spawn_local(async move {
            match decode(self.locale(), &file).await {
                Ok(picture) => self.put(picture),
                Err(said) => self.toasts.error(said),
            }
        });
    }

    /// Shows this picture, in place of the one there is.
    pub fn put(self, picture: OpenPicture) {
        self.cancel();
        self.versions.set(Vec::new());
        self.likeness.set(Vec::new());
        self.left.set(ORIGINAL.into());
        self.right.set(ORIGINAL.into());
        self.picture.set(Some(picture));
        self.changed();
    }

    pub(super) fn changed(self) {
        self.revision.update(|count| *count = count.wrapping_add(1));
    }

    /// Width and height of the picture that is open. Tracked.
    pub fn size(self) -> Option<[u32; 2]> {
        self.picture.with(|picture| picture.as_ref().map(|picture| picture.size))
    }

    /// The picture of a name.
    pub fn canvas(self, name: &str) -> Option<HtmlCanvasElement> {
        if name == ORIGINAL {
            return self.picture.with_untracked(|picture| picture.as_ref().map(|picture| picture.canvas.clone()));
        }
        let find = |versions: &Vec<Version>| versions.iter().find(|version| version.name == name).cloned();
        self.versions.with_untracked(find).map(|version| version.canvas)
    }
}
