//! A card may claim anything: what the file does not hold is refused before there is memory for it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "common/counting.rs"]
mod counting;

use std::sync::atomic::Ordering::Relaxed;

use counting::{PEAK, USED};
use forger_core::{
    burn::tensor::Device,
    nets::{dcgan, refiner::Refiner, superres, translator},
    protocol::{
        Card, DcganConfig, Pix2pixConfig, Random, Settings, SimganConfig, Stream, SuperresConfig, SystemConfig,
        TranslatorConfig, Upsampling, error::ModelError,
    },
    weights::{Drawer, Model, Networks, Translator, Upscaler},
};
use safetensors::{SafeTensors, tensor::TensorView};

/// A file with another card.
fn claiming(bytes: &[u8], card: &Card) -> Vec<u8> {
    let parsed = SafeTensors::deserialize(bytes).unwrap();
    let tensors = parsed.tensors();
    let views = tensors.iter().map(|(name, view)| {
        (name.as_str(), TensorView::new(view.dtype(), view.shape().to_vec(), view.data()).unwrap())
    });
    safetensors::serialize(views, Some([("forger.card".to_owned(), serde_json::to_string(card).unwrap())].into()))
        .unwrap()
}

/// The error of `open`, and how many bytes more than before were in use meanwhile.
fn refused<T>(open: impl FnOnce() -> Result<T, ModelError>) -> (Option<ModelError>, usize) {
    let before = USED.load(Relaxed);
    PEAK.store(before, Relaxed);
    let error = open().err();
    (error, PEAK.load(Relaxed).saturating_sub(before))
}

fn write<C: Settings, N: Networks>(config: &C, networks: N) -> (Vec<u8>, Card) {
    Model::write(Card::new("claim", SystemConfig::of(config), 3), &networks).unwrap()
}

/// What comes of a file whose card has a test vector of this shape.
fn asking<N: Networks>((bytes, card): &(Vec<u8>, Card), shape: &[usize]) -> (Option<ModelError>, usize) {
    let mut card = card.clone();
    card.test_vector.shape = shape.to_vec();
    let model = Model::<N>::read(&claiming(bytes, &card), &Device::flex()).unwrap();
    refused(|| model.test_output())
}

// One test: others would allocate meanwhile.
#[test]
fn a_huge_network_in_a_tiny_file_is_refused_before_it_takes_memory() {
    let device = Device::flex();
    let random = &mut Random::new(3, Stream::Weights);
    let small = DcganConfig { image_size: 28, channels: 1, latent_dim: 4, width: 2, ..DcganConfig::default() };
    let generator = dcgan::Generator::new(&small, random, &device).unwrap();
    let (bytes, mut claim) = write(&small, Drawer::new(small.clone(), generator, None).unwrap());
    let huge = DcganConfig { image_size: 128, width: 512, spectral_norm: true, ..small };
    huge.validate().unwrap();
    claim.system = SystemConfig::of(&huge);
    claim.discriminator = true;
    let claimed = claiming(&bytes, &claim);
    let (error, used) = refused(|| Model::<Drawer>::read(&claimed, &device));
    assert!(matches!(error, Some(ModelError::Tensor { .. })), "{error:?}");
    assert!(used < 50 << 20, "{used} bytes");

    let small = SuperresConfig { width: 8, blocks: 1, ..SuperresConfig::default() };
    let generator = superres::Generator::new(&small, random, &device).unwrap();
    let (bytes, mut claim) = write(&small, Upscaler::new(small.clone(), generator));
    let huge = SuperresConfig { width: 256, blocks: 32, ..small };
    huge.validate().unwrap();
    claim.system = SystemConfig::of(&huge);
    let claimed = claiming(&bytes, &claim);
    let (error, used) = refused(|| Model::<Upscaler>::read(&claimed, &device));
    assert!(matches!(error, Some(ModelError::Tensor { .. })), "{error:?}");
    assert!(used < 50 << 20, "{used} bytes");

    // Nor does a test vector ask for more than there is, however small the file.
    let wide = SuperresConfig { width: 272, blocks: 0, ..SuperresConfig::default() };
    let generator = superres::Generator::new(&wide, random, &device).unwrap();
    let upscaler = write(&wide, Upscaler::new(wide.clone(), generator));
    let generator = TranslatorConfig { width: 1, ..TranslatorConfig::default() };
    let deep = Pix2pixConfig { generator, ..Pix2pixConfig::default() };
    let generator = translator::Translator::new(&deep.generator, random, &device).unwrap();
    let translator = write(&deep, Translator::pix2pix(deep.clone(), generator, None));
    let wide = SimganConfig { channels: 3, refiner_width: 256, blocks: 1, ..SimganConfig::default() };
    let refiner = write(&wide, Translator::simgan(wide.clone(), Refiner::new(&wide, random, &device), None));
    for (error, used) in [
        asking::<Upscaler>(&upscaler, &[3, 256, 256]),
        asking::<Upscaler>(&upscaler, &[3, usize::MAX, 2]),
        // Its sides are filled up to multiples of 256.
        asking::<Translator>(&translator, &[3, 1, 512]),
        asking::<Translator>(&refiner, &[3, 256, 256]),
    ] {
        assert!(matches!(error, Some(ModelError::BadCard { .. })), "{error:?}");
        assert!(used < 50 << 20, "{used} bytes");
    }

    // What is drawn of the largest that passes has room in a tab.
    let upsampling = Upsampling::NearestNeighbor;
    let narrow = SuperresConfig { upsampling, width: 16, blocks: 0, ..SuperresConfig::default() };
    let generator = superres::Generator::new(&narrow, random, &device).unwrap();
    let upscaler = write(&narrow, Upscaler::new(narrow.clone(), generator));
    for (error, used) in [
        asking::<Upscaler>(&upscaler, &[3, 256, 256]),
        asking::<Translator>(&translator, &[3, 1, 200]),
        asking::<Translator>(&refiner, &[3, 70, 80]),
    ] {
        assert_eq!(error, None);
        assert!(used < 1 << 30, "{used} bytes");
    }
}
