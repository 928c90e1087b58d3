//! `--resume` beside other flags.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "resume/data.rs"]
mod data;

use std::{fs, path::Path, process::Command};

use assert_cmd::cargo::CommandCargoExt;
use image::{Rgb, RgbImage};
use serde_json::Value;

/// Runs a command line, in which `@` stands for a folder: whether it ended well, and what it said.
fn forger(folder: &Path, line: &str) -> (bool, String) {
    let words = line.split_whitespace().map(|word| word.replace('@', folder.to_str().unwrap()));
    let output = Command::cargo_bin("forger").unwrap().args(words).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn works(folder: &Path, line: &str) -> String {
    let (is_well, text) = forger(folder, line);
    assert!(is_well, "{line}: {text}");
    text
}

fn refused(folder: &Path, line: &str, expected: &[&str]) {
    let (is_well, text) = forger(folder, line);
    assert!(!is_well && expected.iter().all(|part| text.contains(part)), "{line}: {expected:?}: {text}");
}

/// The settings in the newest checkpoint of `@/run`, and the notes of the run.
fn kept(folder: &Path, step: u64) -> Value {
    let bytes = fs::read(folder.join(format!("run/checkpoint-{step:010}.safetensors"))).unwrap();
    forger_core::checkpoint::Reader::new(&bytes).unwrap().state["config"].clone()
}

/// What the run learned from; how far it was to come is apart.
fn note(folder: &Path) -> Value {
    let mut note: Value = serde_json::from_str(&fs::read_to_string(folder.join("run/data.json")).unwrap()).unwrap();
    assert!(note["steps"].take().is_u64(), "{note}");
    note
}

/// The last row of losses.
fn losses(folder: &Path) -> String {
    fs::read_to_string(folder.join("run/losses.csv")).unwrap().lines().last().unwrap().to_owned()
}

const TRAIN: &str = "train dcgan --recipe dcgan-modern --data avatars:16 --set image_size=28 --set width=1 --set batch=4 \
                     --set generator_optimizer.learning_rate=1e-3 --out @/run";

#[test]
fn the_command_that_began_a_run_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 4"));
    let before = (kept(folder.path(), 4), note(folder.path()));
    let text = works(folder.path(), &format!("{TRAIN} --steps 8 --resume"));
    assert!(!text.contains("warning") && !text.contains("from here on"), "{text}");
    assert_eq!((kept(folder.path(), 8), note(folder.path())), before);
    // So it can where the recipe is that of --data, and of a run from before recipes were kept.
    works(folder.path(), "train dcgan --data avatars:16 --set width=1 --out @/run --steps 9 --resume");
    fs::remove_file(folder.path().join("run/begun.toml")).unwrap();
    let text = works(folder.path(), &format!("{TRAIN} --steps 10 --resume"));
    assert!(text.contains("--recipe dcgan-modern has") && text.contains("the run keeps its own settings"), "{text}");
    assert_eq!(kept(folder.path(), 10), before.0);
}

#[test]
fn a_run_goes_on_to_the_step_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let asked = || {
        let note = fs::read_to_string(folder.path().join("run/data.json")).unwrap();
        serde_json::from_str::<Value>(&note).unwrap()["steps"].clone()
    };
    for line in ["train toy --out @/run", "train dcgan --data avatars:16 --out @/run"] {
        let begun = if line.contains("toy") { line } else { TRAIN };
        works(folder.path(), &format!("{begun} --steps 8 --checkpoint-every 4"));
        // As if it had been stopped.
        fs::remove_file(folder.path().join("run/checkpoint-0000000008.safetensors")).unwrap();
        let text = works(folder.path(), &format!("{line} --resume"));
        assert!(text.contains("; 8 steps of") && text.contains("step 8: "), "{text}");
        // Where it is already, no step is done, and none is told of.
        for more in ["", "--steps 8", "--steps 3"] {
            let text = works(folder.path(), &format!("{line} --resume {more}"));
            assert!(text.contains("the run is at step 8 already: --steps says how far it goes on"), "{text}");
            assert!(!text.contains("examples/s") && asked() == 8, "{text}");
        }
        works(folder.path(), &format!("{line} --resume --steps 9"));
        assert!(losses(folder.path()).starts_with("9,") && asked() == 9);
        // What is asked for in another way counts, too.
        if line.contains("dcgan") {
            works(folder.path(), &format!("{line} --resume --epochs 3"));
            assert!(losses(folder.path()).starts_with("12,") && asked() == 12);
        }
        refused(folder.path(), &format!("{line} --resume @/run"), &["this is a folder", "--resume alone goes on"]);
        fs::remove_dir_all(folder.path().join("run")).unwrap();
    }
    fs::create_dir(folder.path().join("run")).unwrap();
    refused(folder.path(), "train toy --out @/run --resume", &["no checkpoint to go on from", "leave --resume out"]);
    refused(folder.path(), "export @/run --name a --out @/models", &["name the folder of a run, or a model file"]);
}

