//! Feature maps of several pictures, channels last, with a border of zeros.

/// `[count, rows, columns, channels]`. Value `(row, column)` of a picture is at `(row + 1, column + 1)`: the border saves
/// every reader from asking where a picture ends.
#[derive(Clone, Debug)]
pub struct Maps {
    /// Height and width.
    pub size: [usize; 2],
    pub channels: usize,
    /// Rows and columns with the border, of which there is more where tiles go beyond the picture.
    pub stored: [usize; 2],
    pub values: Vec<f32>,
}

impl Maps {
    /// Zeros, with room for tiles of this side.
    pub fn new(count: usize, size: [usize; 2], channels: usize, tile: usize) -> Self {
        let stored = size.map(|side| side.next_multiple_of(tile) + 2);
        Self { size, channels, stored, values: vec![0.0; count * stored[0] * stored[1] * channels] }
    }

    /// Values of a picture.
    pub fn picture(&self) -> usize {
        self.stored[0] * self.stored[1] * self.channels
    }

    /// Where `row`, `column` of a picture begins, in a picture.
    pub fn place(&self, row: usize, column: usize) -> usize {
        ((row + 1) * self.stored[1] + column + 1) * self.channels
    }
}
