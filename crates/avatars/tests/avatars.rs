//! What a user of the set counts on: the same faces for ever, and labels that say what is drawn.

use std::collections::HashSet;

use forger_avatars::{Attributes, Avatar, Hair, Look};
use sha2::{Digest, Sha256};

const SIDE: usize = 64;

fn avatars(seed: u32, count: u64) -> impl Iterator<Item = Avatar> {
    (0..count).map(move |index| Avatar::nth(seed, index))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Printed once. Another value means other faces, and a set that was made before is another set.
#[test]
fn a_seed_means_the_same_faces_for_ever() {
    let faces = avatars(1, 20).flat_map(|avatar| avatar.render(SIDE)).collect::<Vec<_>>();
    assert_eq!(hash(&faces), "c01b62d6172940404efec6c7ef63731f61ef277b8668055e6d37eaabc1f23135");
    assert_eq!(Avatar::nth(1, 7), Avatar::nth(1, 7));
    assert_ne!(Avatar::nth(1, 7), Avatar::nth(2, 7));
}

#[test]
fn any_side_will_do() {
    let avatar = Avatar::nth(1, 0);
    for side in [0, 1, 8, 65, 128] {
        assert_eq!(avatar.render(side).len(), 3 * side * side);
    }
}

#[test]
fn no_two_are_alike() {
    let faces = avatars(1, 2000).map(|avatar| hash(&avatar.render(SIDE))).collect::<HashSet<_>>();
    assert_eq!(faces.len(), 2000);
}

/// The pixels that differ by more than rounding, as x and y.
fn changed(avatar: &Avatar, change: impl FnOnce(&mut Attributes)) -> Vec<[usize; 2]> {
    let mut other = avatar.clone();
    change(&mut other.attributes);
    let (before, after) = (avatar.render(SIDE), other.render(SIDE));
    let pairs = before.chunks_exact(3).zip(after.chunks_exact(3)).enumerate();
    let differ = pairs.filter(|(_, (a, b))| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 2));
    differ.map(|(pixel, _)| [pixel % SIDE, pixel / SIDE]).collect()
}

/// Changes one thing in many people, and wants at least so many pixels to change, all of them in the rows.
fn only(rows: std::ops::Range<usize>, at_least: usize, who: impl Fn(&Attributes) -> bool, change: fn(&mut Attributes)) {
    let people = avatars(3, 600).filter(|avatar| who(&avatar.attributes)).collect::<Vec<_>>();
    assert!(people.len() > 100, "{} people only", people.len());
    for person in people {
        let pixels = changed(&person, change);
        assert!(pixels.len() >= at_least, "{} pixels changed: {person:?}", pixels.len());
        let far = pixels.iter().find(|[_, y]| !rows.contains(y));
        assert!(far.is_none(), "{far:?} changed: {person:?}");
    }
}

#[test]
fn glasses_are_around_the_eyes() {
    only(19..47, 60, |_| true, |of| of.eyeglasses ^= true);
}

#[test]
fn a_smile_is_about_the_mouth() {
    only(36..61, 8, |_| true, |of| of.smiling ^= true);
}

#[test]
fn a_beard_is_below_the_eyes() {
    only(31..64, 20, |of| of.male, |of| of.beard ^= true);
}

#[test]
fn a_hat_is_above_the_eyes() {
    only(0..43, 100, |of| of.hair != Hair::Bald && !of.long_hair, |of| of.wearing_hat ^= true);
}

#[test]
fn colour_of_hair_and_skin_and_sex_are_seen() {
    let brightness = |avatar: &Avatar| {
        // The forehead's middle to the cheeks, less what glasses cover.
        let pixels = avatar.render(SIDE);
        let row = &pixels[3 * (41 * SIDE + 26)..3 * (41 * SIDE + 38)];
        row.iter().map(|value| f64::from(*value)).sum::<f64>() / row.len() as f64
    };
    for mut person in avatars(4, 300) {
        person.attributes.beard = false;
        assert!(changed(&person, |of| of.male ^= true).len() > 200, "{person:?}");
        person.attributes.dark_skin = true;
        let dark = brightness(&person);
        person.attributes.dark_skin = false;
        assert!(brightness(&person) > dark + 40.0, "{person:?}");
        if person.attributes.hair != Hair::Bald {
            let other = if person.attributes.hair == Hair::Red { Hair::Black } else { Hair::Red };
            assert!(changed(&person, |of| of.hair = other).len() > 60, "{person:?}");
            assert!(changed(&person, |of| of.long_hair ^= true).len() > 60, "{person:?}");
        }
    }
}

