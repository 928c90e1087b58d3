//! A film of a walk through latent space, as a GIF.

use forger_protocol::{EngineError, message::Film};
use gif::{Encoder, Frame, Repeat};

use crate::{channel::Caller, schedule::yield_now};

/// Looks for the 256 colours of a picture: 1 is best, 30 fastest.
const EFFORT: i32 = 5;
/// A GIF has 16 bits for each side.
const LARGEST: usize = 2048;

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(error.to_string())
}

/// Encodes RGBA pictures, `[count, side, side, 4]`, each with colours of its own.
pub async fn encode(caller: &Caller, pixels: &mut [u8], side: usize, film: Film) -> Result<Vec<u8>, EngineError> {
    let scale = film.scale.clamp(1, (LARGEST / side.max(1)).max(1));
    let large = (side * scale) as u16;
    let mut encoder = Encoder::new(Vec::new(), large, large, &[]).map_err(failed)?;
    encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
    let size = side * side * 4;
    let count = pixels.len() / size;
    for (index, picture) in pixels.chunks_exact_mut(size).enumerate() {
        caller.wants_more()?;
        // Colours are looked for before it is made larger: there are as many, in fewer places.
        let mut frame = Frame::from_rgba_speed(side as u16, side as u16, picture, EFFORT);
        frame.buffer = enlarge(&frame.buffer, side, scale).into();
        (frame.width, frame.height, frame.delay) = (large, large, film.delay);
        encoder.write_frame(&frame).map_err(failed)?;
        caller.progress(index as f64 + 1.0, count as f64);
        yield_now().await;
    }
    encoder.into_inner().map_err(failed)
}

/// Each value `[side, side]` as a square of `scale * scale`.
fn enlarge(values: &[u8], side: usize, scale: usize) -> Vec<u8> {
    let row = |row: &[u8]| {
        let wide = row.iter().flat_map(|value| std::iter::repeat_n(*value, scale)).collect::<Vec<_>>();
        std::iter::repeat_n(wide, scale).flatten().collect::<Vec<_>>()
    };
    values.chunks_exact(side).flat_map(row).collect()
}
