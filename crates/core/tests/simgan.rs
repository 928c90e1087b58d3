//! SimGAN learns to refine, keeps labels, goes on where it stood, and travels in a file.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{cell::RefCell, rc::Rc};

use burn::tensor::{Device, Tensor, TensorData};
use common::{
    refined::{Discs, HEIGHT, WIDTH, small_simgan},
    values,
};
use forger_core::{
    Images, Simgan, System, burn,
    checkpoint::Reader,
    nets::refiner::Refiner,
    protocol::{AdversarialLoss, Card, Random, SimganConfig, StepKind, Stream, SystemConfig, Way},
    systems::simgan::SimganError,
    weights::{Model, Translator},
};

fn new(config: SimganConfig) -> Simgan {
    Simgan::new(config, Box::new(Discs::synthetic(60)), Box::new(Discs::real(60)), None, &Device::flex()).unwrap()
}

fn trained(config: SimganConfig, steps: usize) -> Simgan {
    let mut system = new(config);
    for _ in 0..steps {
        system.step(StepKind::Both);
    }
    system
}

/// Pictures that were not learned from.
fn unseen(set: Discs) -> Tensor<4> {
    let count = 16;
    let mut pictures = vec![0.0; count * HEIGHT * WIDTH];
    pictures.chunks_exact_mut(HEIGHT * WIDTH).enumerate().for_each(|(index, out)| set.write(1000 + index, out));
    Tensor::from_data(TensorData::new(pictures, [count, 1, HEIGHT, WIDTH]), &Device::flex())
}

/// The middle of what is bright in each picture, `(x, y)`.
fn middles(pictures: Tensor<4>) -> Vec<(f32, f32)> {
    let middle = |picture: &[f32]| {
        let mean = picture.iter().sum::<f32>() / picture.len() as f32;
        let mut sum = [0.0; 3];
        for (at, value) in picture.iter().enumerate() {
            let weight = (value - mean).max(0.0).powi(2);
            sum = [sum[0] + weight * (at % WIDTH) as f32, sum[1] + weight * (at / WIDTH) as f32, sum[2] + weight];
        }
        (sum[0] / sum[2], sum[1] / sum[2])
    };
    values(pictures).chunks_exact(HEIGHT * WIDTH).map(middle).collect()
}

/// How much of the way from synthetic to real the ground goes, and how far discs move, in pixels.
fn outcome(system: &Simgan) -> (f32, f32) {
    let (synthetic, real) = (unseen(Discs::synthetic(60)), unseen(Discs::real(60)));
    let refined = system.average().forward(synthetic.clone());
    let ground = |pictures: &Tensor<4>| {
        let mut all = values(pictures.clone());
        all.sort_by(f32::total_cmp);
        all[all.len() / 2]
    };
    let way = (ground(&refined) - ground(&synthetic)) / (ground(&real) - ground(&synthetic));
    let both = middles(synthetic).into_iter().zip(middles(refined));
    let moved = both.map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).sum::<f32>() / 16.0;
    (way, moved)
}

#[test]
fn it_learns_what_is_real_and_keeps_where_things_are() {
    let (way, moved) = outcome(&trained(small_simgan(), 150));
    assert!((0.6..1.4).contains(&way) && moved < 1.0, "{way} of the way, {moved} px");
    // The adversary alone has it go there: a refiner that is only to keep pictures does.
    let (way, moved) = outcome(&trained(SimganConfig { adversarial: 0.0, ..small_simgan() }, 150));
    assert!(way.abs() < 0.2 && moved < 0.5, "{way} of the way, {moved} px");
}

#[test]
fn each_phase_trains_whom_it_is_to_train() {
    let mut system = new(SimganConfig { refiner_pretraining: 2, discriminator_pretraining: 1, ..small_simgan() });
    let names = system.declaration();
    let mut step = || {
        let told = values(system.step(StepKind::Both));
        let told = ["r_gradient", "d_gradient", "r_loss", "regularization_loss"].map(|key| {
            let place = names.place(key).unwrap();
            told[place] > 0.0
        });
        (told, system.history())
    };
    assert_eq!((step().0, step().0), ([true, false, false, true], [true, false, false, true]));
    assert_eq!(step(), ([false, true, false, false], 4));
    assert_eq!((step(), step()), (([true; 4], 8), ([true; 4], 10)));
    assert_eq!(step(), ([true; 4], 10), "the history is full");
}

/// Notes which pictures are asked for.
struct Noted(Discs, Rc<RefCell<Vec<usize>>>);

impl Images for Noted {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn shape(&self) -> [usize; 3] {
        self.0.shape()
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        self.1.borrow_mut().push(index);
        self.0.write(index, out);
    }
}

