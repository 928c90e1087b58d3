//! `forger upscale`, as its user meets it: no picture is lost, and none is too large.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use assert_cmd::cargo::CommandCargoExt;
use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageDecoder as _, Luma, Rgb, RgbImage, Rgba, RgbaImage,
    metadata::Orientation,
};

/// Arguments behind `forger upscale`, in a folder: code, standard output, standard error.
fn upscale(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("forger").unwrap();
    let output = command.current_dir(folder).arg("upscale").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn bicubic(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    upscale(folder, &[args, &["--model", "bicubic"]].concat())
}

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 5) as u8, (y * 3) as u8, (x ^ y) as u8]))
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names = names.collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn there_are_as_many_results_as_pictures_and_none_is_made_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    let names = ["IMG.2026.01.jpg", "IMG.2026.02.jpg", "IMG.2026.03.jpg", "a.png", "a.jpg", "b.webp"];
    names.iter().for_each(|name| picture(6, 5).save(folder.join("in").join(name)).unwrap());
    fs::write(folder.join("in/._a.jpg"), "what macOS leaves").unwrap();
    fs::create_dir(folder.join("in/c.png")).unwrap();
    let (code, out, text) = bicubic(folder, &["in", "out"]);
    assert_eq!(code, Some(0), "{text}");
    let expected = ["IMG.2026.01.png", "IMG.2026.02.png", "IMG.2026.03.png", "a.jpg.png", "a.png", "b.png"];
    assert_eq!((files(&folder.join("out")), out.lines().count()), (expected.map(String::from).to_vec(), 6));
    // What is there is named and stays, what is not is made.
    fs::write(folder.join("out/a.png"), "mine").unwrap();
    fs::remove_file(folder.join("out/b.png")).unwrap();
    let (code, out, text) = bicubic(folder, &["in", "out"]);
    assert!(code == Some(0) && out.lines().count() == 1 && out.contains("b.png: 24 x 20"), "{out}");
    assert!(
        text.contains("a.png is there already") && fs::read(folder.join("out/a.png")).unwrap() == b"mine",
        "{text}"
    );
    let (code, _, text) = bicubic(folder, &["in", "out"]);
    assert!(code == Some(0) && text.contains("nothing to do"), "{text}");
    assert_eq!(bicubic(folder, &["in", "out", "--overwrite"]).1.lines().count(), 6);
    assert!(image::open(folder.join("out/a.png")).is_ok());
    // A second time only what does not read is left, and that is no fault of all of them; the first time it is.
    fs::write(folder.join("in/broken.png"), "no picture").unwrap();
    let (code, _, text) = bicubic(folder, &["in", "out"]);
    assert!(code == Some(0) && text.contains("broken.png") && text.contains("1 pictures left out"), "{text}");
    fs::create_dir(folder.join("bad")).unwrap();
    fs::rename(folder.join("in/broken.png"), folder.join("bad/broken.png")).unwrap();
    let (code, _, text) = bicubic(folder, &["bad", "none"]);
    assert!(code == Some(1) && text.contains("bad holds no picture that reads"), "{text}");
}

#[test]
fn originals_are_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    picture(6, 5).save(folder.join("in/a.png")).unwrap();
    let before = fs::read(folder.join("in/a.png")).unwrap();
    for out in ["in", "in/.", "in/../in"] {
        let (code, _, text) = bicubic(folder, &["in", out, "--overwrite"]);
        assert!(code == Some(1) && text.contains("the folder of the originals"), "{text}");
    }
    let (code, _, text) = bicubic(&folder.join("in"), &[".", "../in", "--overwrite"]);
    assert!(code == Some(1) && text.contains("the folder of the originals"), "{text}");
    assert!(bicubic(folder, &["in/a.png", "in/../in/a.png", "--overwrite"]).2.contains("is the original"));
    // A folder takes a picture under its own name, which here is the original's.
    assert!(bicubic(folder, &["in/a.png", "in", "--overwrite"]).2.contains("is the original"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("in", folder.join("link")).unwrap();
        assert!(bicubic(folder, &["in", "link", "--overwrite"]).2.contains("the folder of the originals"));
        fs::create_dir(folder.join("out")).unwrap();
        std::os::unix::fs::symlink("../in/a.png", folder.join("out/a.png")).unwrap();
        assert!(bicubic(folder, &["in", "out", "--overwrite"]).2.contains("one of the originals"));
        assert!(bicubic(folder, &["in/a.png", "out/a.png", "--overwrite"]).2.contains("is the original"));
    }
    assert_eq!(fs::read(folder.join("in/a.png")).unwrap(), before);
    assert_eq!(files(&folder.join("in")), ["a.png"]);
}