#[test]
fn learning_rates_change_for_the_rest_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let rate = |step| kept(folder.path(), step)["generator_optimizer"]["learning_rate"].as_f64().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 4"));
    let copy = tempfile::tempdir().unwrap();
    works(copy.path(), &format!("{TRAIN} --steps 4"));
    let faster = "--set generator_optimizer.learning_rate=0.05 --set discriminator_optimizer.beta1=0.25";
    let text = works(folder.path(), &format!("{TRAIN} --steps 8 --resume {faster}"));
    assert!(text.contains("generator_optimizer.learning_rate is 0.05 from here on; it was 0.001"), "{text}");
    assert_eq!((rate(8), &kept(folder.path(), 8)["discriminator_optimizer"]["beta1"]), (0.05, &Value::from(0.25)));
    let recipe = fs::read_to_string(folder.path().join("run/recipe.toml")).unwrap();
    assert!(recipe.contains("learning_rate = 0.05"), "{recipe}");
    works(copy.path(), &format!("{TRAIN} --steps 8 --resume"));
    assert_ne!(losses(folder.path()), losses(copy.path()));
    // Of a run that is over nothing changes, and nothing is said to.
    let text = works(folder.path(), &format!("{TRAIN} --resume --set generator_optimizer.learning_rate=0.01"));
    assert!(text.contains("the run is at step 8 already") && !text.contains("from here on"), "{text}");
    assert_eq!(fs::read_to_string(folder.path().join("run/recipe.toml")).unwrap(), recipe);
    // Kept without being said again.
    works(folder.path(), "train dcgan --data avatars:16 --out @/run --steps 9 --resume");
    assert_eq!(rate(9), 0.05);
    // Adam that begins to be another optimizer has nothing to go on from.
    let other = r#"generator_optimizer={name="sgd",learning_rate=0.1,momentum=0.5}"#;
    refused(
        folder.path(),
        &format!("{TRAIN} --steps 10 --resume --set {other}"),
        &["generator_optimizer.name", "adam"],
    );
    refused(
        folder.path(),
        &format!("{TRAIN} --steps 10 --resume --set generator_optimizer.learning_rate=99"),
        &["between 0 and 10"],
    );
}

#[test]
fn what_a_run_is_stays_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 2"));
    let files = || {
        let read = |name: &str| fs::read(folder.path().join("run").join(name)).unwrap();
        ["data.json", "recipe.toml", "losses.csv", "begun.toml"].map(read)
    };
    let before = files();
    for (change, has) in [
        ("width=2", "width=2 where the run has 1"),
        ("image_size=32", "image_size=32 where the run has 28"),
        ("loss=wasserstein", r#"loss="wasserstein" where the run has"#),
        ("batch=8", "batch=8 where the run has 4"),
        ("seed=7", "seed=7 where the run has 1"),
        ("augment={color=false,cutout=true}", "augment.cutout=true where the run has"),
        ("wdth=3", "there is no such setting"),
    ] {
        refused(folder.path(), &format!("{TRAIN} --steps 4 --resume --set {change}"), &[has]);
    }
    refused(
        folder.path(),
        &format!("{TRAIN} --steps 4 --resume --recipe dcgan-paper").replacen("--recipe dcgan-modern", "", 1),
        &["--recipe dcgan-paper is not the recipe that the run began with", "where that has"],
    );
    refused(folder.path(), &format!("{TRAIN} --steps 4 --resume --from @/run"), &["the run began without one"]);
    assert!(files() == before);
}

#[test]
fn a_recipe_file_whose_rates_were_changed_since_counts() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = |rate: &str, width: u32| {
        let text = format!(
            "[config]\nimage_size = 28\nwidth = {width}\nbatch = 4\n[config.generator_optimizer]\nname = \"adam\"\n\
             learning_rate = {rate}\nbeta1 = 0.5\nbeta2 = 0.9\n"
        );
        fs::write(folder.path().join("mine.toml"), text).unwrap();
    };
    let line = "train dcgan --recipe @/mine.toml --data avatars:16 --out @/run";
    recipe("0.001", 2);
    works(folder.path(), &format!("{line} --steps 2 --set width=1"));
    recipe("0.01", 2);
    works(folder.path(), &format!("{line} --steps 4 --resume --set width=1"));
    assert_eq!(kept(folder.path(), 4)["generator_optimizer"]["learning_rate"], 0.01);
    recipe("0.01", 3);
    refused(folder.path(), &format!("{line} --steps 6 --resume"), &["width=3 where that has 2"]);
}

