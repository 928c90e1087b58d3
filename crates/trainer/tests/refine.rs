//! SimGAN, as its user meets it: a run on a simulator and real pictures, models, figures and refined pictures.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

#[allow(dead_code, reason = "this test reads both outputs")]
mod common;

use std::{fs, path::Path};

use common::forger;
use image::{GrayImage, Luma};
use serde_json::Value;

/// A command line in a folder: the exit code, and what was said on both outputs.
fn run(folder: &Path, line: &str) -> (Option<i32>, String) {
    let output = forger().current_dir(folder).args(line.split_whitespace()).output().unwrap();
    let text = [output.stderr, output.stdout].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn well(folder: &Path, line: &str) -> String {
    let (code, text) = run(folder, line);
    assert_eq!(code, Some(0), "{line}\n{text}");
    text
}

/// An IDX file, and its labels where `labelled`.
fn idx(folder: &Path, part: &str, [count, height, width]: [usize; 3], labelled: bool) {
    let word = |value: usize| (value as u32).to_be_bytes();
    let mut pictures = [word(0x0803), word(count), word(height), word(width)].concat();
    pictures.extend(
        (0..count * height * width).map(|at| if (at * at / 11 + at) % 9 < 3 { 230 } else { 10 + (at % 50) as u8 }),
    );
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("{part}-images-idx3-ubyte")), pictures).unwrap();
    if labelled {
        let labels = (0..count).map(|index| (index % 10) as u8).collect::<Vec<_>>();
        fs::write(
            folder.join(format!("{part}-labels-idx1-ubyte")),
            [word(0x0801), word(count)].concat().into_iter().chain(labels).collect::<Vec<_>>(),
        )
        .unwrap();
    }
}

/// The line of figures that a measure ends with.
fn figures(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

const SMALL: &str = "--set refiner_width=2 --set blocks=1 --set discriminator_width=2 --set batch=4 --set history=6 \
    --set refiner_pretraining=1 --set discriminator_pretraining=1";

#[test]
fn a_run_on_eyes_is_gone_on_with_exported_used_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| run(folder.path(), line);
    let well = |line: &str| well(folder.path(), line);
    idx(folder.path(), "train", [12, 35, 55], false);
    let data = "--data train-images-idx3-ubyte --holdout 4";
    let train = format!("train simgan {data} --simulator eyes {SMALL}");
    let text = well(&format!("{train} --steps 4 --checkpoint-every 2 --out run"));
    assert!(text.contains("8 real pictures of 55 x 35 from train-images-idx3-ubyte; 4 steps of 4"), "{text}");
    let sheet = image::open(at("run/samples/0000000004.png")).unwrap();
    assert_eq!((sheet.width(), sheet.height()), (3 * 55, 8 * 35), "synthetic, refined, difference");
    let losses = fs::read_to_string(at("run/losses.csv")).unwrap();
    assert!(losses.starts_with("step,d_loss,r_loss,regularization_loss,semantic_loss,d_real,d_refined"), "{losses}");
    assert!(well(&format!("{train} --steps 5 --resume --out run")).contains("step 5"));
    let (code, text) = run(&format!("train simgan {data} --simulator digits {SMALL} --steps 6 --resume --out run"));
    assert!(code == Some(1) && text.contains("--simulator digits draws grey pictures of 28 x 28"), "{text}");

    well("export run --name tiny --discriminator --notes thin --out models");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(at("models/manifest.json")).unwrap()).unwrap();
    let (card, file) = (&manifest["models"][0]["card"], manifest["models"][0]["file"].as_str().unwrap());
    assert!(card["networks"] == serde_json::json!(["refiner", "discriminator"]), "{card}");
    assert!(card["data"]["name"].as_str().unwrap().ends_with("and the simulator of eyes"), "{card}");

    fs::create_dir_all(at("drawn")).unwrap();
    for index in 0..3 {
        let eye = GrayImage::from_fn(55, 35, |x, y| Luma([(x * 4 + y + 30 * index) as u8]));
        eye.save(at(&format!("drawn/{index}.png"))).unwrap();
    }
    assert!(well(&format!("refine drawn refined --model models/{file}")).contains("55 x 35"));
    let refined = image::open(at("refined/2.png")).unwrap();
    assert!(refined.color() == image::ColorType::L8 && (refined.width(), refined.height()) == (55, 35));
    // The same way, by its other name.
    well(&format!("translate drawn/2.png other.png --model models/{file}"));
    assert_eq!(image::open(at("other.png")).unwrap().to_luma8(), refined.to_luma8());
    let (code, text) = run("refine drawn refined --model drawn/0.png");
    assert!(code == Some(1) && text.contains("drawn/0.png"), "{text}");

    let eval = format!("eval refine --model models/{file} {data} --count 20 --prefix tiny --sheet sheet.png --json");
    let text = well(&format!("{eval} --beside run models/{file}"));
    let figures = figures(&text);
    assert!(figures["tiny_pupil_moved"].as_f64().unwrap() >= 0.0 && figures["tiny_gap_closed"].is_null(), "{figures}");
    assert_eq!(
        figures["command"],
        "forger eval refine --model MODEL --data train-images-idx3-ubyte --holdout 4 --count 20 --seeds 3 --prefix tiny --json"
    );
    // Synthetic, three times refined and the difference, real; a model beside itself is the same.
    let sheet = image::open(at("sheet.png")).unwrap().to_luma8();
    assert_eq!(sheet.width(), 8 * 55);
    let is_alike = |x, y| sheet.get_pixel(x, y)[0].abs_diff(sheet.get_pixel(x + 4 * 55, y)[0]) <= 1;
    assert!((55..3 * 55).all(|x| (0..sheet.height()).all(|y| is_alike(x, y))));
    let (code, text) = run(&format!("eval refine --model models/{file} --data train-images-idx3-ubyte"));
    assert!(code == Some(1) && text.contains("--holdout"), "{text}");
}

#[test]
fn digits_are_the_proof() {
    let folder = tempfile::tempdir().unwrap();
    let well = |line: &str| well(folder.path(), line);
    idx(&folder.path().join("set"), "train", [60, 28, 28], true);
    idx(&folder.path().join("set"), "t10k", [30, 28, 28], true);
    well(&format!("train simgan --data set --simulator digits {SMALL} --steps 3 --out run"));
    let text = well("eval refine --model run --data set --count 60 --seeds 2 --json");
    let figures = figures(&text);
    let share = |name: &str| figures[name].as_f64().unwrap();
    for name in
        ["synthetic", "refined", "real", "class_kept", "class_of_synthetic", "realism_synthetic", "realism_refined"]
    {
        assert!((0.0..=1.0).contains(&share(name)), "{name} in {figures}");
    }
    assert!(share("synthetic_spread") >= 0.0);
    let (synthetic, refined, real) = (share("synthetic"), share("refined"), share("real"));
    match figures["gap_closed"].as_f64() {
        Some(gap) => assert!((gap - (refined - synthetic) / (real - synthetic)).abs() < 1e-9, "{figures}"),
        None => assert!(real <= synthetic, "{figures}"),
    }
}
