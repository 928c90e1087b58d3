//! The user's pictures become a set: one at a time, so that a thousand large photos take the memory of one.

mod camera;
mod ending;
mod panel;
mod phase;
mod square;
mod zip;

use forger_protocol::{
    EngineError, Reply, Request,
    message::StoreRequest,
    runs::{LeftOut, Why},
};
use js_sys::{ArrayBuffer, Reflect};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::trainer::Trainer;
use crate::{components::files, i18n::*, pages::image_to_image::pictures::bitmap, state::screen::now};
pub use panel::Panel;
use phase::{Phase, Progress};
use square::{Shrinker, Source};
use zip::{Problem, Zip, is_zip};

/// Why it goes on no more.
pub enum Stopped {
    /// The user wants no more of it.
    Wanted,
    Because(EngineError),
}

impl From<EngineError> for Stopped {
    fn from(error: EngineError) -> Self {
        Self::Because(error)
    }
}

#[derive(Clone, Copy)]
pub struct Intake {
    pub trainer: Trainer,
    pub name: RwSignal<String>,
    pub side: RwSignal<usize>,
    pub phase: RwSignal<Phase>,
    /// Whether the one that was begun last still has a picture in hand: it must not get into the next set.
    filling: RwSignal<bool>,
    /// Files that are not in the set.
    pub left_out: RwSignal<Vec<LeftOut>>,
    /// Pictures that are in it.
    pub count: RwSignal<usize>,
}

impl Intake {
    pub fn new(trainer: Trainer) -> Self {
        let intake = Self {
            trainer,
            name: RwSignal::new(String::new()),
            side: RwSignal::new(64),
            phase: RwSignal::new(Phase::Idle),
            filling: RwSignal::new(false),
            left_out: RwSignal::new(Vec::new()),
            count: RwSignal::new(0),
        };
        Effect::new(move |before: Option<()>| {
            intake.trainer.engine.restarts.track();
            if before.is_some() {
                intake.lose();
            }
        });
        on_cleanup(move || {
            // A set that is not ended when the page is left was not wanted.
            if intake.phase.try_with_untracked(Phase::is_open) == Some(true) {
                spawn_local(async move {
                    let _ = intake.trainer.engine.request(Request::Store(StoreRequest::DropSet), Vec::new()).await;
                });
            }
        });
        intake
    }

    /// Tracked.
    pub fn is_busy(self) -> bool {
        self.phase.with(Phase::is_open) || self.filling.get()
    }

    async fn store(self, request: StoreRequest, buffers: Vec<ArrayBuffer>) -> Result<Reply, EngineError> {
        Ok(self.trainer.engine.request(Request::Store(request), buffers).await?.0)
    }

    /// Takes files: pictures, and zips of pictures.
    pub fn take(self, files: Vec<File>) {
        if files.is_empty() || untrack(|| self.is_busy()) {
            return;
        }
        let first = files.first().map(path).unwrap_or_default();
        let total = files.len();
        self.run(usual_name(&first), total, async move |shrinker: Shrinker| {
            for file in files {
                if is_zip(&file) {
                    self.take_zip(&shrinker, &file).await?;
                } else {
                    self.take_file(&shrinker, &path(&file), &file).await?;
                }
            }
            Ok(())
        });
    }

    /// Begins a set, fills it and ends it. `usual` is its name where none was typed.
    fn run(self, usual: String, total: usize, fill: impl AsyncFnOnce(Shrinker) -> Result<(), Stopped> + 'static) {
        let typed = self.name.with_untracked(|name| name.trim().to_owned());
        let (name, side) = (if typed.is_empty() { usual } else { typed }, self.side.get_untracked());
        let Some(shrinker) = Shrinker::new(side) else {
            return self.trainer.toasts.error(td_string!(self.trainer.locale(), up_no_memory).to_string());
        };
        self.left_out.set(Vec::new());
        self.count.set(0);
        self.phase.set(Phase::Taking(Progress { done: 0, total, start: now() }));
        self.filling.set(true);
        spawn_local(async move {
            let done = match self.store(StoreRequest::BeginSet { name, side }, Vec::new()).await {
                Ok(_) => fill(shrinker).await,
                Err(error) => Err(error.into()),
            };
            self.filling.try_set(false);
            match done {
                Ok(()) => self.keep().await,
                // It is asked what becomes of what is there.
                Err(Stopped::Wanted) => {}
                Err(Stopped::Because(error)) => self.fail(&error),
            }
        });
    }

