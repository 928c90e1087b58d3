//! Draws a sheet of avatars, to look at: `cargo run -p forger-avatars --example sheet -- FILE [COLUMNS] [SIDE] [SEED]`.

use std::error::Error;

use forger_avatars::Avatar;
use image::{RgbImage, imageops};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let file = arguments.first().ok_or("which file?")?;
    let number = |at: usize, default: u32| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (columns, side, seed) = (number(1, 10)?, number(2, 64)?, number(3, 1)?);
    let mut sheet = RgbImage::new(columns * side, columns * side);
    for index in 0..columns * columns {
        let pixels = Avatar::nth(seed, u64::from(index)).render(side as usize);
        let face = RgbImage::from_raw(side, side, pixels).ok_or("no picture")?;
        imageops::replace(&mut sheet, &face, (index % columns * side).into(), (index / columns * side).into());
    }
    Ok(sheet.save(file)?)
}
