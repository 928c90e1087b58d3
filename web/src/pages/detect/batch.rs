//! Several pictures, one after the other, as a table.

mod csv;
mod row;
mod table;

use forger_protocol::detect::Patches;
use js_sys::{Array, JsString};
use leptos::{html::Section, prelude::*, task::spawn_local};
use web_sys::{File, HtmlCanvasElement};

use super::{
    board::Board,
    desk::{Desk, Look, Model},
};
use crate::{
    components::{files, labels},
    i18n::*,
    pages::image_to_image::{
        ask::Picture,
        pictures::{OpenPicture, blank, decode, on_white, resized},
    },
    plots::canvas::context,
    state::newest::Turns,
};
use csv::csv;
pub use row::Row;
use row::{Order, State, sorted};
pub use table::{Replace, Table};

/// What the table is saved as.
const NAME: &str = "forger-detect.csv";

#[derive(Clone, Copy)]
pub struct Batch {
    desk: Desk,
    board: Board,
    files: StoredValue<Vec<File>, LocalStorage>,
    rows: RwSignal<Vec<Row>>,
    order: RwSignal<Order>,
    /// What is to take the place of rows that the user has marked, if that is wanted.
    asked: RwSignal<Option<Vec<File>>, LocalStorage>,
    turns: Turns,
    request: StoredValue<Option<u32>>,
    /// Where the table is.
    section: NodeRef<Section>,
}

/// The middle square of a picture, of this side, on white where it is transparent.
fn square(canvas: &HtmlCanvasElement, side: usize) -> Option<Picture> {
    let (width, height) = (canvas.width(), canvas.height());
    let short = width.min(height).max(1);
    let cut = blank([short, short])?;
    let (left, top) = (f64::from((width - short) / 2), f64::from((height - short) / 2));
    context(&cut)?.draw_image_with_html_canvas_element(canvas, -left, -top).ok()?;
    Picture::of(&resized(&on_white(&cut)?, [side as u32; 2])?)
}

impl Batch {
    /// With the pictures of the desk, which wait for the model of the board.
    pub fn new(board: Board) -> Self {
        let desk = board.desk;
        let batch = Self {
            desk,
            board,
            files: desk.files,
            rows: desk.rows,
            order: RwSignal::new(Order::Given),
            asked: RwSignal::new_local(None),
            turns: Turns::default(),
            request: StoredValue::new(None),
            section: NodeRef::new(),
        };
        batch.rows.update(|rows| rows.iter_mut().for_each(Row::wait));
        on_cleanup(move || {
            batch.stop();
        });
        batch
    }

    /// Lays one picture on the sheet; judges several at once, and asks before marks of the user's are lost to them.
    pub fn open(self, files: Vec<File>) {
        if let [file] = files.as_slice() {
            self.stop();
            self.lay(file.clone());
        } else if self.rows.with_untracked(|rows| rows.iter().any(|row| row.is_marked)) {
            self.asked.set(Some(files));
        } else {
            self.replace(files);
        }
    }

    /// Judges several pictures, in place of those there are.
    fn replace(self, files: Vec<File>) {
        self.stop();
        self.board.turns.end();
        self.asked.set(None);
        self.rows.set(files.iter().map(|file| Row::new(path(file))).collect());
        self.order.set(Order::Given);
        self.files.set_value(files);
        self.start();
        // It lies below what is said of one picture, and whoever opened several waits for it.
        request_animation_frame(move || {
            let section = self.section.try_get_untracked().flatten();
            section.into_iter().for_each(|section| section.scroll_into_view());
        });
    }

    /// Lays a picture on the sheet, where it is judged.
    fn lay(self, file: File) {
        let Some(model) = self.board.model.try_get_value() else { return };
        let is_last = self.board.turns.begin();
        spawn_local(async move {
            let picture = self.read(&file, &model).await;
            // Something else may lie there by now, or another page be here.
            if !is_last() {
                return;
            }
            match picture {
                Ok(picture) => self.board.lay(file.name(), picture, None),
                Err(said) => self.desk.toasts.error(said),
            }
        });
    }

    /// A picture as the model takes it: of its size, or of any that it can judge in parts.
    async fn read(self, file: &File, model: &Model) -> Result<Picture, String> {
        let (locale, side) = (self.desk.locale(), model.side());
        let OpenPicture { canvas, size, .. } = decode(locale, file).await?;
        let picture = match model.normal.patches {
            Some(patches) => {
                let [width, height] = size.map(|length| length as usize);
                if !patches.fits([height, width], side) {
                    let (least, most) = (side, Patches::LONGEST);
                    return Err(td_string!(
                        locale,
                        detect_unfit,
                        least = least,
                        most = most,
                        width = width,
                        height = height
                    )
                    .to_string());
                }
                on_white(&canvas).and_then(|canvas| Picture::of(&canvas))
            }
            None => square(&canvas, side),
        };
        picture.ok_or_else(|| td_string!(locale, up_no_memory).to_string())
    }