#[test]
fn a_run_that_began_with_a_model_is_repeated_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 2").replace("@/run", "@/first"));
    works(folder.path(), &format!("{TRAIN} --steps 2").replace("@/run", "@/other"));
    let line = format!("{TRAIN} --from @/first");
    works(folder.path(), &format!("{line} --steps 2"));
    works(folder.path(), &format!("{line} --steps 4 --resume"));
    assert!(note(folder.path())["from"].as_str().unwrap().ends_with("first"));
    refused(folder.path(), &format!("{TRAIN} --from @/other --steps 6 --resume"), &["the run began with", "first"]);
    // Of a model file, the terms of its weights hold on.
    works(folder.path(), "export @/first --name first --licence research --out @/models");
    let manifest = || -> Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join("models/manifest.json")).unwrap()).unwrap()
    };
    let file = manifest()["models"][0]["file"].as_str().unwrap().to_owned();
    works(folder.path(), &format!("{TRAIN} --from @/models/{file} --steps 1").replace("@/run", "@/next"));
    works(folder.path(), "export @/next --name next --notes mine --out @/models");
    let card = &manifest()["models"][1]["card"];
    assert_eq!(card["licence"], "MIT OR Apache-2.0; of the weights it began with: research");
    // It began with no auxiliary classifier, and must not seem to have one.
    let line = format!("{line} --steps 6 --resume --auxiliary-classifier @/none");
    refused(folder.path(), &line, &["--auxiliary-classifier: the run began without one"]);
}

#[test]
fn super_resolution_and_the_toy_are_gone_on_with_alike() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    let shade = |x: u32, y: u32| Rgb([x as u8, y as u8, (x * y) as u8]);
    RgbImage::from_fn(140, 130, shade).save(folder.path().join("photos/a.png")).unwrap();
    let line = "train superres --data @/photos --set width=2 --set blocks=1 --set patch=8 --set batch=1 --out @/run";
    works(folder.path(), &format!("{line} --steps 2"));
    let text = works(folder.path(), &format!("{line} --steps 4 --resume"));
    assert!(!text.contains("from here on"), "{text}");
    let slower = "--set generator_optimizer.learning_rate=1e-5 --set decay_steps=20";
    works(folder.path(), &format!("{line} --steps 6 --resume {slower}"));
    let settings = kept(folder.path(), 6);
    assert_eq!(
        (&settings["generator_optimizer"]["learning_rate"], &settings["decay_steps"]),
        (&1e-5.into(), &20.into())
    );
    // A rate that falls up to another step takes the end of the run with it.
    let text = works(folder.path(), &format!("{line} --resume --set decay_steps=8"));
    assert!(text.contains("; 8 steps of 1") && kept(folder.path(), 8)["decay_steps"] == 8, "{text}");
    assert!(works(folder.path(), &format!("{line} --resume")).contains("at step 8 already"));
    refused(
        folder.path(),
        &format!("{line} --steps 8 --resume --set losses.pixel=0.5"),
        &["losses.pixel=0.5 where the run has 1"],
    );

    let line = "train toy --set distribution=moons --out @/toy";
    works(folder.path(), &format!("{line} --steps 2"));
    let text =
        works(folder.path(), &format!("{line} --steps 4 --resume --set discriminator_optimizer.learning_rate=0.01"));
    assert!(text.contains("discriminator_optimizer.learning_rate is 0.01 from here on"), "{text}");
    refused(
        folder.path(),
        &format!("{line} --steps 6 --resume --set distribution=ring"),
        &["distribution=\"ring\" where"],
    );
}

#[test]
fn a_checkpoint_of_another_run_goes_on_in_a_new_folder_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 3"));
    let file = folder.path().join("from-a-tab.safetensors");
    fs::copy(folder.path().join("run/checkpoint-0000000003.safetensors"), &file).unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 6 --resume"));
    let end = |run: &str| fs::read(folder.path().join(format!("{run}/checkpoint-0000000006.safetensors"))).unwrap();
    works(folder.path(), "train dcgan --data avatars:16 --out @/other --steps 6 --resume @/from-a-tab.safetensors");
    assert_eq!(end("other"), end("run"));
    // What is there is not written over, and what is no checkpoint is refused before anything is made.
    let again = "train dcgan --data avatars:16 --out @/other --steps 7 --resume @/from-a-tab.safetensors";
    refused(folder.path(), again, &["is not empty"]);
    fs::write(&file, b"no checkpoint").unwrap();
    refused(
        folder.path(),
        "train dcgan --data avatars:16 --out @/third --resume @/from-a-tab.safetensors",
        &["from-a-tab.safetensors", "damaged"],
    );
    assert!(!folder.path().join("third").exists());
}
