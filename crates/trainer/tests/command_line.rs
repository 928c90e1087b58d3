//! The program as its user meets it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{fs, path::Path, process::Command, time::Duration};

use common::{errors, forger};

/// 64 pictures of upright stripes as IDX.
fn stripes(folder: &Path) {
    let mut bytes = [0x0803_u32, 64, 28, 28].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    bytes.extend((0..64 * 784).map(|i| if (i % 28 + i / 784) % 7 < 3 { 255 } else { 0 }));
    fs::write(folder.join("train-images-idx3-ubyte"), bytes).unwrap();
}

fn train(folder: &Path, out: &str, more: &[&str]) -> Command {
    let mut command = forger();
    command.args([
        "train",
        "dcgan",
        "--set",
        "width=2",
        "--set",
        "batch=8",
        "--steps",
        "60",
        "--checkpoint-every",
        "5",
    ]);
    command.arg("--data").arg(folder).arg("--out").arg(folder.join(out)).args(more);
    command
}

fn last(folder: &Path, out: &str) -> Vec<u8> {
    fs::read(folder.join(out).join("checkpoint-0000000060.safetensors")).unwrap()
}

#[test]
fn a_run_killed_in_the_middle_and_resumed_ends_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    assert!(train(folder.path(), "whole", &[]).output().unwrap().status.success());

    let mut killed = train(folder.path(), "killed", &[]).spawn().unwrap();
    let checkpoint = folder.path().join("killed/checkpoint-0000000010.safetensors");
    while !checkpoint.exists() && killed.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!folder.path().join("killed/checkpoint-0000000060.safetensors").exists(), "the kill came too late");
    assert!(train(folder.path(), "killed", &["--resume"]).output().unwrap().status.success());
    assert!(last(folder.path(), "whole") == last(folder.path(), "killed"));
    let losses = |out: &str| fs::read_to_string(folder.path().join(out).join("losses.csv")).unwrap();
    assert_eq!(losses("whole"), losses("killed"));
    assert_eq!(losses("whole").lines().count(), 61);
}

#[test]
fn a_run_killed_ten_times_at_any_moment_ends_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    // All that has a state: spectral normalisation, augmentation, mirrors, and a moving average.
    let augment = "augment={color=true, translation=true, cutout=true}";
    let modern = ["--set", "spectral_norm=true", "--set", augment, "--set", "mirror=true"];
    assert!(train(folder.path(), "whole", &modern).output().unwrap().status.success());
    let out = folder.path().join("killed");
    let is_checkpoint = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("checkpoint-"))
    };
    let has_begun = || fs::read_dir(&out).is_ok_and(|mut files| files.any(is_checkpoint));
    let (mut seed, mut longest, mut kills) = (1_u64, 150, 0);
    while kills < 10 && !out.join("checkpoint-0000000060.safetensors").exists() {
        let more = if has_begun() { &["--resume"][..] } else { &modern };
        let mut killed = train(folder.path(), "killed", more).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(5 + (seed >> 33) % longest));
        kills += usize::from(killed.try_wait().unwrap().is_none() && has_begun());
        let _ = killed.kill();
        killed.wait().unwrap();
        // A machine that is slow to begin is given longer, so that kills do not all come before there is anything to lose.
        longest += if has_begun() { 0 } else { 150 };
    }
    assert!(kills >= 3, "only {kills} kills came while it trained");
    let end = train(folder.path(), "killed", &["--resume"]).output().unwrap();
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    assert!(last(folder.path(), "whole") == last(folder.path(), "killed"));
}

#[cfg(unix)]
#[test]
fn control_c_saves_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    let mut command = forger();
    command.args(["train", "dcgan", "--set", "width=2", "--set", "batch=8", "--steps", "100000"]);
    command.arg("--data").arg(folder.path()).arg("--out").arg(folder.path().join("run"));
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !folder.path().join("run/losses.csv").metadata().is_ok_and(|file| file.len() > 100) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it trained");
        std::thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("go on with --resume"), "{text}");
    let saved = fs::read_dir(folder.path().join("run")).unwrap().flatten();
    assert!(saved.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("checkpoint-")));
}

#[test]
fn an_exported_model_is_listed_and_draws() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    assert!(train(folder.path(), "run", &[]).output().unwrap().status.success());
    let models = folder.path().join("models");
    let export = |name: &str| {
        let mut command = forger();
        command.arg("export").arg(folder.path().join("run")).args(["--name", name]).arg("--out").arg(&models);
        errors(&mut command)
    };
    assert_eq!(export("Bad Name").0, Some(1));
    assert_eq!(export("stripes").0, Some(0));
    assert_eq!(export("stripes").0, Some(0));
    assert_eq!(fs::read_dir(&models).unwrap().count(), 2);
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(models.join("manifest.json")).unwrap()).unwrap();
    let file = models.join(manifest["models"][0]["file"].as_str().unwrap());
    let sheet = |model: &Path, name: &str| {
        let out = folder.path().join(name);
        let mut command = forger();
        command.args(["sample", "--seed", "7", "--count", "9", "--model"]).arg(model).arg("--out").arg(&out);
        assert_eq!(errors(&mut command).0, Some(0));
        image::open(out).unwrap().into_luma8()
    };
    let (exported, run) = (sheet(&file, "a.png"), sheet(&folder.path().join("run"), "b.png"));
    assert_eq!(exported.dimensions(), (84, 84));
    // f16 against f32.
    assert!(exported.iter().zip(run.iter()).all(|(a, b)| a.abs_diff(*b) <= 2));

    fs::write(&file, b"broken").unwrap();
    let mut command = forger();
    command.args(["sample", "--out", "x.png", "--model"]).arg(&file);
    let (code, text) = errors(&mut command);
    assert!(code == Some(1) && text.contains("stripes-") && text.contains("safetensors"), "{text}");
}

