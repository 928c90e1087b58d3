//! Pictures of the past of a run: evenly spread, however long it gets.

use forger_core::history::History;
use serde::{Deserialize, Serialize};

/// Moments, and steps between them at first.
const MOST: usize = 40;
const EVERY: u64 = 4;

/// What a file of them begins with.
#[derive(Serialize, Deserialize)]
struct Head {
    size: [usize; 2],
    /// Step and length of each moment.
    moments: Vec<(u64, usize)>,
}

/// The moments of a run.
pub struct Frames {
    history: History,
    /// Height and width of a picture.
    size: [usize; 2],
    /// Whether there is a moment that is not on the disk.
    pub is_new: bool,
}

impl Frames {
    pub fn new(size: [usize; 2]) -> Self {
        Self { history: History::new(MOST, EVERY), size, is_new: false }
    }

    /// Whether the pictures of this step are to be kept.
    pub fn is_due(&self, step: u64) -> bool {
        self.history.is_due(step)
    }

    pub fn keep(&mut self, step: u64, pictures: Vec<u8>) {
        self.history.keep(step, pictures.into());
        self.is_new = true;
    }

    pub fn steps(&self) -> Vec<u64> {
        self.history.steps()
    }

    /// The pictures of the newest moment at or before a step, RGBA, how many there are, and height and width.
    pub fn at(&self, step: u64) -> Option<(&[u8], usize, [usize; 2])> {
        let pictures = self.history.at(step)?;
        let [height, width] = self.size;
        Some((pictures, pictures.len() / (height * width * 4).max(1), self.size))
    }

    /// Forgets what came after a step.
    pub fn cut(&mut self, step: u64) {
        self.history.cut(step);
    }

    /// A file of them.
    pub fn write(&self) -> Vec<u8> {
        let moments = self.history.steps().into_iter().filter_map(|step| Some((step, self.history.at(step)?)));
        let moments = moments.collect::<Vec<_>>();
        let head = Head { size: self.size, moments: moments.iter().map(|(step, of)| (*step, of.len())).collect() };
        let text = serde_json::to_vec(&head).unwrap_or_default();
        let mut file = (text.len() as u32).to_le_bytes().to_vec();
        file.extend(text);
        moments.iter().for_each(|(_, pictures)| file.extend(&pictures[..]));
        file
    }

    /// Reads what [`Frames::write`] wrote; nothing of a file that was cut off, which costs a run no more than its pictures.
    pub fn read(file: &[u8]) -> Option<Self> {
        let (length, rest) = file.split_first_chunk::<4>()?;
        let (text, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let head: Head = serde_json::from_slice(text).ok()?;
        let mut frames = Self::new(head.size);
        for (step, length) in head.moments {
            let (pictures, after) = rest.split_at_checked(length)?;
            frames.history.keep(step, pictures.into());
            rest = after;
        }
        frames.is_new = false;
        Some(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_from_a_whole_file_only() {
        let mut frames = Frames::new([1, 2]);
        (0..5).for_each(|step| frames.keep(step * 10, vec![step as u8; 16]));
        let file = frames.write();
        let mut back = Frames::read(&file).unwrap();
        assert_eq!(back.steps(), [0, 10, 20, 30, 40]);
        assert!(!back.is_due(42) && back.is_due(44) && !back.is_new);
        assert_eq!(back.at(25), Some((&[2; 16][..], 2, [1, 2])));
        for length in 0..file.len() {
            assert!(Frames::read(&file[..length]).is_none(), "{length}");
        }
        back.cut(15);
        assert_eq!(back.steps(), [0, 10]);
    }
}
