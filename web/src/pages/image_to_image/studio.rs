//! The picture that is open, what was made of it, and what is being made.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{File, HtmlCanvasElement};

use super::{
    compare::Likeness,
    make::Work,
    pictures::{OpenPicture, decode, resized},
};
use crate::{
    engine_client::{Engine, use_engine},
    i18n::*,
    shelf::Shelf,
    state::{
        newest::Turns,
        toasts::{Toasts, use_toasts},
    },
};

/// The picture itself. No name of a model has such a sign.
pub const ORIGINAL: &str = "=original";

/// Longest side of an original that is looked at, in pixels: it is drawn with every frame.
const MOST_SEEN: f64 = 2048.0;

/// A picture to look at; `None` where there is no memory for it.
fn seen(canvas: &HtmlCanvasElement) -> Option<HtmlCanvasElement> {
    let size = [canvas.width(), canvas.height()].map(f64::from);
    let share = MOST_SEEN / size[0].max(size[1]);
    let smaller = || resized(canvas, size.map(|side| (side * share).round().max(1.0) as u32));
    if share < 1.0 { smaller() } else { Some(canvas.clone()) }
}

/// What was made of the picture, whole or in the making.
#[derive(Clone)]
pub struct Version {
    /// [`Studio::way`] when it was made.
    pub name: String,
    pub canvas: HtmlCanvasElement,
    /// What the engine said when it was whole: seconds and device.
    pub took: Option<(f64, &'static str)>,
}

/// How a page goes about its pictures.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Whether a model that knows two ways goes back.
    pub back: Signal<bool>,
    /// The size in which a picture of some size is worked on.
    pub size: Callback<[u32; 2], [u32; 2]>,
    /// What stands against a picture of the size in which it would be worked on.
    pub refusal: Callback<[u32; 2], Option<String>>,
}

/// A picture on its way, until this is dropped: see [`Studio::expects`].
pub struct Coming {
    studio: Studio,
    number: u32,
}

impl Drop for Coming {
    fn drop(&mut self) {
        // Another may be waited for by now.
        self.studio.coming.try_update(|(last, is_coming)| *is_coming &= *last != self.number);
    }
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
    pub plan: Plan,
    /// The picture as it was opened.
    source: RwSignal<Option<OpenPicture>, LocalStorage>,
    /// Whoever reads a picture to open it.
    turns: Turns,
    /// How many pictures have been on their way so far, and whether the last of them still is.
    coming: RwSignal<(u32, bool)>,
    /// The same in the size of the plan, or as it was opened where that is refused.
    pub picture: RwSignal<Option<OpenPicture>, LocalStorage>,
    /// That of the eye, where the one that is worked on is smaller.
    sharp: RwSignal<Option<HtmlCanvasElement>, LocalStorage>,
    pub versions: RwSignal<Vec<Version>, LocalStorage>,
    pub work: RwSignal<Option<Work>>,
    /// Whoever has a version made.
    pub(super) asked: Turns,
    /// What is seen left and right of the line.
    pub left: RwSignal<String>,
    pub right: RwSignal<String>,
    /// Grows with every change of pixels.
    pub revision: RwSignal<u32>,
    pub likeness: RwSignal<Vec<Likeness>>,
}

impl Studio {
    pub fn new(shelf: Shelf, way: RwSignal<String>, scale: Memo<usize>, plan: Plan) -> Self {
        let studio = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            shelf,
            way,
            scale,
            plan,
            source: RwSignal::new_local(None),
            turns: Turns::default(),
            coming: RwSignal::new((0, false)),
            picture: RwSignal::new_local(None),
            sharp: RwSignal::new_local(None),
            versions: RwSignal::new_local(Vec::new()),
            work: RwSignal::new(None),
            asked: Turns::default(),
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

    /// For a picture that is made elsewhere, and may not come: whether none was opened since. One that is read is not given up for it.
    pub fn since(self) -> impl Fn() -> bool + Copy + 'static {
        self.turns.since()
    }

    /// A picture is on its way, for which the one that is open gives way: until it is there, or does not come, no work is begun on
    /// that, which would be given up.
    pub fn expects(self) -> Coming {
        let number = self.coming.try_update(|(last, is_coming)| {
            (*last, *is_coming) = (last.wrapping_add(1), true);
            *last
        });
        Coming { studio: self, number: number.unwrap_or_default() }
    }

    /// Whether a picture is on its way. Tracked.
    pub fn is_expecting(self) -> bool {
        self.coming.with(|(_, is_coming)| *is_coming)
    }

    /// Opens a picture, in place of the one there is; `then` is done once it is shown.
    pub fn open(self, file: &File, then: impl FnOnce() + 'static) {
        let (file, is_last, coming) = (file.clone(), self.turns.begin(), self.expects());
        spawn_local(async move {
            let opened = decode(self.locale(), &file).await;
            // Another may have been opened meanwhile, or another page.
            if !is_last() {
                return;
            }
            match opened {
                Ok(picture) => {
                    self.fit(picture);
                    then();
                }
                Err(said) => self.toasts.error(said),
            }
            drop(coming);
        });
    }

    /// Shows this picture, in place of the one there is and of any that is being read.
    pub fn put(self, source: OpenPicture) {
        self.turns.end();
        drop(self.expects());
        self.fit(source);
    }

    /// Shows a picture in the size that the plan has for it now.
    fn fit(self, source: OpenPicture) {
        self.give_up();
        let size = untrack(|| self.plan.size.run(source.size));
        let stays = size == source.size || untrack(|| self.plan.refusal.run(size)).is_some();
        let canvas = if stays { Some(source.canvas.clone()) } else { resized(&source.canvas, size) };
        let Some(canvas) = canvas else {
            return self.toasts.error(td_string!(self.locale(), up_no_memory).to_string());
        };
        // Where there is no memory for it, the one that is worked on does.
        self.sharp.set(if canvas.width() < source.size[0] { seen(&source.canvas) } else { None });
        let picture = OpenPicture { size: [canvas.width(), canvas.height()], canvas, ..source.clone() };
        self.source.set(Some(source));
        self.versions.set(Vec::new());
        self.likeness.set(Vec::new());
        self.left.set(ORIGINAL.into());
        self.right.set(ORIGINAL.into());
        self.picture.set(Some(picture));
        self.changed();
    }

    /// The picture as it was opened. Tracked.
    pub fn opened(self) -> Option<OpenPicture> {
        self.source.get()
    }

    /// Brings the picture to the size that the plan has for it now.
    pub fn refit(self) {
        if let Some(source) = self.source.get_untracked() {
            self.fit(source);
        }
    }

    /// Width and height in which the picture is to be worked on. Tracked.
    pub fn wanted_size(self) -> Option<[u32; 2]> {
        self.source.with(|source| source.as_ref().map(|source| self.plan.size.run(source.size)))
    }

    /// What stands against the picture that is open. Tracked.
    pub fn refusal(self) -> Option<String> {
        self.plan.refusal.run(self.wanted_size()?)
    }

    /// Whether this picture is still the one that is worked on: another or another page may have been opened.
    pub(super) fn has(self, picture: &OpenPicture) -> bool {
        let is_it = |now: &Option<OpenPicture>| now.as_ref().is_some_and(|now| now.canvas == picture.canvas);
        self.picture.try_with_untracked(is_it).unwrap_or_default()
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

    /// The same to look at: the original is as sharp as it was opened, whatever it was made smaller for.
    pub fn seen(self, name: &str) -> Option<HtmlCanvasElement> {
        let sharp = self.sharp.get_untracked().filter(|_| name == ORIGINAL);
        sharp.or_else(|| self.canvas(name))
    }
}
