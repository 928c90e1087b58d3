//! What a user of the pictures counts on: the same ones for ever, and labels that say what is drawn.

#![expect(clippy::panic, reason = "every function here is part of a test")]

use std::collections::HashSet;

use forger_simulators::{Labels, Simulator, UnknownSimulator, at, digits::Digit, eyes, eyes::Eye};
use sha2::{Digest, Sha256};

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Printed once. Another value means other pictures, and a set that was made before is another set.
#[test]
fn a_seed_means_the_same_pictures_for_ever() {
    for (simulator, expected) in [
        (Simulator::Eyes, "105370445ac86bd55be495bee93ef4dca3f1d3be050e5e88547b892ecd02293f"),
        (Simulator::Digits, "6ed75a3567845669a9296d02f469d1fdd730bceaaabed5bebffabaa493025e47"),
    ] {
        let samples: Vec<_> = (0..20).map(|index| simulator.nth(1, index)).collect();
        let bits = samples.iter().flat_map(|sample| sample.pixels.iter().copied().chain(sample.labels.values()));
        let bytes: Vec<u8> = bits.flat_map(f32::to_le_bytes).collect();
        assert_eq!(hash(&bytes), expected, "{simulator}");
        assert_ne!(simulator.nth(1, 7), simulator.nth(2, 7));
    }
}

#[test]
fn pictures_have_their_size_their_range_and_no_twins() {
    for simulator in Simulator::ALL {
        let (height, width) = simulator.size();
        let samples: Vec<_> = (0..1000).map(|index| simulator.nth(3, index)).collect();
        for sample in &samples {
            assert_eq!(sample.pixels.len(), height * width);
            assert!(sample.pixels.iter().all(|value| (0.0..=1.0).contains(value)), "{simulator}: {:?}", sample.labels);
            assert_eq!(sample.labels.values().len(), Labels::names(simulator).len());
        }
        assert_eq!(samples.iter().map(|sample| hash(&sample.bytes())).collect::<HashSet<_>>().len(), 1000);
    }
}

#[test]
fn names_are_read_as_they_are_written() {
    for simulator in Simulator::ALL {
        assert_eq!(simulator.to_string().parse(), Ok(simulator));
    }
    assert_eq!("noses".parse::<Simulator>(), Err(UnknownSimulator("noses".into())));
}

fn eye(index: u64) -> Eye {
    Eye::random(&mut at(5, index))
}

fn pupil(eye: &Eye) -> [f32; 2] {
    match eye.labels() {
        Labels::Eye { pupil: (x, y), .. } => [x, y],
        Labels::Digit { .. } => panic!("an eye"),
    }
}

/// What changes as a pupil widens is a ring around its middle, which is where the label has it.
#[test]
fn the_pupil_is_where_the_label_says() {
    for index in 0..300 {
        let open = Eye { openness: 1.0, lids: 1.0, iris: 1.0, skin: 0.8, lashes: 0.0, ..eye(index) };
        let open = Eye { yaw: 0.6 * open.yaw, pitch: 0.3 * open.pitch - 3.0, ..open };
        let (narrow, wide) = (Eye { pupil: 0.3, ..open.clone() }.draw(), Eye { pupil: 0.45, ..open.clone() }.draw());
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (at, (narrow, wide)) in narrow.iter().zip(&wide).enumerate() {
            let (column, row) = ((at % eyes::WIDTH) as f32 + 0.5, (at / eyes::WIDTH) as f32 + 0.5);
            // The iris alone: what is mirrored in the cornea hides a part of the ring.
            let changed = if (narrow - wide).abs() > 0.02 { 1.0 } else { 0.0 };
            (sum, x, y) = (sum + changed, x + changed * column, y + changed * row);
        }
        let place = pupil(&open);
        let off = [x / sum - place[0], y / sum - place[1]];
        assert!(sum > 12.0 && off[0].abs() < 0.8 && off[1].abs() < 0.8, "{off:?} off: {open:?}");
    }
}

#[test]
fn an_eye_looks_where_it_is_told() {
    for index in 0..300 {
        let eye = eye(index);
        let found = eye.looking_at(pupil(&eye));
        assert!((found.yaw - eye.yaw).abs() < 0.05 && (found.pitch - eye.pitch).abs() < 0.05, "{found:?}: {eye:?}");
        let (right, up) = (Eye { yaw: 20.0, ..eye.clone() }, Eye { pitch: 15.0, tilt: 0.0, ..eye.clone() });
        let (left, down) = (Eye { yaw: -20.0, ..eye.clone() }, Eye { pitch: -15.0, tilt: 0.0, ..eye.clone() });
        assert!(pupil(&right)[0] > pupil(&left)[0] + 7.0 && pupil(&up)[1] + 5.0 < pupil(&down)[1], "{eye:?}");
        let far = eye.looking_at([1000.0, -1000.0]);
        assert_eq!((far.yaw, far.pitch), (eyes::YAW, eyes::PITCH));
    }
}