#[test]
fn what_cannot_be_written_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    picture(6, 5).save(folder.join("a.png")).unwrap();
    // A model that is not there: what is said is said before it is opened.
    for out in ["o", "o.bmp", "o.jpg.gz"] {
        let (code, _, text) = upscale(folder, &["a.png", out, "--model", "nothing"]);
        assert!(code == Some(1) && text.contains(".png, .jpg or .webp"), "{text}");
    }
    assert!(upscale(folder, &["a.png", "a.png", "--model", "nothing"]).2.contains("is the original"));
    assert!(bicubic(folder, &["b.png", "o.png"]).2.contains("cannot read b.png"));
    assert_eq!(bicubic(folder, &["a.png", "nodir/in/o.png"]).0, Some(0));
    assert_eq!(image::open(folder.join("nodir/in/o.png")).unwrap().width(), 24);
    let (_, _, text) = bicubic(folder, &["a.png", "nodir/in/o.png"]);
    assert!(text.contains("nodir/in/o.png is there already: --overwrite"), "{text}");
    // Without loss, and by its bytes.
    assert_eq!(bicubic(folder, &["a.png", "o.webp"]).0, Some(0));
    let bytes = fs::read(folder.join("o.webp")).unwrap();
    assert!(bytes.starts_with(b"RIFF"));
    let png = image::open(folder.join("nodir/in/o.png")).unwrap();
    assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8(), png.to_rgb8());
    // What a format does not hold.
    picture(5000, 2).save(folder.join("wide.png")).unwrap();
    let refused = |out: &str, scale: &str| bicubic(folder, &["wide.png", out, "--scale", scale]).2;
    assert!(refused("o2.webp", "4").contains("20000 x 8 pixels, and WebP has at most 16383"));
    assert!(refused("o2.jpg", "16").contains("80000 x 32 pixels, and JPEG has at most 65535"));
    picture(4000, 4000).save(folder.join("large.png")).unwrap();
    let text = bicubic(folder, &["large.png", "o2.webp"]).2;
    assert!(text.contains("MB of memory, where 1024 MB are the most: WebP is made as a whole; write PNG"), "{text}");
    assert_eq!(files(folder), ["a.png", "large.png", "nodir", "o.webp", "wide.png"]);
}

#[test]
fn half_a_picture_is_refused_and_photos_are_turned_by_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    picture(64, 48).save(folder.join("a.jpg")).unwrap();
    let whole = fs::read(folder.join("a.jpg")).unwrap();
    fs::write(folder.join("half.jpg"), &whole[..whole.len() / 2]).unwrap();
    let (code, _, text) = bicubic(folder, &["half.jpg", "o.png"]);
    assert!(code == Some(1) && text.contains("half.jpg is damaged or cut off"), "{text}");
    picture(9, 7).save(folder.join("b.webp")).unwrap();
    fs::rename(folder.join("b.webp"), folder.join("b.jpg")).unwrap();
    assert_eq!(bicubic(folder, &["b.jpg", "b.png"]).0, Some(0));
    // EXIF: the camera was held upright.
    let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    fs::write(folder.join("c.jpg"), [&whole[..2], exif, &whole[2..]].concat()).unwrap();
    let (code, out, text) = bicubic(folder, &["c.jpg", "c.png"]);
    assert!(code == Some(0) && out.contains("192 x 256"), "{out} {text}");
    assert!(text.contains("c.jpg: 48 x 64 to 192 x 256 (0.0 megapixels), about"), "{text}");
    // What the camera has noted stays, and how it was held is done.
    for name in ["c.png", "d.jpg", "d.webp"] {
        if name != "c.png" {
            assert_eq!(bicubic(folder, &["c.jpg", name]).0, Some(0));
        }
        let mut decoder = image::ImageReader::open(folder.join(name)).unwrap().into_decoder().unwrap();
        let exif = decoder.exif_metadata().unwrap().unwrap_or_default();
        assert!(exif.starts_with(b"II*\0") && decoder.orientation().unwrap() == Orientation::NoTransforms, "{name}");
    }
}

