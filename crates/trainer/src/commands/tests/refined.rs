//! What is refined here and in the tab.

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
