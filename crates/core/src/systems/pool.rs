//! What a generator has made before, so that its discriminator does not forget it: Shrivastava et al. 2017 (arXiv 1612.07828),
//! section 2.3, and as CycleGAN uses it (section 4).

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
    /// `[1, channels, height, width]` each, without autodiff.
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

    /// What is shown in the place of pictures `[batch, channels, height, width]` that were just made: each by chance itself, or one of
    /// before, whose place it takes. Until the pool is full all are shown, and kept.
    pub fn exchange(&mut self, made: Tensor<4>, random: &mut Random) -> Tensor<4> {
        if self.most == 0 {
            return made;
        }
        let count = made.dims()[0];
        let plain = if made.device().is_autodiff() { made.clone().inner() } else { made.clone() };
        let shown = (0..count).map(|index| {
            let picture = made.clone().narrow(0, index, 1);
            if self.pictures.len() < self.most {
                self.pictures.push(copied(&plain, index));
                return picture;
            }
            if random.below(2) == 0 {
                return picture;
            }
            let place = random.below(self.pictures.len());
            let before = std::mem::replace(&mut self.pictures[place], copied(&plain, index));
            if picture.device().is_autodiff() { Tensor::from_inner(before) } else { before }
        });
        let shown = shown.collect();
        Tensor::cat(shown, 0)
    }

    /// So many pictures of before, by chance, `[count, channels, height, width]` without autodiff; `None` while there are fewer.
    pub fn draw(&self, count: usize, random: &mut Random) -> Option<Tensor<4>> {
        if count == 0 || self.pictures.len() < count {
            return None;
        }
        let drawn = (0..count).map(|_| self.pictures[random.below(self.pictures.len())].clone());
        Some(Tensor::cat(drawn.collect(), 0))
    }

    /// Keeps pictures `[batch, channels, height, width]` without autodiff, in the place of others, by chance, once it is full.
    pub fn keep(&mut self, made: &Tensor<4>, random: &mut Random) {
        if self.most == 0 {
            return;
        }
        for index in 0..made.dims()[0] {
            let picture = copied(made, index);
            if self.pictures.len() < self.most {
                self.pictures.push(picture);
            } else {
                let place = random.below(self.pictures.len());
                self.pictures[place] = picture;
            }
        }
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

    /// The same pool with the pictures `[channels, height, width]` that a checkpoint has; empty where it has none.
    pub fn read(
        &self,
        reader: &Reader<'_>,
        prefix: &str,
        [channels, height, width]: [usize; 3],
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        let mut pool = Self::new(self.name, self.most);
        let name = format!("{prefix}.{}", self.name);
        let Some(flat) = reader.vector(&name, &device.clone().inner()) else { return Ok(pool) };
        let size = channels * height * width;
        let count = flat.dims()[0] / size;
        if flat.dims()[0] != count * size || count > self.most {
            return Err(CheckpointError::Tensor(name));
        }
        let all = flat.reshape([count, channels, height, width]);
        pool.pictures = (0..count).map(|index| copied(&all, index)).collect();
        Ok(pool)
    }
}

/// A picture of a batch in memory of its own: as a part of the batch it would keep the memory of all of it for as long as it is in
/// the pool.
fn copied(batch: &Tensor<4>, index: usize) -> Tensor<4> {
    // Exact, and not done in place, since the batch is still there.
    batch.clone().narrow(0, index, 1).mul_scalar(1.0)
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
    fn what_is_drawn_is_of_before_and_what_is_kept_takes_a_place() {
        let (mut pool, random) = (Pool::new("pool", 6), &mut Random::new(1, Stream::Noise));
        let pictures = |values: [f32; 2]| Tensor::cat(values.map(picture).into(), 0);
        assert!(pool.draw(2, random).is_none());
        for step in 0..20 {
            pool.keep(&pictures([step as f32, -1.0]), random);
            assert_eq!(pool.len(), (2 * step + 2).min(6));
        }
        let drawn = pool.draw(6, random).unwrap();
        assert_eq!(drawn.dims(), [6, 3, 2, 2]);
        let mut all = pool.pictures.iter().map(value).collect::<Vec<_>>();
        let found = drawn.chunk(6, 0).iter().map(value).collect::<Vec<_>>();
        assert!(found.iter().all(|value| all.contains(value)), "{found:?} of {all:?}");
        all.sort_by(f32::total_cmp);
        assert!(all[5] > 10.0, "the new ones are kept: {all:?}");
        assert!(pool.draw(7, random).is_none());
    }

    #[test]
    fn without_places_everything_passes() {
        let mut pool = Pool::new("pool", 0);
        assert_eq!(value(&pool.exchange(picture(3.0), &mut Random::new(1, Stream::Noise))), 3.0);
        assert!(pool.part("term").is_none());
    }
}
