//! What is drawn, as a model sees it.

use forger_protocol::translate_url::Drawing;

use crate::pages::image_to_image::ask::Picture;

/// The longer side of strokes as MNIST has them, of the side of its pictures.
const LONGER: f32 = 20.0 / 28.0;
/// Light below which a pixel is empty.
const EMPTY: f32 = 0.1;
/// Places along each side of a pixel whose mean it becomes.
const PARTS: usize = 4;

/// What can be drawn with, by the number in a drawing; 0 is nothing.
pub const INKS: [(&str, u8); 3] = [("white", 255), ("black", 0), ("grey", 128)];

/// Widths of the pen, in pixels of a sheet of 128, and the one to begin with.
pub const PENS: [i32; 4] = [4, 8, 12, 18];
pub const PEN: i32 = 12;

/// Such a width on a sheet of this side.
pub const fn pen(width: i32, side: usize) -> i32 {
    let width = width * side as i32 / 128;
    if width < 1 { 1 } else { width }
}

/// Pixels of the sheet along a pixel of the model's pictures.
pub const fn scale(side: usize) -> usize {
    let scale = 128 / side;
    if scale < 2 { 2 } else { scale }
}

/// An ink by its number, RGBA; none for what is bare.
fn tone(ink: u8) -> Option<[u8; 4]> {
    let (_, grey) = INKS.get(usize::from(ink).wrapping_sub(1))?;
    Some([*grey, *grey, *grey, u8::MAX])
}

/// Ink on a picture, `[side * scale, side * scale]`; on black where there is no picture.
pub fn composed(drawing: &Drawing, under: Option<&Picture>) -> Picture {
    let side = drawing.side();
    let beneath = |index: usize| {
        let under = under?;
        let [width, height] = under.size;
        let at = (index / side * height / side) * width + index % side * width / side;
        under.values.get(at * 4..at * 4 + 3)
    };
    let pixel = |(index, ink): (usize, &u8)| match tone(*ink) {
        Some(tone) => tone,
        None => match beneath(index) {
            Some(&[r, g, b]) => [r, g, b, u8::MAX],
            _ => [0, 0, 0, u8::MAX],
        },
    };
    Picture { size: [side, side], values: drawing.pixels().iter().enumerate().flat_map(pixel).collect() }
}

/// Where a picture that lies in the middle of a sheet begins: left and top.
fn begin(side: usize, size: [usize; 2]) -> [usize; 2] {
    size.map(|length| side.saturating_sub(length) / 2)
}

/// Ink on a picture that lies in the middle of the sheet, pixel for pixel: the picture, of its size. Ink beside it is left out.
pub fn inked(drawing: &Drawing, under: &Picture) -> Picture {
    let [left, top] = begin(drawing.side(), under.size);
    let mut values = under.values.to_vec();
    let inks = drawing.pixels().chunks_exact(drawing.side()).skip(top);
    for (row, inks) in values.chunks_exact_mut(under.size[0] * 4).zip(inks) {
        for (pixel, ink) in row.chunks_exact_mut(4).zip(inks.iter().skip(left)) {
            tone(*ink).iter().for_each(|tone| pixel.copy_from_slice(tone));
        }
    }
    Picture { size: under.size, values: values.into() }
}

/// The same as the sheet shows it, a square of the longer side: what lies beside the picture is clear.
pub fn framed(drawing: &Drawing, under: &Picture) -> Picture {
    let (side, [width, _]) = (drawing.side(), under.size);
    let [left, top] = begin(side, under.size);
    let (mut values, inked) = (vec![0; side * side * 4], inked(drawing, under));
    for (to, from) in values.chunks_exact_mut(side * 4).skip(top).zip(inked.values.chunks_exact(width * 4)) {
        to[left * 4..(left + width) * 4].copy_from_slice(from);
    }
    Picture { size: [side; 2], values: values.into() }
}

/// A square picture made smaller by a whole number: each pixel is the mean of those that it takes the place of.
pub fn reduced(picture: &Picture, side: usize) -> Picture {
    let from = picture.size[0];
    let scale = (from / side.max(1)).max(1);
    let mean = |index: usize| {
        let (top, left, channel) = (index / 4 / side * scale, index / 4 % side * scale, index % 4);
        let all = (0..scale * scale).map(|part| {
            let at = (top + part / scale) * from + left + part % scale;
            picture.values.get(at * 4 + channel).map_or(0, |value| usize::from(*value))
        });
        ((all.sum::<usize>() + scale * scale / 2) / (scale * scale)) as u8
    };
    Picture { size: [side, side], values: (0..side * side * 4).map(mean).collect() }
}

