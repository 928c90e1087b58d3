//! `forger doctor`, and sets that the program draws.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{fs, path::Path, process::Command, time::Duration};

use common::{errors, forger};

fn make(out: &Path, more: &[&str]) -> Command {
    let mut command = forger();
    command.args(["data", "make", "avatars", "--out"]).arg(out).args(more);
    command
}

#[test]
fn avatars_are_made_whole_and_are_a_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("avatars");
    let (code, text) = errors(&mut make(&out, &["--count", "12", "--side", "48"]));
    assert!(code == Some(0) && text.contains("12 avatars") && text.contains("CC0"), "{text}");
    let names = |path: &Path| {
        let mut names = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        names.sort();
        names
    };
    assert_eq!(names(&out), ["attributes.csv", "images"]);
    assert_eq!(names(&out.join("images")).len(), 12);
    assert_eq!(image::open(out.join("images/000012.png")).unwrap().into_rgb8().dimensions(), (48, 48));
    let table = fs::read_to_string(out.join("attributes.csv")).unwrap();
    let lines = table.lines().collect::<Vec<_>>();
    assert!(lines.len() == 13 && lines[0].starts_with("file,Male,Eyeglasses,"), "{table}");
    assert!(lines[12].starts_with("000012.png,") && lines[12].split(',').count() == 14, "{table}");

    let (code, text) = errors(&mut make(&out, &["--count", "12"]));
    assert!(code == Some(1) && text.contains("is not empty"), "{text}");
    let other = folder.path().join("other");
    let (code, text) = errors(&mut make(&other, &["--count", "0"]));
    assert!(code == Some(2) && text.contains("--count") && !other.exists(), "{text}");
    let (code, text) = errors(forger().args(["data", "make", "cats", "--count", "1", "--out"]).arg(&other));
    assert!(code == Some(1) && text.contains("makes avatars") && !other.exists(), "{text}");
    fs::write(&other, "a file").unwrap();
    let (code, text) = errors(&mut make(&other, &["--count", "1"]));
    assert!(code == Some(1) && text.contains("cannot make folder"), "{text}");

    for data in [out.to_str().unwrap(), "avatars:8"] {
        let mut command = forger();
        command.args([
            "train",
            "dcgan",
            "--set",
            "width=2",
            "--set",
            "batch=4",
            "--steps",
            "2",
            "--set",
            "image_size=32",
            "--data",
        ]);
        command.arg(data).arg("--out").arg(folder.path().join(format!("run-{}", data.len())));
        let (code, text) = errors(&mut command);
        assert!(code == Some(0) && text.contains("pictures of 32x32"), "{data}: {text}");
    }
}

#[test]
fn eyes_and_digits_are_made_with_what_is_known_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let (code, text) = errors(forger().args(["data", "make", name, "--count", "30", "--out"]).arg(&out).args(more));
        (out, code, text)
    };
    let (out, code, text) = make("eyes", &["--side", "64"]);
    assert!(code == Some(1) && text.contains("55x35") && !out.exists(), "{text}");
    let (out, code, text) = make("eyes", &["--seed", "3"]);
    assert!(code == Some(0) && text.contains("30 eyes") && text.contains("CC0"), "{text}");
    let table = fs::read_to_string(out.join("labels.csv")).unwrap();
    let lines = table.lines().collect::<Vec<_>>();
    assert!(lines.len() == 31 && lines[0] == "file,yaw,pitch,pupil_x,pupil_y,openness", "{table}");
    let sample = forger_simulators::Simulator::Eyes.nth(3, 11);
    let values = sample.labels.values().iter().map(f32::to_string).collect::<Vec<_>>().join(",");
    assert_eq!(lines[12], format!("000012.png,{values}"));
    let picture = image::open(out.join("images/000012.png")).unwrap();
    assert_eq!((picture.color(), picture.width(), picture.height()), (image::ColorType::L8, 55, 35));
    assert_eq!(picture.into_luma8().into_raw(), sample.bytes());

    // A folder for each class, which is how other commands read classes.
    let (out, code, text) = make("digits", &[]);
    assert!(code == Some(0) && text.contains("30 digits"), "{text}");
    for line in fs::read_to_string(out.join("labels.csv")).unwrap().lines().skip(1) {
        let (file, class) = line.split_once(',').unwrap();
        assert!(file.starts_with(&format!("{class}/")) && out.join("images").join(file).is_file(), "{line}");
    }
    let line = "train dcgan --recipe dcgan-digits --set width=1 --set batch=4 --steps 1 --data";
    let run = folder.path().join("run");
    let (code, text) = errors(forger().args(line.split(' ')).arg(&out).arg("--out").arg(run));
    assert!(code == Some(0) && text.contains("30 pictures of 28x28"), "{text}");
}

#[cfg(unix)]
#[test]
fn avatars_that_are_stopped_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("avatars");
    let mut child = make(&out, &["--count", "1000000"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !out.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it drew");
        std::thread::sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains("nothing was kept"), "{text}");
    assert!(!out.exists());
}

#[test]
fn the_doctor_says_what_works() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let output = forger().args(["doctor", "--out"]).arg(folder.path()).args(more).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = run(&[]);
    assert!(code == Some(0) && text.contains("works") && text.contains("images/s"), "{text}");
    let (code, text) = run(&["--json", "--device", "cpu"]);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!((&report["devices"][0]["device"], &report["devices"][0]["ok"]), (&"cpu".into(), &true.into()));
    assert!(
        report["storage"]["free_bytes"].as_u64().unwrap() > 0 && report["machine"]["threads"].as_u64().unwrap() > 0
    );
    // A device that was asked for and fails.
    let (code, text) = run(&["--json", "--device", "cuda:99"]);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(code == Some(1) && report["devices"][0]["error"].is_string(), "{text}");
    assert_eq!(run(&["--device", "abacus"]).0, Some(1));
}

/// A limit on the size of files ends the process that tries a device, as a bad driver would: it writes what it found to
/// a file.
#[cfg(unix)]
#[test]
fn a_probe_that_dies_is_told_by_the_doctor() {
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 0; exec \"$0\" doctor --json"]).arg(forger().get_program());
    let output = limited.output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let error = report["devices"][0]["error"].as_str().unwrap();
    assert!(error.contains("died of") && error.contains("(signal 25)"), "{error}");
    assert!(output.status.code() == Some(1) && report["machine"]["threads"].as_u64().unwrap() > 0, "{report}");
}

#[cfg(not(feature = "remote"))]
#[test]
fn what_is_not_built_in_says_how_to_build_it() {
    for arguments in [&["worker", "--secret-env", "HOME"][..], &["doctor", "--device", "remote:ws://127.0.0.1:1"]] {
        let output = forger().args(arguments).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.code() == Some(1) && text.contains("--features remote"), "{text}");
    }
}
