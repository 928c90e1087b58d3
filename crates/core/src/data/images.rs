//! Pictures for training, in a shuffled order that a checkpoint can go on with.

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Augment, Random, RandomState, Stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Chance, Source, augment::Changes};

/// A set of pictures of one size, held by the caller: core does no I/O.
pub trait Images {
    /// How many.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// `[channels, height, width]`.
    fn shape(&self) -> [usize; 3];
    /// Writes picture `index` in `[channels, height, width]` order, values in `[-1, 1]`.
    fn write(&self, index: usize, out: &mut [f32]);
}

/// The first pictures of a set, as many of `count` as there are: `[count, channels, height, width]`.
pub fn first(images: &dyn Images, count: usize, device: &Device) -> Tensor<4> {
    let [channels, height, width] = images.shape();
    let (count, size) = (images.len().min(count), channels * height * width);
    let mut values = vec![0.0; count * size];
    values.chunks_exact_mut(size).enumerate().for_each(|(index, out)| images.write(index, out));
    Tensor::from_data(TensorData::new(values, [count, channels, height, width]), device)
}

/// Every picture once in each epoch, in a new order each time.
pub struct Shuffled {
    /// What a checkpoint calls it.
    name: &'static str,
    images: Box<dyn Images>,
    order: Vec<u32>,
    next: usize,
    /// Where the random sequence stood before the order of this epoch was drawn.
    before: RandomState,
    random: Random,
    /// Which sequence of the seed that is, at the beginning.
    stream: Stream,
    mirror: bool,
    policy: Augment,
    /// For mirror and augmentation.
    chance: Random,
}

#[derive(Serialize, Deserialize)]
struct State {
    next: usize,
    before: RandomState,
    /// Runs from before there was augmentation have none.
    chance: Option<RandomState>,
}

impl Shuffled {
    /// The order that a seed gives.
    pub fn new(images: Box<dyn Images>, seed: u32) -> Self {
        Self::by(images, seed, Stream::Data)
    }

    /// The order that a sequence of a seed gives: sets as large as each other have the same order by the same.
    pub fn by(images: Box<dyn Images>, seed: u32, stream: Stream) -> Self {
        let random = Random::new(seed, stream);
        let mut shuffled = Self {
            name: "data",
            images,
            order: Vec::new(),
            next: 0,
            before: random.state(),
            random,
            stream,
            mirror: false,
            policy: Augment::default(),
            chance: Random::new(seed, Stream::Augment),
        };
        shuffled.shuffle();
        shuffled
    }

    /// By another name in a checkpoint than `data`, for a system with two sets.
    pub fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The pictures, whatever their order.
    pub fn images(&self) -> &dyn Images {
        &*self.images
    }

    /// Mirrors real pictures by chance, and augments what D sees.
    pub fn augmented(self, mirror: bool, policy: Augment) -> Self {
        Self { mirror, policy, ..self }
    }

    fn shuffle(&mut self) {
        self.before = self.random.state();
        // From the natural order each time, so that the state need not hold the order itself.
        self.order = (0..self.images.len() as u32).collect();
        self.random.shuffle(&mut self.order);
        self.next = 0;
    }
}

impl Source for Shuffled {
    type Batch = Tensor<4>;

    fn next(&mut self, count: usize, device: &Device) -> Tensor<4> {
        let [channels, height, width] = self.images.shape();
        let size = channels * height * width;
        let mut values = vec![0.0; count * size];
        for out in values.chunks_exact_mut(size.max(1)) {
            if self.next >= self.order.len() {
                self.shuffle();
            }
            if let Some(&index) = self.order.get(self.next) {
                self.images.write(index as usize, out);
            }
            if self.mirror && self.chance.below(2) == 1 {
                out.chunks_exact_mut(width).for_each(<[f32]>::reverse);
            }
            self.next += 1;
        }
        Tensor::from_data(TensorData::new(values, [count, channels, height, width]), device)
    }

    fn augment(&mut self, samples: Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = samples.dims();
        Changes::draw(self.policy, batch, [height, width], &mut self.chance).apply(samples)
    }

    fn chance(&mut self) -> &mut dyn Chance {
        self
    }
}

impl Chance for Shuffled {
    fn name(&self) -> &'static str {
        self.name
    }

    fn rewind(&mut self) {
        let seed = self.random.state().seed;
        self.random = Random::new(seed, self.stream);
        self.chance = Random::new(seed, Stream::Augment);
        self.shuffle();
    }

    fn state(&self) -> Value {
        serde_json::to_value(State { next: self.next, before: self.before, chance: Some(self.chance.state()) })
            .unwrap_or_default()
    }

    fn restore(&mut self, state: &Value) -> bool {
        let Ok(state) = serde_json::from_value::<State>(state.clone()) else { return false };
        self.random = Random::restore(state.before);
        self.shuffle();
        self.next = state.next;
        if let Some(chance) = state.chance {
            self.chance = Random::restore(chance);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbered(usize);

    impl Images for Numbered {
        fn len(&self) -> usize {
            self.0
        }
        fn shape(&self) -> [usize; 3] {
            [1, 1, 1]
        }
        fn write(&self, index: usize, out: &mut [f32]) {
            out.fill(index as f32);
        }
    }

    fn next(source: &mut Shuffled, count: usize) -> Vec<f32> {
        source.next(count, &Device::flex()).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn each_epoch_has_every_picture_once_in_another_order() {
        let mut source = Shuffled::new(Box::new(Numbered(10)), 1);
        let (mut first, mut second) = (next(&mut source, 10), next(&mut source, 10));
        assert_ne!(first, second);
        first.sort_by(f32::total_cmp);
        second.sort_by(f32::total_cmp);
        assert_eq!(first, (0..10).map(|v| v as f32).collect::<Vec<_>>());
        assert_eq!(first, second);
    }

    #[test]
    fn goes_on_where_it_stood() {
        let mut source = Shuffled::new(Box::new(Numbered(10)), 1);
        next(&mut source, 14);
        let mut again = Shuffled::new(Box::new(Numbered(10)), 1);
        assert!(again.restore(&source.state()));
        assert_eq!(next(&mut source, 20), next(&mut again, 20));
        assert!(!again.restore(&Value::Null));
    }
}
