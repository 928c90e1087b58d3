//! Super-resolution, as its user meets it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{fs, path::Path, process::Command};

use assert_cmd::cargo::CommandCargoExt;
use image::RgbImage;

fn forger() -> Command {
    Command::cargo_bin("forger").unwrap()
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn picture(path: &Path, width: u32, height: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let bright = |x: u32, y: u32| (0.5 * x as f32 + 0.3 * y as f32).sin() > 0.0;
    RgbImage::from_fn(width, height, |x, y| image::Rgb([if bright(x, y) { 220 } else { 30 }, x as u8, y as u8]))
        .save(path)
        .unwrap();
}

/// Photos, a test set and a run of a few steps.
fn trained(folder: &Path) {
    (0..3).for_each(|index| picture(&folder.join(format!("photos/{index}.png")), 128 + 8 * index, 140));
    (0..2).for_each(|index| picture(&folder.join(format!("sets/tiny/hr/{index}.png")), 64, 50));
    let mut command = forger();
    command
        .args(["train", "superres", "--set", "width=4", "--set", "blocks=1", "--set", "patch=8", "--set", "scale=2"]);
    command
        .args(["--set", "batch=2", "--steps", "6", "--checkpoint-every", "3"])
        .arg("--data")
        .arg(folder.join("photos"));
    let (code, _, text) = run(command.arg("--test").arg(folder.join("sets")).arg("--out").arg(folder.join("run")));
    assert!(code == Some(0) && text.contains("step 6: tiny"), "{text}");
}

#[test]
fn a_run_is_measured_exported_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    trained(folder.path());
    assert!(at("run/best.safetensors").exists() && at("run/samples/0000000006.png").exists());

    let mut command = forger();
    command.arg("export").arg(at("run")).args(["--name", "superres-tiny-x2", "--notes", "thin", "--out"]);
    let (code, _, text) = run(command.arg(at("models")));
    assert_eq!(code, Some(0), "{text}");
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(at("models/manifest.json")).unwrap()).unwrap();
    let entry = &manifest["models"][0];
    assert!(entry["card"]["system"]["name"] == "superres" && entry["card"]["notes"] == "thin");
    let model = at("models").join(entry["file"].as_str().unwrap());

    let mut command = forger();
    command.args(["eval", "superres", "--json", "--data"]).arg(at("sets")).arg("--model").arg(&model);
    let (code, text, _) = run(&mut command);
    let figures: serde_json::Value = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap();
    let figure = |name: &str| figures[name].as_f64().unwrap();
    assert!(code == Some(0) && (figure("tiny_bicubic") - figure("tiny_tiny")).abs() < 6.0, "{text}");
    assert!(figure("tiny_bicubic_ssim") > 0.3);

    let mut command = forger();
    let (code, _, text) = run(command.args(["eval", "superres", "--set", "set5", "--data"]).arg(at("sets")));
    assert!(code == Some(1) && text.contains("there is no set set5; there are tiny"), "{text}");

    // What is no DCGAN says so.
    let mut command = forger();
    let (code, _, text) = run(command.args(["sample", "--out", "x.png", "--model"]).arg(&model));
    assert!(code == Some(1) && text.contains("a model of superres, where one of dcgan"), "{text}");
    let (code, _, text) = run(forger().args(["sample", "--out", "x.png", "--model"]).arg(at("run")));
    assert!(code == Some(1) && text.contains("a model of superres, where one of dcgan"), "{text}");
    for model in [&model, &at("run")] {
        let mut command = forger();
        let (code, _, text) =
            run(command.arg("translate").arg(at("photos/0.png")).arg(at("x.png")).arg("--model").arg(model));
        assert!(code == Some(1) && text.contains("where one of pix2pix, cyclegan, simgan is needed"), "{text}");
    }
}

#[test]
fn pictures_and_folders_become_larger() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    trained(folder.path());
    let upscale = |from: &Path, out: &Path, more: &[&str]| {
        run(forger().arg("upscale").arg(from).arg(out).arg("--model").arg(at("run")).args(more))
    };
    assert_eq!(upscale(&at("photos/0.png"), &at("large.png"), &[]).0, Some(0));
    assert_eq!(image::open(at("large.png")).unwrap().to_rgb8().dimensions(), (256, 280));
    // Twice, where the scale is a power of that of the model.
    assert_eq!(upscale(&at("photos/0.png"), &at("larger.png"), &["--scale", "4"]).0, Some(0));
    assert_eq!(image::open(at("larger.png")).unwrap().to_rgb8().dimensions(), (512, 560));
    assert!(upscale(&at("photos/0.png"), &at("x.png"), &["--scale", "3"]).2.contains("2 times larger"));
    // Without a model of one's own, that of the page; or none at all.
    let plain = |more: &[&str]| {
        let out = at("plain.png");
        let ended = run(forger().arg("upscale").arg(at("photos/0.png")).arg(&out).arg("--overwrite").args(more));
        (ended, image::open(out).map(|picture| picture.to_rgb8()).unwrap_or_default())
    };
    let (network, bicubic) = (plain(&[]).1, plain(&["--model", "bicubic"]).1);
    assert_eq!((network.dimensions(), bicubic.dimensions()), ((512, 560), (512, 560)));
    assert_ne!(network, bicubic);
    assert_eq!(plain(&["--model", "bicubic", "--scale", "3"]).1.dimensions(), (384, 420));
    assert!(plain(&["--scale", "3"]).0.2.contains("--model bicubic"));

    image::RgbaImage::from_fn(9, 7, |x, _| image::Rgba([9, 9, 9, 20 * x as u8])).save(at("photos/clear.png")).unwrap();
    fs::write(at("photos/broken.png"), "no picture").unwrap();
    let (code, out, text) = upscale(&at("photos"), &at("all"), &[]);
    assert!(code == Some(0) && out.lines().count() == 4 && text.contains("broken.png"), "{out} {text}");
    let clear = image::open(at("all/clear.png")).unwrap();
    assert!(clear.color().has_alpha() && clear.to_rgba8().get_pixel(17, 3)[3] > 150);
    assert!(upscale(&at("sets"), &at("none"), &[]).2.contains("holds no picture"));
}

