//! Everything about a face that no label says.

use forger_protocol::Random;

macro_rules! chances {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$doc])* pub $field: f32),+ }

        impl $name {
            /// Draws the fields in their order, which must therefore never change.
            pub(crate) fn draw(random: &mut Random) -> Self {
                Self { $($field: random.uniform()),+ }
            }

            const fn all(value: f32) -> Self {
                Self { $($field: value),+ }
            }
        }
    };
}

chances! {
    /// Chances in `[0, 1)`, all independent. What one means may depend on the attributes: the same `jaw` is narrower for a
    /// woman. Those of things that are not worn say how they would look.
    Look {
        // The picture.
        ground_hue, ground_depth, ground_turn, ground_kind, light,
        /// Tilt of the head.
        tilt,
        shift_x, shift_y, size,
        // Head and skin.
        tone, undertone, width, height, jaw, chin, ears, blush, freckles,
        // Features.
        eye_gap, eye_size, eye_open, iris, gaze_x, gaze_y, lash, brow, brow_shape, brow_height, nose, nose_length,
        mouth_width, mouth_height, lips, lip_colour,
        /// How much, of those who smile.
        smile,
        /// From a frown to a straight mouth, of those who do not.
        calm,
        teeth,
        // Hair.
        shade, warmth, style, fringe, hairline, parting, volume, length, flare, gloss, locks,
        beard_style, beard_size,
        // Clothes and what else is worn.
        clothes_hue, clothes_vivid, clothes_light, collar, shoulders, earrings,
        frame_shape, frame_size, frame_colour, frame_line, tint, tint_hue,
        hat_style, hat_hue, hat_vivid, hat_light, hat_size, hat_detail,
    }
}

impl Look {
    /// The look of somebody of whom nobody knows more than the attributes: the middle of everything, from the front, in even light, as
    /// like as can be on the left and on the right.
    pub const fn usual() -> Self {
        Self {
            ground_hue: 0.6,
            ground_turn: 0.25,
            iris: 0.0,
            hairline: 0.0,
            style: 0.3,
            earrings: 0.9,
            smile: 0.8,
            frame_shape: 0.2,
            frame_size: 1.0,
            frame_colour: 0.0,
            hat_style: 0.2,
            hat_detail: 0.9,
            ..Self::all(0.5)
        }
    }
}
