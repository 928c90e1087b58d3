//! The test vector of a card: what its networks make of an input that the card's seed gives.

use forger_protocol::{TestVector, error::ModelError};

use super::{sha256, to_bytes};

/// How far an output may be from the test vector on any device: a little over one step of 8 bits.
pub const TOLERANCE: f32 = 1e-2;
/// About how many output values a test vector keeps.
const KEPT: usize = 16;
/// Most values of an input, a picture of 256 x 256, and its longest side.
const LARGEST_INPUT: u64 = 3 << 16;
const LONGEST_SIDE: usize = 512;
/// Most multiplications for one: a few seconds of a tab. What takes no more has layers of some 17 million values at most.
const MOST_WORK: u64 = 1 << 33;

/// Whether an input of this shape may be asked of networks, whose sides are filled up to multiples, and that take so many
/// multiplications for each of its pixels. A small file must not ask for more than any device has memory and time for; what networks
/// usually get is not asked about.
pub fn is_small(shape: &[usize], multiple: usize, effort: u64) -> bool {
    let &[channels, height, width] = shape else { return false };
    if height.max(width) > LONGEST_SIDE {
        return false;
    }
    let [rows, columns] = [height, width].map(|side| side.next_multiple_of(multiple) as u64);
    let pixels = rows * columns;
    let values = pixels.saturating_mul(channels as u64);
    (1..=LARGEST_INPUT).contains(&values) && pixels.saturating_mul(effort) <= MOST_WORK
}

/// Keeps what the networks made of the input.
pub fn remember(vector: &mut TestVector, output: Vec<f32>) {
    let stride = (output.len() / KEPT).max(1);
    vector.sha256 = sha256(&to_bytes(&output));
    vector.output = output.into_iter().step_by(stride).collect();
    vector.stride = stride;
}

/// Compares what networks make of the input of their test vector with what is kept of it.
pub fn compare(vector: &TestVector, output: &[f32]) -> Result<(), ModelError> {
    let TestVector { output: expected, stride, .. } = vector;
    let picked = output.iter().step_by((*stride).max(1)).collect::<Vec<_>>();
    if expected.is_empty() || picked.len() != expected.len() {
        return Err(ModelError::BadCard { detail: "the test vector has another size than the pictures".into() });
    }
    let difference = picked.iter().zip(expected).map(|(a, b)| (**a - b).abs());
    // A NaN must fail, and `max` would drop it.
    let worst = difference.fold(0.0, |worst: f32, d| if d.is_nan() || d > worst { d } else { worst });
    if worst <= TOLERANCE { Ok(()) } else { Err(ModelError::TestVector { difference: worst }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bound_of_an_input_is_passed_by_another() {
        // What each refuses, all others take.
        assert!(is_small(&[3, 256, 256], 1, 1) && !is_small(&[4, 256, 256], 1, 1));
        assert!(is_small(&[3, 1, 512], 1, 1) && !is_small(&[3, 1, 513], 1, 1));
        assert!(is_small(&[3, 1, 256], 256, 1) && !is_small(&[3, 1, 257], 256, 1));
        assert!(is_small(&[3, 64, 64], 1, 1 << 21) && !is_small(&[3, 64, 65], 1, 1 << 21));
        // Nor by what is more than there are numbers for, or nothing.
        assert!(!is_small(&[3, usize::MAX, 2], 1, 1) && !is_small(&[usize::MAX, 256, 256], 1, 1));
        assert!(!is_small(&[3, 8, 8], 1, u64::MAX) && !is_small(&[3, 8, 8, 8], 1, 1));
        assert!(!is_small(&[3, 0, 8], 1, 1) && !is_small(&[0, 8, 8], 1, 1));
    }
}
