//! Data sets as people have them: what is read, what is left out, and what is said of it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};

use assert_cmd::cargo::CommandCargoExt;
use image::{ImageFormat, Rgb, RgbImage};

fn forger(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::cargo_bin("forger").unwrap().args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A step of training on a set, with more flags; whether it ended well, and what it said.
fn train(data: &Path, more: &[&str]) -> (Option<i32>, String) {
    let out = tempfile::tempdir().unwrap();
    let (data, out) = (data.to_str().unwrap(), out.path().join("run"));
    let line = "train dcgan --recipe dcgan-modern --set image_size=28 --set width=1 --set latent_dim=4 --set batch=2 --steps 1";
    let line = line.split(' ').chain(["--data", data, "--out", out.to_str().unwrap()]).chain(more.iter().copied());
    forger(&line.collect::<Vec<_>>())
}

fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8 * 3, y as u8 * 3, (x * y) as u8]));
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn png() -> Vec<u8> {
    photo(40, 40, ImageFormat::Png)
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_and_what_is_no_picture_is_named() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["set/a.png", "set/x.png/inside.png", "elsewhere/deep/b.png", "elsewhere/c.JPG", "set/own/d.png"] {
        put(&at(name), png());
    }
    for litter in ["set/._a.png", "set/__MACOSX/e.png", "set/@eaDir/f.png", "set/.hidden.png"] {
        put(&at(litter), png());
    }
    symlink(at("elsewhere"), at("set/linked")).unwrap();
    // These add nothing: loops, and what is read anyway.
    symlink(at("set"), at("set/loop")).unwrap();
    symlink(folder.path(), at("set/above")).unwrap();
    symlink(at("set"), at("elsewhere/deep/back")).unwrap();
    symlink(at("set/own"), at("set/again")).unwrap();
    symlink(at("nowhere.png"), at("set/gone.png")).unwrap();
    symlink(at("nowhere"), at("set/unmounted")).unwrap();
    symlink(at("set"), at("root")).unwrap();
    for root in ["set", "root"] {
        let (code, text) = train(&at(root), &[]);
        assert!(code == Some(0) && text.contains("5 pictures of 28x28"), "{text}");
        for named in
            ["x.png is a folder; left out", "gone.png links to nothing", "unmounted links to nothing", "3 of 8 "]
        {
            assert!(text.contains(named), "{named}: {text}");
        }
        assert!(
            ["._a", "MACOSX", "eaDir", "hidden", "loop", "above"].iter().all(|name| !text.contains(name)),
            "{text}"
        );
    }
}

#[test]
fn an_archive_is_read_as_a_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let tar = folder.path().join("set.tar");
    let mut archive = tar::Builder::new(File::create(&tar).unwrap());
    let mut add = |name: &str, kind: tar::EntryType, target: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o755);
        if target.is_empty() {
            archive.append_data(&mut header, name, bytes).unwrap();
        } else {
            archive.append_link(&mut header, name, target).unwrap();
        }
    };
    use tar::EntryType::{Directory, Link, Regular, Symlink};
    for name in ["set/a.png", "set/b.png", "set/._a.png", "__MACOSX/set/._b.png"] {
        add(name, Regular, "", &png());
    }
    add("set/x.png/", Directory, "", &[]);
    add("set/more/soft.png", Symlink, "../a.png", &[]);
    add("set/hard.png", Link, "set/b.png", &[]);
    add("set/chain.png", Symlink, "hard.png", &[]);
    add("set/gone.png", Symlink, "/nowhere/a.png", &[]);
    add("set/circle.png", Symlink, "circle.png", &[]);
    // What is added to an archive again takes the place of what was there.
    add("set/b.png", Regular, "", &png());
    archive.finish().unwrap();
    let (code, text) = train(&tar, &[]);
    assert!(code == Some(0) && text.contains("5 pictures of 28x28"), "{text}");
    for named in
        ["set/x.png is a folder", "set/gone.png links to", "set/circle.png links to", "3 of 8 pictures left out"]
    {
        assert!(text.contains(named), "{named}: {text}");
    }
    assert!(!text.contains("._"), "{text}");
}

