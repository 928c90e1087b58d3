//! The runs that the page offers as trained end well: see `protocol/src/trained.rs`.

use forger_core::{
    System, Toy,
    burn::tensor::Device,
    metrics::two_sample::Reference,
    protocol::{
        Distribution, StepKind,
        trained::{Trained, trained},
    },
};

/// Fakes that are measured.
const FAKES: usize = 2000;
/// The Jensen-Shannon divergence that the worst of them, the grid of 25, stays below. A network that has not learned reads 0.8.
const WORST: f32 = 0.4;

#[test]
fn every_trained_run_finds_all_modes_and_comes_near_the_data() {
    let mut broken = Vec::new();
    for distribution in Distribution::ALL {
        let Trained { config, steps } = trained(distribution).unwrap();
        let mut toy = Toy::new(config.clone(), &Device::flex()).unwrap();
        (0..steps).for_each(|_| drop(toy.step(StepKind::Both)));
        let look = toy.look().unwrap();
        let fakes = look.fakes(FAKES);
        let apart = Reference::new(&config, FAKES).jensen_shannon(&fakes).value;
        let coverage = look.coverage(&fakes);
        println!("{distribution:?}, {steps} steps: {apart:.3}, {coverage:?}");
        let has_all = coverage.is_none_or(|coverage| coverage.covered >= coverage.modes);
        // What is not a number is not near.
        let is_near = apart <= WORST;
        if !is_near || !has_all {
            broken.push(distribution);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn nobody_has_trained_a_users_own_points() {
    assert_eq!(trained(Distribution::Own), None);
}
