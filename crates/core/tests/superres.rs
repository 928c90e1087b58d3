//! Super-resolution: it learns, goes on bit-equal, and its files and tiles keep what they promise.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::values;
use forger_core::{
    Superres, System,
    burn::tensor::{Device, Tensor, TensorData},
    checkpoint::Reader,
    classifier::Training,
    data::photos::Photo,
    metrics::image,
    nets::{
        lens::Lens,
        superres::{Generator, bicubic},
    },
    parameters,
    protocol::{
        Card, ClassifierConfig, DcganConfig, Degradation, OptimizerConfig, PixelDistance, Random, StepKind, Stream,
        SuperresConfig, SuperresLosses, SystemConfig, Upsampling, error::ModelError,
    },
    systems::superres::SuperresError,
    tiles::tiles,
    weights::{self, Drawer, File, Model, Upscaler},
};

const SIDE: usize = 48;

/// Sharp stripes in a direction and of a width that the number chooses.
fn stripes(number: usize) -> Photo {
    let angle = 0.7 * number as f32;
    let (x, y, shift) = (0.5 * angle.cos(), 0.5 * angle.sin(), number as f32);
    let bright = |place: usize| (x * (place % SIDE) as f32 + y * (place / SIDE) as f32 + shift).sin() > 0.0;
    let plane = (0..SIDE * SIDE).map(|place| if bright(place) { 210 } else { 40 });
    Photo { height: SIDE, width: SIDE, pixels: plane.collect::<Vec<_>>().repeat(3) }
}

fn photos() -> Vec<Photo> {
    (0..12).map(stripes).collect()
}

fn small() -> SuperresConfig {
    SuperresConfig {
        scale: 2,
        width: 8,
        blocks: 2,
        patch: 16,
        batch: 4,
        ema_decay: 0.9,
        generator_optimizer: OptimizerConfig::Adam { learning_rate: 3e-3, beta1: 0.9, beta2: 0.999 },
        ..SuperresConfig::default()
    }
}

/// PSNR on stripes that were not trained on.
fn fidelity(enlarge: impl Fn(Tensor<4>) -> Tensor<4>) -> f64 {
    let of = |number| {
        let large = stripes(number);
        let small = large.resized(SIDE / 2, SIDE / 2);
        let small = TensorData::new(small.values(), [1, 3, SIDE / 2, SIDE / 2]);
        let made = weights::to_bytes(&values(enlarge(Tensor::from_data(small, &Device::flex()))));
        image::psnr(&image::luma(&made), &image::luma(&large.pixels))
    };
    (12..16).map(of).sum::<f64>() / 4.0
}

/// A network of chance, as a classifier that has not learned.
fn lens() -> Lens {
    let attributes = vec!["a".into()];
    let config = ClassifierConfig { image_size: 32, width: 4, features: 4, attributes, ..ClassifierConfig::default() };
    Training::new(config, &Device::flex()).unwrap().judge().lens()
}

/// Every loss at once.
fn all() -> SuperresConfig {
    let losses = SuperresLosses {
        pixel: 1.0,
        distance: PixelDistance::Squared,
        perceptual: 0.1,
        texture: 0.1,
        adversarial: 0.01,
    };
    SuperresConfig { losses, discriminator_width: 2, degradation: Degradation::Photo, ..small() }
}

#[test]
fn a_small_network_learns_sharp_edges() {
    let device = Device::flex();
    let plain = fidelity(|x| bicubic(x, 2));
    let mut run = Superres::new(small(), photos(), None, &device).unwrap();
    let before = fidelity(|x| run.average().forward(x));
    assert!((before - plain).abs() < 1.0, "a fresh network is near bicubic: {before} {plain}");
    for _ in 0..400 {
        run.step(StepKind::Both);
    }
    let after = fidelity(|x| run.average().forward(x));
    assert!(after > plain + 2.5, "{plain} {after}");
    // A system that never updates stays where it was, which misses that bar.
    let mut idle = Superres::new(small(), photos(), None, &device).unwrap();
    (0..20).for_each(|_| drop(idle.step(StepKind::Discriminator)));
    assert!(fidelity(|x| idle.average().forward(x)) < plain + 1.0);
}

