//! Hats.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Ink, Outline},
    colour::{Colour, between},
};

/// How far down a hat comes: hair above it is not drawn. Over the brows.
pub const EDGE: f32 = EYES - 8.2;

pub fn hat(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let cloth = Colour::hsv(look.hat_hue, between(0.25, 0.85, look.hat_vivid), between(0.28, 0.9, look.hat_light));
    let detail = Colour::hsv(look.hat_hue + 0.5 * look.hat_detail, 0.35, between(0.95, 0.5, look.hat_light));
    let reach = face.width + 1.9;
    let top = face.top - between(2.2, 5.0, look.hat_size);
    let dome = || {
        Outline::from(X - reach, EDGE)
            .cubic([X - reach, EDGE - 9.0], [X - reach * 0.7, top], [X, top])
            .cubic([X + reach * 0.7, top], [X + reach, EDGE - 9.0], [X + reach, EDGE])
            .quad([X, EDGE - 2.6], [X - reach, EDGE])
    };
    let ends = if face.light < 0.0 { [X - reach, X + reach] } else { [X + reach, X - reach] };
    let blend = |colour: Colour| Ink::Blend([ends[0], top], colour.lit(1.08), [ends[1], top], colour.lit(0.82));
    if look.hat_style < 0.5 {
        beanie(canvas, face, dome, (reach, top), [blend(cloth), blend(cloth.lit(0.82)), detail.into()]);
    } else {
        cap(canvas, dome, (reach, top), look.hat_detail, [blend(cloth), cloth.lit(0.68).into(), detail.into()]);
    }
}

fn beanie(
    canvas: &mut Canvas,
    face: &Anatomy,
    dome: impl Fn() -> Outline,
    (reach, top): (f32, f32),
    [cloth, band, detail]: [Ink; 3],
) {
    if face.look.hat_detail < 0.5 {
        canvas.fill(Outline::default().circle(X, top - 0.6, 3.0), detail);
    }
    canvas.fill(dome(), cloth);
    canvas.fill(Outline::default().rounded([X, EDGE - 2.4], [reach + 0.4, 2.9], 0.5), band);
    for rib in -3..=3 {
        let x = X + rib as f32 * reach * 0.28;
        canvas.line(Outline::from(x, EDGE - 4.2).line(x, EDGE - 0.6), 0.5, Colour::INK.faded(0.22));
    }
}

fn cap(
    canvas: &mut Canvas,
    dome: impl Fn() -> Outline,
    (reach, top): (f32, f32),
    plain: f32,
    [cloth, visor, detail]: [Ink; 3],
) {
    canvas.fill(dome(), cloth);
    let seam = |x: f32| Outline::from(X, top + 0.3).quad([X + x, top + 2.0], [X + x * 1.2, EDGE - 3.0]);
    canvas.line(seam(-6.0), 0.45, Colour::INK.faded(0.25));
    canvas.line(seam(6.0), 0.45, Colour::INK.faded(0.25));
    if plain < 0.6 {
        canvas.fill(Outline::default().circle(X, (top + EDGE) / 2.0 - 1.2, 2.5), detail);
    }
    let brim = Outline::from(X - reach - 1.2, EDGE + 0.6)
        .cubic([X - reach * 0.6, EDGE - 6.2], [X + reach * 0.6, EDGE - 6.2], [X + reach + 1.2, EDGE + 0.6])
        .cubic([X + reach * 0.6, EDGE - 1.6], [X - reach * 0.6, EDGE - 1.6], [X - reach - 1.2, EDGE + 0.6]);
    canvas.fill(brim, visor);
}
