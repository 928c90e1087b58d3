//! The measures of a face, which all that is drawn on it keeps to.

use super::{
    canvas::Outline,
    colour::{Colour, along, between},
};
use crate::{Attributes, Avatar, Hair, Look};

/// The middle of the picture, and the height of the eyes: the same for all.
pub const X: f32 = 32.0;
pub const EYES: f32 = 31.0;

const SKIN: [Colour; 7] = [
    Colour::rgb(255, 226, 204),
    Colour::rgb(250, 210, 178),
    Colour::rgb(238, 186, 146),
    Colour::rgb(206, 148, 104),
    Colour::rgb(152, 98, 64),
    Colour::rgb(118, 75, 50),
    Colour::rgb(92, 58, 43),
];

/// Measures and colours of one face.
pub struct Anatomy<'a> {
    pub look: &'a Look,
    pub attributes: &'a Attributes,
    /// Half the width of the head at the eyes.
    pub width: f32,
    pub top: f32,
    pub chin: f32,
    /// Half the width of the chin's curve: a square jaw is near `width`.
    pub jaw: f32,
    pub mouth: f32,
    /// From the middle to an eye.
    pub eye: f32,
    pub skin: Colour,
    /// Of hair, and of brows and beards of those who have none.
    pub hair: Colour,
    /// -1 for light from the left, 1 from the right.
    pub light: f32,
}

impl<'a> Anatomy<'a> {
    pub fn new(Avatar { attributes, look }: &'a Avatar) -> Self {
        let male = attributes.male;
        let width = if male { between(12.9, 14.9, look.width) } else { between(11.9, 13.7, look.width) };
        let jaw = if male { between(0.74, 1.0, look.jaw) } else { between(0.3, 0.56, look.jaw) };
        let chin = if male { between(48.2, 50.8, look.chin) } else { between(46.6, 48.8, look.chin) };
        // Tones in between are left out, so that the attribute is exact to the eye too.
        let tone = if attributes.dark_skin { between(0.64, 1.0, look.tone) } else { between(0.0, 0.45, look.tone) };
        let skin = along(&SKIN, tone);
        let warm = Colour::rgb(226, 120, 96);
        Self {
            look,
            attributes,
            width,
            top: between(11.6, 14.2, look.height),
            chin,
            jaw: jaw * width,
            mouth: chin - between(6.4, 7.6, look.mouth_height),
            eye: between(5.7, 6.9, look.eye_gap),
            skin: skin.mix(warm, 0.1 * look.undertone),
            hair: hair(attributes.hair, look),
            light: between(-1.0, 1.0, look.light),
        }
    }

    /// Skin in shade, for lines and hollows.
    pub fn shade(&self) -> Colour {
        self.skin.mix(Colour::rgb(96, 22, 20), 0.14).lit(0.78)
    }

    /// The head, `more` wider than it is.
    pub fn head(&self, more: f32) -> Outline {
        let (width, top, chin) = (self.width + more, self.top - more, self.chin + more);
        let jaw = self.jaw + more;
        // 0.6 of the way is near a quarter of a circle.
        let crown = EYES - (EYES - top) * 0.62;
        let cheek = EYES + (chin - EYES) * 0.58;
        Outline::from(X, top)
            .cubic([X + width * 0.62, top], [X + width, crown], [X + width, EYES])
            .cubic([X + width, cheek], [X + jaw, chin], [X, chin])
            .cubic([X - jaw, chin], [X - width, cheek], [X - width, EYES])
            .cubic([X - width, crown], [X - width * 0.62, top], [X, top])
    }
}

fn hair(hair: Hair, look: &Look) -> Colour {
    let (dark, light) = match hair {
        Hair::Black => (Colour::rgb(18, 16, 20), Colour::rgb(44, 38, 42)),
        Hair::Brown => (Colour::rgb(82, 48, 28), Colour::rgb(132, 84, 50)),
        Hair::Blond => (Colour::rgb(208, 160, 78), Colour::rgb(246, 218, 142)),
        Hair::Red => (Colour::rgb(158, 52, 22), Colour::rgb(218, 100, 40)),
        Hair::Gray => (Colour::rgb(134, 136, 142), Colour::rgb(214, 214, 216)),
        // Brows and beards of the bald are of any natural colour.
        Hair::Bald => (Colour::rgb(40, 32, 32), Colour::rgb(140, 120, 104)),
    };
    dark.mix(light, look.shade).mix(Colour::rgb(170, 90, 50), if hair == Hair::Brown { 0.2 * look.warmth } else { 0.0 })
}
