//! Real pictures of the user's for the game: nothing but what is in them is to tell them from those of the simulator.

use web_sys::{File, HtmlCanvasElement};

use crate::{
    i18n::*,
    pages::image_to_image::{
        ask::Picture,
        pictures::{blank, decode, resized},
    },
    plots::canvas::context,
};

/// The picture of a file in the size of those of the simulator and grey as they are, or what is said where there is none.
pub async fn read(locale: Locale, file: &File, size: [u32; 2]) -> Result<Picture, String> {
    let open = decode(locale, file).await?;
    let picture = middle(&open.canvas, size).and_then(|middle| resized(&middle, size));
    let picture = picture.and_then(|canvas| Picture::of(&canvas));
    picture.map(|picture| grey(&picture)).ok_or_else(|| td_string!(locale, up_no_memory).to_string())
}

/// The middle of a picture in the form of another: stretched to it, it would give itself away.
fn middle(canvas: &HtmlCanvasElement, form: [u32; 2]) -> Option<HtmlCanvasElement> {
    let [left, top, width, height] = cut([canvas.width(), canvas.height()], form);
    let to = [width, height].map(|side| side.round().max(1.0));
    let part = blank(to.map(|side| side as u32))?;
    let draw = context(&part)?.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        canvas, left, top, width, height, 0.0, 0.0, to[0], to[1],
    );
    draw.ok().map(|()| part)
}

/// Left edge, upper edge, width and height of the largest part in the middle that has the form of another picture.
fn cut(size: [u32; 2], form: [u32; 2]) -> [f64; 4] {
    let [[width, height], form] = [size, form].map(|size| size.map(f64::from));
    let times = (width / form[0]).min(height / form[1]);
    let part = form.map(|side| side * times);
    [(width - part[0]) / 2.0, (height - part[1]) / 2.0, part[0], part[1]]
}

/// The same picture without colours, as a refiner learned them (BT.709).
fn grey(picture: &Picture) -> Picture {
    let pixel = |rgba: &[u8]| {
        let light = 0.2126 * f32::from(rgba[0]) + 0.7152 * f32::from(rgba[1]) + 0.0722 * f32::from(rgba[2]);
        let light = light.round() as u8;
        [light, light, light, u8::MAX]
    };
    Picture { size: picture.size, values: picture.values.chunks_exact(4).flat_map(pixel).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_keeps_grey_and_weighs_colours() {
        let of = |values: Vec<u8>| grey(&Picture { size: [1, 1], values: values.into() }).values.to_vec();
        assert_eq!(of(vec![77, 77, 77, 3]), [77, 77, 77, 255]);
        assert_eq!((of(vec![255, 0, 0, 255])[0], of(vec![0, 255, 0, 255])[0]), (54, 182));
    }

    #[test]
    fn what_is_cut_is_the_middle_in_the_form_that_is_asked_for() {
        for (size, form, part) in [
            ([220, 70], [55, 35], [55.0, 0.0, 110.0, 70.0]),
            ([110, 200], [55, 35], [0.0, 65.0, 110.0, 70.0]),
            ([55, 35], [55, 35], [0.0, 0.0, 55.0, 35.0]),
            ([14, 28], [28, 28], [0.0, 7.0, 14.0, 14.0]),
        ] {
            assert_eq!(cut(size, form), part, "{size:?}");
        }
    }
}