/// Strokes on black as MNIST has them: as large as its frame, and the middle of their mass in the middle. What is empty stays so.
pub fn fitted(picture: &Picture, side: usize) -> Picture {
    let from = picture.size[0];
    let light = |x: usize, y: usize| f32::from(picture.values[(y * from + x) * 4]) / 255.0;
    let inked = (0..from * from).map(|at| (at % from, at / from)).filter(|(x, y)| light(*x, *y) > EMPTY);
    let (mut edges, mut mass, mut middle) = ([usize::MAX, 0, usize::MAX, 0], 0.0, [0.0; 2]);
    for (x, y) in inked {
        edges = [edges[0].min(x), edges[1].max(x), edges[2].min(y), edges[3].max(y)];
        let light = light(x, y);
        mass += light;
        middle = [middle[0] + light * (x as f32 + 0.5), middle[1] + light * (y as f32 + 0.5)];
    }
    if mass == 0.0 {
        return reduced(picture, side);
    }
    let middle = middle.map(|sum| sum / mass);
    let longer = (edges[1] - edges[0]).max(edges[3] - edges[2]) as f32 + 1.0;
    // Pixels of the sheet along one of the model.
    let step = longer / (side as f32 * LONGER);
    let at = |place: f32, axis: usize| {
        let at = middle[axis] + (place - side as f32 / 2.0) * step;
        (at >= 0.0 && at < from as f32).then_some(at as usize)
    };
    let part = |part: usize| (part as f32 + 0.5) / PARTS as f32;
    let pixel = |index: usize| {
        let places = (0..PARTS * PARTS).map(|place| {
            let x = at((index % side) as f32 + part(place % PARTS), 0);
            let y = at((index / side) as f32 + part(place / PARTS), 1);
            x.zip(y).map_or(0.0, |(x, y)| light(x, y))
        });
        let grey = (places.sum::<f32>() / (PARTS * PARTS) as f32 * 255.0).round() as u8;
        [grey, grey, grey, u8::MAX]
    };
    Picture { size: [side, side], values: (0..side * side).flat_map(pixel).collect() }
}

/// Whether a picture is all of one colour.
pub fn is_blank(picture: &Picture) -> bool {
    let mut pixels = picture.values.chunks_exact(4);
    let first = pixels.next();
    pixels.all(|pixel| Some(pixel) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(side: usize, [left, top, right, bottom]: [usize; 4]) -> Drawing {
        let mut drawing = Drawing::new(side);
        for y in top..bottom {
            drawing.pixels_mut()[y * side + left..y * side + right].fill(1);
        }
        drawing
    }

    /// The rows or columns that have any light.
    fn lit(picture: &Picture, axis: usize) -> (usize, usize) {
        let side = picture.size[0];
        let is_lit = |at: &usize| picture.values[at * 4] > 127;
        let all = (0..side * side).filter(is_lit).map(|at| [at % side, at / side][axis]).collect::<Vec<_>>();
        (all.iter().copied().min().unwrap(), all.iter().copied().max().unwrap())
    }

    #[test]
    fn a_stroke_in_a_corner_becomes_one_in_the_middle_and_as_long_as_the_frame() {
        for place in [[2, 3, 10, 63], [60, 40, 68, 110]] {
            let sheet = composed(&stroke(112, place), None);
            let fitted = fitted(&sheet, 28);
            let (rows, columns) = (lit(&fitted, 1), lit(&fitted, 0));
            assert!((rows.1 + 1 - rows.0).abs_diff(20) <= 1, "{rows:?}");
            assert!(
                (rows.0 + rows.1).abs_diff(27) <= 1 && (columns.0 + columns.1).abs_diff(27) <= 1,
                "{rows:?} {columns:?}"
            );
        }
        let empty = composed(&Drawing::new(112), None);
        assert!(is_blank(&fitted(&empty, 28)) && is_blank(&empty));
    }

    #[test]
    fn ink_lies_on_the_picture_and_a_pixel_is_the_mean_of_its_parts() {
        let under = Picture { size: [2, 2], values: [[100, 100, 100, 255]; 4].concat().into() };
        // Half of the first pixel, in white.
        let made = composed(&stroke(8, [0, 0, 4, 2]), Some(&under));
        let reduced = reduced(&made, 2);
        let greys = reduced.values.chunks_exact(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
        assert_eq!(greys, [178, 100, 100, 100]);
        assert!(!is_blank(&reduced));
    }

    #[test]
    fn a_picture_of_any_size_lies_in_the_middle_pixel_for_pixel() {
        let values = (1..=4 * 2).flat_map(|value| [value, value, value, u8::MAX]).collect();
        let under = Picture { size: [4, 2], values };
        // One pixel of the picture, and one beside it.
        let drawing = stroke(4, [1, 0, 2, 2]);
        let greys = |picture: &Picture| picture.values.chunks_exact(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
        let alphas = |picture: &Picture| picture.values.chunks_exact(4).map(|pixel| pixel[3]).collect::<Vec<_>>();
        let (inked, framed) = (inked(&drawing, &under), framed(&drawing, &under));
        assert_eq!((inked.size, greys(&inked)), ([4, 2], vec![1, 255, 3, 4, 5, 6, 7, 8]));
        assert_eq!((framed.size, &greys(&framed)[4..12]), ([4, 4], &greys(&inked)[..]));
        assert_eq!(alphas(&framed), [[0; 4], [255; 4], [255; 4], [0; 4]].concat());
        // Upright, and of an odd difference.
        let upright = Picture { size: [2, 5], values: [9, 9, 9, 255].repeat(10).into() };
        let framed = super::framed(&Drawing::new(5), &upright);
        assert_eq!(greys(&framed)[..10], [0, 9, 9, 0, 0, 0, 9, 9, 0, 0]);
    }

    #[test]
    fn a_sheet_is_a_few_times_as_large() {
        assert_eq!([28, 32, 64, 128].map(scale), [4, 4, 2, 2]);
    }
}
