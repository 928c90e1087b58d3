//! Hair: what is behind the head, and what is before it.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Ink, Outline},
    colour::{Colour, between, pick},
    hat,
};
use crate::Hair;

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Bald,
    Crop,
    Swept,
    Spiky,
    Curly,
    Bun,
    Straight,
    Bangs,
    Wavy,
    LongCurly,
}

fn style(face: &Anatomy) -> Style {
    use Style::*;
    let attributes = face.attributes;
    let styles: &[Style] = match (attributes.hair, attributes.long_hair, attributes.male) {
        (Hair::Bald, ..) => return Bald,
        (_, true, _) => &[Straight, Straight, Bangs, Wavy, Wavy, LongCurly],
        (_, false, true) => &[Crop, Crop, Swept, Swept, Spiky, Curly],
        (_, false, false) => &[Swept, Bun, Bun, Curly],
    };
    pick(styles, face.look.style).unwrap_or(Crop)
}

/// How far hair stands off the skull. A hat presses it flat.
fn volume(face: &Anatomy) -> f32 {
    if face.attributes.wearing_hat { 0.5 } else { between(0.8, 3.0, face.look.volume) }
}

/// Down to where long hair falls.
fn length(face: &Anatomy) -> f32 {
    between(47.5, 63.0, face.look.length)
}

fn ink(face: &Anatomy, bottom: f32) -> Ink {
    let gloss = between(1.02, 1.2, face.look.gloss);
    Ink::Blend([X, face.top - 2.0], face.hair.lit(gloss), [X, bottom], face.hair.lit(0.8))
}

/// What the head covers in part.
pub fn behind(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let style = style(face);
    let dark = |bottom| Ink::Blend([X, face.top], face.hair.lit(0.86), [X, bottom], face.hair.lit(0.66));
    let hatted = face.attributes.wearing_hat;
    match style {
        Style::Curly => curls(canvas, face, EYES + 3.0, dark(EYES + 6.0)),
        Style::Bun if !hatted => {
            let size = between(4.2, 6.2, look.volume);
            let bun = if look.fringe < 0.75 {
                Outline::default().circle(X, face.top - 0.62 * size, size)
            } else {
                let (x, y) = (face.width * 0.72, face.top + 1.4);
                Outline::default().circle(X - x, y, size * 0.8).circle(X + x, y, size * 0.8)
            };
            canvas.fill(bun, ink(face, face.top + 6.0));
        }
        Style::Straight | Style::Bangs | Style::Wavy | Style::LongCurly => {
            let bottom = length(face);
            let (reach, flare) = (face.width + 1.0 + volume(face) * 0.6, between(-0.5, 3.4, look.flare));
            let top = face.top - volume(face);
            let mut back =
                Outline::from(X, top).cubic([X + reach * 0.7, top], [X + reach, EYES - 12.0], [X + reach, EYES]);
            let waves = if style == Style::Straight || style == Style::Bangs { 0.0 } else { 1.3 };
            for side in [1.0, -1.0] {
                let at = |y: f32| X + side * (reach + flare * (y - EYES) / (bottom - EYES));
                let third = (bottom - EYES) / 3.0;
                if side > 0.0 {
                    for step in 0..3 {
                        let y = EYES + step as f32 * third;
                        let wave = if step % 2 == 0 { waves } else { -waves };
                        back =
                            back.quad([at(y + third / 2.0) + wave * 1.6, y + third / 2.0], [at(y + third), y + third]);
                    }
                    back = back.quad([X, bottom + 3.0], [2.0 * X - at(bottom), bottom]);
                } else {
                    for step in (0..3).rev() {
                        let y = EYES + step as f32 * third;
                        let wave = if step % 2 == 0 { -waves } else { waves };
                        back = back.quad([at(y + third / 2.0) + wave * 1.6, y + third / 2.0], [at(y), y]);
                    }
                }
            }
            let back = back.cubic([X - reach, EYES - 12.0], [X - reach * 0.7, top], [X, top]);
            canvas.fill(back, dark(bottom));
            if style == Style::LongCurly {
                curls(canvas, face, bottom - 3.0, dark(bottom));
            }
        }
        _ => {}
    }
}

