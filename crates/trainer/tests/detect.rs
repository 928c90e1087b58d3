//! Anomalies from the command line: models of one class, how well they tell others from it, and reports on folders.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

#[allow(dead_code, reason = "this test reads both outputs")]
mod common;

use std::{fs, path::Path};

use common::forger;
use image::{GrayImage, Luma, Rgb, RgbImage};
use serde_json::Value;

/// A command line in a folder: the exit code, and what was said on both outputs.
fn run(folder: &Path, line: &str) -> (Option<i32>, String) {
    let output = forger().current_dir(folder).args(line.split_whitespace()).output().unwrap();
    let text = [output.stderr, output.stdout].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Stripes, upright (class 0) or lying (class 1), shifted.
fn shade(class: usize, index: usize, x: usize, y: usize) -> u8 {
    if (if class == 0 { x } else { y } + index) % 7 < 3 { 255 } else { 0 }
}

/// IDX files with labels, of both classes in turn.
fn idx(folder: &Path, part: &str, count: usize) {
    let word = |value: usize| (value as u32).to_be_bytes();
    let mut pictures = [word(0x0803), word(count), word(28), word(28)].concat();
    let mut labels = [word(0x0801), word(count)].concat();
    for index in 0..count {
        pictures.extend((0..784).map(|at| shade(index % 2, index / 2, at % 28, at / 28)));
        labels.push((index % 2) as u8);
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("{part}-images-idx3-ubyte")), pictures).unwrap();
    fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
}

const SMALL: &str = "--set width=2 --set latent_dim=4 --set batch=8";
const SHORT: &str = "--starts 2 --search-steps 8";

#[test]
fn models_of_one_class_are_trained_measured_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| run(folder.path(), line);
    idx(&at("set"), "train", 48);
    idx(&at("set"), "t10k", 20);
    let eval = format!(
        "eval detect --data set --runs runs --count 6 {SHORT} --components 6 --neighbours 1 --out results --json"
    );
    let (code, text) = run(&eval);
    assert!(code == Some(1) && text.contains("no model of class 0"), "{text}");
    let train = format!("{eval} --train --epochs 2 --encoder-steps 20 {SMALL} --prefix stripes");
    let (code, text) = run(&train);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("24 pictures of 28x28 from set, class 0; 6 steps") && text.contains("class 1, 2 of 2"),
        "{text}"
    );
    let line: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    for key in ["adgan", "anogan", "encoder", "pca", "knn", "knn_features", "adgan_aupr"] {
        assert!((0.0..=1.0).contains(&line[format!("stripes_{key}")].as_f64().unwrap()), "{line}");
    }
    // Every shift was learned from, and no stripe lies.
    assert!(line["stripes_knn"] == 1.0 && line["stripes_pca"].as_f64().unwrap() > 0.99, "{line}");
    assert!(
        line["command"].as_str().unwrap().contains("--methods adgan,anogan,encoder,pca,knn,knn-features"),
        "{line}"
    );
    for run in ["runs/0", "runs/0/encoder"] {
        assert!(fs::read_to_string(at(run).join("data.json")).unwrap().contains("set, class 0"));
    }
    // Of the two that search, the area after each step.
    let steps = fs::read_to_string(at("results/steps.csv")).unwrap();
    assert!(steps.starts_with("step,adgan,anogan\n1,") && steps.lines().count() == 9, "{steps}");
    assert!(fs::read_to_string(at("results/steps.html")).unwrap().contains("<svg"));

    // What is finished is not measured again, and neither trained.
    fs::remove_file(at("results/1.json")).unwrap();
    let kept = fs::metadata(at("results/0.json")).unwrap().modified().unwrap();
    let (code, text) = run(&train);
    assert!(code == Some(0) && text.contains("class 1: AUROC") && !text.contains("class 0: AUROC"), "{text}");
    // It says its own flags, not those of `forger train`.
    assert!(text.contains("already: --epochs says") && text.contains("already: --encoder-steps says"), "{text}");
    assert!(!text.contains("--steps says") && !text.contains("--resume"), "{text}");
    let again: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(again, line);
    assert_eq!(fs::metadata(at("results/0.json")).unwrap().modified().unwrap(), kept);
    // Other settings are.
    let (code, text) = run(&format!("{eval} --methods knn --classes 0 --seed 3"));
    assert!(code == Some(0) && text.contains("class 0: AUROC knn 1.0000"), "{text}");
    // And what one of them cannot do is told before the others begin.
    let few = eval.replace("--neighbours 1", "--neighbours 99");
    let (code, text) = run(&format!("{few} --methods adgan,knn --classes 0 --seed 3"));
    assert!(code == Some(1) && text.contains("class 0: --neighbours 99 is more than"), "{text}");
    let unborn = few.replace("--runs runs", "--runs unborn --train --epochs 1");
    for (rest, expected) in
        [("", "class 0: --neighbours 99 is more than"), ("--device cuda:0,cuda:1", "one device only")]
    {
        let (code, text) = run(&format!("{unborn} {rest}"));
        assert!(code == Some(1) && text.contains(expected) && !at("unborn").exists(), "{text}");
    }
    // A model that goes on has an encoder of its own, and figures of another encoder or another set are not kept.
    let more = train.replace("--epochs 2", "--epochs 3") + " --methods encoder --classes 0";
    let (code, text) = run(&more);
    assert!(code == Some(0) && text.contains("and begins anew") && text.contains("class 0: AUROC encoder"), "{text}");
    idx(&at("other/set"), "train", 20);
    for (line, is_measured) in [
        (more.clone(), false),
        (more.replace("--encoder-steps 20", "--encoder-steps 21"), true),
        (format!("{more} --test set"), true),
        (format!("{more} --test other/set"), true),
    ] {
        let (code, text) = run(&line);
        assert!(code == Some(0) && text.contains("class 0: AUROC") == is_measured, "{line}: {text}");
        assert!(!text.contains("anew"), "{line}: {text}");
    }
    let (code, text) = run(&format!("train dcgan --data set --normal 7 {SMALL} --out none"));
    assert!(code == Some(1) && text.contains("no class 7: there are 0, 1"), "{text}");
}

