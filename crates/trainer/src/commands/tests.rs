//! Every command that takes `--device`, on a second device. A tensor or a network that is left on the first one fails
//! here as it would beside a GPU.

mod anomalies;
mod defects;
mod documented;
mod refined;

use std::{ffi::OsString, fs, path::Path};

use anyhow::{Context, Result};
use clap::{CommandFactory as _, Parser as _};
use image::RgbImage;

use crate::{cli, cli::Cli};

/// Runs a command line, in which `@` stands for a folder.
fn forger(folder: &Path, line: &str) -> Result<()> {
    let word = |word: &str| OsString::from(word.replace('@', &folder.display().to_string()));
    let words = std::iter::once("forger").chain(line.split_whitespace()).map(word).collect();
    crate::run(Cli::try_parse_from(cli::arguments(words))?.command).with_context(|| line.to_owned())
}

fn picture(path: &Path, width: u32, height: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let bright = |x: u32, y: u32| (0.5 * x as f32 + 0.3 * y as f32).sin() > 0.0;
    RgbImage::from_fn(width, height, |x, y| image::Rgb([if bright(x, y) { 220 } else { 30 }, x as u8, y as u8]))
        .save(path)
        .unwrap();
}

/// The losses of each step of a run.
fn losses(run: &Path) -> Vec<Vec<f32>> {
    let text = fs::read_to_string(run.join("losses.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|value| value.parse().unwrap()).collect()).collect()
}

fn assert_alike(one: &Path, other: &Path, steps: usize) {
    let (one, other) = (losses(one), losses(other));
    assert_eq!((one.len(), other.len()), (steps, steps));
    let is_alike = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-3 * a.abs().max(1.0);
    assert!(one.iter().flatten().zip(other.iter().flatten()).all(is_alike), "{one:?} {other:?}");
}

/// A command that is missing here needs a test below, or in `bench`, `doctor` or `tests/remote.rs` (`worker`).
#[test]
fn these_take_a_device() {
    fn search(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        if command.get_arguments().any(|argument| argument.get_id() == "device") {
            found.push(path.trim().to_owned());
        }
        for part in command.get_subcommands() {
            search(part, &format!("{path} {}", part.get_name()), found);
        }
    }
    let mut found = Vec::new();
    search(&Cli::command(), "", &mut found);
    found.sort();
    let known = [
        "bench train",
        "detect",
        "doctor",
        "eval defects",
        "eval detect",
        "eval translate",
        "refine",
        "train classifier",
        "train cyclegan",
        "train dcgan",
        "train encoder",
        "train pix2pix",
        "train simgan",
        "train superres",
        "train toy",
        "translate",
        "upscale",
        "worker",
    ];
    assert_eq!(found, known);
}

#[test]
fn several_devices_are_offered_where_they_can_share_batches() {
    let cli = Cli::command();
    for command in cli.find_subcommand("train").unwrap().get_subcommands() {
        let device = command.get_arguments().find(|argument| argument.get_id() == "device").unwrap();
        let shares = device.get_help().unwrap().to_string().contains("share every batch");
        assert_eq!(shares, command.get_name() == "dcgan", "{}", command.get_name());
    }
}

#[test]
fn every_system_is_trained_here_and_in_a_browser() {
    let cli = Cli::command();
    let train = cli.find_subcommand("train").unwrap();
    // What `tests/devices` trains on CPU and WebGPU.
    let compared = include_str!("../../../../tests/e2e/specs/devices.spec.js");
    for system in forger_protocol::system::ALL {
        assert!(train.find_subcommand(system.name).is_some(), "forger train {}", system.name);
        assert!(compared.contains(&format!("'{}'", system.name)), "tests/devices does not train {}", system.name);
    }
}

#[test]
fn a_dcgan_and_all_that_it_can_begin_with() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| forger(folder.path(), line).unwrap();
    run("train classifier --data avatars:400 --image-size 28 --width 4 --epochs 6 --out @/judge --device second");
    let train = "train dcgan --recipe dcgan-modern --data avatars:64 --set image_size=28 --set width=2 --set batch=8";
    let measured = format!("{train} --steps 4 --checkpoint-every 2 --measure-count 20 --classifier @/judge");
    run(&format!("{measured} --out @/cpu"));
    run(&format!("{measured} --out @/run --device second"));
    assert_alike(&folder.path().join("cpu"), &folder.path().join("run"), 4);
    run(&format!("{train} --steps 30 --resume --out @/run --device second"));
    run(&format!("{train} --steps 2 --from @/run --set mapping=128 --out @/mapped --device second"));
    let assisted = format!("{train} --from @/run --auxiliary-classifier @/judge --out @/assisted --device second");
    run(&format!("{assisted} --steps 2"));
    run(&format!("{train} --resume --steps 4 --out @/assisted --device second"));
    run("sample --model @/mapped --out @/sheet.png");
}

#[test]
fn super_resolution_and_what_its_losses_look_through() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    (0..2).for_each(|index| picture(&at(&format!("photos/{index}.png")), 128 + 8 * index, 136));
    picture(&at("sets/tiny/hr/0.png"), 64, 48);
    run("train classifier --data avatars:32 --image-size 32 --width 2 --epochs 1 --out @/judge");
    let train = "train superres --data @/photos --test @/sets --set width=4 --set blocks=1 --set patch=8 --set batch=2";
    run(&format!("{train} --steps 2 --out @/cpu"));
    run(&format!("{train} --steps 2 --out @/run --device second"));
    assert_alike(&at("cpu"), &at("run"), 2);
    let looking = format!("{train} --recipe superres-light-pat --features @/judge --out @/next --device second");
    run(&format!("{looking} --from @/run --steps 2"));
    run(&format!("{looking} --resume --steps 4"));

    run("export @/run --name superres-tiny --out @/models");
    let file = model_file(&at("models"));
    for model in [String::new(), "--model @/run".into(), format!("--model @/models/{file}")] {
        for device in ["cpu", "second"] {
            run(&format!("upscale @/sets/tiny/hr/0.png @/{device}.png {model} --device {device} --overwrite"));
        }
        let [cpu, second] = ["cpu.png", "second.png"].map(|name| image::open(at(name)).unwrap().to_rgb8());
        assert_eq!(cpu.dimensions(), (256, 192));
        assert!(cpu.iter().zip(second.iter()).all(|(a, b)| a.abs_diff(*b) <= 1), "{model}");
    }
}