#[test]
fn a_picture_that_is_smaller_than_the_crop_is_left_out_and_shifts_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["a", "b", "c", "d", "e"] {
        put(&at(&format!("{name}.png")), png());
    }
    put(&at("f.png"), photo(30, 40, ImageFormat::Png));
    let crop = ["--crop", "4,4,36,36"];
    let (code, text) = train(folder.path(), &crop);
    assert!(code == Some(0) && text.contains("f.png has 30x40 pixels, and --crop reaches to 36,36"), "{text}");
    assert!(text.contains("5 pictures of 28x28"), "{text}");
    // e and f are held out, the one that reads and the one that does not.
    let (code, text) = train(folder.path(), &[&crop[..], &["--holdout", "2"]].concat());
    assert!(code == Some(0) && text.contains("4 pictures of 28x28") && !text.contains("f.png"), "{text}");
    let (code, text) = train(folder.path(), &[&crop[..], &["--holdout", "2", "--split", "test"]].concat());
    assert!(code == Some(0) && text.contains("1 pictures of 28x28") && text.contains("f.png has"), "{text}");
    // Beyond all of them: no device is to blame.
    let (code, text) = train(folder.path(), &["--crop", "500,500,600,600"]);
    assert!(code == Some(1) && text.contains("no picture that reads") && text.contains("40x40 pixels"), "{text}");
    assert!(!text.contains("device"), "{text}");
}

#[test]
fn what_does_not_read_is_named_and_counted_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    put(&at("a.png"), png());
    put(&at("phone.jpg"), photo(64, 64, ImageFormat::Jpeg));
    put(&at("saved.png"), photo(64, 64, ImageFormat::WebP));
    let jpeg = photo(64, 64, ImageFormat::Jpeg);
    put(&at("half.jpg"), &jpeg[..jpeg.len() / 2]);
    put(&at("empty.png"), "");
    put(&at("login.jpg"), "<!DOCTYPE html><title>Sign in</title>");
    let (code, text) = train(folder.path(), &[]);
    assert!(code == Some(0) && text.contains("3 pictures of 28x28"), "{text}");
    for named in ["half.jpg is damaged or cut off", "empty.png is empty", "login.jpg is a web page (HTML)", "3 of 6 "] {
        assert!(text.contains(named), "{named}: {text}");
    }
    (0..40).for_each(|index| put(&at(&format!("broken{index}.png")), "nothing"));
    let (code, text) = train(folder.path(), &[]);
    assert!(code == Some(0) && text.contains("43 of 46 pictures left out"), "{text}");
    assert_eq!(text.lines().filter(|line| line.ends_with("left out")).count(), 6, "{text}");
    (0..3).for_each(|index| fs::remove_file(at(["a.png", "phone.jpg", "saved.png"][index])).unwrap());
    let (code, text) = train(folder.path(), &[]);
    assert!(
        code == Some(1) && text.contains("holds no picture that reads") && text.contains("is no picture"),
        "{text}"
    );
}

#[test]
fn nothing_at_all_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = train(folder.path(), &[]);
    let name = folder.path().display().to_string();
    assert!(code == Some(1) && text.contains(&name) && text.contains("holds no picture"), "{text}");
}

#[test]
fn pictures_are_grey_or_coloured() {
    let out = tempfile::tempdir().unwrap();
    let model = out.path().join("judge");
    for channels in ["2", "4", "0"] {
        let expected = format!("channels (1 for grey, 3 for RGB) is {channels}");
        let (code, text) = train(Path::new("avatars:8"), &["--set", &format!("channels={channels}")]);
        assert!(code == Some(1) && text.contains(&expected), "{text}");
        let classifier =
            ["train", "classifier", "--data", "avatars:8", "--out", model.to_str().unwrap(), "--channels", channels];
        let (code, text) = forger(&classifier);
        assert!(code == Some(1) && text.contains(&expected) && !model.exists(), "{text}");
    }
    let (code, text) = train(Path::new("avatars:8"), &["--set", "channels=1"]);
    assert!(code == Some(0) && text.contains("8 pictures"), "{text}");
}

#[test]
fn what_lies_behind_is_a_colour_and_only_where_something_is_clear() {
    let folder = tempfile::tempdir().unwrap();
    image::RgbaImage::from_pixel(40, 40, image::Rgba([255, 0, 0, 9])).save(folder.path().join("a.png")).unwrap();
    assert_eq!(train(folder.path(), &["--background", "#102030"]).0, Some(0));
    let (code, text) = train(folder.path(), &["--background", "white"]);
    assert!(code == Some(2) && text.contains("RRGGBB"), "{text}");
    for flags in [["--background", "000000"], ["--crop", "0,0,9,9"]] {
        let (code, text) = train(Path::new("avatars:8"), &flags);
        assert!(code == Some(1) && text.contains(&format!("leave {} out", flags[0])), "{text}");
    }
}

