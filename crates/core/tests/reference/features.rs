//! Measures on features against SciPy's values.

use forger_core::metrics::{
    features::Features,
    frechet::frechet_distance,
    manifold::manifold,
    pairwise::{Summary, pairwise},
};

use super::case::{Case, file};

/// Calls `check` with the features of each case.
fn each(check: impl Fn(&Case, Features<'_>, Features<'_>)) {
    let file = file("features.safetensors");
    for (name, dim) in [("clouds", 16), ("singular", 40), ("copies", 9), ("alike", 9), ("other_size", 9)] {
        let case = Case::read(&file, name);
        let features = |name| Features::new(case.values(name), dim).unwrap();
        check(&case, features("real"), features("fake"));
    }
}

#[test]
fn manifolds() {
    each(|case, real, fake| {
        let found = manifold(&real, &fake).unwrap();
        // These count: a single point more or less would be seen.
        case.assert_close("precision", &[found.precision as f32], 1e-6);
        case.assert_close("recall", &[found.recall as f32], 1e-6);
        case.assert_close("density", &[found.density as f32], 1e-6);
        case.assert_close("coverage", &[found.coverage as f32], 1e-6);
    });
}

#[test]
fn frechet_distances() {
    each(|case, real, fake| {
        for (a, b) in [(&real, &fake), (&fake, &real)] {
            case.assert_close("frechet", &[frechet_distance(a, b).unwrap() as f32], 1e-6);
        }
        assert!(frechet_distance(&real, &real).unwrap() < 1e-5);
    });
}

#[test]
fn distances_of_pairs() {
    let numbers = |summary: Summary| [&[summary.mean][..], &summary.quantiles].concat();
    each(|case, real, fake| {
        let found = pairwise(&real, &fake).unwrap();
        for (name, summary) in [
            ("among_real", found.real),
            ("among_fake", found.fake),
            ("nearest_real", found.nearest_real),
            ("nearest_fake", found.nearest_fake),
        ] {
            let numbers = numbers(summary).iter().map(|value| *value as f32).collect::<Vec<_>>();
            case.assert_close(name, &numbers, 1e-6);
        }
    });
}
