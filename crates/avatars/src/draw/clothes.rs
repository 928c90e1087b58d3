//! Neck, shoulders and collar.

use super::{
    anatomy::{Anatomy, X},
    canvas::{Canvas, Ink, Outline},
    colour::{Colour, between},
};

/// Below the picture.
const FLOOR: f32 = 70.0;

fn neck_width(face: &Anatomy) -> f32 {
    if face.attributes.male { 6.6 + 1.4 * face.look.shoulders } else { 4.5 + 0.9 * face.look.shoulders }
}

pub fn neck(canvas: &mut Canvas, face: &Anatomy) {
    let width = neck_width(face);
    let neck = || {
        Outline::from(X - width, 40.0)
            .line(X + width, 40.0)
            .quad([X + width, 54.0], [X + width + 6.0, 58.0])
            .line(X + width + 6.0, FLOOR)
            .line(X - width - 6.0, FLOOR)
            .line(X - width - 6.0, 58.0)
            .quad([X - width, 54.0], [X - width, 40.0])
    };
    canvas.fill(neck(), face.skin.lit(0.93));
    // The chin's shadow.
    canvas.within(neck(), |canvas| {
        canvas.fill(Outline::default().oval([X, face.chin - 3.2], [face.width * 0.9, 6.2]), face.shade().faded(0.8));
    });
}

pub fn clothes(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let cloth =
        Colour::hsv(look.clothes_hue, between(0.15, 0.75, look.clothes_vivid), between(0.3, 0.92, look.clothes_light));
    let neck = neck_width(face);
    let width =
        if face.attributes.male { between(25.0, 30.0, look.shoulders) } else { between(19.5, 23.5, look.shoulders) };
    let top = if face.attributes.male { 54.0 } else { 55.0 };
    // How deep the neckline is: a turtleneck, a crew neck, a V, or a shirt's opening.
    let (at, depth) = match look.collar {
        c if c < 0.2 => (neck + 0.8, -2.6),
        c if c < 0.5 => (neck + 1.4, 3.6),
        c if c < 0.75 => (neck + 1.6, 8.0),
        _ => (neck + 1.0, 7.0),
    };
    let pointed = look.collar >= 0.5;
    let left = Outline::from(X - at, top - 1.0);
    let neckline = if pointed {
        left.line(X, top + depth).line(X + at, top - 1.0)
    } else {
        left.cubic([X - at * 0.8, top + depth], [X + at * 0.8, top + depth], [X + at, top - 1.0])
    };
    let body = neckline
        .cubic([X + width * 0.7, top + 1.6], [X + width, top + 4.0], [X + width + 1.4, FLOOR])
        .line(X - width - 1.4, FLOOR)
        .cubic([X - width, top + 4.0], [X - width * 0.7, top + 1.6], [X - at, top - 1.0]);
    let (bright, dark) = (cloth.lit(1.06), cloth.lit(0.84));
    let ends = if face.light < 0.0 { [0.0, 64.0] } else { [64.0, 0.0] };
    canvas.fill(body, Ink::Blend([ends[0], top], bright, [ends[1], top], dark));
    if look.collar < 0.2 {
        let fold = Outline::from(X - at, top - 3.2).quad([X, top], [X + at, top - 3.2]);
        let turtle = fold.line(X + at + 0.6, top + 1.6).quad([X, top + 5.2], [X - at - 0.6, top + 1.6]);
        canvas.fill(turtle, cloth.lit(0.9));
    } else if !pointed {
        let rim = Outline::from(X - at, top - 0.8).cubic(
            [X - at * 0.8, top + depth],
            [X + at * 0.8, top + depth],
            [X + at, top - 0.8],
        );
        canvas.line(rim, 1.5, cloth.lit(0.76));
    } else if look.collar >= 0.75 {
        let shirt = if look.clothes_hue < 0.5 { Colour::WHITE } else { cloth.mix(Colour::WHITE, 0.55) };
        for side in [-1.0, 1.0] {
            let wing = Outline::from(X + side * (at - 0.6), top - 3.4)
                .line(X + side * (at + 3.6), top + 1.2)
                .line(X + side * (at - 1.6), top + 7.0)
                .line(X, top + depth);
            canvas.fill(wing, shirt.lit(if (side < 0.0) == (face.light < 0.0) { 1.0 } else { 0.92 }));
        }
        canvas.line(Outline::from(X, top + depth).line(X, FLOOR), 0.8, cloth.lit(0.66));
    }
}
