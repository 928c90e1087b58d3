//! What a generator has made before, so that its discriminator does not forget it: Shrivastava et al. 2017 (arXiv 1612.07828),
//! section 2.3, as CycleGAN uses it (section 4).

use burn::tensor::{Device, Tensor};
use forger_protocol::Random;

use crate::{
    CheckpointError,
    checkpoint::Reader,
    snapshot::{Part, Values},
};

/// At most so many pictures, where they were made.
pub struct Pool {
    name: &'static str,
    most: usize,
    /// `[1, 3, side, side]` each, without autodiff.
    pictures: Vec<Tensor<4>>,
}

impl Pool {
    /// Empty.
    pub fn new(name: &'static str, most: usize) -> Self {
        Self { name, most, pictures: Vec::new() }
    }

    /// What a checkpoint calls it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.pictures.clear();
    }

    /// What is shown in the place of pictures `[batch, 3, side, side]` that were just made: each by chance itself, or one of
    /// before, whose place it takes. Until the pool is full all are shown, and kept.
    pub fn exchange(&mut self, made: Tensor<4>, random: &mut Random) -> Tensor<4> {
        if self.most == 0 {
            return made;
        }
        let count = made.dims()[0];
        let shown = (0..count).map(|index| {
            let picture = made.clone().narrow(0, index, 1);
            let plain = if picture.device().is_autodiff() { picture.clone().inner() } else { picture.clone() };
            if self.pictures.len() < self.most {
                self.pictures.push(plain);
                return picture;
            }
            if random.below(2) == 0 {
                return picture;
            }
            let place = random.below(self.pictures.len());
            let before = std::mem::replace(&mut self.pictures[place], plain);
            if picture.device().is_autodiff() { Tensor::from_inner(before) } else { before }
        });
        let shown = shown.collect();
        Tensor::cat(shown, 0)
    }

    /// Its pictures, for a checkpoint.
    pub fn part(&self, prefix: &str) -> Option<Part> {
        if self.pictures.is_empty() {
            return None;
        }
        let all = Tensor::cat(self.pictures.clone(), 0);
        let length = all.shape().num_elements();
        Some(Part::vector(format!("{prefix}.{}", self.name), Values::Device(Box::new(all.reshape([length])))))
    }

    /// The same pool with the pictures that a checkpoint has; empty where it has none.
    pub fn read(
        &self,
        reader: &Reader<'_>,
        prefix: &str,
        side: usize,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        let mut pool = Self::new(self.name, self.most);
        let name = format!("{prefix}.{}", self.name);
        let Some(flat) = reader.vector(&name, &device.clone().inner()) else { return Ok(pool) };
        let size = 3 * side * side;
        let count = flat.dims()[0] / size;
        if flat.dims()[0] != count * size || count > self.most {
            return Err(CheckpointError::Tensor(name));
        }
        let all = flat.reshape([count, 3, side, side]);
        pool.pictures = (0..count).map(|index| all.clone().narrow(0, index, 1)).collect();
        Ok(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::Stream;

    fn picture(value: f32) -> Tensor<4> {
        Tensor::full([1, 3, 2, 2], value, &Device::flex())
    }

    fn value(picture: &Tensor<4>) -> f32 {
        picture.clone().into_data().try_into_vec::<f32>().unwrap()[0]
    }

    #[test]
    fn half_of_what_is_shown_is_of_before() {
        let (mut pool, random) = (Pool::new("pool", 10), &mut Random::new(1, Stream::Noise));
        let mut old = 0;
        for step in 0..1000 {
            let shown = value(&pool.exchange(picture(step as f32), random));
            old += usize::from(shown != step as f32);
            assert!(shown == step as f32 || step >= 10, "a pool that is not full shows what is new");
            assert_eq!(pool.len(), (step + 1).min(10));
        }
        assert!((430..560).contains(&old), "{old} of 990");
        assert!(pool.pictures.iter().any(|picture| value(picture) > 900.0));
    }

    #[test]
    fn without_places_everything_passes() {
        let mut pool = Pool::new("pool", 0);
        assert_eq!(value(&pool.exchange(picture(3.0), &mut Random::new(1, Stream::Noise))), 3.0);
        assert!(pool.part("term").is_none());
    }
}
