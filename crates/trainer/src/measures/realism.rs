//! How well a judge that has learned nothing else tells made pictures from real ones: 0.5 where it cannot.

use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    Images,
    losses::adversarial,
    nets::{
        Discriminator as _,
        patch::{PatchDiscriminator, PatchShape},
    },
    player::Player,
};
use forger_protocol::{AdversarialLoss, Normalization, OptimizerConfig, Random, Stream};

use super::refined::Set;
use crate::device::values;

/// Most updates of the judge, and looks at every made picture where there are so few that these are less.
const STEPS: usize = 400;
const LOOKS: usize = 32;
/// Pictures of each kind in one.
const BATCH: usize = 32;
/// Pictures that are judged at a time.
const CHUNK: usize = 128;

/// Pictures to learn from, and others to be asked of.
pub struct Parts<'a> {
    pub learned: &'a Set,
    pub asked: &'a Set,
}

/// A judge of patches of this side; its verdict of a picture is the mean of theirs.
pub const fn judge(patch: usize) -> PatchShape {
    PatchShape { channels: 1, width: 16, patch, normalization: Normalization::None }
}

/// The share of pictures that a fresh judge calls what they are, of real and made ones in equal parts.
pub fn accuracy(shape: PatchShape, real: &Parts, made: &Parts, seed: u32) -> Result<f64> {
    let device = Device::flex();
    let training = device.clone().autodiff();
    let random = &mut Random::new(seed, Stream::Weights);
    let judge = PatchDiscriminator::new(shape, random, &training)?;
    let optimizer = OptimizerConfig::Adam { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999 };
    let mut judge = Player::new("judge", judge, optimizer);
    let chance = &mut Random::new(seed, Stream::Metrics);
    for _ in 0..STEPS.min((LOOKS * made.learned.len()).div_ceil(BATCH)) {
        let mut batch = |set: &Set| {
            let places = (0..BATCH).map(|_| chance.below(set.len())).collect::<Vec<_>>();
            judge.network.judge(tensor(&Set::some(set, &places), &training))
        };
        let (real, made) = (batch(real.learned), batch(made.learned));
        judge.learn(&adversarial::discriminator(AdversarialLoss::NonSaturating, 0.0, real, made));
    }
    let share = |set: &Set, is_real: bool| {
        let mut right = 0;
        let area = set.size[0] * set.size[1];
        for chunk in set.values.chunks(CHUNK * area) {
            let some = Set { size: set.size, values: chunk.to_vec() };
            let logits = judge.network.logits(tensor(&some, &training)).inner().mean_dim(2).mean_dim(3);
            right += values(logits)?.iter().filter(|logit| (**logit > 0.0) == is_real).count();
        }
        Ok::<_, anyhow::Error>(right as f64 / set.len().max(1) as f64)
    };
    Ok((share(real.asked, true)? + share(made.asked, false)?) / 2.0)
}

fn tensor(set: &Set, device: &Device) -> Tensor<4> {
    let [height, width] = set.size;
    Tensor::from_data(TensorData::new(set.values.clone(), [set.len(), 1, height, width]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, seed: u32, strength: f32) -> Set {
        let random = &mut Random::new(seed, Stream::Data);
        let mut values = vec![0.0; count * 256];
        random.fill_uniform(&mut values, -strength, strength);
        Set { size: [16, 16], values }
    }

    #[test]
    fn a_judge_tells_what_differs_and_nothing_else() {
        let [a, b, c, d] = [1, 2, 3, 4].map(|seed| noise(100, seed, 0.5));
        let [e, f] = [5, 6].map(|seed| noise(100, seed, 0.9));
        let real = Parts { learned: &a, asked: &b };
        let alike = accuracy(judge(16), &real, &Parts { learned: &c, asked: &d }, 1).unwrap();
        assert!((0.35..0.65).contains(&alike), "{alike}");
        let other = accuracy(judge(16), &real, &Parts { learned: &e, asked: &f }, 1).unwrap();
        assert!(other > 0.95, "{other}");
    }
}
