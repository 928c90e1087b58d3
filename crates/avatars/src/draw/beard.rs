//! Beards.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Outline},
    colour::{Colour, between},
};

pub fn beard(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let hair = face.hair.lit(0.84);
    let size = look.beard_size;
    match look.beard_style {
        style if style < 0.22 => {
            // Darker than the hair: as thin as it is, fair stubble would not be seen.
            let stubble = face.hair.mix(Colour::INK, 0.55).faded(between(0.42, 0.62, size));
            full(canvas, face, 0.0, stubble);
        }
        style if style < 0.42 => moustache(canvas, face, between(1.5, 2.3, size), hair),
        style if style < 0.6 => {
            moustache(canvas, face, 1.3, hair);
            goatee(canvas, face, between(3.4, 4.8, size), hair);
        }
        _ => full(canvas, face, between(0.4, 2.6, size), hair),
    }
}

/// From ear to ear, and `more` beyond the chin.
fn full(canvas: &mut Canvas, face: &Anatomy, more: f32, ink: Colour) {
    let (w, mouth) = (face.width, face.mouth);
    let floor = face.chin + more + 2.0;
    let cheek = between(0.5, 0.72, face.look.beard_size);
    let beard = Outline::from(X - w - 4.0, EYES + 3.0)
        .line(X - w * 0.93, EYES + 3.0)
        .cubic([X - w * 0.9, mouth - 3.0], [X - w * cheek, mouth - 1.0], [X - 5.4, mouth - 2.6])
        .quad([X - 3.0, mouth - 4.4], [X, mouth - 3.4])
        .quad([X + 3.0, mouth - 4.4], [X + 5.4, mouth - 2.6])
        .cubic([X + w * cheek, mouth - 1.0], [X + w * 0.9, mouth - 3.0], [X + w * 0.93, EYES + 3.0])
        .line(X + w + 4.0, EYES + 3.0)
        .line(X + w + 4.0, floor)
        .line(X - w - 4.0, floor);
    canvas.within(face.head(more.min(0.8)), |canvas| canvas.fill(beard, ink));
    if more > 0.8 {
        let reach = face.jaw * 0.8;
        let tuft = Outline::from(X - reach, face.chin - 2.6).cubic(
            [X - reach * 0.7, face.chin + more * 1.3],
            [X + reach * 0.7, face.chin + more * 1.3],
            [X + reach, face.chin - 2.6],
        );
        canvas.fill(tuft, ink);
    }
}

fn moustache(canvas: &mut Canvas, face: &Anatomy, thick: f32, ink: Colour) {
    let (y, reach) = (face.mouth - 2.3, between(5.0, 6.6, face.look.beard_size));
    let hair = Outline::from(X, y - thick * 0.7)
        .cubic([X + 2.4, y - thick * 1.2], [X + 4.4, y - thick * 0.4], [X + reach, y + 1.6])
        .cubic([X + 4.2, y + thick * 0.9], [X + 2.0, y + thick * 0.6], [X, y + thick * 0.35])
        .cubic([X - 2.0, y + thick * 0.6], [X - 4.2, y + thick * 0.9], [X - reach, y + 1.6])
        .cubic([X - 4.4, y - thick * 0.4], [X - 2.4, y - thick * 1.2], [X, y - thick * 0.7]);
    canvas.fill(hair, ink);
}

/// Around the mouth and on the chin.
fn goatee(canvas: &mut Canvas, face: &Anatomy, reach: f32, ink: Colour) {
    let (mouth, chin) = (face.mouth, face.chin);
    for side in [-1.0, 1.0] {
        let down = Outline::from(X + side * 5.7, mouth - 1.4)
            .quad([X + side * 6.2, mouth + 2.0], [X + side * reach, chin - 2.0]);
        canvas.line(down, 1.4, ink);
    }
    let tuft = Outline::from(X - reach - 0.7, mouth + 3.4)
        .quad([X, mouth + 2.2], [X + reach + 0.7, mouth + 3.4])
        .cubic([X + reach, chin + 1.6], [X - reach, chin + 1.6], [X - reach - 0.7, mouth + 3.4]);
    canvas.fill(tuft, ink);
}
