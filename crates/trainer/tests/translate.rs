//! pix2pix and CycleGAN, as their user meets them: pairs and sets, runs, models, figures and pictures.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{fs, path::Path};

use common::{errors, forger};
use image::{ColorType, DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::Value;

const SMALL: &str = "--set image_size=32 --set generator.depth=5 --set generator.width=2 --set patch=16 --set batch=2 --set discriminator_width=2";

fn picture(path: &Path, [width, height]: [u32; 2], seed: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 5 + seed) as u8, (y * 3) as u8, (x ^ y) as u8]))
        .save(path)
        .unwrap();
}

/// A command line in a folder: the exit code, and what was said on both outputs.
fn run(folder: &Path, line: &str) -> (Option<i32>, String) {
    let output = forger().current_dir(folder).args(line.split_whitespace()).output().unwrap();
    let text = [output.stderr, output.stdout].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn pairs(folder: &Path) {
    for (part, count) in [("train", 4), ("test", 3)] {
        for index in 0..count {
            picture(&folder.join(format!("set/{part}/photo/{index}.png")), [40, 40], index);
            picture(&folder.join(format!("set/{part}/label/{index}.png")), [40, 40], 100 + index);
        }
    }
    picture(&folder.join("set/train/photo/alone.png"), [40, 40], 0);
}

#[test]
fn a_run_on_pairs_is_measured_exported_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| run(folder.path(), line);
    let well = |line: &str| {
        let (code, text) = run(line);
        assert_eq!(code, Some(0), "{line}\n{text}");
        text
    };
    pairs(folder.path());
    let train = format!("train pix2pix --data set --input label --target photo {SMALL}");
    let text = well(&format!("{train} --test set --steps 4 --checkpoint-every 2 --out run"));
    assert!(text.contains("alone.png has no partner of its name in label; left out"), "{text}");
    assert!(text.contains("4 pairs from set, 32x32; 4 steps of 2") && text.contains("step 4: set: l1 0."), "{text}");
    assert!(at("run/best.safetensors").exists() && at("run/samples/0000000004.png").exists());
    let recipe = fs::read_to_string(at("run/recipe.toml")).unwrap();
    assert!(recipe.contains("constant_steps = 2") && recipe.contains("decay_steps = 2"), "{recipe}");
    assert!(well(&format!("{train} --steps 5 --resume --out run")).contains("step 5"));
    let other = run(&format!("train pix2pix --data set --direction BtoA {SMALL} --steps 6 --resume --out run"));
    assert!(other.0 == Some(1) && other.1.contains("has learned the other way"), "{}", other.1);

    well("export run --name tiny --domains label,photo --notes thin --out models");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(at("models/manifest.json")).unwrap()).unwrap();
    let (card, file) = (&manifest["models"][0]["card"], manifest["models"][0]["file"].as_str().unwrap());
    assert!(card["networks"] == serde_json::json!(["generator"]) && card["data"]["images"] == 4, "{card}");
    let line = format!("eval translate --model models/{file} --test set --prefix tiny --sheet sheet.png --json");
    let text = well(&line);
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let figure = |name: &str| figures[name].as_f64().unwrap();
    assert!(
        figure("tiny_l1") > 0.0 && figure("tiny_constant_l1") < 0.1 && figure("tiny_constant_ssim") > 0.3,
        "{text}"
    );
    let names = ["l1", "psnr", "ssim", "accuracy", "swd"];
    assert!(names.iter().all(|name| figures[format!("tiny_{name}")].is_number()), "{text}");
    assert_eq!(figures["command"], "forger eval translate --model MODEL --test set --prefix tiny --json");
    assert_eq!(image::open(at("sheet.png")).unwrap().to_rgb8().dimensions(), (96, 96));
    // The card names the folders; named the other way round they are other figures.
    let (code, text) = run("eval translate --model run --test set --input photo --target label --json");
    let back: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(code == Some(0) && back["l1"] != figures["tiny_l1"], "{text}");
    fs::write(at("figures.json"), figures.to_string()).unwrap();
    well(&format!("export models/{file} --name tiny --metrics figures.json --out models"));
    assert!(fs::read_to_string(at("models/manifest.json")).unwrap().contains("tiny_accuracy"));
    // Of two sets, a model that knows one way is measured on that.
    let (code, text) = run("eval translate --model run --x set/test/label --y set/test/photo --sheet one.png --json");
    let one: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(code == Some(0) && one["changed_l1"].is_number() && one["cycle_l1"].is_null(), "{text}");
    assert_eq!(image::open(at("one.png")).unwrap().to_rgb8().dimensions(), (64, 96));
    let (code, text) = run("eval translate --model run --test set --sheet sheet.foo --json");
    assert!(code == Some(1) && text.contains("give a name that ends in .png") && !text.contains("SSIM"), "{text}");
    for (line, page) in [("report run", "pages/page.html"), ("compare run run", "more/page.html")] {
        well(&format!("{line} --out {page}"));
        assert!(at(page).exists());
    }
    assert!(run("report run --out page.html").0 == Some(0));
    assert!(fs::read_to_string(at("page.html")).unwrap().contains("Mean absolute difference from the truth"));
}

