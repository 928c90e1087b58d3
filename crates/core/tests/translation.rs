//! pix2pix and CycleGAN learn, and go on where they stood.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use burn::tensor::{Device, Tensor};
use common::{
    translated::{apart, discs, pairs, small_cyclegan, small_pix2pix, tensor},
    values,
};
use forger_core::{
    Cyclegan, Pix2pix, System, burn,
    protocol::{Augment, CycleganConfig, Pix2pixConfig, Settings as _, StepKind, TranslatorConfig},
};

#[test]
fn pix2pix_learns_what_labels_mean() {
    let mut system = Pix2pix::new(small_pix2pix(), pairs(0..40), &Device::flex()).unwrap();
    for _ in 0..120 {
        system.step(StepKind::Both);
    }
    let unseen = pairs(1000..1016);
    let (input, truth) = unseen.into_iter().map(|[x, y]| (x, y)).unzip::<_, _, Vec<_>, Vec<_>>();
    let (input, truth) = (tensor(&input), tensor(&truth));
    let found = apart(system.average().forward(input, None), truth.clone());
    // The best that one and the same picture can do.
    let constant = apart(truth.clone().mean_dim(0).expand(truth.dims()), truth.clone());
    assert!(found < 0.6 * constant, "{found} where a constant picture has {constant}");
}

#[test]
fn cyclegan_learns_the_other_domain_and_the_way_back() {
    let (red, blue) = (discs(30, 0, false), discs(40, 500, true));
    let mut system = Cyclegan::new(small_cyclegan(), red, blue, None, &Device::flex()).unwrap();
    for _ in 0..150 {
        system.step(StepKind::Both);
    }
    let (x, real) = (tensor(&discs(16, 2000, false)), tensor(&discs(16, 3000, true)));
    let [g, f] = system.averages();
    let y = g.forward(x.clone(), None);
    // How much bluer than red: all the way from the one domain to the other is 1.
    let blue = |pictures: &Tensor<4>| {
        let channel = |channel| values(pictures.clone().narrow(1, channel, 1).mean())[0];
        channel(2) - channel(0)
    };
    let way = (blue(&y) - blue(&x)) / (blue(&real) - blue(&x));
    assert!((0.7..1.3).contains(&way), "{way} of the way");
    let back = apart(f.forward(y, None), x);
    assert!(back < 0.1, "{back} after there and back");
}

/// What the first step of a run tells, by name.
fn first_step(config: CycleganConfig) -> impl Fn(&str) -> f32 {
    let mut system = Cyclegan::new(config, discs(5, 0, false), discs(7, 9, true), None, &Device::flex()).unwrap();
    let told = values(system.step(StepKind::Both));
    let names = CycleganConfig::SYSTEM.scalars;
    move |name| told[names.iter().position(|scalar| scalar.key == name).unwrap()]
}

#[test]
fn noise_of_the_cycle_is_on_the_way_back_alone_and_that_of_the_police_before_their_eyes_alone() {
    let plain = first_step(small_cyclegan());
    let cycle = first_step(CycleganConfig { cycle_noise: 1.0, ..small_cyclegan() });
    assert_ne!(cycle("cycle_loss"), plain("cycle_loss"));
    for same in ["g_loss", "f_loss", "y_real", "x_fake"] {
        assert_eq!(cycle(same), plain(same), "{same}");
    }
    let police = first_step(CycleganConfig { instance_noise: 1.0, ..small_cyclegan() });
    assert_eq!(police("cycle_loss"), plain("cycle_loss"));
    for other in ["g_loss", "f_loss", "x_real", "x_fake", "y_real", "y_fake"] {
        assert_ne!(police(other), plain(other), "{other}");
    }
}

/// A run of six steps, and one that was saved after three.
fn goes_on<S: System>(new: impl Fn() -> S) {
    let (mut whole, mut first, mut second) = (new(), new(), new());
    for _ in 0..6 {
        whole.step(StepKind::Both);
    }
    for _ in 0..3 {
        first.step(StepKind::Both);
    }
    second.load(&first.save().unwrap()).unwrap();
    for _ in 0..3 {
        second.step(StepKind::Both);
    }
    assert_eq!(whole.save().unwrap(), second.save().unwrap(), "bit-equal");
    // Back at the start, it is as new.
    second.reset();
    assert_eq!(second.save().unwrap(), new().save().unwrap());
}

#[test]
fn a_run_goes_on_bit_equal() {
    goes_on(|| {
        let config = Pix2pixConfig { constant_steps: 2, decay_steps: 3, ..small_pix2pix() };
        Pix2pix::new(config, pairs(0..5), &Device::flex()).unwrap()
    });
    // With a pool that is full by then, dropout, a mask and augmentation.
    goes_on(|| {
        let config = CycleganConfig {
            generator: TranslatorConfig { dropout: true, attention: true, ..TranslatorConfig::resnet(2, 1) },
            augment: Augment { color: true, translation: true, cutout: false },
            cycle_noise: 0.1,
            identity: 0.5,
            identity_steps: 4,
            instance_noise: 0.3,
            instance_noise_steps: 5,
            ..small_cyclegan()
        };
        Cyclegan::new(config, discs(5, 0, false), discs(7, 9, true), None, &Device::flex()).unwrap()
    });
}

#[test]
fn there_is_something_to_learn_from_or_it_is_said() {
    let device = Device::flex();
    let refused = Pix2pix::new(small_pix2pix(), Vec::new(), &device).err().unwrap().to_string();
    assert!(refused.contains("pair of pictures"), "{refused}");
    let mut uneven = pairs(0..2);
    uneven[1][1].height -= 1;
    let refused = Pix2pix::new(small_pix2pix(), uneven, &device).err().unwrap().to_string();
    assert!(refused.contains("pixels (height, width)"), "{refused}");
    let refused =
        Cyclegan::new(small_cyclegan(), discs(1, 0, true), Vec::new(), None, &device).err().unwrap().to_string();
    assert!(refused.contains("second domain"), "{refused}");
}
