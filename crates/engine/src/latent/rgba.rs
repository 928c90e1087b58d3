//! Pictures as models have them, and as the page does.

use forger_core::data::light::light;

/// `[n, channels, area]`, grey or RGB, to `[n, area, 4]`.
pub fn to_rgba(values: &[u8], channels: usize, area: usize, out: &mut Vec<u8>) {
    for picture in values.chunks_exact(channels * area) {
        for pixel in 0..area {
            let plane = |channel: usize| picture[channel.min(channels - 1) * area + pixel];
            out.extend([plane(0), plane(1), plane(2), 255]);
        }
    }
}

/// RGBA `[area, 4]` to `[channels, area]` in `[-1, 1]`. What is transparent is taken as it is.
pub fn from_rgba(pixels: &[u8], channels: usize) -> Vec<f32> {
    let plane = |channel: usize| {
        pixels.chunks_exact(4).map(move |pixel| {
            // As it was made grey to learn from: scores on a card are compared with those of this picture.
            let value = if channels < 3 { light([pixel[0], pixel[1], pixel[2]]) } else { pixel[channel.min(2)] };
            f32::from(value) / 127.5 - 1.0
        })
    };
    (0..channels).flat_map(plane).collect()
}
