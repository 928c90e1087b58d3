//! A table for the terminal and for a page.

use comfy_table::{CellAlignment, Table as TextTable, presets};
use maud::{Markup, html};

/// What a cell says, and whether it is the best of its kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    pub best: bool,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), best: false }
    }
}

/// The first cell of a row names it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|text| (*text).to_owned()).collect(), rows: Vec::new() }
    }

    /// Markdown, which a terminal shows as well as a pull request does; the best have a star.
    pub fn text(&self) -> String {
        let mut table = TextTable::new();
        table.load_style(presets::ASCII_MARKDOWN).set_header(&self.head);
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| match cell.best {
                true => format!("{} *", cell.text),
                false => cell.text.clone(),
            }));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }

    /// Wider than the page it scrolls by itself.
    pub fn markup(&self) -> Markup {
        html! {
            div.scroll {
                table {
                    thead { tr { @for text in &self.head { th scope="col" { (text) } } } }
                    tbody {
                        @for row in &self.rows {
                            tr {
                                @for (index, cell) in row.iter().enumerate() {
                                    @if index == 0 { th scope="row" { (cell.text) } }
                                    @else if cell.best { td.best { (cell.text) span title="best" { " ★" } } }
                                    @else { td { (cell.text) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_marked_and_text_is_escaped() {
        let mut table = Table::new(&["", "a<b"]);
        table.rows.push(vec![Cell::new("recall"), Cell { text: "0.5".into(), best: true }]);
        let text = table.text();
        assert!(text.contains("| recall |") && text.contains("0.5 * |"), "{text}");
        let page = table.markup().into_string();
        assert!(page.contains("a&lt;b") && page.contains(r#"class="best""#), "{page}");
    }
}
