//! `forger import`, as its user meets it: weights of PyTorch become models, and what is none is called by its name.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{errors, forger};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
}

/// Imports weights into `models` of a folder; the exit code, and what was said.
fn import(folder: &Path, from: &Path, more: &[&str]) -> (Option<i32>, String) {
    errors(forger().current_dir(folder).arg("import").arg(from).args(["--out", "models"]).args(more))
}

fn card(folder: &Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join("models/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let entries = manifest["models"].as_array().unwrap();
    entries.iter().find(|entry| entry["card"]["name"] == name).unwrap().clone()
}

#[test]
fn weights_become_a_model_that_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("colours.toml"), "[[palette]]\nname = \"door\"\ncolor = [0, 208, 255]\n").unwrap();
    fs::write(at("figures.json"), "{\"a_l1\": 0.5, \"command\": \"forger eval translate\"}\n").unwrap();
    let judge = fixture("D_basic-ndf4-batch-legacy.pth");
    let more = [
        "--arch",
        "pix2pix",
        "--name",
        "a",
        "--domains",
        "label,photo",
        "--palette",
        "colours.toml",
        "--licence",
        "as the data",
        "--data-name",
        "drawn",
        "--data-licence",
        "none",
        "--notes",
        "random weights",
        "--metrics",
        "figures.json",
        "--discriminator",
    ];
    let more = more.into_iter().chain([judge.to_str().unwrap()]).collect::<Vec<_>>();
    let (code, text) = import(folder.path(), &fixture("unet_128-ngf2.pth"), &more);
    assert_eq!(code, Some(0), "{text}");
    let entry = card(folder.path(), "a");
    let card = &entry["card"];
    assert!(at("models").join(entry["file"].as_str().unwrap()).exists());
    assert_eq!(card["domains"], serde_json::json!(["label", "photo"]));
    assert_eq!(card["palette"][0]["color"], serde_json::json!([0, 208, 255]));
    assert!(card["licence"] == "as the data" && card["notes"] == "random weights" && card["data"]["name"] == "drawn");
    assert!(card["metrics"]["a_l1"]["value"] == 0.5 && card["networks"].as_array().unwrap().len() == 2, "{card}");
    let config = &card["system"]["config"];
    assert!(config["image_size"] == 128 && config["discriminator_width"] == 4 && config["generator"]["depth"] == 7);

    // What is imported can be used, and given another card.
    image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8, y as u8, 9])).save(at("in.png")).unwrap();
    let model = at("models").join(entry["file"].as_str().unwrap());
    let (code, text) =
        errors(forger().current_dir(folder.path()).args(["translate", "in.png", "out.png", "--model"]).arg(&model));
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(image::open(at("out.png")).unwrap().to_rgb8().dimensions(), (40, 30));
    let (code, text) = errors(forger().arg("export").arg(&model).args(["--name", "b", "--out"]).arg(at("models")));
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(self::card(folder.path(), "b")["card"]["networks"].as_array().unwrap().len(), 2);
}

#[test]
fn both_ways_of_a_cyclegan_are_one_model() {
    let folder = tempfile::tempdir().unwrap();
    let there = fixture("resnet_6blocks-ngf4-legacy.pth");
    let back = fixture("resnet_6blocks-ngf4.safetensors");
    let named = |name: &'static str, back: &Path| {
        let arguments = ["--arch", "cyclegan", "--name", name, "--domains", "day,night", "--back"];
        import(folder.path(), &there, &[&arguments[..], &[back.to_str().unwrap()]].concat())
    };
    let (code, text) = named("day", &back);
    assert_eq!(code, Some(0), "{text}");
    let card = card(folder.path(), "day")["card"].clone();
    assert_eq!(card["networks"], serde_json::json!(["g", "f"]));
    assert!(card["system"]["config"]["generator"]["blocks"] == 6 && card["licence"] == "see whoever trained them");
    let (code, text) = named("other", &fixture("resnet_9blocks-ngf4-old.pth"));
    assert!(code == Some(1) && text.contains("is another network than"), "{text}");
}