/// A gaze changes only what is between the lids.
#[test]
fn lids_hide_the_eyeball() {
    let changed = |of: &Eye| {
        let (left, right) = (Eye { yaw: -15.0, ..of.clone() }.draw(), Eye { yaw: 15.0, ..of.clone() }.draw());
        left.iter().zip(&right).map(|(a, b)| (a - b).abs()).filter(|apart| apart.is_nan() || *apart > 0.02).count()
    };
    for index in 0..200 {
        let mut last = 0;
        for openness in [0.0, 0.3, 0.6, 1.0] {
            let count = changed(&Eye { openness, ..eye(index) });
            // Who looks up hides the iris under a lid that is nearly closed.
            assert!(if openness == 0.0 { count == 0 } else { count >= last }, "{count} after {last}: {:?}", eye(index));
            last = count;
        }
        assert!(last > 60, "{last} seen: {:?}", eye(index));
    }
}

#[test]
fn what_is_out_of_range_counts_as_the_nearest_within() {
    let wild = Eye { yaw: 900.0, pitch: -900.0, openness: 7.0, scale: 0.0, skin: -3.0, ..eye(1) };
    let tame = Eye { yaw: eyes::YAW, pitch: -eyes::PITCH, openness: 1.0, scale: 0.7, skin: 0.0, ..eye(1) };
    assert_eq!((wild.draw(), wild.labels()), (tame.draw(), tame.labels()));
}

#[test]
fn digits_are_framed_as_mnist_frames_them() {
    for index in 0..500 {
        let digit = Digit::random(&mut at(7, index));
        let pixels = digit.draw();
        let inked = |line: &dyn Fn(usize, usize) -> usize| {
            (0..28).filter(|a| (0..28).any(|b| pixels[line(*a, b)] > 0.5)).count()
        };
        let (rows, columns) = (inked(&|row, column| row * 28 + column), inked(&|column, row| row * 28 + column));
        assert!((18..=21).contains(&rows.max(columns)), "{rows} by {columns}: {digit:?}");
        let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
        for (place, ink) in pixels.iter().enumerate() {
            (mass, x, y) = (mass + ink, x + ink * (place % 28) as f32, y + ink * (place / 28) as f32);
        }
        assert!((x / mass - 13.5).abs() < 0.3 && (y / mass - 13.5).abs() < 0.3, "{} {}", x / mass, y / mass);
    }
}

#[test]
fn a_thicker_pen_leaves_more_ink_and_a_slant_moves_the_top() {
    for class in 0..10 {
        let of = |thickness, slant| Digit {
            class,
            style: 0.0,
            slant,
            turn: 0.0,
            width: 1.0,
            thickness,
            wobble: 0.0,
            hand: 1,
        };
        let ink = |digit: &Digit| digit.draw().iter().sum::<f32>();
        assert!(ink(&of(3.5, 0.1)) > 1.5 * ink(&of(1.5, 0.1)), "{class}");
        // How far right ink lies, per row above the middle.
        let lean = |digit: &Digit| -> f32 {
            let pixels = digit.draw();
            pixels.iter().enumerate().map(|(at, ink)| ink * ((at % 28) as f32 - 13.5) * (13.5 - (at / 28) as f32)).sum()
        };
        assert!(lean(&of(2.0, 0.4)) > lean(&of(2.0, 0.0)) + 100.0, "{class}");
    }
}

/// The simplest of all classifiers, the nearest of the classes' means, tells most digits: labels are those of the
/// pictures.
#[test]
fn the_class_can_be_seen() {
    let (mut means, mut counts) = (vec![[0.0_f32; 784]; 10], [0; 10]);
    let class = |labels: Labels| match labels {
        Labels::Digit { class } => usize::from(class),
        Labels::Eye { .. } => panic!("a digit"),
    };
    for index in 0..4000 {
        let sample = Simulator::Digits.nth(9, index);
        let of = class(sample.labels);
        counts[of] += 1;
        means[of].iter_mut().zip(&sample.pixels).for_each(|(mean, value)| *mean += value);
    }
    assert!(counts.iter().all(|count| (320..480).contains(count)), "{counts:?}");
    for (mean, count) in means.iter_mut().zip(counts) {
        mean.iter_mut().for_each(|value| *value /= count as f32);
    }
    let right = (4000..5000).filter(|index| {
        let sample = Simulator::Digits.nth(9, *index);
        let apart =
            |mean: &[f32; 784]| -> f32 { mean.iter().zip(&sample.pixels).map(|(a, b)| (a - b) * (a - b)).sum() };
        let nearest = (0..10).min_by(|a, b| apart(&means[*a]).total_cmp(&apart(&means[*b])));
        nearest == Some(class(sample.labels))
    });
    let right = right.count();
    assert!(right > 800, "{right} of 1000");
}
