//! Colours, and how chances become values.

/// Parts in `[0, 1]`, as a screen takes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    pub red: f32,
    pub green: f32,
    pub blue: f32,
    pub alpha: f32,
}

impl Colour {
    pub const WHITE: Self = Self::rgb(250, 249, 246);
    pub const INK: Self = Self::rgb(38, 30, 34);

    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red: red as f32 / 255.0, green: green as f32 / 255.0, blue: blue as f32 / 255.0, alpha: 1.0 }
    }

    /// Hue in turns from red; saturation and value in `[0, 1]`.
    pub fn hsv(hue: f32, saturation: f32, value: f32) -> Self {
        let part = |offset: f32| {
            let at = (offset + hue * 6.0) % 6.0;
            value - value * saturation * at.min(4.0 - at).clamp(0.0, 1.0)
        };
        Self { red: part(5.0), green: part(3.0), blue: part(1.0), alpha: 1.0 }
    }

    /// The way from one colour to another: 0 to 1.
    pub fn mix(self, other: Self, way: f32) -> Self {
        let part = |a: f32, b: f32| a + (b - a) * way;
        Self {
            red: part(self.red, other.red),
            green: part(self.green, other.green),
            blue: part(self.blue, other.blue),
            alpha: part(self.alpha, other.alpha),
        }
    }

    /// Darker under 1, lighter over it.
    pub fn lit(self, by: f32) -> Self {
        Self { red: self.red * by, green: self.green * by, blue: self.blue * by, alpha: self.alpha }
    }

    pub fn faded(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }
}

/// The value of a range that a chance in `[0, 1)` means.
pub fn between(low: f32, high: f32, chance: f32) -> f32 {
    low + (high - low) * chance
}

/// The item that a chance in `[0, 1)` means, all alike.
pub fn pick<T: Copy>(items: &[T], chance: f32) -> Option<T> {
    items.get((chance * items.len() as f32) as usize).or(items.last()).copied()
}

/// A place along a row of colours.
pub fn along(stops: &[Colour], way: f32) -> Colour {
    let at = way.clamp(0.0, 1.0) * stops.len().saturating_sub(1) as f32;
    let first = at as usize;
    match (stops.get(first), stops.get(first + 1)) {
        (Some(a), Some(b)) => a.mix(*b, at - first as f32),
        (Some(a), None) => *a,
        _ => Colour::INK,
    }
}