#[test]
fn what_is_no_generator_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let whole = fs::read(fixture("resnet_6blocks-ngf4.pth")).unwrap();
    fs::write(at("cut.pth"), &whole[..whole.len() / 2]).unwrap();
    let legacy = fs::read(fixture("resnet_6blocks-ngf4-legacy.pth")).unwrap();
    fs::write(at("short.pth"), &legacy[..legacy.len() - 5000]).unwrap();
    fs::write(at("page.pth"), "<!DOCTYPE html><html>").unwrap();
    let refused = |from: &Path, more: &[&str], expected: &str| {
        let arguments = [&["--arch", "pix2pix", "--name", "a"], more].concat();
        let (code, text) = import(folder.path(), from, &arguments);
        assert!(code == Some(1) && text.contains(expected), "{text}");
        assert!(!at("models").exists(), "{expected}");
    };
    refused(&at("cut.pth"), &[], "cut.pth is damaged or cut off");
    refused(&at("short.pth"), &[], "short.pth is damaged or cut off");
    refused(&at("page.pth"), &[], "page.pth is a web page (HTML)");
    refused(&at("none.pth"), &[], "none.pth");
    refused(&fixture("D_basic-ndf4-batch.pth"), &[], "the weights of a discriminator");
    refused(&fixture("resnet_6blocks-ngf4-case.safetensors"), &[], "no network of pytorch-CycleGAN-and-pix2pix");
    let unet = fixture("unet_128-ngf2.pth");
    let path = unet.to_str().unwrap();
    refused(&unet, &["--discriminator", path], "the weights of a generator");
    refused(&unet, &["--back", path], "pix2pix learns one way");
    refused(&unet, &["--image-size", "100"], "image_size");
    refused(&unet, &["--domains", "label"], "--domains label");
    let unnamed = ["--arch", "pix2pix"];
    assert!(import(folder.path(), &unet, &unnamed).1.contains("--name"));
}