#[test]
fn pairs_of_several_shapes_have_a_mean_picture() {
    let folder = tempfile::tempdir().unwrap();
    for (index, size) in [[60, 40], [40, 60], [40, 90]].into_iter().enumerate() {
        for side in ["train/a", "train/b", "test/a", "test/b"] {
            picture(&folder.path().join(format!("set/{side}/{index}.png")), size, index as u32);
        }
    }
    let (code, text) = run(folder.path(), &format!("train pix2pix --data set {SMALL} --steps 1 --out run"));
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(folder.path(), "eval translate --model run --test set --json");
    assert_eq!(code, Some(0), "{text}");
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    // What is not a number would be null.
    let names = ["l1", "psnr", "ssim", "accuracy"];
    assert!(names.iter().all(|name| figures[format!("constant_{name}")].is_number()), "{text}");
    let (code, text) = run(folder.path(), "eval translate --model run --test set --image-size 10");
    assert!(code == Some(2) && text.contains("11..=1024"), "{text}");
}

#[test]
fn the_other_way_is_learned_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for index in 0..3 {
        picture(&at(&format!("set/train/{index}.png")), [64, 32], index);
    }
    picture(&at("set/train/square.png"), [32, 32], 9);
    let train = format!("train pix2pix --data set --direction BtoA {SMALL} --steps 1 --out run");
    let (code, text) = run(folder.path(), &train);
    assert!(code == Some(0) && text.contains("twice as wide as high"), "{text}");
    assert!(fs::read_to_string(at("run/recipe.toml")).unwrap().contains("reversed = true"));
    let (code, text) = run(folder.path(), &format!("train pix2pix --data set {SMALL} --steps 2 --resume --out run"));
    assert_eq!(code, Some(0), "{text}");
    // Measured as it has learned.
    let eval = |more: &str| {
        let line = format!("eval translate --model run --test set/train --sheet sheet.png --json {more}");
        let (code, text) = run(folder.path(), &line);
        assert_eq!(code, Some(0), "{text}");
        serde_json::from_str::<Value>(text.lines().last().unwrap()).unwrap()["l1"].as_f64().unwrap()
    };
    let found = eval("");
    assert_eq!(found, eval("--direction btoa"));
    assert_ne!(found, eval("--direction AtoB"));
}