/// A row of curls from the crown down to `bottom` on either side.
fn curls(canvas: &mut Canvas, face: &Anatomy, bottom: f32, ink: Ink) {
    let size = between(3.4, 4.8, face.look.volume);
    let reach = face.width + size * 0.25;
    let rise = EYES - face.top + size * 0.2;
    let highest = if face.attributes.wearing_hat { hat::EDGE + size * 0.7 } else { 0.0 };
    let mut outline = Outline::default();
    for side in [-1.0, 1.0] {
        for step in 0..6 {
            let (sin, cos) = libm::sincosf(step as f32 * 0.1 * std::f32::consts::PI);
            let (x, y) = (X + side * reach * sin, EYES - 2.0 - rise * cos);
            if y > highest {
                outline = outline.circle(x, y, size);
            }
        }
        let mut y = EYES - 1.0;
        while y < bottom {
            outline = outline.circle(X + side * (reach + 0.8 * libm::sinf(y)), y, size * 0.94);
            y += size;
        }
    }
    canvas.fill(outline, ink);
}

/// What covers the head.
pub fn before(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let side = if look.parting < 0.5 { -1.0 } else { 1.0 };
    match style(face) {
        Style::Bald => {
            let shine = Outline::default().oval([X + face.light * 4.5, face.top + 4.6], [4.2, 2.0]);
            canvas.fill(shine, Colour::WHITE.faded(0.2));
        }
        Style::Crop => cap(canvas, face, between(0.6, 1.6, look.volume), Fringe::Round),
        Style::Swept => cap(canvas, face, between(1.2, 3.4, look.volume), Fringe::Swept(side)),
        Style::Spiky => cap(canvas, face, between(1.4, 2.6, look.volume), Fringe::Spikes),
        Style::Curly => {
            cap(canvas, face, 1.0, Fringe::Round);
            if !face.attributes.wearing_hat {
                let line = hairline(face) - 0.6;
                let mut outline = Outline::default();
                for step in -3..=3_i8 {
                    let x = f32::from(step) / 3.0;
                    outline = outline.circle(X + x * face.width * 0.7, line - 0.8 + 4.2 * x * x, 2.7);
                }
                canvas.fill(outline, ink(face, EYES));
            }
        }
        Style::Bun => cap(canvas, face, 1.0, Fringe::Round),
        Style::Bangs => {
            locks(canvas, face, 0.0);
            cap(canvas, face, volume(face), Fringe::Straight);
        }
        Style::Straight | Style::Wavy | Style::LongCurly => {
            locks(canvas, face, side * between(0.0, 0.5, look.hairline))
        }
    }
}

fn hairline(face: &Anatomy) -> f32 {
    EYES - between(9.2, 12.0, face.look.hairline)
}

enum Fringe {
    Round,
    /// Over from this side.
    Swept(f32),
    Spikes,
    Straight,
}

