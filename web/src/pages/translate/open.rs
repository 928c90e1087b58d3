//! Drawings that are read from pictures: those that were saved here, and maps of labels from elsewhere.

use forger_protocol::{card::Swatch, translate_url::Drawing};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Event, File, HtmlCanvasElement};

use super::board::Board;
use crate::{
    components::files,
    i18n::*,
    pages::{
        drawing::easel::Sheet as _,
        image_to_image::{
            ask::Picture,
            pictures::{blank, decode},
        },
    },
    plots::canvas::context,
    state::newest::Turns,
};

/// What is less opaque than this, of 255, is background.
const OPAQUE: u8 = 128;

/// The number of the colour that is nearest to a pixel, RGBA; of several as near, the first.
fn nearest(pixel: &[u8], palette: &[Swatch]) -> u8 {
    if pixel.get(3).is_some_and(|alpha| *alpha < OPAQUE) {
        return 0;
    }
    let far =
        |swatch: &Swatch| pixel.iter().zip(swatch.color).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    let found = palette.iter().enumerate().min_by_key(|(_, swatch)| far(swatch));
    found.map_or(0, |(number, _)| number as u8)
}

/// A square picture as a drawing.
fn drawn(picture: &Picture, palette: &[Swatch]) -> Drawing {
    let mut drawing = Drawing::new(picture.size[0]);
    for (pixel, rgba) in drawing.pixels_mut().iter_mut().zip(picture.values.chunks_exact(4)) {
        *pixel = nearest(rgba, palette);
    }
    drawing
}

/// The largest square in the middle of a picture, with this side. Each pixel is one of the picture: between two labels there is none.
fn square(canvas: &HtmlCanvasElement, side: usize) -> Option<Picture> {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let from = width.min(height);
    let [left, top] = [width, height].map(|whole| ((whole - from) / 2.0).floor());
    let (cut, to) = (blank([side as u32; 2])?, side as f64);
    let on = context(&cut)?;
    on.set_image_smoothing_enabled(false);
    on.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        canvas, left, top, from, from, 0.0, 0.0, to, to,
    )
    .ok()?;
    Picture::of(&cut)
}

/// What puts a picture on a board as a drawing: of several, the first.
pub fn opener(board: Board) -> impl Fn(Vec<File>) + Copy + 'static {
    let turns = Turns::default();
    move |files: Vec<File>| {
        let Some(file) = files.into_iter().next() else { return };
        let (is_last, locale) = (turns.begin(), board.desk.locale());
        spawn_local(async move {
            let opened = decode(locale, &file).await;
            // Another may have been opened meanwhile, or another model or page.
            if !is_last() {
                return;
            }
            let square = opened.and_then(|picture| {
                square(&picture.canvas, board.side()).ok_or_else(|| td_string!(locale, up_no_memory).to_string())
            });
            match square {
                Ok(picture) => board.put(board.model.with_value(|model| drawn(&picture, &model.card.palette))),
                Err(said) => board.desk.toasts.error(said),
            }
        });
    }
}

/// The button that opens one.
#[component]
pub fn OpenDrawing(#[prop(into)] open: Callback<Vec<File>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label class="button file">
            <span>{t!(i18n, tr_open_drawing)}</span>
            <input
                type="file"
                class="unseen"
                accept="image/*"
                data-testid="drawing-file"
                on:change=move |event: Event| open.run(files::all_chosen(&event))
            />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::translate::model::coloured;

    fn palette() -> [Swatch; 4] {
        [[0, 0, 222], [0, 48, 255], [255, 0, 0], [175, 0, 0]].map(|color| Swatch { name: String::new(), color })
    }

    #[test]
    fn a_pixel_is_of_the_nearest_colour_and_what_is_clear_is_background() {
        let cases: [([u8; 4], u8); 8] = [
            ([0, 0, 222, 255], 0),
            ([0, 48, 255, 255], 1),
            // As JPEG leaves it.
            ([3, 40, 250, 255], 1),
            // In the middle between two.
            ([215, 0, 0, 255], 2),
            ([214, 0, 0, 255], 3),
            ([255, 255, 255, 255], 1),
            ([255, 0, 0, 128], 2),
            ([255, 0, 0, 127], 0),
        ];
        for (pixel, number) in cases {
            assert_eq!(nearest(&pixel, &palette()), number, "{pixel:?}");
        }
        assert_eq!(nearest(&[255; 4], &[]), 0);
    }

    #[test]
    fn a_drawing_is_read_from_its_picture_as_it_was() {
        let mut drawing = Drawing::new(4);
        drawing.pixels_mut().iter_mut().enumerate().for_each(|(at, pixel)| *pixel = (at % 3 + at % 2) as u8);
        assert_eq!(drawn(&coloured(&drawing, &palette()), &palette()), drawing);
    }
}
