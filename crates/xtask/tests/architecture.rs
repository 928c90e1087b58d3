//! The rules that keep the house in shape: who may depend on whom, and what the pure crates may not do.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::PathBuf,
    process::Command,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

const LARGEST_FILE: u64 = 16 << 20;
const LONGEST_SOURCE: usize = 300;

fn root() -> PathBuf {
    // Not as it was compiled: another checkout may have built this file into a shared target folder.
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.ancestors().nth(2).unwrap().to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).exec().unwrap()
}

/// The packages that `name` depends on, down to the last or only those it names itself; without those of its tests.
fn dependencies(metadata: &Metadata, name: &str, deep: bool) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let start = metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == name).unwrap();
    let mut found = BTreeSet::new();
    let mut open = vec![&start.id];
    while let Some(id) = open.pop() {
        for dependency in &nodes[id].deps {
            let is_used = dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
            if is_used && found.insert(metadata[&dependency.pkg].name.to_string()) && deep {
                open.push(&dependency.pkg);
            }
        }
    }
    found
}

fn tracked(pattern: &str) -> Vec<PathBuf> {
    let list = Command::new("git").current_dir(root()).args(["ls-files", "-z", "--", pattern]).output().unwrap();
    assert!(list.status.success(), "git ls-files failed");
    let names = String::from_utf8(list.stdout).unwrap();
    let files = names.split_terminator('\0').map(|name| root().join(name));
    // A file that was just deleted is still listed.
    files.filter(|path| path.is_file()).collect()
}

#[test]
fn dependencies_run_one_way() {
    let metadata = metadata();
    for (from, to, never) in [
        ("forger-web", "leptos", vec!["burn", "burn-core", "forger-core", "forger-engine", "forger"]),
        ("forger-protocol", "serde", vec!["burn", "burn-core", "forger-core", "forger-engine", "forger-web"]),
        ("forger-avatars", "tiny-skia", vec!["burn", "burn-core", "forger-core", "forger", "leptos"]),
        ("forger-simulators", "forger-protocol", vec!["burn", "burn-core", "forger-core", "forger", "leptos"]),
        ("forger-core", "burn-core", vec!["forger-engine", "forger-web", "forger", "leptos"]),
        ("forger-engine", "forger-core", vec!["forger-web", "forger", "leptos", "clap"]),
        ("forger", "forger-core", vec!["forger-engine", "forger-web", "leptos"]),
    ] {
        let all = dependencies(&metadata, from, true);
        assert!(all.contains(to), "{from} should depend on {to}: does this test look at the right thing?");
        for name in never {
            assert!(!all.contains(name), "{from} must not depend on {name}");
        }
    }
}

/// What burn brings along is its own affair. Of rayon core uses what has no effect on results, where a feature asks for it.
#[test]
fn core_and_protocol_ask_for_no_platform() {
    let metadata = metadata();
    for (from, to) in [("forger-core", "burn"), ("forger-protocol", "serde")] {
        let own = dependencies(&metadata, from, false);
        assert!(own.contains(to), "{from} should depend on {to}: does this test look at the right thing?");
        for name in ["web-sys", "js-sys", "wasm-bindgen", "tokio", "clap", "reqwest", "ureq"] {
            assert!(!own.contains(name), "{from} must not depend on {name}");
        }
    }
}

/// The library means the same native and in the tab because it cannot tell where it is.
#[test]
fn core_protocol_and_what_draws_data_are_pure() {
    const NEVER: [&str; 12] = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "println!",
        "eprintln!",
        "Instant",
        "SystemTime",
        "target_arch",
    ];
    let sources =
        ["core", "protocol", "avatars", "simulators"].map(|name| tracked(&format!("crates/{name}/src/**.rs"))).concat();
    assert!(sources.len() > 10, "found {} sources only", sources.len());
    for path in sources {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in NEVER {
                assert!(!code.contains(word), "{}:{}: {word} has no place here", path.display(), number + 1);
            }
        }
    }
}

/// The program's parts know each other one way: arguments and procedures stand on measures, models and data.
#[test]
fn only_commands_know_commands() {
    let mut others = 0;
    for path in tracked("crates/trainer/src/**.rs") {
        let place = path.display().to_string();
        if ["src/commands/", "src/cli.rs", "src/main.rs"].iter().any(|top| place.contains(top)) {
            continue;
        }
        others += 1;
        let text = fs::read_to_string(&path).unwrap();
        for above in ["crate::commands", "crate::cli"] {
            assert!(!text.contains(above), "{place} knows {above}");
        }
    }
    assert!(others > 10, "found {others} sources only");
}

#[test]
fn sources_are_short() {
    let sources = tracked("*.rs");
    assert!(sources.len() > 10, "found {} sources only", sources.len());
    for path in sources {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LONGEST_SOURCE, "{} has {lines} lines: is it two things?", path.display());
    }
}

#[test]
fn tracked_files_are_small() {
    let files = tracked("*");
    assert!(files.len() > 10, "found {} files only", files.len());
    for path in files {
        let bytes = fs::metadata(&path).unwrap().len();
        assert!(bytes <= LARGEST_FILE, "{} has {bytes} bytes", path.display());
    }
}

/// The addresses in a lock file are of the machine that wrote it, which may have used a mirror.
#[test]
fn the_lock_files_of_npm_name_no_host() {
    for folder in ["tests/e2e", "tests/bench"] {
        let lock = fs::read_to_string(root().join(folder).join("package-lock.json")).unwrap();
        assert!(lock.contains("\"integrity\"") && !lock.contains("\"resolved\""), "{folder}");
    }
}

/// Of two of one name the reader of JSON takes the last, and the first says something else from then on.
#[test]
fn locales_name_each_text_once() {
    let files = tracked("web/locales/*.json");
    assert_eq!(files.len(), 2);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let keys = serde_json::from_str::<serde_json::Map<_, _>>(&text).unwrap();
        assert!(keys.len() > 100, "{}", file.display());
        let twice = keys.keys().filter(|key| text.matches(&format!("\"{key}\":")).count() != 1).collect::<Vec<_>>();
        assert!(twice.is_empty(), "{}: {twice:?}", file.display());
    }
}
