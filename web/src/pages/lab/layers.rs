//! What the plane shows, layer by layer.

/// A layer of the plane, from below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Layer {
    Verdict,
    Density,
    Manifold,
    Line,
    Real,
    Fake,
    Push,
    /// Where a search for the z of a point goes.
    Walk,
}

impl Layer {
    /// Every layer, in the order of the form.
    pub const ALL: [Self; 8] =
        [Self::Real, Self::Fake, Self::Verdict, Self::Line, Self::Density, Self::Manifold, Self::Push, Self::Walk];

    /// Its name in the URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Density => "density",
            Self::Manifold => "manifold",
            Self::Line => "line",
            Self::Real => "real",
            Self::Fake => "fake",
            Self::Push => "push",
            Self::Walk => "walk",
        }
    }
}

/// The layers that are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers(u8);

impl Default for Layers {
    fn default() -> Self {
        Self::of(&[Layer::Real, Layer::Fake, Layer::Verdict, Layer::Line])
    }
}

impl Layers {
    pub const fn of(layers: &[Layer]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < layers.len() {
            bits |= 1 << layers[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    pub const fn has(self, layer: Layer) -> bool {
        self.0 & (1 << layer as u8) != 0
    }

    pub const fn toggled(self, layer: Layer) -> Self {
        Self(self.0 ^ (1 << layer as u8))
    }

    /// The value of `show` in a link; unknown names are no layers.
    pub fn from_text(text: &str) -> Self {
        let named = Layer::ALL.into_iter().filter(|layer| text.split(',').any(|name| name.trim() == layer.key()));
        Self::of(&named.collect::<Vec<_>>())
    }

    pub fn to_text(self) -> String {
        Layer::ALL.into_iter().filter(|layer| self.has(*layer)).map(Layer::key).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_survive_the_url() {
        for bits in 0..=u8::MAX {
            let layers = Layers(bits);
            assert_eq!(Layers::from_text(&layers.to_text()), layers);
        }
        assert_eq!(Layers::from_text("push,nonsense, real"), Layers::of(&[Layer::Push, Layer::Real]));
        assert_ne!(Layers::default().toggled(Layer::Push), Layers::default());
    }
}
