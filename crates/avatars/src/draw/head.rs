//! Head and ears.

use super::{
    anatomy::{Anatomy, EYES, X},
    canvas::{Canvas, Ink, Outline},
    colour::{Colour, between, pick},
};

/// Ears, which long hair hides, and earrings.
pub fn ears(canvas: &mut Canvas, face: &Anatomy) {
    let size = between(2.6, 3.8, face.look.ears);
    for side in [-1.0, 1.0] {
        let x = X + side * (face.width + 0.6);
        canvas.fill(Outline::default().oval([x, EYES + 3.0], [size * 0.72, size]), face.skin.lit(0.94));
        canvas.fill(Outline::default().oval([x, EYES + 3.2], [size * 0.36, size * 0.58]), face.shade());
        if !face.attributes.male && face.look.earrings < 0.5 {
            let metals = [Colour::rgb(240, 200, 80), Colour::rgb(232, 232, 238), Colour::rgb(214, 60, 92)];
            let metal = pick(&metals, face.look.earrings * 2.0).unwrap_or(Colour::WHITE);
            canvas.fill(Outline::default().circle(x, EYES + 3.6 + size, 1.25), metal);
        }
    }
}

/// The bare head, in light and shade.
pub fn head(canvas: &mut Canvas, face: &Anatomy) {
    let reach = face.width * if face.light < 0.0 { -1.0 } else { 1.0 };
    let strength = 0.03 + 0.09 * face.light.abs();
    let (bright, dark) = (face.skin.lit(1.0 + 0.4 * strength), face.skin.lit(1.0 - strength));
    canvas.fill(face.head(0.0), Ink::Blend([X + reach, EYES], bright, [X - reach, EYES], dark));
    let cheeks = Colour::rgb(232, 84, 80);
    let blush = if face.attributes.male { 0.12 } else { 0.26 } * face.look.blush;
    canvas.within(face.head(0.0), |canvas| {
        for side in [-1.0, 1.0] {
            let cheek = [X + side * face.width * 0.64, EYES + 7.4];
            canvas.fill(Outline::default().oval(cheek, [3.4, 2.4]), cheeks.faded(blush));
            if face.look.freckles < 0.15 && !face.attributes.dark_skin {
                for [dx, dy] in [[-1.6, -0.8], [0.2, 0.4], [1.6, -0.9]] {
                    let spot = Outline::default().circle(cheek[0] + dx, cheek[1] + dy - 0.6, 0.42);
                    canvas.fill(spot, face.shade().faded(0.7));
                }
            }
        }
    });
}