#[test]
fn attributes_are_as_frequent_as_they_should_be() {
    let all = avatars(1, 10_000).map(|avatar| avatar.attributes).collect::<Vec<_>>();
    let share = |of: &dyn Fn(&Attributes) -> bool, among: &dyn Fn(&Attributes) -> bool| {
        let group = all.iter().filter(|attributes| among(attributes)).collect::<Vec<_>>();
        group.iter().filter(|attributes| of(attributes)).count() as f64 / group.len() as f64
    };
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 0.025, "{found} for {wanted}");
    near(share(&|of| of.male, &|_| true), 0.5);
    for male in [false, true] {
        near(share(&|of| of.eyeglasses, &|of| of.male == male), 0.35);
        near(share(&|of| of.smiling, &|of| of.male == male), 0.5);
        near(share(&|of| of.dark_skin, &|of| of.male == male), 0.35);
        near(share(&|of| of.eyeglasses, &|of| of.smiling == male), 0.35);
    }
    near(share(&|of| of.beard, &|of| of.male), 0.45);
    near(share(&|of| of.beard, &|of| !of.male), 0.0);
    assert!(share(&|of| of.long_hair, &|of| !of.male) > 0.7);
    assert!(share(&|of| of.long_hair, &|of| of.male) < 0.12);
    for hair in [Hair::Black, Hair::Brown, Hair::Blond, Hair::Red, Hair::Gray, Hair::Bald] {
        assert!(share(&|of| of.hair == hair, &|_| true) > 0.06, "{hair:?} is rare");
    }
}

#[test]
fn attributes_go_together() {
    let name = |index: usize| Attributes::NAMES[index];
    assert_eq!((name(0), name(1), name(10), name(12)), ("Male", "Eyeglasses", "Bald", "Dark_Skin"));
    for of in avatars(1, 2000).map(|avatar| avatar.attributes) {
        let values = of.values();
        // Five colours, or none.
        assert_eq!(values[5..=10].iter().filter(|value| **value).count(), 1);
        let bald = of.hair == Hair::Bald;
        assert!(!(bald && (of.long_hair || of.wearing_hat)));
        assert_eq!((values[0], values[1], values[10], values[12]), (of.male, of.eyeglasses, bald, of.dark_skin));
    }
}

/// The simplest of all classifiers, a line through pixel space, tells most attributes of faces it has not seen: a network
/// will tell the rest.
#[test]
fn a_linear_classifier_learns_the_attributes() {
    const SMALL: usize = 24;
    let set = |from: u64, count: u64| {
        let faces = (from..from + count).map(|index| Avatar::nth(5, index));
        let pair = |avatar: Avatar| {
            let pixels = avatar.render(SMALL).into_iter().map(|value| f32::from(value) / 127.5 - 1.0).collect();
            (pixels, avatar.attributes.values())
        };
        faces.map(pair).collect::<Vec<(Vec<f32>, _)>>()
    };
    let (train, test) = (set(0, 3000), set(3000, 1000));
    for (attribute, wanted) in [(0, 0.97), (1, 0.9), (12, 0.97)] {
        let mut weights = vec![0.0_f32; 3 * SMALL * SMALL + 1];
        let logit = |weights: &[f32], face: &[f32]| {
            let dot = weights.iter().zip(face).map(|(a, b)| a * b).sum::<f32>();
            dot + weights.last().unwrap()
        };
        for epoch in 0..30 {
            let rate = 0.01 / (1.0 + epoch as f32);
            for (face, values) in &train {
                let error = f32::from(u8::from(values[attribute])) - 1.0 / (1.0 + (-logit(&weights, face)).exp());
                weights.iter_mut().zip(face.iter().chain([&1.0])).for_each(|(weight, x)| *weight += rate * error * x);
            }
        }
        let right = test.iter().filter(|(face, values)| (logit(&weights, face) > 0.0) == values[attribute]).count();
        let share = right as f64 / test.len() as f64;
        assert!(share > wanted, "{}: {share}", Attributes::NAMES[attribute]);
    }
}

#[test]
fn the_usual_look_is_the_same_on_the_left_and_on_the_right() {
    let apart = |avatar: &Avatar| {
        let pixels = avatar.render(SIDE);
        let at = |x: usize, y: usize| &pixels[3 * (y * SIDE + x)..][..3];
        let far = |[x, y]: [usize; 2]| at(x, y).iter().zip(at(SIDE - 1 - x, y)).any(|(a, b)| a.abs_diff(*b) > 60);
        let left = (0..SIDE).flat_map(|y| (0..SIDE / 2).map(move |x| [x, y]));
        left.filter(|place| far(*place)).count()
    };
    let people = avatars(5, 200).collect::<Vec<_>>();
    for avatar in &people {
        let usual = Avatar { look: Look::usual(), ..avatar.clone() };
        assert!(apart(&usual) < 40, "{} of 2,048 pixels: {avatar:?}", apart(&usual));
    }
    assert!(people.iter().filter(|avatar| apart(avatar) > 80).count() > 100);
}

#[test]
fn who_is_of_no_colour_of_hair_is_neither_gray_nor_bald() {
    let mut wanted = [None; 13];
    (5..11).for_each(|column| wanted[column] = Some(false));
    let hair = avatars(6, 300).filter(|avatar| avatar.attributes.are_like(&wanted));
    let hair = hair.map(|avatar| avatar.attributes.hair).collect::<Vec<_>>();
    for colour in [Hair::Black, Hair::Brown, Hair::Blond, Hair::Red] {
        assert!(hair.contains(&colour), "{colour:?}");
    }
    assert!(!hair.contains(&Hair::Gray) && !hair.contains(&Hair::Bald));
}
