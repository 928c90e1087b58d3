//! Glasses.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Outline},
    colour::{Colour, between, pick},
};

const FRAMES: [Colour; 7] = [
    Colour::rgb(24, 24, 28),
    Colour::rgb(24, 24, 28),
    Colour::rgb(96, 52, 30),
    Colour::rgb(176, 34, 44),
    Colour::rgb(30, 62, 132),
    Colour::rgb(190, 148, 50),
    Colour::rgb(44, 104, 84),
];

/// Of those who wear glasses, how many wear dark ones.
const SUNGLASSES: f32 = 0.16;

pub fn glasses(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let frame = pick(&FRAMES, look.frame_colour).unwrap_or(Colour::INK);
    let width = between(0.95, 1.7, look.frame_line);
    let rx = between(4.5, 5.2, look.frame_size).min(face.eye - 0.7);
    // Round, or square with round corners.
    let round = look.frame_shape < 0.45;
    let (ry, corner) = if round { (rx, 1.0) } else { (rx * between(0.74, 0.9, look.frame_shape), 0.4) };
    let lens = if look.tint < SUNGLASSES {
        let tint = Colour::hsv(look.tint_hue, 0.45, 0.22);
        tint.faded(between(0.78, 0.92, look.tint / SUNGLASSES))
    } else {
        Colour::rgb(214, 236, 250).faded(between(0.14, 0.3, look.tint))
    };
    let y = EYES + 0.5;
    for side in [-1.0, 1.0] {
        let x = X + side * face.eye;
        canvas.line(Outline::from(x + side * rx, y - 1.0).line(X + side * (face.width + 0.4), y - 0.2), width, frame);
        let rim = || Outline::default().rounded([x, y], [rx, ry], corner);
        canvas.fill(rim(), lens);
        canvas.within(rim(), |canvas| {
            let glint = Outline::from(x + rx * 0.1, y - ry).line(x - rx * 0.7, y + ry);
            canvas.line(glint, 1.0, Colour::WHITE.faded(0.28));
        });
        canvas.line(rim(), width, frame);
    }
    let inner = face.eye - rx;
    canvas.line(Outline::from(X - inner, y - 0.6).quad([X, y - 2.0], [X + inner, y - 0.6]), width, frame);
}
