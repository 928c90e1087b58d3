//! Several pictures, one after the other, as a table.

mod csv;
mod table;

use std::cmp::Ordering;

use forger_protocol::detect::Patches;
use js_sys::{Array, JsString};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{File, HtmlCanvasElement};

use super::{
    board::Board,
    desk::{Desk, Look, Model, Verdict},
};
use crate::{
    components::{files, labels},
    i18n::*,
    pages::image_to_image::{
        ask::Picture,
        pictures::{OpenPicture, blank, decode, on_white, resized},
    },
    plots::canvas::context,
};
use csv::csv;
pub use table::Table;

/// What the table is saved as.
const NAME: &str = "forger-detect.csv";

#[derive(Clone, PartialEq)]
enum State {
    Waiting,
    Working,
    /// The score, and what there is to see of small pictures. Large ones are judged again when they are asked for: hundreds of them
    /// would fill the memory.
    Judged(f32, Option<Verdict>),
    /// Why there is no verdict.
    Failed(String),
}

#[derive(Clone, PartialEq)]
struct Row {
    name: String,
    state: State,
    /// Whether the user says that it is strange indeed.
    is_marked: bool,
}

impl Row {
    fn score(&self) -> Option<f32> {
        if let State::Judged(score, _) = self.state { Some(score) } else { None }
    }
}

/// What rows are in the order of.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Given,
    Name,
    /// The strangest first.
    Score,
}

#[derive(Clone, Copy)]
pub struct Batch {
    desk: Desk,
    board: Board,
    files: StoredValue<Vec<File>, LocalStorage>,
    rows: RwSignal<Vec<Row>>,
    order: RwSignal<Order>,
    request: StoredValue<Option<u32>>,
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

/// Rows by their places in the list.
fn sorted(rows: &[Row], order: Order) -> Vec<usize> {
    let mut places = (0..rows.len()).collect::<Vec<_>>();
    match order {
        Order::Given => {}
        Order::Name => places.sort_by(|a, b| rows[*a].name.cmp(&rows[*b].name)),
        // What has no score comes last.
        Order::Score => places.sort_by(|a, b| match (rows[*a].score(), rows[*b].score()) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()).then(Ordering::Equal),
        }),
    }
    places
}

impl Batch {
    pub fn new(board: Board) -> Self {
        let batch = Self {
            desk: board.desk,
            board,
            files: StoredValue::new_local(Vec::new()),
            rows: RwSignal::new(Vec::new()),
            order: RwSignal::new(Order::Given),
            request: StoredValue::new(None),
        };
        on_cleanup(move || batch.stop());
        batch
    }

    /// Lays one picture on the sheet; judges several at once.
    pub fn open(self, files: Vec<File>) {
        self.stop();
        if let [file] = files.as_slice() {
            return self.lay(file.clone());
        }
        let row = |file: &File| Row { name: path(file), state: State::Waiting, is_marked: false };
        self.rows.set(files.iter().map(row).collect());
        self.order.set(Order::Given);
        self.files.set_value(files);
        self.start();
    }

    /// Lays a picture on the sheet, where it is judged.
    fn lay(self, file: File) {
        let Some(model) = self.board.model.try_get_value() else { return };
        spawn_local(async move {
            match self.read(&file, &model).await {
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

    fn stop(self) {
        self.desk.batch.try_set(false);
        if let Some(id) = self.request.try_get_value().flatten() {
            self.desk.engine.cancel(id);
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
        self.board.cancel();
        self.desk.batch.set(true);
        let files = self.files.get_value();
        spawn_local(async move {
            for (index, file) in files.iter().enumerate() {
                let is_open = |rows: &Vec<Row>| rows.get(index).is_some_and(|row| row.state == State::Waiting);
                if !self.rows.try_with_untracked(is_open).unwrap_or_default() {
                    continue;
                }
                self.say(index, State::Working);
                let state = self.one(&model, file).await;
                // Others may have been opened since.
                let is_same = |now: &Vec<File>| now.first() == files.first();
                if !self.files.try_with_value(is_same).unwrap_or_default() {
                    return;
                }
                let is_wanted = self.desk.batch.try_get_untracked().unwrap_or_default();
                match state {
                    Some(state) => self.say(index, state),
                    None => self.say(index, State::Waiting),
                }
                if !is_wanted {
                    return;
                }
            }
            self.desk.batch.try_set(false);
            self.order.try_set(Order::Score);
        });
    }

    /// The state that a picture comes to; none where it was given up.
    async fn one(self, model: &Model, file: &File) -> Option<State> {
        let picture = match self.read(file, model).await {
            Ok(picture) => picture,
            Err(said) => return Some(State::Failed(said)),
        };
        if !self.desk.batch.try_get_untracked()? {
            return None;
        }
        let told = Callback::new(move |(id, _): (u32, Option<Look>)| {
            self.request.try_set_value(Some(id));
        });
        let answer = self.desk.judge(model, picture, told).await;
        self.request.try_set_value(None);
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

#[cfg(test)]
mod tests {
    use super::*;

    pub fn row(name: &str, score: Option<f32>) -> Row {
        let state = score.map_or(State::Failed("?".into()), |score| State::Judged(score, None));
        Row { name: name.into(), state, is_marked: false }
    }

    #[test]
    fn the_strangest_come_first_and_what_has_no_score_last() {
        let rows = [row("b", None), row("c", Some(1.0)), row("a", Some(2.0)), row("d", None)];
        assert_eq!(sorted(&rows, Order::Score), [2, 1, 0, 3]);
        assert_eq!(sorted(&rows, Order::Name), [2, 0, 1, 3]);
        assert_eq!(sorted(&rows, Order::Given), [0, 1, 2, 3]);
    }
}
