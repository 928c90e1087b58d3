//! What is refined here and in the tab.

use burn::tensor::Device;
use forger_core::classifier::Judge;

use super::*;

/// The page is held to the same picture, on both of its devices, `tests/e2e/specs/webgpu.spec.js`.
#[test]
fn the_page_and_this_program_refine_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let is_model =
        |name: &str| name.len() == "refine-eyes-01234567.safetensors".len() && name.starts_with("refine-eyes-");
    let models = fs::read_dir(root.join("public/models")).unwrap().map(|file| file.unwrap().path());
    let mut models = models.filter(|file| is_model(&file.file_name().unwrap().to_string_lossy()));
    fs::copy(models.next().unwrap(), at("model.safetensors")).unwrap();
    fs::copy(root.join("tests/e2e/fixtures/eye.png"), at("eye.png")).unwrap();
    forger(folder.path(), "refine @/eye.png @/refined.png --model @/model.safetensors").unwrap();
    assert_same_picture(&at("refined.png"), &root.join("tests/e2e/fixtures/eye-refined.png"), (55, 35));
}

#[test]
fn a_classifier_learns_what_two_sets_have_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| forger(folder.path(), line);
    run("data make avatars --count 9 --side 32 --out @/some").unwrap();
    let table = folder.path().join("some/attributes.csv");
    let rows = (1..10).map(|index| format!("{index:06}.png,1,0\n")).collect::<String>();
    fs::write(&table, format!("file,Red_Lips,Eyeglasses\n{rows}")).unwrap();
    let train = "train classifier --image-size 28 --width 2 --epochs 1 --data @/some --holdout 2 --and";
    run(&format!("{train} avatars:20 --out @/judge")).unwrap();
    let judge = Judge::load(&fs::read(folder.path().join("judge")).unwrap(), &Device::flex()).unwrap();
    assert_eq!(
        (judge.config.attributes, judge.note["data"].as_str()),
        (vec!["Eyeglasses".into()], Some("some and avatars:20"))
    );
    fs::write(&table, format!("file,Red_Lips,Ears\n{rows}")).unwrap();
    let error = format!("{:#}", run(&format!("{train} avatars:20 --out @/none")).unwrap_err());
    assert!(error.contains("no attribute in common"), "{error}");
}

#[test]
fn semantic_consistency_takes_a_classifier_and_a_run_keeps_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| forger(folder.path(), line);
    let refused = |line: &str| format!("{:#}", run(line).unwrap_err());
    run("data make digits --count 60 --out @/digits").unwrap();
    let classifier = "train classifier --image-size 28 --channels 1 --width 2 --epochs 1";
    let of_digits = format!("{classifier} --data @/digits/images --holdout 9 --classes --mirror false");
    run(&format!("{of_digits} --out @/judge")).unwrap();
    run(&format!("{of_digits} --seed 2 --out @/twin")).unwrap();
    run(&format!("{classifier} --data avatars:40 --out @/other")).unwrap();
    let train = "train simgan --data @/digits/images --simulator digits --set refiner_width=2 --set blocks=1 --set batch=4 \
                 --set discriminator_width=2 --set refiner_pretraining=1 --set discriminator_pretraining=0";
    let without = refused(&format!("{train} --set semantic=1 --steps 2 --out @/run"));
    assert!(without.contains("--semantic-classifier"), "{without}");
    let idle = refused(&format!("{train} --semantic-classifier @/judge --steps 2 --out @/run"));
    assert!(idle.contains("--set semantic=1"), "{idle}");
    let train = format!("{train} --set semantic=1 --out @/run --semantic-classifier");
    run(&format!("{train} @/judge --steps 2")).unwrap();
    let note = fs::read_to_string(folder.path().join("run/data.json")).unwrap();
    assert!(note.contains("a classifier of images"), "{note}");
    let other = refused(&format!("{train} @/other --steps 4 --resume"));
    assert!(other.contains("name that"), "{other}");
    // Of the same data, and another one.
    let twin = refused(&format!("{train} @/twin --steps 4 --resume"));
    assert!(twin.contains("looked through a classifier of images (") && twin.contains("name that"), "{twin}");
    run(&format!("{train} @/judge --steps 4 --resume")).unwrap();
    // A run of before there were hashes goes on, too, and knows its own from then on.
    let path = folder.path().join("run/data.json");
    let note = fs::read_to_string(&path).unwrap();
    let (before, rest) = note.split_once(" (").unwrap();
    fs::write(&path, format!("{before}{}", rest.split_once(')').unwrap().1)).unwrap();
    run(&format!("{train} @/judge --steps 5 --resume")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().split(" (").count(), 2);
    assert!(refused(&format!("{train} @/twin --steps 6 --resume")).contains("name that"));
    let mirrors = ["judge", "other"].map(|name| {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        Judge::load(&bytes, &Device::flex()).unwrap().config.mirror
    });
    assert_eq!(mirrors, [false, true]);
}
