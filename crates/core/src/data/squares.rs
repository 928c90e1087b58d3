//! Square pictures of one size in memory, 8 bits a value.

use super::{images::Images, light::light, photos::Photo};

/// The largest squares in the middle of photos, at one size.
pub struct Squares {
    shape: [usize; 3],
    /// `[count, channels, side, side]`.
    values: Vec<u8>,
}

impl Squares {
    /// Grey for one channel, as they are for three.
    pub fn new(photos: &[Photo], channels: usize, side: usize) -> Self {
        let mut values = Vec::with_capacity(photos.len() * channels * side * side);
        for photo in photos {
            let square = square(photo, side);
            if channels == 1 {
                values.extend(grey(&square));
            } else {
                values.extend(square.pixels);
            }
        }
        Self { shape: [channels, side, side], values }
    }
}

/// The middle of a photo, as high as wide.
pub fn square(photo: &Photo, side: usize) -> Photo {
    let shorter = photo.height.min(photo.width);
    let cut = photo.cut((photo.height - shorter) / 2, (photo.width - shorter) / 2, shorter, shorter);
    if shorter == side { cut } else { cut.resized(side, side) }
}

/// The light of each pixel.
pub fn grey(photo: &Photo) -> impl Iterator<Item = u8> {
    let size = photo.height * photo.width;
    (0..size).map(move |pixel| light([0, 1, 2].map(|channel| photo.pixels[channel * size + pixel])))
}

impl Images for Squares {
    fn len(&self) -> usize {
        self.values.len() / self.shape.iter().product::<usize>().max(1)
    }

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        let size = self.shape.iter().product::<usize>();
        for (out, value) in out.iter_mut().zip(&self.values[index * size..(index + 1) * size]) {
            *out = f32::from(*value) / 127.5 - 1.0;
        }
    }
}
