//! Eyes, brows, nose and mouth.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Outline},
    colour::{Colour, between, pick},
};

const IRISES: [Colour; 6] = [
    Colour::rgb(74, 44, 28),
    Colour::rgb(50, 34, 30),
    Colour::rgb(112, 76, 40),
    Colour::rgb(66, 118, 176),
    Colour::rgb(84, 138, 92),
    Colour::rgb(110, 126, 138),
];

pub fn eyes(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let rx = between(2.8, 3.5, look.eye_size);
    let ry = between(1.8, 2.5, look.eye_open);
    let gaze = [between(-0.8, 0.8, look.gaze_x), between(-0.3, 0.4, look.gaze_y)];
    let iris = pick(&IRISES, look.iris).unwrap_or(Colour::INK);
    for side in [-1.0, 1.0] {
        let x = X + side * face.eye;
        let white = || Outline::default().oval([x, EYES], [rx, ry]);
        canvas.fill(white(), Colour::WHITE);
        canvas.within(white(), |canvas| {
            let (x, y) = (x + gaze[0], EYES + gaze[1]);
            canvas.fill(Outline::default().circle(x, y, 1.75), iris);
            canvas.fill(Outline::default().circle(x, y, 0.95), Colour::INK);
            canvas.fill(Outline::default().circle(x + 0.6 * face.light, y - 0.7, 0.45), Colour::WHITE);
        });
        let lid = Outline::from(x - side * rx, EYES + 0.1)
            .quad([x - side * rx * 0.5, EYES - ry * 1.3], [x + side * rx * 0.1, EYES - ry])
            .quad([x + side * rx * 0.8, EYES - ry * 0.95], [x + side * rx, EYES - 0.1]);
        if face.attributes.male {
            canvas.line(lid, 0.7, face.shade().lit(0.7));
        } else {
            let flick = between(1.0, 1.9, look.lash);
            let lashes = lid.line(x + side * (rx + flick), EYES - 0.6 - flick * 0.7);
            canvas.line(lashes, 1.1, Colour::INK);
            let shadow = Outline::from(x - side * rx * 0.7, EYES - ry - 0.7)
                .quad([x, EYES - ry - 1.9], [x + side * rx, EYES - ry * 0.6 - 0.9]);
            let paints = [Colour::rgb(150, 84, 120), Colour::rgb(110, 92, 150), Colour::rgb(150, 96, 70)];
            let paint = pick(&paints, look.lip_colour).unwrap_or(Colour::INK);
            canvas.line(shadow, 0.9, paint.faded(0.55 * look.lash));
        }
    }
}

pub fn brows(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let male = face.attributes.male;
    // Men's are thick, low and straight; women's thin, high and arched.
    let width = if male { between(1.7, 2.5, look.brow) } else { between(0.75, 1.15, look.brow) };
    let height = if male { between(4.3, 5.1, look.brow_height) } else { between(5.5, 6.4, look.brow_height) };
    let arch = if male { between(0.0, 0.9, look.brow_shape) } else { between(1.5, 2.6, look.brow_shape) };
    let ink = face.hair.mix(Colour::INK, 0.35).lit(0.85);
    for side in [-1.0, 1.0] {
        let (x, y) = (X + side * face.eye, EYES - height);
        let brow = Outline::from(x - side * 3.2, y + 0.5).quad([x + side * 0.8, y - arch], [x + side * 3.8, y + 0.8]);
        canvas.line(brow, width, ink);
    }
}

pub fn nose(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let scale = if face.attributes.male { 1.0 } else { 0.8 };
    let width = between(1.6, 3.1, look.nose) * scale;
    let tip = EYES + between(6.6, 8.2, look.nose_length);
    let side = if face.light < 0.0 { 1.0 } else { -1.0 };
    let bridge =
        Outline::from(X + side * 0.9, EYES + 1.4).quad([X + side * 1.1, tip - 3.0], [X + side * width, tip - 0.9]);
    canvas.line(bridge, 0.7, face.shade().faded(0.55));
    let wings = Outline::from(X - width, tip - 0.5).quad([X, tip + 1.5], [X + width, tip - 0.5]);
    canvas.line(wings, 1.0, face.shade());
}

pub fn mouth(canvas: &mut Canvas, face: &Anatomy) {
    let look = face.look;
    let smiling = face.attributes.smiling;
    let curve = if smiling { between(0.6, 1.0, look.smile) } else { between(-0.35, 0.0, look.calm) };
    let width = between(3.6, 4.9, look.mouth_width) + if smiling { 0.9 } else { 0.0 };
    let (corner, middle) = (face.mouth - 1.5 * curve, face.mouth + 1.1 * curve);
    let full = if face.attributes.male { between(0.7, 1.2, look.lips) } else { between(1.5, 2.3, look.lips) };
    let lips = if face.attributes.male {
        face.skin.mix(Colour::rgb(178, 74, 70), 0.45).lit(0.92)
    } else {
        let paints =
            [Colour::rgb(200, 44, 60), Colour::rgb(214, 84, 104), Colour::rgb(170, 40, 74), Colour::rgb(206, 92, 78)];
        pick(&paints, look.lip_colour).unwrap_or(Colour::INK).mix(face.skin, 0.12)
    };
    let open = if smiling && look.teeth < 0.6 { between(1.8, 3.4, look.smile) } else { 0.0 };
    // A quadratic curve comes half as far as its control point.
    let through = |y: f32| [X, 2.0 * y - corner];
    let outer = Outline::from(X - width, corner)
        .quad([X - width * 0.45, middle - full * 0.95 - curve * 0.7], [X - 1.0, middle - full * 0.8])
        .line(X, middle - full * 0.55)
        .line(X + 1.0, middle - full * 0.8)
        .quad([X + width * 0.45, middle - full * 0.95 - curve * 0.7], [X + width, corner])
        .quad(through(middle + full + open), [X - width, corner]);
    canvas.fill(outer, lips);
    let dark = Colour::rgb(92, 24, 32).mix(face.shade(), 0.2);
    if open > 0.0 {
        let inner = || {
            Outline::from(X - width * 0.9, corner + 0.15)
                .quad(through(middle - 0.1), [X + width * 0.9, corner + 0.15])
                .quad(through(middle + open), [X - width * 0.9, corner + 0.15])
        };
        canvas.fill(inner(), dark);
        canvas.within(inner(), |canvas| {
            let teeth = Outline::from(X - width, corner - 1.0)
                .line(X + width, corner - 1.0)
                .line(X + width, corner + 0.4)
                .quad(through(middle + open * 0.62), [X - width, corner + 0.4]);
            canvas.fill(teeth, Colour::WHITE);
        });
    } else {
        let line = Outline::from(X - width, corner).quad(through(middle), [X + width, corner]);
        canvas.line(line, 0.75, dark);
    }
}
