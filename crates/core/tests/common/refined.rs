//! A simulator and its real counterpart, and a SimGAN that learns them in seconds.

use forger_core::{
    Images,
    protocol::{OptimizerConfig, Random, SimganConfig, Stream},
};

pub const HEIGHT: usize = 16;
pub const WIDTH: usize = 20;

/// Bright discs somewhere on dark ground; the real ones lie on lighter ground, with grain.
#[derive(Clone, Copy)]
pub struct Discs {
    count: usize,
    is_real: bool,
}

impl Discs {
    pub fn synthetic(count: usize) -> Self {
        Self { count, is_real: false }
    }

    pub fn real(count: usize) -> Self {
        Self { count, is_real: true }
    }
}

impl Images for Discs {
    fn len(&self) -> usize {
        self.count
    }

    fn shape(&self) -> [usize; 3] {
        [1, HEIGHT, WIDTH]
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        let stream = if self.is_real { Stream::Data } else { Stream::Latent };
        let random = &mut Random::new(index as u32, stream);
        let (y, x) = (4.0 + 8.0 * random.uniform(), 4.0 + 12.0 * random.uniform());
        for (at, value) in out.iter_mut().enumerate() {
            let is_inside = ((at % WIDTH) as f32 - x).hypot((at / WIDTH) as f32 - y) < 3.0;
            let (ground, disc) = if self.is_real { (-0.1, 0.7) } else { (-0.7, 0.6) };
            let grain = if self.is_real { 0.1 * (random.uniform() - 0.5) } else { 0.0 };
            *value = if is_inside { disc } else { ground } + grain;
        }
    }
}

pub fn small_simgan() -> SimganConfig {
    SimganConfig {
        image_height: HEIGHT,
        image_width: WIDTH,
        refiner_width: 6,
        blocks: 1,
        discriminator_width: 6,
        lambda: 0.05,
        history: 10,
        refiner_pretraining: 30,
        discriminator_pretraining: 10,
        refiner_optimizer: OptimizerConfig::adam(2e-3),
        discriminator_optimizer: OptimizerConfig::adam(2e-3),
        batch: 8,
        ema_decay: 0.9,
        ..SimganConfig::default()
    }
}