#[test]
fn a_run_can_begin_with_the_weights_of_another() {
    let device = Device::flex();
    let mut first = Superres::new(small(), photos(), None, &device).unwrap();
    (0..3).for_each(|_| drop(first.step(StepKind::Both)));
    let mut next = Superres::new(all(), photos(), Some(lens()), &device).unwrap();
    let small = || Tensor::from_data(TensorData::new(stripes(0).values(), [1, 3, SIDE, SIDE]), &device);
    let drawn = |run: &Superres| values(run.average().forward(small()));
    assert!(drawn(&first) != drawn(&next));
    let state = first.save().unwrap();
    let file = || File::of_checkpoint(&state).unwrap();
    // It had no opponent to give.
    assert_eq!(next.begin_with(&file()), Ok(vec!["discriminator"]));
    assert!(drawn(&first) == drawn(&next));
    let taken = next.save().unwrap();
    next.step(StepKind::Both);
    assert!(taken != next.save().unwrap(), "it trains on");
    let mut wider = Superres::new(SuperresConfig { width: 9, ..self::small() }, photos(), None, &device).unwrap();
    let before = wider.save().unwrap();
    assert!(wider.begin_with(&file()).is_err() && before == wider.save().unwrap());
}

#[test]
fn blur_takes_sharpness_away() {
    let sharp = |photo: &Photo| image::sharpness(&image::luma(&photo.pixels), [SIDE, SIDE]);
    let photo = stripes(3);
    let blurred = photo.resized(SIDE / 4, SIDE / 4).resized(SIDE, SIDE);
    assert!(sharp(&blurred) < 0.8 * sharp(&photo), "{} {}", sharp(&blurred), sharp(&photo));
    // 3 to the right and 4 below, everywhere.
    let slope = (0..20).map(|place| (3 * (place % 5) + 4 * (place / 5)) as f32).collect::<Vec<_>>();
    assert_eq!(image::sharpness(&slope, [4, 5]), 5.0);
}

#[test]
fn the_losses_that_it_minimises_fall() {
    let device = Device::flex();
    for upsampling in [Upsampling::SubPixel, Upsampling::NearestNeighbor] {
        // Without an opponent, whose progress would raise the loss.
        let losses = SuperresLosses { adversarial: 0.0, ..all().losses };
        let config = SuperresConfig { losses, upsampling, degradation: Degradation::Bicubic, ..all() };
        let mut run = Superres::new(config, photos(), Some(lens()), &device).unwrap();
        let mut losses = (0..60).map(|_| values(run.step(StepKind::Both))[1]).collect::<Vec<_>>();
        let last = losses.split_off(50).iter().sum::<f32>();
        let first = losses[..10].iter().sum::<f32>();
        assert!(last < 0.8 * first, "{upsampling:?}: {first} {last}");
    }
}

#[test]
fn a_step_of_one_player_leaves_the_other_as_it_was() {
    let mut run = Superres::new(all(), photos(), Some(lens()), &Device::flex()).unwrap();
    let networks = |run: &mut Superres| {
        let bytes = run.save().unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        ["generator.out.weight", "discriminator.out.weight"].map(|name| tensors.tensor(name).unwrap().data().to_vec())
    };
    let [g, d] = networks(&mut run);
    let board = values(run.step(StepKind::Discriminator));
    let [g_after_d, d_after_d] = networks(&mut run);
    assert!(g == g_after_d && d != d_after_d && board[0] > 0.0 && board[4] > 0.0 && board[5] == 0.0);
    let board = values(run.step(StepKind::Generator));
    let [g_after_g, d_after_g] = networks(&mut run);
    assert!(g_after_d != g_after_g && d_after_d == d_after_g && board[1] > 0.0 && board[5] > 0.0);
}

#[test]
fn a_run_that_goes_on_from_a_checkpoint_ends_bit_equal() {
    let device = Device::flex();
    for config in [SuperresConfig { decay_steps: 8, ..small() }, all()] {
        let new = || Superres::new(config.clone(), photos(), Some(lens()), &device).unwrap();
        let (mut whole, mut first) = (new(), new());
        (0..7).for_each(|_| drop(whole.step(StepKind::Both)));
        (0..3).for_each(|_| drop(first.step(StepKind::Both)));
        let state = first.save().unwrap();
        let mut resumed = new().resumed(&state).unwrap();
        (0..4).for_each(|_| drop(resumed.step(StepKind::Both)));
        assert!(whole.save().unwrap() == resumed.save().unwrap());
        let refused = Reader::new(&state).unwrap().settings::<DcganConfig>().unwrap_err();
        assert!(refused.to_string().contains("superres, not of dcgan"), "{refused}");
    }
}

