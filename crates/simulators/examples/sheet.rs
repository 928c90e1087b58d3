//! Draws samples, to look at: `cargo run -p forger-simulators --example sheet -- eyes FILE [ROWS] [SEED] [ZOOM]`.

use std::error::Error;

use forger_simulators::Simulator;
use image::{GrayImage, imageops};

const COLUMNS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [simulator, file, numbers @ ..] = arguments.as_slice() else {
        return Err("which simulator, which file?".into());
    };
    let simulator: Simulator = simulator.parse()?;
    let number = |at: usize, default: u32| numbers.get(at).map_or(Ok(default), |text| text.parse());
    let (rows, seed, zoom) = (number(0, 8)?, number(1, 1)?, number(2, 2)?);
    let (height, width) = simulator.size();
    let (height, width) = (height as u32, width as u32);
    let mut sheet = GrayImage::new(COLUMNS * width, rows * height);
    for index in 0..rows * COLUMNS {
        let picture = simulator.nth(seed, index.into()).bytes();
        let picture = GrayImage::from_raw(width, height, picture).ok_or("no picture")?;
        imageops::replace(&mut sheet, &picture, (index % COLUMNS * width).into(), (index / COLUMNS * height).into());
    }
    let (width, height) = (sheet.width() * zoom, sheet.height() * zoom);
    Ok(imageops::resize(&sheet, width, height, imageops::FilterType::Nearest).save(file)?)
}
