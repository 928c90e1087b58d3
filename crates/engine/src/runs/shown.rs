//! What a run shows of itself.

use forger_core::{
    System,
    data::{photos::Photo, squares::grey},
    weights::to_bytes,
};
use forger_protocol::{EngineError, message::RunPictures};
use js_sys::ArrayBuffer;

use crate::{channel::bytes, devices::read, latent::rgba::to_rgba};

/// Pictures of a kind that are kept of a moment, in all kinds together.
const KEPT: usize = 24;

/// The pictures of a moment.
pub struct Shown {
    pub pictures: RunPictures,
    /// One kind after the other, RGBA.
    rgba: Vec<Vec<u8>>,
    /// Whether all that was drawn is a number.
    pub finite: bool,
}

impl Shown {
    /// Draws them; `real` are pictures that are learned from.
    pub async fn draw(system: &dyn System, real: &[Photo]) -> Result<Option<Self>, EngineError> {
        let visuals = system.visuals();
        let Some([count, channels, height, width]) = visuals.first().map(|visual| visual.dims()) else {
            return Ok(None);
        };
        let mut kinds = system.declaration().visuals.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
        let (mut rgba, mut finite, mut variety) = (Vec::new(), true, None);
        let is_alone = kinds.len() == 1;
        for visual in visuals {
            let values = read(visual).await?;
            finite &= values.iter().all(|value| value.is_finite());
            let drawn = to_bytes(&values);
            rgba.push(as_rgba(&drawn, channels, height * width));
            if is_alone {
                let real = reals(real, channels, count);
                variety = Some(spread(&drawn, count) / spread(&real, count).max(1e-3));
                rgba.push(as_rgba(&real, channels, height * width));
                kinds.push("real".into());
            }
        }
        let pictures = RunPictures { kinds, count, width, height, variety };
        Ok(Some(Self { pictures, rgba, finite }))
    }

    /// For a message.
    pub fn buffers(&self) -> Vec<ArrayBuffer> {
        self.rgba.iter().map(|rgba| bytes(rgba)).collect()
    }

    /// What is kept of the moment: its first pictures of each kind but the real ones.
    pub fn kept(&self) -> Vec<u8> {
        let RunPictures { kinds, count, width, height, .. } = &self.pictures;
        let kinds = kinds.iter().filter(|kind| *kind != "real").count();
        let most = (KEPT / kinds.max(1)).min(*count) * width * height * 4;
        self.rgba[..kinds].iter().flat_map(|rgba| &rgba[..most]).copied().collect()
    }
}

fn as_rgba(values: &[u8], channels: usize, area: usize) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(values.len() / channels * 4);
    to_rgba(values, channels, area, &mut rgba);
    rgba
}

/// As many pictures as are drawn, as a network sees them.
fn reals(photos: &[Photo], channels: usize, count: usize) -> Vec<u8> {
    let photos = photos.iter().cycle().take(if photos.is_empty() { 0 } else { count });
    photos.flat_map(|photo| if channels == 1 { grey(photo).collect() } else { photo.pixels.clone() }).collect()
}

/// How much pictures differ: the mean over places of the standard deviation over pictures.
fn spread(pictures: &[u8], count: usize) -> f32 {
    let size = pictures.len() / count.max(1);
    let deviation = |place: usize| {
        let values = pictures.iter().skip(place).step_by(size.max(1)).map(|value| f32::from(*value));
        let (sum, squares) = values.fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value));
        let mean = sum / count as f32;
        (squares / count as f32 - mean * mean).max(0.0).sqrt()
    };
    (0..size).map(deviation).sum::<f32>() / size.max(1) as f32
}
