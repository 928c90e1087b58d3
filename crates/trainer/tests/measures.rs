//! Classifier, measures in training, and latent arithmetic from the command line.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{fs, path::Path, process::Command};

use assert_cmd::cargo::CommandCargoExt;

/// Runs `forger` in a folder; returns exit code, output and errors.
fn forger(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("forger").unwrap();
    let output = command.args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_classifier_measures_training_and_latent_arithmetic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let classifier = "train classifier --data avatars:400 --image-size 28 --width 4 --epochs 6 --out judge.safetensors";
    let (code, _, text) = forger(path, classifier);
    assert!(code == Some(0) && text.contains("Eyeglasses"), "{text}");

    let train = "train dcgan --data avatars:64 --set image_size=28 --set channels=3 --set width=2 --set batch=8 --checkpoint-every 10";
    let measured = format!("{train} --steps 30 --measure-count 40 --classifier judge.safetensors --out run");
    let (code, _, text) = forger(path, &measured);
    assert!(code == Some(0) && text.contains("the best so far"), "{text}");
    let metrics = fs::read_to_string(path.join("run/metrics.csv")).unwrap();
    for (step, images) in [(10, 80), (20, 160), (30, 240)] {
        assert!(metrics.contains(&format!("\n{step},{images},frechet_classifier,")), "{metrics}");
    }
    let best = fs::read(path.join("run/best.safetensors")).unwrap();
    let values = metrics.lines().filter(|line| line.contains(",frechet_classifier,"));
    let value = |line: &str| line.rsplit(',').next().unwrap().parse::<f64>().unwrap();
    let first_best = values.min_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
    let step = first_best.split(',').next().unwrap();
    let checkpoint = path.join(format!("run/checkpoint-{:010}.safetensors", step.parse::<u64>().unwrap()));
    // Only the two newest checkpoints are kept.
    assert!(!checkpoint.exists() || fs::read(checkpoint).unwrap() == best);
    assert!(fs::read_to_string(path.join("run/recipe.toml")).unwrap().contains("image_size = 28"));

    let export = "export run --best --name avatars --out models";
    assert_eq!(forger(path, export).0, Some(0));
    let model = fs::read_dir(path.join("models")).unwrap().flatten().map(|entry| entry.path());
    let model = model.into_iter().find(|path| path.extension().is_some_and(|end| end == "safetensors")).unwrap();
    let model = model.strip_prefix(path).unwrap().display().to_string();
    let latent = format!("eval latent --model {model} --classifier judge.safetensors --samples 300 --trials 5 --json");
    let (code, text, error) = forger(path, &latent);
    assert_eq!(code, Some(0), "{error}");
    let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    for key in ["avatars_chance", "avatars_classifier_eyeglasses"] {
        assert!((0.0..=1.0).contains(&line[key].as_f64().unwrap()), "{line}");
    }
    // It draws too few men for a trial, and no share is made up.
    assert!(error.contains("are surely men") && line["avatars_arithmetic"].is_null(), "{error}{line}");
    let eval =
        format!("eval --model {model} --data avatars:64 --split test --classifier judge.safetensors --count 30 --json");
    let (code, text, error) = forger(path, &eval);
    assert_eq!(code, Some(0), "{error}");
    let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(line["frechet_classifier"].is_number() && line["coverage"].is_number(), "{line}");
    let others = "--split test takes the others";
    let learned = eval.replace(" --split test", "").replace("--count 30", "--count 4");
    assert!(!error.contains(others) && forger(path, &learned).2.contains(others), "{error}");
    // What is missing is missed before anything is measured.
    let (code, text, error) = forger(path, &eval.replace("judge.", "none."));
    assert!(code == Some(1) && text.is_empty() && error.contains("cannot read none.safetensors"), "{text}{error}");
    for (out, expected) in [("run", "this is a folder"), ("run/data.json/a", "cannot write run/data.json/a")] {
        let line = classifier.replace("judge.safetensors", out).replace("avatars:400", "nowhere");
        let (code, _, error) = forger(path, &line);
        assert!(code == Some(1) && error.contains(expected), "{error}");
    }
    let (code, _, error) = forger(path, &classifier.replace("judge", "new/judge").replace("epochs 6", "epochs 1"));
    assert!(code == Some(0) && path.join("new/judge.safetensors").exists(), "{error}");

    // A run without a mapping network goes on with one.
    let mapped = format!("{train} --steps 5 --from run --set mapping=128 --out mapped");
    let (code, _, error) = forger(path, &mapped);
    assert_eq!(code, Some(0), "{error}");
    assert!(fs::read_to_string(path.join("mapped/recipe.toml")).unwrap().contains("mapping = 128"));
    let (code, text, error) = forger(path, &latent.replace(&model, "mapped"));
    assert!(code == Some(0) && text.contains("model1_chance"), "{text}{error}");
    let (code, _, text) = forger(path, &mapped.replace("128", "99").replace("out mapped", "out narrow"));
    assert!(code == Some(1) && text.contains("mapping=99"), "{text}");

    // What codes ask for is found in a model that draws it.
    let assisted = format!("{train} --steps 5 --from run --auxiliary-classifier judge.safetensors --out assisted");
    let (code, _, text) = forger(path, &assisted);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("codes ask for"), "{text}");
    assert!(fs::read_to_string(path.join("assisted/recipe.toml")).unwrap().contains("auxiliary = 1.0"));
    let (code, _, text) = forger(path, &format!("{train} --steps 8 --resume --out assisted"));
    assert_eq!(code, Some(0), "{text}");
    let (code, _, text) = forger(path, &assisted.replace("--out", "--auxiliary-attributes Male,Wings --out"));
    assert!(code == Some(1) && text.contains("no attribute Wings"), "{text}");
    let (code, _, text) = forger(path, &format!("{train} --steps 5 --recipe assisted/recipe.toml --out other"));
    assert!(code == Some(1) && text.contains("--auxiliary-classifier"), "{text}");

    // What does not fit is named.
    let (code, _, text) = forger(path, &format!("{train} --steps 5 --classifier run/recipe.toml --out other"));
    assert!(code == Some(1) && text.contains("recipe.toml"), "{text}");
    let other =
        "train classifier --data avatars:40 --image-size 32 --width 2 --epochs 1 --attribute Beard --out b.safetensors";
    assert_eq!(forger(path, other).0, Some(0));
    let (code, _, text) = forger(path, &format!("eval latent --model {model} --classifier b.safetensors"));
    assert!(code == Some(1) && text.contains("32 px"), "{text}");
    let unknown = "train classifier --data avatars:40 --image-size 28 --attribute Wings --out b.safetensors";
    assert!(forger(path, unknown).2.contains("no attribute Wings, but Male"));
}

