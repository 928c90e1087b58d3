//! What the program does with latent space, as its user meets it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{fs, path::Path};

use common::{errors, forger};

/// A small run.
fn train(out: &Path) {
    let mut command = forger();
    command.args(["train", "dcgan", "--data", "avatars:16", "--set", "image_size=32", "--set", "width=2"]);
    let (code, text) =
        errors(command.args(["--set", "batch=8", "--steps", "5", "--set", "latent_dim=6", "--out"]).arg(out));
    assert_eq!(code, Some(0), "{text}");
}

/// What a manifest says of its only model, and the weights in its file.
fn exported(folder: &Path) -> (serde_json::Value, Vec<u8>) {
    let text = fs::read_to_string(folder.join("manifest.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entry = manifest["models"][0].take();
    let bytes = fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    (entry, bytes[8 + header..].to_vec())
}

#[test]
fn a_model_file_is_exported_again_with_another_card() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    train(&at("run"));
    let models = at("models");
    let export = |from: &Path, more: &[&str]| {
        let mut command = forger();
        errors(command.arg("export").arg(from).arg("--out").arg(&models).args(more))
    };
    assert!(export(&at("run"), &[]).1.contains("--name"));
    let more = ["--name", "small", "--notes", "thin", "--discriminator", "--principal", "2"];
    assert_eq!(export(&at("run"), &more).0, Some(0));
    let (before, weights) = exported(&models);
    let card = &before["card"];
    assert!(card["discriminator"] == true && card["notes"] == "thin" && card["licence"] == "MIT OR Apache-2.0");
    assert_eq!(card["directions"].as_array().unwrap().len(), 2);

    let file = models.join(before["file"].as_str().unwrap());
    let mut command = forger();
    command.args(["eval", "invert", "--data", "avatars:8", "--count", "3", "--steps", "20", "--starts", "2", "--json"]);
    let output = command.arg("--model").arg(&file).arg("--sheet").arg(at("found.png")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let figures: serde_json::Value = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap();
    let (median, low) = (figures["invert_psnr"].as_f64().unwrap(), figures["invert_psnr_p05"].as_f64().unwrap());
    assert!(low <= median && median > 3.0 && figures["invert_seconds"].as_f64().unwrap() > 0.0, "{figures}");
    // Three pictures, and what was found below.
    assert_eq!(image::open(at("found.png")).unwrap().into_rgb8().dimensions(), (96, 64));

    let metrics = ["a.json", "b.json"].map(|name| at(name).to_str().unwrap().to_owned());
    fs::write(&metrics[0], text).unwrap();
    fs::write(&metrics[1], r#"{"recall": 0.5, "command": "forger eval samples"}"#).unwrap();
    let more = ["--licence", "CC0", "--metrics", &metrics[0], "--metrics", &metrics[1]];
    assert_eq!(export(&file, &more).0, Some(0));
    let (after, same) = exported(&models);
    let mut expected = card.clone();
    expected["licence"] = "CC0".into();
    expected["metrics"] = after["card"]["metrics"].clone();
    assert_eq!(after["card"], expected);
    assert!(weights == same && !weights.is_empty());
    assert_eq!(after["card"]["metrics"]["recall"]["value"], 0.5);
    let command = after["card"]["metrics"]["invert_psnr_p05"]["command"].as_str().unwrap();
    assert!(command.starts_with("forger eval invert --model MODEL --data avatars:8 "), "{command}");
    assert!(!file.exists() && fs::read_dir(&models).unwrap().count() == 2, "the old file is gone");
    let file = models.join(after["file"].as_str().unwrap());
    assert!(export(&file, &["--discriminator"]).1.contains("folder of a run"));
}

#[test]
fn directions_are_found_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    train(&at("run"));
    let mut command = forger();
    command.args([
        "train",
        "classifier",
        "--data",
        "avatars:64",
        "--image-size",
        "32",
        "--width",
        "2",
        "--epochs",
        "1",
    ]);
    assert_eq!(errors(command.arg("--out").arg(at("judge"))).0, Some(0));
    let mut command = forger();
    command.arg("export").arg(at("run")).args(["--name", "a", "--principal", "3", "--out"]).arg(at("models"));
    let (code, text) = errors(command.arg("--classifier").arg(at("judge")));
    assert!(code == Some(0) && text.contains("direction pc3"), "{text}");
    let (entry, _) = exported(&at("models"));
    let directions = entry["card"]["directions"].as_array().unwrap().len();
    assert_eq!(text.lines().filter(|line| line.starts_with("direction ")).count(), directions);

    let mut command = forger();
    command.args(["eval", "directions", "--samples", "20", "--json", "--model"]);
    command.arg(at("models").join(entry["file"].as_str().unwrap())).arg("--classifier").arg(at("judge"));
    let output = command.arg("--sheet").arg(at("strips.png")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().last().unwrap_or_default().contains("forger eval directions"), "{text}");
    // Two strips of seven for each.
    let strips = image::open(at("strips.png")).unwrap().into_rgb8().dimensions();
    assert_eq!(strips, (14 * 32, 32 * directions as u32));
    let mut command = forger();
    command.args(["eval", "directions", "--model"]).arg(at("run")).arg("--classifier").arg(at("judge"));
    assert!(errors(&mut command).1.contains("export it with --classifier"));
}
