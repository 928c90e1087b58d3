//! How alike two pictures are.

use forger_core::metrics::image::{WINDOW, inside, luma, psnr, ssim};
use forger_protocol::{EngineError, Reply};
use js_sys::ArrayBuffer;

use crate::{answer::Answer, channel::to_bytes};

/// How alike two pictures, RGBA `[height, width, 4]`, are, without a border.
pub fn likeness(size: [usize; 2], border: usize, buffers: &[ArrayBuffer]) -> Result<Answer, EngineError> {
    let [a, b] = buffers else { return Err(EngineError::Protocol("two pictures are needed".into())) };
    let y = |buffer| {
        let pixels = to_bytes(buffer);
        let planes = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(4).copied()).collect::<Vec<_>>();
        let length = size[0].checked_mul(size[1]).and_then(|area| area.checked_mul(4));
        (length == Some(pixels.len())).then(|| inside(&luma(&planes), size, border))
    };
    let (Some((a, size)), Some((b, _))) = (y(a), y(b)) else {
        return Err(EngineError::Protocol("the pictures have another size".into()));
    };
    if size[0].min(size[1]) < WINDOW {
        return Err(EngineError::Protocol(format!("pictures of at least {WINDOW} pixels a side are needed")));
    }
    Ok((Reply::Likeness { psnr: psnr(&a, &b), ssim: ssim(&a, &b, size) }, Vec::new()))
}