#[test]
fn synthetic_and_real_pictures_come_in_orders_of_their_own() {
    let (given, shown) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
    let synthetic = Box::new(Noted(Discs::synthetic(12), given.clone()));
    let real = Box::new(Noted(Discs::real(12), shown.clone()));
    let config = SimganConfig { history: 0, refiner_pretraining: 0, discriminator_pretraining: 9, ..small_simgan() };
    let mut system = Simgan::new(config, synthetic, real, None, &Device::flex()).unwrap();
    (0..3).for_each(|_| drop(system.step(StepKind::Both)));
    // Two epochs of both, as D alone learns.
    let (given, shown) = (given.take(), shown.take());
    assert_eq!((given.len(), shown.len()), (24, 24));
    assert!(given[..12] != shown[..12] && given[12..] != shown[12..], "{given:?}");
}

#[test]
fn a_run_goes_on_bit_equal() {
    let config = SimganConfig {
        refiner_pretraining: 1,
        discriminator_pretraining: 1,
        constant_steps: 2,
        decay_steps: 4,
        ..small_simgan()
    };
    let (mut whole, first) = (trained(config.clone(), 7), &mut trained(config.clone(), 4));
    assert!(first.history() == 10, "the history is full, and is kept");
    let mut second = new(config.clone()).resumed(&first.save().unwrap()).unwrap();
    for _ in 0..3 {
        second.step(StepKind::Both);
    }
    assert_eq!(whole.save().unwrap(), second.save().unwrap(), "bit-equal");
    second.reset();
    assert_eq!(second.save().unwrap(), new(config).save().unwrap());
}

#[test]
fn a_model_travels_in_a_file_and_takes_pictures_of_any_size() {
    let mut system = trained(small_simgan(), 3);
    let saved = system.save().unwrap();
    let (reader, device) = (Reader::new(&saved).unwrap(), Device::flex());
    let card = Card::new("test", SystemConfig::of(system.config()), 1);
    let model = Model::<Translator>::of_checkpoint(reader, card, &device).unwrap();
    let (bytes, card) = Model::write(model.card, &model.networks).unwrap();
    assert!(card.networks == ["refiner", "discriminator"] && card.discriminator);
    let read = Model::<Translator>::read(&bytes, &device).unwrap();
    read.check(&values(read.test_output().unwrap())).unwrap();
    assert!(!read.knows(Way::Backward) && read.config.size() == [HEIGHT, WIDTH]);
    for [height, width] in [[1, 1], [5, 70], [HEIGHT, WIDTH]] {
        let picture = Tensor::<4>::full([1, 3, height, width], 0.3, &device);
        let made = read.translate(Way::Forward, picture).unwrap();
        assert_eq!(made.dims(), [1, 3, height, width]);
        let planes = values(made);
        assert!(planes.chunks_exact(height * width).all(|plane| plane == &planes[..height * width]), "grey");
    }
    let grey = unseen(Discs::synthetic(60));
    let found = values(read.translate(Way::Forward, grey.clone().repeat_dim(1, 3)).unwrap().narrow(1, 1, 1));
    let expected = values(system.average().forward(grey.clone()));
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 5e-3), "weights have 16 bits in a file");
    let verdicts = read.judge(Way::Forward, grey.clone().repeat_dim(1, 3), grey.repeat_dim(1, 3)).unwrap();
    assert_eq!(verdicts.dims()[..2], [16, 1]);
    assert!(values(verdicts).iter().all(|value| (0.0..=1.0).contains(value)));
}

/// Of before there was a rule of training that is nothing to how a refiner draws.
#[test]
fn a_model_of_settings_that_no_run_begins_with_any_more_still_opens() {
    let device = Device::flex();
    for config in [
        SimganConfig { loss: AdversarialLoss::Wasserstein, ..small_simgan() },
        SimganConfig { history: 1, ..small_simgan() },
        SimganConfig { adversarial: 0.0, semantic: 1.0, ..small_simgan() },
    ] {
        let [synthetic, real] = [Discs::synthetic(3), Discs::real(3)].map(|set| Box::new(set) as Box<dyn Images>);
        let refused = Simgan::new(config.clone(), synthetic, real, None, &device).err();
        assert!(matches!(refused, Some(SimganError::Conflict(_))), "{refused:?}");
        let refiner = Refiner::new(&config, &mut Random::new(1, Stream::Weights), &device);
        let card = Card::new("test", SystemConfig::of(&config), 1);
        let (bytes, _) = Model::write(card, &Translator::simgan(config, refiner, None)).unwrap();
        let read = Model::<Translator>::read(&bytes, &device).unwrap();
        read.check(&values(read.test_output().unwrap())).unwrap();
    }
}

#[test]
fn what_cannot_be_learned_from_is_said() {
    let refused = |config, synthetic, real| {
        let [synthetic, real] = [synthetic, real].map(|set| Box::new(set) as Box<dyn Images>);
        Simgan::new(config, synthetic, real, None, &Device::flex()).err().unwrap().to_string()
    };
    let refusal = refused(small_simgan(), Discs::synthetic(3), Discs::real(0));
    assert!(refusal.contains("no real picture"), "{refusal}");
    let config = SimganConfig { image_width: WIDTH + 1, ..small_simgan() };
    let refusal = refused(config, Discs::synthetic(3), Discs::real(3));
    assert!(refusal.contains("synthetic pictures of [1, 16, 20]") && refusal.contains("[1, 16, 21]"), "{refusal}");
}
