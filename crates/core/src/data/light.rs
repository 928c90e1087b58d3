//! How bright a colour is: what networks of grey pictures see of pictures in colour, in the tab and natively.

/// What red, green and blue count, in ten thousandths: BT.709, whose primaries screens have.
pub const WEIGHTS: [u16; 3] = [2126, 7152, 722];

/// The light of a colour, to the nearest. That of a grey is the grey.
pub fn light(colour: [u8; 3]) -> u8 {
    let parts = colour.iter().zip(WEIGHTS).map(|(value, weight)| u32::from(*value) * u32::from(weight));
    ((parts.sum::<u32>() + 5_000) / 10_000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_stay_and_colours_are_as_bright_as_they_look() {
        assert!((0..=255).all(|value| light([value; 3]) == value));
        assert_eq!([[255, 0, 0], [0, 255, 0], [0, 0, 255]].map(light), [54, 182, 18]);
    }
}