#[test]
fn transparent_edges_have_no_fringe_and_jpeg_lies_on_a_colour() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inside = |x: u32, y: u32| (x as f32 - 31.5).hypot(y as f32 - 31.5) < 20.0;
    let disc = |x, y| if inside(x, y) { Rgba([255; 4]) } else { Rgba([0; 4]) };
    RgbaImage::from_fn(64, 64, disc).save(folder.join("disc.png")).unwrap();
    for model in [vec![], vec!["--model", "bicubic"]] {
        let made = |out: &str, more: &[&str]| {
            let (code, _, text) = upscale(folder, &[&["disc.png", out, "--overwrite"], &model[..], more].concat());
            assert_eq!(code, Some(0), "{text}");
            image::open(folder.join(out)).unwrap()
        };
        let clear = made("o.png", &[]).into_rgba8();
        assert!(
            clear.dimensions() == (256, 256) && clear.get_pixel(0, 0)[3] == 0 && clear.get_pixel(128, 128)[3] == 255
        );
        let on_white = |pixel: &Rgba<u8>| {
            let alpha = f32::from(pixel[3]) / 255.0;
            (0..3).map(|c| f32::from(pixel[c]) * alpha + 255.0 * (1.0 - alpha)).fold(f32::MAX, f32::min)
        };
        assert!(clear.pixels().map(on_white).fold(f32::MAX, f32::min) >= 250.0, "{model:?}");
        let white = made("o.jpg", &[]).into_rgb8();
        assert!(white.pixels().all(|pixel| pixel.0.iter().all(|value| *value >= 248)), "{model:?}");
        let red = made("o.jpg", &["--background", "ff0000"]).into_rgb8();
        let is_near = |pixel: &Rgb<u8>, colour: [u8; 3]| (0..3).all(|c| pixel[c].abs_diff(colour[c]) < 12);
        assert!(is_near(red.get_pixel(4, 4), [255, 0, 0]) && is_near(red.get_pixel(128, 128), [255; 3]));
        assert!(!made("o.png", &["--background", "#00ff00"]).color().has_alpha());
    }
    for wrong in ["white", "+fffff"] {
        assert!(upscale(folder, &["disc.png", "p.jpg", "--background", wrong]).2.contains("RRGGBB"), "{wrong}");
    }
}

#[test]
fn grey_stays_grey_and_lost_bits_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    GrayImage::from_fn(20, 30, |x, y| Luma([(x * y) as u8])).save(folder.join("grey.png")).unwrap();
    ImageBuffer::from_fn(20, 30, |x, y| Luma([(x * y * 100) as u16])).save(folder.join("deep.png")).unwrap();
    DynamicImage::ImageLumaA8(ImageBuffer::from_fn(20, 30, |x, y| image::LumaA([x as u8 * 9, y as u8 * 8])))
        .save(folder.join("clear.png"))
        .unwrap();
    for model in [&[][..], &["--model", "bicubic"]] {
        let made = |from: &str, out: &str| {
            let (code, _, text) = upscale(folder, &[&[from, out, "--overwrite"], model].concat());
            assert_eq!(code, Some(0), "{text}");
            (image::open(folder.join(out)).unwrap().color(), text)
        };
        assert_eq!(made("grey.png", "o.png").0, image::ColorType::L8);
        assert_eq!(made("grey.png", "o.jpg").0, image::ColorType::L8);
        assert_eq!(made("clear.png", "o.png").0, image::ColorType::La8);
        assert_eq!(made("clear.png", "o.jpg").0, image::ColorType::L8);
        let (colour, text) = made("deep.png", "o.png");
        assert!(
            colour == image::ColorType::L8 && text.contains("deep.png has 16 bits a value; 8 are written"),
            "{text}"
        );
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    picture(400, 210).save(folder.join("a.png")).unwrap();
    let made = |threads: &str| {
        let mut command = Command::cargo_bin("forger").unwrap();
        command.current_dir(folder).env("RAYON_NUM_THREADS", threads);
        let output = command.args(["upscale", "a.png", "o.png", "--overwrite"]).output().unwrap();
        assert!(output.status.success());
        fs::read(folder.join("o.png")).unwrap()
    };
    let one = made("1");
    assert!(one == made("2") && one == made("5"));
}

/// A picture of 3 megapixels, four times larger: 144 MB as bytes, and several times as much as floats.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    picture(2500, 1200).save(folder.join("a.png")).unwrap();
    for out in ["o.png", "o.jpg"] {
        let mut command = Command::cargo_bin("forger").unwrap();
        // Each tile that is made at a time takes its own memory.
        command.env("RAYON_NUM_THREADS", "2");
        command.current_dir(folder).args(["upscale", "a.png", out, "--model", "bicubic"]);
        let mut child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            let about = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = about.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
            peak = peak.max(kilobytes.unwrap_or_default());
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        assert!(status.success() && peak > 0 && peak < 140_000, "{out}: {peak} kB");
        let (width, height) = image::image_dimensions(folder.join(out)).unwrap();
        assert_eq!((width, height), (10_000, 4800));
    }
}
