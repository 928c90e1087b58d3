//! Draws avatars, to look at: `cargo run -p forger-avatars --example sheet -- FILE [COLUMNS] [SIDE] [SEED] [ZOOM]`, and
//! with `pairs` after FILE, people with one attribute changed at a time.

use std::error::Error;

use forger_avatars::{Attributes, Avatar, Hair};
use image::{RgbImage, imageops};

/// The same person: as drawn, and with one thing changed in each.
fn changed(avatar: &Avatar) -> Vec<Avatar> {
    let Attributes { male, eyeglasses, beard, smiling, wearing_hat, hair, long_hair, dark_skin } = avatar.attributes;
    let kept = avatar.attributes;
    let hair = if hair == Hair::Red { Hair::Black } else { Hair::Red };
    let all = [
        kept,
        Attributes { male: !male, ..kept },
        Attributes { eyeglasses: !eyeglasses, ..kept },
        Attributes { beard: !beard, ..kept },
        Attributes { smiling: !smiling, ..kept },
        Attributes { wearing_hat: !wearing_hat, ..kept },
        Attributes { hair, ..kept },
        Attributes { long_hair: !long_hair, ..kept },
        Attributes { dark_skin: !dark_skin, ..kept },
    ];
    all.map(|attributes| Avatar { attributes, look: avatar.look.clone() }).to_vec()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let pairs = arguments.get(1).is_some_and(|word| word == "pairs");
    if pairs {
        arguments.remove(1);
    }
    let file = arguments.first().ok_or("which file?")?;
    let number = |at: usize, default: u32| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (rows, side, seed, zoom) = (number(1, 10)?, number(2, 64)?, number(3, 1)?, number(4, 1)?);
    let nth = |index| Avatar::nth(seed, u64::from(index));
    let (columns, avatars) = if pairs {
        (9, (0..rows).flat_map(|index| changed(&nth(index))).collect::<Vec<_>>())
    } else {
        (rows, (0..rows * rows).map(nth).collect())
    };
    let mut sheet = RgbImage::new(columns * side, rows * side);
    for (index, avatar) in (0..).zip(&avatars) {
        let face = RgbImage::from_raw(side, side, avatar.render(side as usize)).ok_or("no picture")?;
        imageops::replace(&mut sheet, &face, (index % columns * side).into(), (index / columns * side).into());
    }
    let (width, height) = (sheet.width() * zoom, sheet.height() * zoom);
    Ok(imageops::resize(&sheet, width, height, imageops::FilterType::Nearest).save(file)?)
}