#[test]
fn two_sets_need_no_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    (0..5).for_each(|index| picture(&at(&format!("faces/{index}.png")), [44, 54], index));
    let small =
        "--set generator.blocks=1 --set generator.width=2 --set patch=16 --set batch=2 --set discriminator_width=2";
    let sets = "--x faces --x-crop 4,11,40,47 --x-holdout 2 --y avatars:6";
    let train =
        format!("train cyclegan --recipe cyclegan-faces {sets} {small} --set image_size=32 --steps 2 --out run");
    let (code, text) = run(folder.path(), &train);
    assert!(code == Some(0) && text.contains("3 pictures from faces and 6 from avatars:6, 32x32"), "{text}");
    let (code, text) = run(folder.path(), "export run --name faces --domains face,avatar --out models");
    assert_eq!(code, Some(0), "{text}");
    let text = fs::read_to_string(at("models/manifest.json")).unwrap();
    assert!(text.contains("faces and avatars:6") && text.contains("CC0 1.0 (made by Forger)"), "{text}");
    let classifier =
        "train classifier --data avatars:40 --image-size 32 --width 2 --epochs 1 --out judge --attribute Male";
    assert_eq!(run(folder.path(), classifier).0, Some(0));
    let judged = "--classifier judge --class Male --sheet sheet.png --json";
    let (code, text) = run(folder.path(), &format!("eval translate --model run {sets} {judged}"));
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let names = ["cycle_l1", "cycle_l1_back", "changed_l1", "changed_l1_back", "Male_share", "Male_share_before"];
    assert!(code == Some(0) && names.iter().all(|name| figures[name].is_number()), "{text}");
    assert_eq!(
        figures["command"],
        "forger eval translate --model MODEL --x faces --y avatars:6 --x-crop 4,11,40,47 --x-holdout 2 --classifier \
         CLASSIFIER --class Male --json"
    );
    assert_eq!(image::open(at("sheet.png")).unwrap().to_rgb8().dimensions(), (192, 64));
    let line = format!("eval translate --model run {sets} --classifier judge --attributes --json");
    let (code, text) = run(folder.path(), &line);
    assert!(code == Some(1) && text.contains("there is no attributes.csv in faces"), "{text}");
    let table = (0..5).fold("file,Male,Young\n".to_owned(), |table, index| format!("{table}{index}.png,1,0\n"));
    fs::write(at("faces/attributes.csv"), table).unwrap();
    let (code, text) = run(folder.path(), &line);
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let names = ["Male_kept", "Male_by_chance", "attributes_kept", "attributes_by_chance"];
    assert!(code == Some(0) && names.iter().all(|name| figures[name].is_number()), "{text}");
    assert!(figures["command"].as_str().unwrap().ends_with("--classifier CLASSIFIER --attributes --json"), "{text}");
    let (code, text) = run(folder.path(), &format!("eval translate --model run {sets} --classifier judge --class Hat"));
    assert!(code == Some(1) && text.contains("the classifier knows Male"), "{text}");
    let (code, text) = run(folder.path(), "train cyclegan --x faces:none --y avatars:6 --out other");
    assert!(
        code == Some(1) && text.contains("there is no file or folder faces:none") || text.contains("none"),
        "{text}"
    );
}