    async fn take_zip(self, shrinker: &Shrinker, file: &File) -> Result<(), Stopped> {
        let locale = self.trainer.locale();
        let mut zip = match Zip::open(file).await {
            Ok(zip) => zip,
            Err(problem) => {
                let said = match problem {
                    Problem::TooLarge => td_string!(locale, train_large_zip).to_string(),
                    Problem::Unread => td_string!(locale, train_bad_zip, name = file.name()).to_string(),
                };
                return self.leave_out(file.name(), said).await;
            }
        };
        let more = zip.count();
        self.advance(|progress| progress.total = progress.total + more - 1.min(progress.total))?;
        for index in 0..more {
            match zip.file(index) {
                Some(file) => self.take_file(shrinker, &zip.name(index), &file).await?,
                None => {
                    self.leave_out(
                        zip.name(index),
                        td_string!(locale, train_bad_zip, name = zip.name(index)).to_string(),
                    )
                    .await?
                }
            }
        }
        Ok(())
    }

    async fn take_file(self, shrinker: &Shrinker, name: &str, file: &File) -> Result<(), Stopped> {
        let Some(bitmap) = bitmap(file).await else {
            let said = files::unreadable(self.trainer.locale(), file).await;
            return self.leave_out(name.to_owned(), said).await;
        };
        let square = shrinker.square(Source::Bitmap(&bitmap));
        // It may be as large as all that was taken before.
        bitmap.close();
        match square {
            Some(square) => self.add(name.to_owned(), square).await,
            None => self.leave_out(name.to_owned(), td_string!(self.trainer.locale(), up_no_memory).to_string()).await,
        }
    }

    /// Adds a picture of the set's side.
    async fn add(self, file: String, square: ArrayBuffer) -> Result<(), Stopped> {
        self.advance(|_| {})?;
        match self.store(StoreRequest::AddPicture { file: file.clone() }, vec![square]).await? {
            Reply::Added { duplicate_of: Some(of) } => {
                self.left_out.try_update(|left_out| left_out.push(LeftOut { name: file, why: Why::Duplicate(of) }));
            }
            _ => drop(self.count.try_update(|count| *count += 1)),
        }
        self.advance(|progress| progress.done += 1)
    }

    async fn leave_out(self, file: String, why: String) -> Result<(), Stopped> {
        self.advance(|_| {})?;
        self.store(StoreRequest::LeaveOut { file: file.clone(), why: why.clone() }, Vec::new()).await?;
        self.left_out.try_update(|left_out| left_out.push(LeftOut { name: file, why: Why::Unreadable(why) }));
        self.advance(|progress| progress.done += 1)
    }

    /// Goes on, if that is wanted still.
    fn advance(self, change: impl FnOnce(&mut Progress)) -> Result<(), Stopped> {
        let is_wanted = self.phase.try_update(|phase| match phase {
            Phase::Taking(progress) => {
                change(progress);
                true
            }
            _ => false,
        });
        if is_wanted == Some(true) { Ok(()) } else { Err(Stopped::Wanted) }
    }
}

/// Where a file lies in a folder that was chosen, or its name.
fn path(file: &File) -> String {
    let path = Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

/// What a set is called after its first file: its folder, or else its name without the end.
fn usual_name(path: &str) -> String {
    match path.split_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::usual_name;

    #[test]
    fn a_set_is_called_after_its_folder_or_its_first_file() {
        assert_eq!(["cats/a.png", "cats.zip", "a", "/x.png"].map(usual_name), ["cats", "cats", "a", "/x"]);
    }
}