/// The page draws the same: `latent-board.spec.js` holds it to the same picture, which is written by this command with
/// `--out tests/reference/latent/avatars.png`.
#[test]
fn the_avatars_of_a_seed_are_those_of_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(root.join("public/models/manifest.json")).unwrap()).unwrap();
    let avatars = manifest["models"].as_array().unwrap().iter().find(|model| model["card"]["name"] == "avatars");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sheet.png");
    let mut command = forger();
    command.args(["sample", "--seed", "1", "--count", "16", "--columns", "8", "--model"]);
    command.arg(root.join("public/models").join(avatars.unwrap()["file"].as_str().unwrap())).arg("--out").arg(&out);
    assert_eq!(errors(&mut command).0, Some(0));
    let drawn = image::open(out).unwrap().into_rgb8();
    let kept = image::open(root.join("tests/reference/latent/avatars.png")).unwrap().into_rgb8();
    assert_eq!(drawn.dimensions(), kept.dimensions());
    assert!(drawn.iter().zip(kept.iter()).all(|(a, b)| a.abs_diff(*b) <= 2));
}

#[test]
fn the_toy_trains_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = forger();
    command.args(["train", "toy", "--steps", "20", "--out"]).arg(folder.path().join("toy"));
    let (code, text) = errors(&mut command);
    assert!(code == Some(0) && text.contains("step 20: modes "), "{text}");
}

#[test]
fn runs_are_reported_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    for (out, loss) in [("a", "hinge"), ("b&", "least-squares")] {
        assert!(train(folder.path(), out, &["--set", &format!("loss={loss}")]).output().unwrap().status.success());
        let measures =
            format!("step,images,name,value\n30,240,recall,0.25\n60,480,recall,{}\n", out.len() as f64 / 4.0);
        fs::write(folder.path().join(out).join("metrics.csv"), measures).unwrap();
    }
    let (a, b) = (folder.path().join("a"), folder.path().join("b&"));
    assert_eq!(errors(forger().arg("report").arg(&b)).0, Some(0));
    let page = fs::read_to_string(b.join("report.html")).unwrap();
    assert!(page.contains("Run b&amp;") && page.contains("least-squares") && page.contains("480 examples seen"));
    // Six of twelve sheets, three charts of losses and one of recall.
    assert_eq!(page.matches("data:image/png;base64,").count(), 6);
    assert_eq!(page.matches("role=\"img\"").count(), 4);
    assert!(!page.contains("<script") && !page.contains("http"), "the page must need nothing else");

    let html = folder.path().join("both.html");
    let output = forger().arg("compare").args([&a, &b]).arg("--out").arg(&html).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let row = |name: &str| text.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(row("loss").contains("hinge") && row("loss").contains("least-squares"), "{text}");
    assert!(row("Recall, last").contains(" 0.25 |") && row("Recall, last").contains("0.5 * |"), "{text}");
    // What is the same everywhere is no difference.
    assert!(row("batch").is_empty() && row("examples seen").contains("480"), "{text}");
    assert_eq!(fs::read_to_string(html).unwrap().matches("data:image/png;base64,").count(), 2);
    assert_eq!(errors(forger().arg("compare").arg(&a)).0, Some(2));
    assert!(errors(forger().arg("report").arg(folder.path().join("c"))).1.contains("there is no run in"));
}

#[test]
fn mistakes_are_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    assert_eq!(errors(forger().args(["train", "dcgan", "--no-such-flag"])).0, Some(2));
    for (more, expected) in [
        (&["--device", "cuda"][..], "--features cuda"),
        (&["--device", "abacus"], "use cpu, vulkan, cuda"),
        (&["--device", "cuda:0,cuda:0"], "cuda:0 twice"),
        (&["--device", "remote:host"], "ws://HOST:PORT"),
        (&["--set", "image_size=64"], "image_size=28"),
        (&["--set", "latent_dim=0"], "latent_dim is 0"),
        (&["--set", "wdth=3"], "there is no such setting; there are"),
        (&["--set", "width=wide"], "width=wide"),
        (&["--resume"], "there is no run in"),
    ] {
        let (code, text) = errors(&mut train(folder.path(), "none", more));
        assert!(code == Some(1) && text.contains(expected), "{more:?}: {text}");
    }
    let mut command = forger();
    command.args(["train", "dcgan", "--data", "/no/such/place", "--out"]).arg(folder.path().join("x"));
    assert!(errors(&mut command).1.contains("/no/such/place"));
    assert!(errors(forger().args(["data", "fetch", "imagenet"])).1.contains("fetches mnist"));
}
