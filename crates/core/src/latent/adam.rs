//! Adam (Kingma and Ba 2015, arXiv 1412.6980) in plain loops, for the few hundred values of codes.

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// The learning rate falls along half a cosine from the first to the last, from this share of the steps on.
const RATES: [f32; 2] = [0.25, 0.0125];
const HELD: f32 = 0.5;

/// A step of it.
pub(crate) struct Adam {
    rate: f32,
    /// By what moments are divided, which began at 0.
    unbiased: [f32; 2],
}

impl Adam {
    /// The next step after `done` of so many.
    pub fn at(done: usize, steps: usize) -> Self {
        let falling = ((done as f32 / steps as f32 - HELD) / (1.0 - HELD)).max(0.0);
        let [first, last] = RATES;
        let rate = last + (first - last) * 0.5 * (1.0 + libm::cosf(std::f32::consts::PI * falling));
        Self { rate, unbiased: [BETA1, BETA2].map(|beta| 1.0 - libm::powf(beta, (done + 1) as f32)) }
    }

    /// By how much a value falls, given its slope and its moments.
    pub fn step(&self, slope: f32, mean: &mut f32, square: &mut f32) -> f32 {
        *mean = BETA1 * *mean + (1.0 - BETA1) * slope;
        *square = BETA2 * *square + (1.0 - BETA2) * slope * slope;
        let (mean, square) = (*mean / self.unbiased[0], *square / self.unbiased[1]);
        self.rate * mean / (square.sqrt() + EPSILON)
    }
}
