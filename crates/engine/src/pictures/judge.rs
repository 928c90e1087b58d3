//! What a discriminator says of a picture, patch by patch.

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{EngineError, OutOfRange, Reply, Way};
use js_sys::ArrayBuffer;

use crate::{
    answer::Answer,
    channel::{floats, to_bytes},
    devices::{Devices, read},
    models::Models,
};

/// Pixels of the largest picture that is judged.
const MOST: usize = 4_000_000;

/// Of RGBA `[height, width, 4]`, what was given and what is judged.
pub async fn judge(
    name: &str,
    way: Way,
    [height, width]: [usize; 2],
    buffers: &[ArrayBuffer],
    models: &mut Models,
    devices: &mut Devices,
) -> Result<Answer, EngineError> {
    let [given, judged] = buffers else { return Err(EngineError::Protocol("two pictures are needed".into())) };
    if !(1..=MOST).contains(&(height.saturating_mul(width))) {
        let (field, value) = (format!("pixels of {width} x {height}"), height as f64 * width as f64);
        return Err(OutOfRange { field, value, min: 1.0, max: MOST as f64 }.into());
    }
    let (model, kind) = models.translator(name, devices).await?;
    let device = devices.get(kind).await?;
    let (given, judged) = (picture(given, [height, width], &device)?, picture(judged, [height, width], &device)?);
    let verdicts = model.judge(way, given, judged);
    let verdicts =
        verdicts.ok_or_else(|| EngineError::NotOpen(format!("a discriminator of {name} for this picture")))?;
    let [.., rows, columns] = verdicts.dims();
    let values = read(verdicts).await?;
    devices.used = kind;
    Ok((Reply::Verdicts { rows, columns }, vec![floats(&values)]))
}

/// `[1, 3, height, width]` in `[-1, 1]`.
fn picture(buffer: &ArrayBuffer, [height, width]: [usize; 2], device: &Device) -> Result<Tensor<4>, EngineError> {
    let pixels = to_bytes(buffer);
    if pixels.len() != height * width * 4 {
        return Err(EngineError::Protocol(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
    }
    let channel = |channel: usize| pixels.iter().skip(channel).step_by(4);
    let values = (0..3).flat_map(channel).map(|value| f32::from(*value) / 127.5 - 1.0).collect::<Vec<_>>();
    Ok(Tensor::from_data(TensorData::new(values, [1, 3, height, width]), device))
}