#[test]
fn folders_of_all_kinds_become_reports() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| run(folder.path(), line);
    for (name, class) in [("set/up", 0), ("set/lying", 1)] {
        fs::create_dir_all(at(name)).unwrap();
        for index in 0..30 {
            let pixel = |x: u32, y: u32| Luma([shade(class, index, x as usize, y as usize)]);
            GrayImage::from_fn(28, 28, pixel).save(at(name).join(format!("{index:02}.png"))).unwrap();
        }
    }
    let train =
        "train dcgan --data set --normal up --recipe dcgan-digits --set width=4 --set latent_dim=4 --set batch=8";
    let (code, text) = run(&format!("{train} --steps 60 --out run"));
    assert!(code == Some(0) && text.contains("30 pictures of 28x28 from set"), "{text}");

    let detect = |rest: &str| run(&format!("detect {rest} --model run --normal set --class up {SHORT} --out report"));
    fs::create_dir_all(at("empty")).unwrap();
    let (code, text) = detect("empty");
    assert!(code == Some(1) && text.contains("empty holds no picture that reads"), "{text}");

    // Sizes and colours of all kinds, one that is blank, and two that do not read.
    fs::create_dir_all(at("mixed")).unwrap();
    RgbImage::from_fn(90, 40, |x, y| Rgb([x as u8 * 2, y as u8, 200])).save(at("mixed/wide.png")).unwrap();
    RgbImage::from_pixel(5, 5, Rgb([128; 3])).save(at("mixed/blank.png")).unwrap();
    fs::copy(at("set/lying/00.png"), at("mixed/lying.png")).unwrap();
    fs::copy(at("set/up/00.png"), at("mixed/up, and normal.png")).unwrap();
    fs::write(at("mixed/broken.png"), "broken").unwrap();
    fs::write(at("mixed/empty.jpg"), "").unwrap();
    let (code, text) = detect("mixed --threshold 1000");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("broken.png") && text.contains("empty.jpg") && text.contains("2 of 6 pictures left out"));
    let table = fs::read_to_string(at("report/scores.csv")).unwrap();
    assert!(table.lines().count() == 5 && table.starts_with("file,score,p_value,strange\n"), "{table}");
    assert!(table.contains("\"mixed/up, and normal.png\"") && !table.contains("NaN"), "{table}");
    let page = fs::read_to_string(at("report/report.html")).unwrap();
    assert!(page.contains("mixed/blank.png, where they differ") && page.contains("0 of 4 pictures"), "{page}");

    let (code, text) = detect("mixed --threshold 0");
    assert!(code == Some(3) && text.contains("4 of 4 pictures are strange") && !text.contains("error"), "{text}");
    let (code, text) = detect("mixed --false-alarms 0.01");
    assert!(
        code == Some(1) && text.contains("30 normal pictures are too few") && text.contains("at least 99"),
        "{text}"
    );
    let (code, text) = detect("mixed --method anogan --false-alarms 0.1 --shown 1");
    assert!(code == Some(0) || code == Some(3), "{text}");
    assert_eq!(fs::read_to_string(at("report/report.html")).unwrap().matches("data:image/png").count(), 3);
    // What was learned from is not above its own threshold more often than it should be.
    let (_, text) = detect("set:up --false-alarms 0.1");
    let strange = fs::read_to_string(at("report/scores.csv")).unwrap().matches(",1\n").count();
    assert!(strange <= 3, "{text}");

    // Cut out of a frame, pictures are the same, and a table says which are normal.
    fs::create_dir_all(at("framed/up")).unwrap();
    for index in 0..30 {
        let pixel = |x: u32, y: u32| match (x.checked_sub(6), y.checked_sub(4)) {
            (Some(x @ 0..28), Some(y @ 0..28)) => Luma([shade(0, index, x as usize, y as usize)]),
            _ => Luma([128]),
        };
        GrayImage::from_fn(40, 36, pixel).save(at("framed/up").join(format!("{index:02}.png"))).unwrap();
    }
    let scores = |line: &str| {
        let (code, text) = run(&format!("detect {line} --model run --class up {SHORT} --threshold 1000 --out report"));
        assert_eq!(code, Some(0), "{text}");
        let table = fs::read_to_string(at("report/scores.csv")).unwrap();
        table.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    let framed = "framed --normal framed";
    let plain = scores("set:up --normal set:up");
    assert_eq!((plain.len(), &plain), (31, &scores(&format!("{framed} --crop 6,4,34,32"))));
    assert_ne!(plain, scores(framed));
    let calibrate = format!("calibrate run --normal framed --crop 6,4,34,32 --what up --name up {SHORT} --out cut");
    assert_eq!(run(&calibrate).0, Some(0));
    let cut = fs::read_dir(at("cut")).unwrap().map(|entry| entry.unwrap().path());
    let cut = cut.into_iter().find(|path| path.extension().is_some_and(|end| end == "safetensors")).unwrap();
    for (crop, is_told) in [("--crop 6,4,34,32", false), ("--crop 6,4,34,33", true), ("", true)] {
        let line = format!("detect framed --model {} {crop} --threshold 1000 --out report", cut.display());
        let (code, text) = run(&line);
        assert!(code == Some(0) && text.contains("give --crop 6,4,34,32,") == is_told, "{crop}: {text}");
        let page = fs::read_to_string(at("report/report.html")).unwrap();
        assert!(page.contains("30 normal ones of framed, cut to 6,4,34,32"), "{page}");
    }
    let rows = (0..30).map(|index| format!("{index:02}.png,{}\n", index % 2)).collect::<String>();
    fs::write(at("table.csv"), format!("file,Odd\n{rows}")).unwrap();
    let odd = format!("detect mixed --model run --normal set:up --class Odd {SHORT} --threshold 1000 --out report");
    let (code, text) = run(&format!("{odd} --attributes table.csv"));
    let page = fs::read_to_string(at("report/report.html")).unwrap();
    assert!(code == Some(0) && page.contains("beside 15 normal ones"), "{text}");
    assert!(run(&odd).1.contains("no class Odd"));

    // What could not be said or written is refused before there is a search.
    for threshold in ["nan", "inf"] {
        let (code, text) = detect(&format!("mixed --threshold {threshold}"));
        assert!(code == Some(1) && text.contains("--threshold is a score"), "{text}");
    }
    let (code, text) = run("detect mixed --model run --normal nowhere --out run/data.json");
    assert!(code == Some(1) && text.contains("cannot write run/data.json/scores.csv"), "{text}");
    let (code, text) = run("detect mixed --model run --normal nowhere --search-steps 0 --out report");
    assert!(code == Some(1) && text.contains("--search-steps is 0"), "{text}");
    let calibrate = "calibrate run --normal nowhere --what up --out";
    for (rest, expected) in [
        ("models", "name the model with --name"),
        ("models --name Up", "use a-z, 0-9 and - only"),
        ("run/data.json --name up", "cannot write run/data.json/manifest.json"),
    ] {
        let (code, text) = run(&format!("{calibrate} {rest}"));
        assert!(code == Some(1) && text.contains(expected), "{text}");
    }
    let eval = "eval detect --data set --train --epochs 1 --runs runs --out results";
    for (rest, expected) in [
        ("", "has no test part: say with --holdout"),
        ("--holdout 1", "no picture of class lying to judge: there are up"),
        ("--test set --search-steps 0", "--search-steps is 0"),
    ] {
        let (code, text) = run(&format!("{eval} {rest}"));
        assert!(code == Some(1) && text.contains(expected) && !at("runs").exists(), "{text}");
    }

    let (code, text) = detect("nowhere");
    assert!(code == Some(1) && text.contains("no file or folder nowhere"), "{text}");
    let (code, text) = detect("mixed --false-alarms 2");
    assert!(code == Some(1) && text.contains("between 0 and 1"), "{text}");
    assert_eq!(run("export run --name up --out models").0, Some(0));
    let model = fs::read_dir(at("models")).unwrap().flatten().map(|entry| entry.path());
    let model = model.into_iter().find(|path| path.extension().is_some_and(|end| end == "safetensors")).unwrap();
    let blind = format!("detect mixed --normal set --class up {SHORT} --out report --model {}", model.display());
    let (code, text) = run(&format!("{blind} --method anogan"));
    assert!(code == Some(1) && text.contains("no discriminator"), "{text}");
    assert!(matches!(run(&blind).0, Some(0 | 2)));
}
