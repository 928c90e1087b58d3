//! What of an avatar a photo of a face decides, with the table that goes with it.

use forger_avatars::{Attributes, Avatar, Look};

/// An avatar of whom only the attributes and the colours of skin, hair and hat are its own, and how much hair there is. The rest no
/// photo tells, and a network would learn the mean of it: a blur.
pub fn plain(Avatar { attributes, look }: Avatar) -> Avatar {
    let Look { tone, undertone, shade, warmth, length, volume, hat_hue, hat_vivid, hat_light, .. } = look;
    let look = Look { tone, undertone, shade, warmth, length, volume, hat_hue, hat_vivid, hat_light, ..Look::usual() };
    Avatar { attributes, look }
}

/// A table that does not say how long hair is, as CelebA's, means what is usual: colours beside a face do not tell it from what is behind.
pub fn with_hair(mut wanted: [Option<bool>; 13]) -> [Option<bool>; 13] {
    let at = |name: &str| Attributes::NAMES.iter().position(|known| *known == name);
    if let (Some(male), Some(bald), Some(long)) = (at("Male"), at("Bald"), at("Long_Hair")) {
        let usual = wanted[male].map(|male| !male && wanted[bald] != Some(true));
        wanted[long] = wanted[long].or(usual);
    }
    wanted
}

/// What else CelebA says of a face, and an avatar can show: chances that mean bangs, waves or curls, and the kind of the beard.
pub fn told(mut avatar: Avatar, says: impl Fn(&str) -> bool) -> Avatar {
    let look = &mut avatar.look;
    look.style = match (avatar.attributes.long_hair, avatar.attributes.male) {
        (true, _) if says("Bangs") => 0.4,
        (true, _) if says("Wavy_Hair") => 0.6,
        (false, true) if says("Wavy_Hair") => 0.9,
        _ => look.style,
    };
    let beards = [("Goatee", 0.5), ("Mustache", 0.3), ("5_o_Clock_Shadow", 0.1)];
    look.beard_style = beards.iter().find(|(name, _)| says(name)).map_or(0.8, |(_, style)| *style);
    look.teeth = if says("Mouth_Slightly_Open") { 0.0 } else { 0.9 };
    avatar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_says_of_a_face_is_drawn_and_nothing_else_tells_it_from_others() {
        let man = Attributes { male: true, beard: true, ..Avatar::nth(1, 0).attributes };
        let of = |index| Avatar { attributes: man, look: Avatar::nth(2, index).look };
        let with = |name: &'static str| told(plain(of(0)), move |asked| asked == name).look;
        for name in ["Goatee", "Mustache", "5_o_Clock_Shadow", "Mouth_Slightly_Open"] {
            assert_ne!(with(name), with(""), "{name}");
        }
        let [one, other] = [1, 2].map(|index| {
            let Look { tone, undertone, shade, warmth, length, volume, hat_hue, hat_vivid, hat_light, .. } = of(0).look;
            let own = Look {
                tone,
                undertone,
                shade,
                warmth,
                length,
                volume,
                hat_hue,
                hat_vivid,
                hat_light,
                ..of(index).look
            };
            plain(Avatar { attributes: man, look: own })
        });
        assert_eq!(one, other);
    }

    #[test]
    fn hair_is_as_long_as_is_usual_where_no_table_says_it() {
        let place = |name| Attributes::NAMES.iter().position(|known| *known == name).unwrap();
        let [male, bald, long] = ["Male", "Bald", "Long_Hair"].map(place);
        let asked = |told: &[(usize, bool)]| {
            let mut wanted = [None; 13];
            told.iter().for_each(|(at, value)| wanted[*at] = Some(*value));
            with_hair(wanted)[long]
        };
        assert_eq!([asked(&[(male, false)]), asked(&[(male, true)])], [Some(true), Some(false)]);
        assert_eq!(asked(&[(male, false), (bald, true)]), Some(false), "nobody is bald with long hair");
        assert_eq!(asked(&[(male, true), (long, true)]), Some(true), "the table knows");
        assert_eq!(asked(&[]), None);
    }
}