/// The only model file of a folder.
fn model_file(folder: &Path) -> String {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.into_iter().find(|name| name.ends_with(".safetensors")).unwrap()
}

/// What two devices made of the same pictures.
fn assert_same_picture(one: &Path, other: &Path, size: (u32, u32)) {
    let [one, other] = [one, other].map(|path| image::open(path).unwrap().to_rgb8());
    assert_eq!(one.dimensions(), size);
    assert!(one.iter().zip(other.iter()).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn pix2pix_from_pairs_to_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    for part in ["train", "test"] {
        for (side, width) in [("label", 40), ("photo", 40)] {
            (0..3).for_each(|index| picture(&at(&format!("set/{part}/{side}/{index}.png")), width, 36 + index));
        }
    }
    let small = "--set image_size=32 --set generator.depth=5 --set generator.width=2 --set patch=16 --set batch=2";
    let train = format!("train pix2pix --data @/set --test @/set {small} --set discriminator_width=2");
    run(&format!("{train} --steps 2 --out @/cpu"));
    run(&format!("{train} --steps 2 --out @/run --device second"));
    assert_alike(&at("cpu"), &at("run"), 2);
    run(&format!("{train} --steps 4 --resume --out @/run --device second"));
    run("export @/run --name tiny --domains label,photo --discriminator --out @/models");
    let file = model_file(&at("models"));
    run(&format!("{train} --steps 2 --from @/models/{file} --out @/next --device second"));
    for model in ["@/run".to_owned(), format!("@/models/{file}")] {
        for device in ["cpu", "second"] {
            run(&format!(
                "translate @/set/test/label/1.png @/{device}.png --model {model} --device {device} --overwrite"
            ));
            run(&format!("eval translate --model {model} --test @/set --device {device} --sheet @/sheet.png"));
        }
        assert_same_picture(&at("cpu.png"), &at("second.png"), (40, 37));
    }
}

#[test]
fn cyclegan_from_two_sets_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    (0..3).for_each(|index| picture(&at(&format!("set/day/{index}.png")), 44, 36));
    (0..2).for_each(|index| picture(&at(&format!("set/night/{index}.png")), 30, 31));
    let small = "--set image_size=16 --set generator.blocks=1 --set generator.width=2 --set patch=16";
    let small = format!("{small} --set batch=2 --set discriminator_width=2 --set pool=3");
    let train = format!("train cyclegan --x @/set:day --y @/set:night {small}");
    run(&format!("{train} --steps 2 --out @/cpu"));
    run(&format!("{train} --steps 2 --out @/run --device second"));
    assert_alike(&at("cpu"), &at("run"), 2);
    run(&format!("{train} --steps 4 --resume --out @/run --device second"));
    run("export @/run --name tiny --domains day,night --out @/models");
    let file = model_file(&at("models"));
    run(&format!("{train} --steps 2 --from @/models/{file} --out @/next --device second"));
    for model in ["@/run".to_owned(), format!("@/models/{file}")] {
        for device in ["cpu", "second"] {
            let back = format!("translate @/set/night/1.png @/{device}.png --back --fit --model {model}");
            run(&format!("{back} --device {device} --overwrite"));
            run(&format!("eval translate --model {model} --x avatars:3 --y @/set:night --device {device}"));
        }
        assert_same_picture(&at("cpu.png"), &at("second.png"), (16, 17));
    }
}