#[test]
fn a_killed_run_goes_on_and_faults_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    trained(folder.path());
    let train = |more: &[&str]| {
        run(forger().args(["train", "superres", "--data"]).arg(at("photos")).arg("--out").arg(at("run")).args(more))
    };
    let (code, _, text) = train(&["--resume", "--steps", "9"]);
    assert!(code == Some(0) && text.contains("step 9"), "{text}");
    assert!(at("run/checkpoint-0000000009.safetensors").exists());
    assert!(train(&[]).2.contains("not empty"));
    // Photos that are smaller than a patch are told of.
    let new = |out: &str, patch: &str| {
        let mut command = forger();
        command.args(["train", "superres", "--steps", "1", "--set", "width=2", "--set", "blocks=1", "--set", patch]);
        run(command.args(["--set", "batch=1", "--data"]).arg(at("photos")).arg("--out").arg(at(out)))
    };
    let (code, _, text) = new("large", "patch=33");
    assert!(code == Some(0) && text.contains("1 of 3 photos are smaller than 132 pixels, a patch times"), "{text}");
    assert!(text.contains("left out: --set patch=") && text.contains("2 photos from photos; 1 steps"), "{text}");
    let (code, _, text) = new("none", "patch=64");
    assert!(code == Some(1) && text.contains("3 of 3 photos are smaller than 256 pixels"), "{text}");
    assert!(text.contains("--set patch=") && !at("none").exists(), "{text}");
    assert!(train(&["--recipe", "superres-p"]).2.contains("--features"));
    assert!(train(&["--recipe", "dcgan-cpu"]).2.contains("not one of train superres"));
    assert!(train(&["--set", "loss=hinge"]).2.contains("losses.perceptual"));
    let from = |name: &str, more: &[&str]| {
        let mut command = forger();
        command.args([
            "train", "superres", "--steps", "1", "--set", "batch=2", "--set", "patch=8", "--set", "scale=2", "--set",
            "width=4",
        ]);
        command.arg("--data").arg(at("photos")).arg("--out").arg(at(name)).arg("--from").arg(at("run"));
        run(command.args(more))
    };
    assert_eq!(from("next", &["--set", "blocks=1"]).0, Some(0));
    assert!(fs::read_to_string(at("next/data.json")).unwrap().contains("\"from\""));
    assert!(from("other", &["--set", "blocks=2"]).2.contains("blocks=1 where 2 is asked for"));
}

#[test]
fn losses_look_through_a_classifier_and_the_card_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    (0..2).for_each(|index| picture(&at(&format!("photos/{index}.png")), 64, 72));
    let mut command = forger();
    command.args([
        "train",
        "classifier",
        "--data",
        "avatars:32",
        "--image-size",
        "32",
        "--width",
        "2",
        "--epochs",
        "1",
    ]);
    let (code, _, text) = run(command.arg("--out").arg(at("judge.safetensors")));
    assert_eq!(code, Some(0), "{text}");
    let train = |features: &Path| {
        let mut command = forger();
        command.args([
            "train",
            "superres",
            "--recipe",
            "superres-pat",
            "--set",
            "width=4",
            "--set",
            "blocks=1",
            "--set",
            "patch=8",
        ]);
        command.args(["--set", "batch=2", "--steps", "2", "--data"]).arg(at("photos")).arg("--features").arg(features);
        run(command.arg("--out").arg(at("run")))
    };
    fs::write(at("other.safetensors"), "no weights").unwrap();
    assert!(train(&at("other.safetensors")).2.contains("other.safetensors"));
    let (code, _, text) = train(&at("judge.safetensors"));
    assert_eq!(code, Some(0), "{text}");
    let losses = fs::read_to_string(at("run/losses.csv")).unwrap();
    let last = losses.lines().last().unwrap().split(',').map(|value| value.parse().unwrap()).collect::<Vec<f64>>();
    assert!(last[1..].iter().all(|value| *value > 0.0), "{losses}");
    let export = run(forger().arg("export").arg(at("run")).args(["--name", "a", "--out"]).arg(at("models")));
    assert_eq!(export.0, Some(0), "{}", export.2);
    let manifest = fs::read_to_string(at("models/manifest.json")).unwrap();
    assert!(manifest.contains("looked through a classifier of avatars:32"), "{manifest}");
}