/// Hair on the skull, down to the temples.
fn cap(canvas: &mut Canvas, face: &Anatomy, volume: f32, fringe: Fringe) {
    let hatted = face.attributes.wearing_hat;
    let volume = if hatted { 0.5 } else { volume };
    let w = face.width;
    let low = EYES + if face.attributes.male { 2.6 } else { -0.5 };
    let reach = w + 0.7;
    let top = face.top - volume;
    let line = hairline(face);
    let temple = w * 0.85;
    let mut outline = Outline::from(X - reach, low);
    if matches!(fringe, Fringe::Spikes) && !hatted {
        outline = outline.quad([X - reach - 0.6, EYES - 8.0], [X - reach * 0.86, EYES - 12.0]);
        for step in 0..7_u8 {
            // Over the crown, from left to right.
            let along = f32::from(step) / 7.0;
            let height = |along: f32| top + 7.0 * (2.0 * along - 1.0) * (2.0 * along - 1.0);
            let x = |along: f32| X + reach * 0.9 * (2.0 * along - 1.0);
            let next = along + 1.0 / 7.0;
            outline = outline
                .line(x(along + 0.09), height(along + 0.07) - 2.2 - 1.4 * face.look.flare)
                .line(x(next), height(next) + 0.8);
        }
        outline = outline.quad([X + reach + 0.6, EYES - 8.0], [X + reach, low]);
    } else {
        outline = outline.cubic([X - reach - volume * 0.4, EYES - 13.0], [X - reach * 0.66, top], [X, top]).cubic(
            [X + reach * 0.66, top],
            [X + reach + volume * 0.4, EYES - 13.0],
            [X + reach, low],
        );
    }
    outline = outline.line(X + temple, low - 1.4);
    let outline = match fringe {
        Fringe::Round | Fringe::Spikes => outline
            .cubic([X + temple, EYES - 5.0], [X + w * 0.72, line], [X + w * 0.3, line])
            .quad([X, line - 1.0 + 1.6 * face.look.fringe], [X - w * 0.3, line])
            .cubic([X - w * 0.72, line], [X - temple, EYES - 5.0], [X - temple, low - 1.4]),
        Fringe::Swept(side) => {
            let (near, far) = (line - 1.6, EYES - 6.6);
            let right = if side > 0.0 { near } else { far };
            let left = if side > 0.0 { far } else { near };
            let part = X + side * w * 0.42;
            outline
                .quad([X + temple, right + 3.0], [X + w * 0.76, right + 1.2])
                .quad([part, near - 1.5], [X - side * 0.1 * w, line + 0.6])
                .quad([X - w * 0.5, (line + left) / 2.0], [X - w * 0.76, left + 1.2])
                .quad([X - temple, left + 3.0], [X - temple, low - 1.4])
        }
        Fringe::Straight => {
            let line = EYES - 7.2 - 0.8 * face.look.fringe;
            outline
                .line(X + w * 0.82, line + 2.0)
                .quad([X + w * 0.74, line], [X + w * 0.6, line])
                .quad([X, line - 1.2], [X - w * 0.6, line])
                .quad([X - w * 0.74, line], [X - w * 0.82, line + 2.0])
                .line(X - temple, low - 1.4)
        }
    };
    canvas.fill(outline, ink(face, EYES + 4.0));
    if !hatted {
        let shine = Outline::from(X + face.light * 8.0 - 4.0, face.top + 2.2)
            .quad([X + face.light * 8.0, face.top + 0.6], [X + face.light * 8.0 + 4.0, face.top + 2.4]);
        canvas.line(shine, 1.0, Colour::WHITE.faded(0.16 * face.look.gloss));
    }
}

/// Long hair that falls to both sides of a parting, this far from the middle (as a part of the head's width).
fn locks(canvas: &mut Canvas, face: &Anatomy, parting: f32) {
    let look = face.look;
    let (w, top) = (face.width, face.top - volume(face));
    let reach = w + 1.0 + volume(face) * 0.6;
    // Behind the shoulders, or over them.
    let bottom = if look.locks < 0.55 { length(face).min(47.0) } else { length(face) };
    let flare = between(-0.5, 3.4, look.flare) * (bottom - EYES) / (length(face) - EYES);
    let part = [X + parting * w, hairline(face) - 1.8];
    for side in [-1.0, 1.0] {
        let edge = X + side * w * between(0.74, 0.9, look.fringe);
        let lock = Outline::from(part[0] - side * 0.6, top + 0.2)
            .cubic([X + side * reach * 0.7, top - 0.2], [X + side * reach, EYES - 12.0], [X + side * reach, EYES])
            .quad([X + side * (reach + flare * 0.5), (EYES + bottom) / 2.0], [X + side * (reach + flare), bottom])
            .quad([X + side * reach, bottom + 1.6], [X + side * (w * 0.86 + flare), bottom - 0.6])
            .quad([X + side * (w * 0.84), (EYES + bottom) / 2.0], [edge, EYES + 2.0])
            .cubic([edge, EYES - 6.0], [part[0] + side * w * 0.42, part[1] + 3.0], part);
        canvas.fill(lock, ink(face, bottom));
    }
}