#[test]
fn simgan_from_drawings_to_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    (0..4).for_each(|index| picture(&at(&format!("eyes/{index}.png")), 60, 40 + index));
    let small = "--set refiner_width=2 --set blocks=1 --set discriminator_width=2 --set batch=4 --set history=4";
    let small = format!("{small} --set refiner_pretraining=1 --set discriminator_pretraining=1");
    let train = format!("train simgan --data @/eyes --simulator eyes {small}");
    run(&format!("{train} --steps 4 --out @/cpu"));
    run(&format!("{train} --steps 4 --out @/run --device second"));
    assert_alike(&at("cpu"), &at("run"), 4);
    run(&format!("{train} --steps 6 --resume --out @/run --device second"));
    run("export @/run --name tiny --discriminator --out @/models");
    let file = model_file(&at("models"));
    run(&format!("{train} --steps 2 --from @/models/{file} --out @/next --device second"));
    for model in ["@/run".to_owned(), format!("@/models/{file}")] {
        for device in ["cpu", "second"] {
            run(&format!("refine @/eyes/1.png @/{device}.png --model {model} --device {device} --overwrite"));
        }
        assert_same_picture(&at("cpu.png"), &at("second.png"), (60, 41));
    }
}

#[test]
fn a_toy() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| forger(folder.path(), line).unwrap();
    run("train toy --steps 3 --out @/cpu");
    run("train toy --steps 3 --out @/run --device second");
    assert_alike(&folder.path().join("cpu"), &folder.path().join("run"), 3);
    run("train toy --steps 5 --resume --out @/run --device second");
}

/// Beside a Python that only says that it trained.
#[cfg(unix)]
#[test]
fn a_benchmark() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python");
    let script = "#!/bin/sh\nread settings\necho '{\"torch\": \"none\"}'\nwhile read steps; do echo 1.0; done\n";
    fs::write(&python, script).unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    let bench = "bench train --image-size 32 --width 2 --batch 4 --steps 1 --turns 1 --python @/python --device second";
    forger(folder.path(), bench).unwrap();
    forger(folder.path(), &format!("{bench} --system cyclegan")).unwrap();
    assert!(forger(folder.path(), &format!("{bench} --system cyclegan --mixed-precision")).is_err());
}
