//! Drawings to begin with: rectangles of a model's colours, in a file of the site.

use std::collections::HashMap;

use forger_protocol::{card::Swatch, translate_url::Drawing};
use serde::Deserialize;

use super::model::Model;
use crate::state::site;

/// A drawing to begin with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Example {
    /// What a link calls it.
    pub name: String,
    /// The model that it was drawn for.
    model: String,
    /// By language.
    pub title: HashMap<String, String>,
    /// What its places are counted in, along a side.
    grid: usize,
    shapes: Vec<Shape>,
}

/// A rectangle, or several alike.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Shape {
    /// The name of a colour of the palette.
    of: String,
    /// Left, top, width and height.
    at: [usize; 4],
    /// How often it is there from left to right, and how far it is from one to the next.
    #[serde(default = "once")]
    across: [usize; 2],
    /// The same from top to bottom.
    #[serde(default = "once")]
    down: [usize; 2],
    /// How often it is there along a slope, and how far each is from the one before, to the right and down.
    #[serde(default = "flat")]
    along: [usize; 3],
}

const fn once() -> [usize; 2] {
    [1, 0]
}

const fn flat() -> [usize; 3] {
    [1, 0, 0]
}

/// The examples of the site. Without them the page lacks nothing that it needs.
pub async fn load() -> Vec<Example> {
    site::fetch_json(&site::url("examples/translate.json")).await.unwrap_or_default()
}

impl Example {
    /// What is for `facades` is for `facades-light`, too.
    pub fn is_for(&self, model: &Model) -> bool {
        let rest = model.card.name.strip_prefix(&self.model);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// As it is drawn for a model. A colour that the palette lacks is left away.
    pub fn drawing(&self, model: &Model) -> Drawing {
        self.draw(model.side, &model.card.palette)
    }

    fn draw(&self, side: usize, palette: &[Swatch]) -> Drawing {
        let mut drawing = Drawing::new(side);
        let place = |at: usize| (at * side).div_ceil(self.grid.max(1)).min(side);
        for shape in &self.shapes {
            let Some(colour) = palette.iter().position(|swatch| swatch.name == shape.of) else { continue };
            let [left, top, width, height] = shape.at;
            for (dx, dy) in shape.places() {
                let (from, to) = (place(left + dx), place(left + dx + width));
                for row in place(top + dy)..place(top + dy + height) {
                    drawing.pixels_mut()[row * side + from..row * side + to].fill(colour as u8);
                }
            }
        }
        drawing
    }
}

impl Shape {
    /// How far each of it is from the first.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let [columns, right] = self.across;
        let [rows, down] = self.down;
        let [steps, slope_right, slope_down] = self.along;
        let grid = (0..rows).flat_map(move |row| (0..columns).map(move |column| (column * right, row * down)));
        grid.flat_map(move |(x, y)| (0..steps).map(move |step| (x + step * slope_right, y + step * slope_down)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../../../public/examples/translate.json");

    fn palette(names: &[&str]) -> Vec<Swatch> {
        names.iter().map(|name| Swatch { name: (*name).to_owned(), color: [0; 3] }).collect()
    }

    #[test]
    fn shapes_are_repeated_and_unknown_colours_left_away() {
        let shape = |of: &str, at| Shape { of: of.into(), at, across: once(), down: once(), along: flat() };
        let windows = Shape { across: [2, 4], down: [2, 4], ..shape("window", [1, 1, 2, 2]) };
        let slope = Shape { along: [2, 1, 1], ..shape("road", [3, 3, 1, 1]) };
        let example = Example {
            name: String::new(),
            model: String::new(),
            title: HashMap::new(),
            grid: 8,
            shapes: vec![windows, slope, shape("unicorn", [0, 0, 8, 8])],
        };
        let drawing = example.draw(8, &palette(&["ground", "window", "road"]));
        let count = |colour| drawing.pixels().iter().filter(|pixel| **pixel == colour).count();
        assert_eq!((count(1), count(2)), (16, 2));
        assert_eq!((drawing.pixels()[9], drawing.pixels()[3 * 9], drawing.pixels()[4 * 9]), (1, 2, 2));
        assert_eq!(example.draw(16, &palette(&["window"])).pixels().len(), 256);
    }

    #[test]
    fn examples_of_the_site_read_and_are_titled_in_every_language() {
        let examples = serde_json::from_str::<Vec<Example>>(FILE).unwrap();
        assert!(examples.iter().filter(|example| example.model == "facades").count() >= 3);
        for example in &examples {
            assert!(["en", "ko"].iter().all(|language| example.title.contains_key(*language)), "{}", example.name);
            let beyond = |shape: &&Shape| {
                let [left, top, width, height] = shape.at;
                shape.places().any(|(x, y)| left + x + width > example.grid || top + y + height > example.grid)
            };
            assert_eq!(example.shapes.iter().find(beyond), None, "{}", example.name);
        }
    }
}