#[test]
fn a_run_that_cannot_be_saved_goes_on_and_one_that_diverges_slows_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let train = "train dcgan --data avatars:16 --set image_size=28 --set channels=3 --set width=2 --set batch=4 --checkpoint-every 5";
    // A folder stands where a checkpoint would: it cannot be written, as on a full disk.
    fs::create_dir_all(path.join("run/checkpoint-0000000005.safetensors/x")).unwrap();
    let (code, _, text) = forger(path, &format!("{train} --steps 10 --out run --resume"));
    assert!(code == Some(1) && text.contains("no checkpoint"), "{text}");
    fs::remove_dir_all(path.join("run")).unwrap();
    assert_eq!(forger(path, &format!("{train} --steps 2 --out run")).0, Some(0));
    fs::create_dir_all(path.join("run/checkpoint-0000000005.safetensors/x")).unwrap();
    let (code, _, text) = forger(path, &format!("{train} --steps 10 --out run --resume"));
    assert!(code == Some(0) && text.contains("cannot write") && text.contains("training goes on"), "{text}");
    assert!(path.join("run/checkpoint-0000000010.safetensors").is_file());

    // At this rate a loss is infinite before step 40.
    let wild = format!(
        "{train} --steps 40 --set loss=wasserstein --set discriminator_optimizer.learning_rate=2.6 --set generator_optimizer.learning_rate=2.6 --out wild"
    );
    let (code, _, text) = forger(path, &wild);
    assert!(code == Some(0) && text.contains("half the learning rates"), "{text}");
    let losses = fs::read_to_string(path.join("wild/losses.csv")).unwrap();
    let mut rows = losses.lines().skip(1);
    assert!((1..=40).all(|step| rows.next().is_some_and(|row| row.starts_with(&format!("{step},")))), "{losses}");
    assert!(rows.next().is_none() && !losses.contains("inf") && !losses.contains("NaN"), "{losses}");
}
