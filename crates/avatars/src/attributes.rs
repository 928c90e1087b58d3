//! What a label can say of a face.

use forger_protocol::Random;

/// Colour of the hair, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hair {
    Black,
    Brown,
    Blond,
    Red,
    Gray,
    Bald,
}

/// The places of hair among [`Attributes::NAMES`], and of its colours that tables mix up, or do not know.
const HAIR: std::ops::Range<usize> = 5..11;
const COLOURED: std::ops::Range<usize> = 5..9;

/// Yes or no, exactly. What is true of a face can be seen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    pub male: bool,
    pub eyeglasses: bool,
    /// Stubble, a moustache, a goatee or a full one. Men only.
    pub beard: bool,
    pub smiling: bool,
    /// Never with [`Hair::Bald`]: nobody could tell.
    pub wearing_hat: bool,
    pub hair: Hair,
    /// Falls past the ears. Never with [`Hair::Bald`].
    pub long_hair: bool,
    pub dark_skin: bool,
}

impl Attributes {
    /// Names as in CelebA where it has them, in the order of [`Attributes::values`].
    pub const NAMES: [&str; 13] = [
        "Male",
        "Eyeglasses",
        "Beard",
        "Smiling",
        "Wearing_Hat",
        "Black_Hair",
        "Brown_Hair",
        "Blond_Hair",
        "Red_Hair",
        "Gray_Hair",
        "Bald",
        "Long_Hair",
        "Dark_Skin",
    ];

    /// The values of [`Attributes::NAMES`].
    pub fn values(&self) -> [bool; 13] {
        [
            self.male,
            self.eyeglasses,
            self.beard,
            self.smiling,
            self.wearing_hat,
            self.hair == Hair::Black,
            self.hair == Hair::Brown,
            self.hair == Hair::Blond,
            self.hair == Hair::Red,
            self.hair == Hair::Gray,
            self.hair == Hair::Bald,
            self.long_hair,
            self.dark_skin,
        ]
    }

    /// Whether they are those of a table with the columns [`Attributes::NAMES`], as far as it says anything: `None` is a column that it
    /// does not have. A line that is yes to no hair, and to no baldness, does not say whether it is black, brown, blond or red.
    pub fn are_like(&self, wanted: &[Option<bool>; 13]) -> bool {
        let says_hair = wanted[HAIR].contains(&Some(true));
        let mut columns = self.values().into_iter().zip(wanted).enumerate();
        columns
            .all(|(at, (value, wanted))| (COLOURED.contains(&at) && !says_hair) || wanted.is_none_or(|it| it == value))
    }

    /// Draws attributes at random. Glasses, smiles and skin do not depend on the sex; beards and long hair do.
    pub(crate) fn draw(random: &mut Random) -> Self {
        let mut chance = |probability| random.uniform() < probability;
        let male = chance(0.5);
        let eyeglasses = chance(0.35);
        let beard = chance(0.45) && male;
        let smiling = chance(0.5);
        let hat = chance(0.16);
        let dark_skin = chance(0.35);
        let bald = chance(if male { 0.14 } else { 0.02 });
        let long_hair = chance(if male { 0.1 } else { 0.78 }) && !bald;
        let colour = colour(random.uniform(), dark_skin);
        let hair = if bald { Hair::Bald } else { colour };
        Self { male, eyeglasses, beard, smiling, wearing_hat: hat && !bald, hair, long_hair, dark_skin }
    }
}

/// The colour that a chance in `[0, 1)` means: every colour with every skin, though not as often.
fn colour(chance: f32, dark_skin: bool) -> Hair {
    let shares = if dark_skin { [0.44, 0.26, 0.10, 0.07] } else { [0.21, 0.26, 0.24, 0.15] };
    let mut left = chance;
    for (share, hair) in shares.into_iter().zip([Hair::Black, Hair::Brown, Hair::Blond, Hair::Red]) {
        left -= share;
        if left < 0.0 {
            return hair;
        }
    }
    Hair::Gray
}
