//! Photos of any size in memory, 8 bits a value.

use super::resize::resize_bytes;

/// An RGB picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// In pixels.
    pub height: usize,
    /// In pixels.
    pub width: usize,
    /// `[3, height, width]`.
    pub pixels: Vec<u8>,
}

impl Photo {
    /// `[3, height, width]`.
    pub const fn shape(&self) -> [usize; 3] {
        [3, self.height, self.width]
    }

    /// A part, cut at the edges of the picture.
    pub fn cut(&self, top: usize, left: usize, height: usize, width: usize) -> Self {
        let (top, left) = (top.min(self.height), left.min(self.width));
        let (height, width) = (height.min(self.height - top), width.min(self.width - left));
        let mut pixels = Vec::with_capacity(3 * height * width);
        for plane in self.pixels.chunks_exact((self.height * self.width).max(1)) {
            for row in plane.chunks_exact(self.width).skip(top).take(height) {
                pixels.extend_from_slice(&row[left..left + width]);
            }
        }
        Self { height, width, pixels }
    }

    /// The top left part whose sides are multiples of `scale`.
    pub fn multiple_of(&self, scale: usize) -> Self {
        let scale = scale.max(1);
        self.cut(0, 0, self.height / scale * scale, self.width / scale * scale)
    }

    /// Bicubic with antialiasing.
    pub fn resized(&self, height: usize, width: usize) -> Self {
        Self { height, width, pixels: resize_bytes(&self.pixels, self.shape(), [height, width]) }
    }

    /// Values in `[-1, 1]`.
    pub fn values(&self) -> Vec<f32> {
        self.pixels.iter().map(|value| f32::from(*value) / 127.5 - 1.0).collect()
    }
}