#[test]
fn what_it_cannot_train_on_is_said() {
    let device = Device::flex();
    let error = |config, photos, lens| Superres::new(config, photos, lens, &device).err().unwrap();
    assert_eq!(error(all(), photos(), None), SuperresError::NoLens);
    assert_eq!(error(small(), vec![stripes(1).cut(0, 0, 20, 48)], None), SuperresError::NoPhotos(32));
    assert!(matches!(error(SuperresConfig { width: 0, ..small() }, photos(), None), SuperresError::Config(_)));
    let run = Superres::new(small(), photos(), None, &device).unwrap().save().unwrap();
    let mut cut = Superres::new(SuperresConfig { width: 9, ..small() }, photos(), None, &device).unwrap();
    assert!(cut.load(&run).is_err() && cut.load(&run[..run.len() / 2]).is_err());
}

/// A network whose pictures differ from bicubic ones by much.
fn strong(config: &SuperresConfig) -> Generator {
    let device = Device::flex();
    let random = &mut Random::new(5, Stream::Weights);
    let generator = Generator::new(config, random, &device).unwrap();
    parameters::fill(generator, &device, |_, shape| {
        let mut values = vec![0.0; shape.iter().product()];
        random.fill_normal(&mut values);
        let deviation = 0.8 / (shape.iter().skip(1).product::<usize>() as f32).sqrt();
        values.iter_mut().for_each(|value| *value *= deviation);
        values
    })
}

#[test]
fn tiles_give_what_the_whole_gives() {
    let device = Device::flex();
    for upsampling in [Upsampling::SubPixel, Upsampling::NearestNeighbor] {
        let config = SuperresConfig { upsampling, scale: 4, width: 6, blocks: 2, ..SuperresConfig::default() };
        let (generator, size) = (strong(&config), [37, 53]);
        let mut picture = vec![0.0; 3 * 37 * 53];
        Random::new(1, Stream::Data).fill_uniform(&mut picture, -1.0, 1.0);
        let whole = TensorData::new(picture.clone(), [1, 3, 37, 53]);
        let whole = values(generator.forward(Tensor::from_data(whole, &device)));
        // Whatever is farther apart than `most`, or not a number, which a maximum would drop.
        let apart = |overlap: usize, most: f32| {
            let mut large = vec![0.0; whole.len()];
            for tile in tiles(size, 16, overlap) {
                tile.paste(&values(generator.forward(tile.cut(&picture, size, &device))), 4, &mut large, size);
            }
            whole.iter().zip(&large).map(|(a, b)| (a - b).abs()).find(|apart| apart.is_nan() || *apart > most)
        };
        assert_eq!(apart(config.reach(), 1e-4), None, "{upsampling:?}");
        assert!(apart(2, 1e-2).is_some_and(|seam| seam > 1e-2), "with less overlap the seams show");
    }
}

fn open(bytes: &[u8]) -> Result<Model<Upscaler>, ModelError> {
    let model = Model::<Upscaler>::read(bytes, &Device::flex())?;
    model.check(&values(model.test_output()?))?;
    Ok(model)
}

#[test]
fn a_model_file_reads_and_draws_the_same_and_other_files_are_refused() {
    let config = SuperresConfig { width: 6, blocks: 1, ..SuperresConfig::default() };
    let generator = strong(&config);
    let networks = Upscaler::new(config.clone(), generator.clone());
    let (bytes, card) = Model::write(Card::new("test", SystemConfig::of(&config), 3), &networks).unwrap();
    let model = open(&bytes).unwrap();
    assert_eq!((&model.card, &model.config, card.test_vector.output.len()), (&card, &config, 16));
    let x = Tensor::<4>::from_data(TensorData::new(vec![0.3f32; 3 * 25], [1, 3, 5, 5]), &Device::flex());
    let (before, after) = (values(generator.forward(x.clone())), values(model.upscale(x)));
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-2));
    // Written again, it keeps its test vector.
    assert_eq!(Model::write(card.clone(), &model.networks).unwrap().0, bytes);
    assert_eq!(weights::card(&bytes).unwrap(), card);

    let refused = Model::<Drawer>::read(&bytes, &Device::flex()).unwrap_err();
    assert_eq!(refused, ModelError::OtherSystem { expected: "dcgan".into(), found: "superres".into() });
    for cut in [0, 8, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(open(&bytes[..cut]), Err(ModelError::Malformed { .. })), "cut at {cut}");
    }
    let other = SuperresConfig { width: 7, blocks: 1, ..SuperresConfig::default() };
    let other = Upscaler::new(other.clone(), strong(&other));
    assert!(matches!(Model::write(card, &other), Err(ModelError::Tensor { .. })));
}