/// Six grey pictures.
fn idx(magic: u32) -> Vec<u8> {
    let words = [magic, 6, 28, 28].into_iter().flat_map(|word| word.to_be_bytes());
    words.chain((0..6 * 784).map(|at| at as u8)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn idx_files_are_known_by_their_bytes() {
    const PAGE: &str = "\n<!doctype html><html><body>Please sign in</body></html>";
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let grey = ["--recipe", "dcgan-digits"];
    let digits = |path: &Path, more: &[&str]| {
        let line = ["train", "dcgan", "--set", "width=1", "--set", "batch=2", "--steps", "1", "--out"];
        let out = tempfile::tempdir().unwrap();
        let (out, path) = (out.path().join("run"), path.to_str().unwrap());
        forger(&[&line[..], &[out.to_str().unwrap(), "--data", path], &grey, more].concat())
    };
    put(&at("unpacked/train-images-idx3-ubyte.gz"), idx(0x0803));
    put(&at("packed/train-images-idx3-ubyte"), gzip(&idx(0x0803)));
    put(&at("renamed/digits.bin"), gzip(&idx(0x0803)));
    for data in ["unpacked", "packed", "renamed/digits.bin"] {
        let (code, text) = digits(&at(data), &[]);
        assert!(code == Some(0) && text.contains("6 pictures of 28x28"), "{data}: {text}");
    }
    // A file by itself has no parts, and none are made up.
    let (code, text) = digits(&at("renamed/digits.bin"), &["--holdout", "2"]);
    assert!(code == Some(0) && text.contains("4 pictures of 28x28"), "{text}");
    let (code, text) = digits(&at("renamed/digits.bin"), &["--split", "test"]);
    assert!(code == Some(1) && text.contains("--holdout"), "{text}");
    // Nor has a folder that holds nothing to test with.
    for (split, count) in [("train", 5), ("test", 1)] {
        let (code, text) = digits(&at("packed"), &["--holdout", "1", "--split", split]);
        assert!(code == Some(0) && text.contains(&format!("{count} pictures of 28x28")), "{text}");
        assert!(!text.contains("does nothing"), "{text}");
    }
    let (code, text) = digits(&at("packed"), &["--split", "test"]);
    assert!(code == Some(1) && text.contains("--holdout"), "{text}");
    put(&at("both/train-images-idx3-ubyte"), idx(0x0803));
    put(&at("both/t10k-images-idx3-ubyte"), idx(0x0803));
    let (code, text) = digits(&at("both"), &["--holdout", "1"]);
    assert!(
        code == Some(0) && text.contains("6 pictures of 28x28") && text.contains("--holdout 1 does nothing"),
        "{text}"
    );
    put(&at("page/train-images-idx3-ubyte"), PAGE);
    put(&at("labels/train-images-idx3-ubyte"), idx(0x0801));
    for (data, more, expected) in [
        ("page", &[][..], "train-images-idx3-ubyte is no IDX file, but a web page (HTML)"),
        ("labels", &[], "holds the labels and not the pictures"),
        ("packed", &["--crop", "0,0,9,9"], "leave --crop out"),
    ] {
        let (code, text) = digits(&at(data), more);
        assert!(code == Some(1) && text.contains(expected), "{data}: {text}");
    }
    // What helps depends on the command.
    let packed = at("packed").display().to_string();
    let out = at("out").display().to_string();
    for (line, advice) in [
        (format!("dcgan --recipe dcgan-modern --data {packed}"), ": --set image_size=28 --set channels=1 takes them"),
        (format!("classifier --classes --data {packed}"), ": --image-size 28 --channels 1 takes them"),
        (format!("cyclegan --x {packed} --y {packed}"), "of 144x144 are asked for"),
        (format!("simgan --simulator eyes --data {packed}"), "of 55x35 are asked for"),
    ] {
        let (code, text) = forger(&format!("train {line} --out {out}").split(' ').collect::<Vec<_>>());
        let is_told = text.contains("holds grey pictures of 28x28, where ") && text.trim_end().ends_with(advice);
        assert!(code == Some(1) && is_told, "{line}: {text}");
    }
    for (name, bytes, expected) in [
        ("data.tar.gz", PAGE.as_bytes().to_vec(), "data.tar.gz is no tar of pictures, but a web page (HTML)"),
        ("data.tar", gzip(PAGE.as_bytes()), "data.tar is no tar of pictures, but a web page (HTML)"),
        ("data.zip", b"PK\x03\x04and so on".to_vec(), "data.zip is no tar of pictures, but a zip: unpack it"),
        ("one.png", png(), "a single picture: name the folder"),
        ("empty.tar", Vec::new(), "empty.tar is no tar of pictures, but empty"),
        ("big.tar.gz", b"version https://git-lfs.github.com/spec/v1\n".to_vec(), "git lfs pull"),
        ("train-labels.gz", gzip(&[0, 0, 8, 1, 0, 0, 0, 1, 7, 7, 7, 7, 7, 7, 7, 7, 7]), "holds the labels and not the"),
        ("torn.tar.gz", gzip(&[7; 2000])[..20].to_vec(), "torn.tar.gz is damaged"),
    ] {
        put(&at(name), bytes);
        let (code, text) = train(&at(name), &[]);
        assert!(code == Some(1) && text.contains(expected), "{name}: {text}");
    }
}