    /// Stops judging them. Whether one was judged.
    fn stop(self) -> bool {
        self.desk.batch.try_set(false);
        let request = self.request.try_update_value(Option::take).flatten();
        request.into_iter().for_each(|id| self.desk.engine.cancel(id));
        request.is_some()
    }

    /// Stops judging them, or the opening of the model for it.
    fn cancel(self) {
        if !self.stop() {
            self.desk.shelf.cancel();
        }
    }

    fn say(self, index: usize, state: State) {
        self.rows.try_update(|rows| rows.get_mut(index).map(|row| row.state = state));
    }

    fn mark(self, index: usize, is_marked: bool) {
        self.rows.try_update(|rows| rows.get_mut(index).map(|row| row.is_marked = is_marked));
    }

    /// The scores of rows that are not marked and of those that are; nothing where none is marked.
    pub fn marked(self) -> Option<[Vec<f32>; 2]> {
        self.rows.with(|rows| {
            let of = |kind: bool| rows.iter().filter(|row| row.is_marked == kind).filter_map(Row::score).collect();
            rows.iter().any(|row| row.is_marked).then(|| [of(false), of(true)])
        })
    }

    /// Judges those that are not judged yet.
    fn start(self) {
        let Some(model) = self.board.model.try_get_value() else { return };
        self.board.stop();
        self.desk.batch.set(true);
        let (files, is_last) = (self.files.get_value(), self.turns.begin());
        spawn_local(async move {
            for (index, file) in files.iter().enumerate() {
                // One that was stopped a moment ago may still say that it is judged.
                let is_open = |rows: &Vec<Row>| rows.get(index).is_some_and(|row| row.state.is_open());
                if !self.rows.try_with_untracked(is_open).unwrap_or_default() {
                    continue;
                }
                self.say(index, State::Working);
                let state = self.one(&model, file, is_last).await;
                // Others may have been opened since, or it was begun anew, or another model is here.
                if !is_last() {
                    return;
                }
                self.say(index, state.unwrap_or(State::Waiting));
                if !self.desk.batch.try_get_untracked().unwrap_or_default() {
                    return;
                }
            }
            self.desk.batch.try_set(false);
            self.order.try_set(Order::Score);
        });
    }

    /// The state that a picture comes to; none where it was given up.
    async fn one(
        self,
        model: &Model,
        file: &File,
        is_last: impl Fn() -> bool + Copy + Send + Sync + 'static,
    ) -> Option<State> {
        let picture = match self.read(file, model).await {
            Ok(picture) => picture,
            Err(said) => return Some(State::Failed(said)),
        };
        let is_wanted = move || is_last() && self.desk.batch.try_get_untracked() == Some(true);
        if !is_wanted() {
            return None;
        }
        let told = Callback::new(move |(id, _): (u32, Option<Look>)| {
            if is_last() {
                self.request.set_value(Some(id));
            }
        });
        let answer = self.desk.judge(model, picture, is_wanted, told).await;
        if !is_last() {
            return None;
        }
        self.request.set_value(None);
        match answer {
            Ok(verdict) => {
                let is_small = model.normal.patches.is_none();
                Some(State::Judged(verdict.score, is_small.then_some(verdict)))
            }
            Err(error) if error.is_quiet() => None,
            Err(error) => Some(State::Failed(labels::error(self.desk.locale(), &error))),
        }
    }

    fn count(self, of: fn(&State) -> bool) -> usize {
        self.rows.with(|rows| rows.iter().filter(|row| of(&row.state)).count())
    }

    fn save(self) {
        let (Some(model), Some(threshold)) = (self.board.model.try_get_value(), self.desk.threshold.get_untracked())
        else {
            return;
        };
        let text = self.rows.with_untracked(|rows| {
            let order = sorted(rows, self.order.get_untracked());
            let rows = order.into_iter().map(|place| rows[place].clone()).collect::<Vec<_>>();
            csv(&rows, &model.normal.scores, threshold)
        });
        files::give(&Array::of1(&JsString::from(text)), "text/csv", NAME);
    }
}

/// Where a file lies in a folder that was chosen, or its name.
fn path(file: &File) -> String {
    let path = js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}
