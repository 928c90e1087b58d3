//! What a run says that it learned from, where it is gone on with on other data.

use std::fs;

use image::{Rgb, RgbImage};

use super::{TRAIN, note, works};

#[test]
fn other_data_is_warned_of_and_both_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 4"));
    let other = TRAIN.replace("avatars:16", "avatars:24");
    let text = works(folder.path(), &format!("{other} --steps 8 --resume"));
    assert!(
        text.contains("learned from avatars:16 (16 pictures) up to step 4, and goes on with avatars:24 (24"),
        "{text}"
    );
    let kept = note(folder.path());
    assert_eq!(
        (&kept["name"], &kept["images"]),
        (&"avatars:16 (16 pictures), then avatars:24 (24 pictures)".into(), &40.into())
    );
    assert_eq!((&kept["stages"][0]["since"], &kept["stages"][1]["since"]), (&0.into(), &4.into()));
    let text = works(folder.path(), &format!("{other} --steps 10 --resume"));
    assert!(!text.contains("warning") && note(folder.path()) == kept, "{text}");
    // The card names both, too.
    works(folder.path(), "export @/run --name tiny --out @/models");
    let manifest = fs::read_to_string(folder.path().join("models/manifest.json")).unwrap();
    assert!(manifest.contains("then avatars:24"), "{manifest}");

    // The same name, and fewer of its pictures.
    fs::create_dir(folder.path().join("set")).unwrap();
    (0..6).for_each(|index| {
        let shade = |x: u32, y: u32| Rgb([x as u8, y as u8, index]);
        RgbImage::from_fn(28, 28, shade).save(folder.path().join(format!("set/{index}.png"))).unwrap();
    });
    let line =
        "train dcgan --recipe dcgan-modern --set image_size=28 --set width=1 --set batch=2 --data @/set --out @/b";
    works(folder.path(), &format!("{line} --steps 2"));
    let text = works(folder.path(), &format!("{line} --steps 4 --resume --holdout 2"));
    assert!(text.contains("set (6 pictures) up to step 2, and goes on with set (4 pictures, --holdout 2)"), "{text}");
    // As many of them, and yet others.
    let text = works(folder.path(), &format!("{line} --steps 6 --resume --holdout 2 --crop 0,0,20,20"));
    assert!(text.contains("goes on with set (4 pictures, --crop 0,0,20,20 --holdout 2)"), "{text}");
}

#[test]
fn what_was_kept_back_otherwise_is_other_data() {
    let folder = tempfile::tempdir().unwrap();
    for (index, name) in (0..).zip(["up/a", "up/b", "up/c", "up/d", "down/a", "down/b", "down/c", "down/d"]) {
        let file = folder.path().join(format!("set/{name}.png"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        RgbImage::from_fn(28, 28, |x, y| Rgb([x as u8, y as u8, index])).save(file).unwrap();
    }
    let line = "train dcgan --recipe dcgan-modern --set image_size=28 --set width=1 --set batch=2 --data @/set --holdout 2 --out @/run";
    works(folder.path(), &format!("{line} --steps 2"));
    let on = |step: u32| works(folder.path(), &format!("{line} --steps {step} --resume"));
    assert!(!on(4).contains("warning"));
    // As a note was before each folder kept back its share: its last folder kept back all.
    let file = folder.path().join("run/data.json");
    let (note, share) = (fs::read_to_string(&file).unwrap(), ", kept back of each folder its share");
    assert!(note.contains(&format!("--holdout 2{share}")), "{note}");
    fs::write(&file, note.replace(share, "")).unwrap();
    let text = on(6);
    assert!(text.contains("from set (6 pictures, --holdout 2) up to step 4, and goes on with set (6"), "{text}");
    assert!(text.contains(&format!("with set (6 pictures, --holdout 2{share})")), "{text}");
    assert!(!on(8).contains("warning"));
}

#[test]
fn a_run_that_is_over_stays_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    works(folder.path(), &format!("{TRAIN} --steps 4"));
    let files = || {
        let read = |name: &str| fs::read(folder.path().join("run").join(name)).unwrap();
        ["data.json", "recipe.toml", "losses.csv"].map(read)
    };
    let before = files();
    let other = TRAIN.replace("avatars:16", "avatars:24");
    let text = works(folder.path(), &format!("{other} --resume --set generator_optimizer.learning_rate=0.05"));
    assert!(text.contains("the run is at step 4 already"), "{text}");
    assert!(text.contains("learned from avatars:16 (16 pictures), and not from avatars:24 (24 pictures)"), "{text}");
    assert!(files() == before);
    assert!(!works(folder.path(), &format!("{TRAIN} --resume")).contains("warning"));
}
