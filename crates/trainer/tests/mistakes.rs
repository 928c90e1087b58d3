//! What goes wrong outside of the program, and examples that must not.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use common::{errors, forger};

/// Commands of the help and of the documents name models by the beginning of their file.
#[cfg(unix)]
#[test]
fn models_of_examples_are_one_file_each() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let documents = fs::read_dir(root.join("docs")).unwrap().map(|file| file.unwrap().path());
    let files = documents.filter(|file| file.extension().is_some_and(|end| end == "md"));
    let mut found = 0;
    for file in files.chain([here.join("src/cli.rs"), root.join("README.md")]) {
        let text = fs::read_to_string(&file).unwrap();
        let words = text.split(|letter: char| letter.is_whitespace() || "`\"'".contains(letter));
        for pattern in words.filter(|word| word.starts_with("public/models/") && word.contains('*')) {
            let list = Command::new("sh").args(["-c", &format!("ls {pattern}")]).current_dir(&root).output().unwrap();
            let names = String::from_utf8(list.stdout).unwrap();
            assert_eq!(names.lines().count(), 1, "{}: {pattern}: {names}", file.display());
            found += 1;
        }
    }
    assert!(found > 9, "only {found} examples name a model");
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_are_lost_are_no_success_and_a_reader_that_leaves_is_no_fault() {
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let (code, text) = errors(forger().arg("recipes").stdout(full()));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("error: cannot write the results: ") && text.lines().count() == 1, "{text}");
    let mut child = forger().arg("recipes").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn nothing_is_measured_in_no_time() {
    for flag in ["--steps", "--turns"] {
        assert_eq!(errors(forger().args(["bench", "train", flag, "0"])).0, Some(2), "{flag}");
    }
}

#[test]
fn settings_that_do_not_go_together_are_told_before_a_picture_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (line, says) in [
        ("pix2pix --data none --set loss=wasserstein", "take another loss"),
        ("cyclegan --x none --y none --set loss=wasserstein", "take another loss"),
        ("simgan --data none --simulator eyes --set loss=wasserstein", "take another loss"),
        ("simgan --data none --simulator eyes --set batch=8 --set history=3", "set it to 4 or more, or to 0"),
        ("simgan --data none --simulator eyes --set adversarial=0 --set semantic=1", "set adversarial above 0"),
    ] {
        let arguments = format!("train {line} --out run");
        let (code, text) = errors(forger().current_dir(folder.path()).args(arguments.split_whitespace()));
        assert!(code == Some(1) && text.contains(says), "{line}: {text}");
    }
}