/// The weights of a ResNet, each tensor by its name, its shape and its bytes, written again as `change` has them.
fn rewritten(out: &Path, change: impl Fn(&str, &[usize], &[u8]) -> Option<(String, Vec<usize>, Vec<u8>)>) {
    let bytes = fs::read(fixture("resnet_6blocks-ngf4.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let changed = tensors.iter().filter_map(|(name, view)| change(name, view.shape(), view.data())).collect::<Vec<_>>();
    let views = changed.iter().map(|(name, shape, bytes)| {
        let kind = if bytes.len() == 2 * shape.iter().product::<usize>() { Dtype::F16 } else { Dtype::F32 };
        (name.clone(), TensorView::new(kind, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize_to_file(views.collect::<Vec<_>>(), None, out).unwrap();
}

#[test]
fn a_tensor_that_does_not_fit_is_named_and_wrappings_are_taken_off() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let named = |file: &str| import(folder.path(), &at(file), &["--arch", "cyclegan", "--name", "a"]);
    const LAST: &str = "model.16.weight";
    let keep = |name: &str, shape: &[usize], bytes: &[u8]| Some((name.to_owned(), shape.to_vec(), bytes.to_vec()));
    rewritten(&at("cut"), |name, shape, bytes| match name {
        LAST => keep(name, &[shape[0] / 2, shape[1], shape[2], shape[3]], &bytes[..bytes.len() / 2]),
        _ => keep(name, shape, bytes),
    });
    let (code, text) = named("cut");
    assert!(code == Some(1) && text.contains("tensor model.16.weight: [8, 8, 3, 3] where [16, 8, 3, 3]"), "{text}");
    rewritten(&at("missing"), |name, shape, bytes| if name == LAST { None } else { keep(name, shape, bytes) });
    let (code, text) = named("missing");
    assert!(code == Some(1) && text.contains(LAST), "{text}");
    rewritten(&at("more"), |name, shape, bytes| {
        keep(if name == "model.1.bias" { "model.99.bias" } else { name }, shape, bytes)
    });
    let (code, text) = named("more");
    assert!(code == Some(1) && (text.contains("model.1.bias") || text.contains("model.99.bias")), "{text}");
    rewritten(&at("wrapped"), |name, shape, bytes| {
        let half = bytes
            .chunks_exact(4)
            .flat_map(|b| half::f16::from_f32(f32::from_le_bytes([b[0], b[1], b[2], b[3]])).to_le_bytes());
        Some((format!("state_dict.module.{name}"), shape.to_vec(), half.collect()))
    });
    let (code, text) = named("wrapped");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(card(folder.path(), "a")["card"]["system"]["config"]["generator"]["width"], 4);
}

/// The weights of a case of `tests/reference`, which says what PyTorch makes with them, by the names that they have there; those
/// of which `keep` says so by their name and how many sides their shape has.
fn of_reference(case: &str, out: &Path, keep: impl Fn(&str, usize) -> bool) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/translation_imports.safetensors");
    let bytes = fs::read(file).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let prefix = format!("{case}/weights.");
    let named = tensors.iter().filter_map(|(name, view)| Some((name.strip_prefix(&prefix)?.to_owned(), view)));
    let kept = named.filter(|(name, view)| keep(name, view.shape().len()));
    safetensors::serialize_to_file(kept.collect::<Vec<_>>(), None, out).unwrap();
}

#[test]
fn networks_of_every_kind_become_models() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (case, arch, network, normalization, dropout, judge) in [
        ("unet_256", "pix2pix", "unet", "batch", false, Some(("patch_34", 34))),
        ("unet_instance_old", "cyclegan", "unet", "instance", false, None),
        ("resnet_batch", "pix2pix", "resnet", "batch", false, Some(("patch_34", 34))),
        ("resnet_batch_dropout", "pix2pix", "resnet", "batch", true, None),
        ("resnet_dropout", "cyclegan", "resnet", "instance", true, Some(("patch_70_instance", 70))),
    ] {
        of_reference(case, &at(case), |_, _| true);
        let name = case.replace('_', "-");
        let mut more = vec!["--arch", arch, "--name", &name];
        if let Some((judge, _)) = judge {
            of_reference(judge, &at(judge), |_, _| true);
            more.extend(["--discriminator", judge]);
        }
        let (code, text) = import(folder.path(), &at(case), &more);
        assert_eq!(code, Some(0), "{case}: {text}");
        let card = card(folder.path(), &name)["card"].clone();
        let config = &card["system"]["config"];
        let generator = &config["generator"];
        assert_eq!(generator["network"], network, "{case}");
        assert_eq!(generator["normalization"], normalization, "{case}");
        assert_eq!(generator["dropout"], dropout, "{case}");
        if let Some((_, patch)) = judge {
            assert!(config["patch"] == patch && card["networks"].as_array().unwrap().len() == 2, "{card}");
        }
    }
}

#[test]
fn networks_that_normalise_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    of_reference("unet_256", &at("whole"), |_, _| true);
    // As `--norm none` has it: kernels, and the biases of layers that are never normalised.
    for (case, conv, norm, biased) in [
        ("unet_256", "model.model.1.model.1", "model.model.1.model.2", &["model.model.3.bias"][..]),
        ("unet_instance_old", "model.model.1.model.1", "model.model.1.model.2", &["model.model.3.bias"]),
        ("resnet_batch", "model.1", "model.2", &["model.19.bias"]),
        ("resnet_dropout", "model.1", "model.2", &["model.19.bias"]),
        ("patch_34", "model.2", "model.3", &["model.0.bias", "model.8.bias"]),
        ("patch_70_instance", "model.2", "model.3", &["model.0.bias", "model.11.bias"]),
    ] {
        of_reference(case, &at(case), |name, sides| sides == 4 || biased.contains(&name));
        let arguments = ["--arch", "pix2pix", "--name", "a"];
        let (code, text) = if case.starts_with("patch") {
            import(folder.path(), &at("whole"), &[&arguments[..], &["--discriminator", case]].concat())
        } else {
            import(folder.path(), &at(case), &arguments)
        };
        let expected = format!("{norm}.weight or {conv}.bias (networks without normalisation are not read)");
        assert!(code == Some(1) && text.contains(&expected), "{case}: {text}");
        assert!(!at("models").exists(), "{case}");
    }
}