#[test]
fn pictures_are_translated_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let at = |name: &str| folder.join(name);
    pairs(folder);
    let train = format!("train pix2pix --data set {SMALL} --steps 1 --out run");
    assert_eq!(run(folder, &train).0, Some(0));
    picture(&at("in/a.png"), [50, 41], 0);
    picture(&at("in/a.jpg"), [50, 41], 0);
    RgbaImage::from_fn(33, 20, |x, _| Rgba([200, 0, 0, if x < 9 { 0 } else { 255 }])).save(at("in/clear.png")).unwrap();
    fs::write(at("in/broken.png"), "no picture").unwrap();
    let (code, text) = run(folder, "translate in out --model run");
    assert!(
        code == Some(0) && text.contains("broken.png is no picture") && text.contains("1 pictures left out"),
        "{text}"
    );
    let (code, text) = run(folder, "translate in out --model run");
    assert!(code == Some(0) && text.contains("1 pictures left out") && !text.contains("no picture of in"), "{text}");
    let size = |name: &str| image::open(at(name)).unwrap().to_rgb8().dimensions();
    assert_eq!([size("out/a.png"), size("out/a.jpg.png"), size("out/clear.png")], [(50, 41), (50, 41), (33, 20)]);
    let (code, text) = run(folder, "translate in/a.png out/a.png --model run");
    assert!(code == Some(1) && text.contains("--overwrite"), "{text}");
    let (code, text) = run(folder, "translate in/a.png in/a.png --model run --overwrite");
    assert!(code == Some(1) && text.contains("is the original"), "{text}");
    assert_eq!(run(folder, "translate in/a.png fit.webp --model run --fit").0, Some(0));
    assert_eq!(size("fit.webp"), (39, 32));
    let (code, text) = run(folder, "translate in/a.png b.png --model run --back");
    assert!(code == Some(1) && text.contains("no way back") && !at("b.png").exists(), "{text}");
    picture(&at("large.png"), [1300, 1200], 0);
    let (code, text) = run(folder, "translate large.png b.png --model run");
    assert!(code == Some(1) && text.contains("--fit makes the picture smaller"), "{text}");
    let (code, text) = errors(forger().current_dir(folder).args(["translate", "in/a.png", "b.bmp", "--model", "run"]));
    assert!(code == Some(1) && text.contains("PNG, JPEG and WebP can be written"), "{text}");
    let (code, text) = run(folder, "upscale in/a.png b.png --model run");
    assert!(code == Some(1) && text.contains("pix2pix"), "{text}");
}

#[test]
fn a_single_pixel_and_a_grey_picture_are_translated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let at = |name: &str| folder.join(name);
    pairs(folder);
    fs::create_dir(at("in")).unwrap();
    let field = |side| RgbImage::from_pixel(side, side, Rgb([200, 30, 90]));
    field(1).save(at("in/point.png")).unwrap();
    let grey = GrayImage::from_fn(21, 9, |x, y| Luma([(x * 11 + y) as u8]));
    grey.save(at("in/grey.png")).unwrap();
    GrayImage::from_pixel(1, 1, Luma([140])).save(at("in/grey-point.png")).unwrap();
    // The same in a file that has colours.
    DynamicImage::from(grey).into_rgb8().save(at("in/coloured.png")).unwrap();
    assert_eq!(image::open(at("in/grey.png")).unwrap().color(), ColorType::L8);
    let resnet = "--set generator.network=resnet --set generator.normalization=instance --set generator.blocks=1";
    for (network, multiple, more) in [("unet", 32, ""), ("resnet", 4, resnet)] {
        field(multiple).save(at("in/field.png")).unwrap();
        let (code, text) = run(folder, &format!("train pix2pix --data set {SMALL} {more} --steps 1 --out {network}"));
        assert_eq!(code, Some(0), "{network}: {text}");
        let (code, text) = run(folder, &format!("translate in out-{network} --model {network}"));
        assert!(code == Some(0) && text.contains("1 x 1") && text.contains("21 x 9"), "{network}: {text}");
        let open = |name: &str| image::open(at(&format!("out-{network}/{name}.png"))).unwrap();
        // What is made has colours, whatever it was made of.
        for (name, size) in [("point", (1, 1)), ("grey-point", (1, 1)), ("grey", (21, 9)), ("coloured", (21, 9))] {
            let made = open(name);
            assert_eq!((made.width(), made.height()), size, "{network}: {name}");
            assert_eq!(made.color(), ColorType::Rgb8, "{network}: {name}");
        }
        assert_eq!(open("grey"), open("coloured"), "{network}");
        // A single pixel goes on as far as the network needs.
        let first = |name: &str| *open(name).to_rgb8().get_pixel(0, 0);
        assert_eq!(first("point"), first("field"), "{network}");
    }
}
