//! What judges pictures in parts.

use super::*;

/// Stripes that begin anywhere, and a bright square on them where there is a defect.
fn surface(path: &Path, [width, height]: [u32; 2], phase: u32, defect: Option<[u32; 2]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let shade = |x: u32, y: u32| match defect {
        Some([left, top]) if (left..left + 8).contains(&x) && (top..top + 8).contains(&y) => 250,
        _ => 60 + ((x + phase) % 6 * 8) as u8,
    };
    RgbImage::from_fn(width, height, |x, y| image::Rgb([shade(x, y); 3])).save(path).unwrap();
}

#[test]
fn defects_are_found_where_they_are_and_a_card_knows_how_pictures_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    let fails = |line: &str| format!("{:#}", forger(folder.path(), line).unwrap_err());
    for index in 0..6 {
        // No picture has the size of another.
        let size = [50 + index * 7, 64 - index * 5];
        surface(&at(&format!("train/{index}.png")), size, index, None);
        surface(&at(&format!("good/{index}.png")), size, index + 1, None);
        let defect = [index * 6, 30 - index * 5];
        surface(&at(&format!("bad/spot/{index}.png")), size, index, Some(defect));
        let mask = at(&format!("masks/spot/{index}_mask.png"));
        fs::create_dir_all(mask.parent().unwrap()).unwrap();
        let is_there =
            |x: u32, y: u32| (defect[0]..defect[0] + 8).contains(&x) && (defect[1]..defect[1] + 8).contains(&y);
        let light = |x, y| image::Luma([if is_there(x, y) { 255 } else { 0 }]);
        image::GrayImage::from_fn(size[0], size[1], light).save(mask).unwrap();
    }
    let small = "--set width=2 --set latent_dim=4 --set batch=16 --recipe dcgan-digits";
    run(&format!("train dcgan --data @/train --patches 9 --steps 150 --out @/run {small}"));
    run(
        "train encoder --model @/run --data @/train --patches 9 --steps 150 --set width=2 --set batch=8 --out @/run/encoder",
    );
    let eval = "eval defects --model @/run --encoder @/run/encoder --data @/train --normal @/good --strange @/bad --masks @/masks";
    run(&format!("{eval} --patches 7 --methods encoder,pca,knn --components 4 --sheet @/sheet.png --json"));
    assert!(image::image_dimensions(at("sheet.png")).unwrap().0 > 4 * 50);
    let too_many = format!("{eval} --patches 7 --methods encoder,knn --neighbours 9999");
    assert!(fails(&too_many).contains("--neighbours 9999"));
    // Of one set nothing is judged that is learned from.
    let same =
        "eval defects --model @/run --data @/train --normal @/bad/../train --strange @/bad --patches 7 --methods knn";
    assert!(fails(same).contains("say with --holdout"));
    assert!(fails(&format!("{same} --holdout 2 --split train")).contains("say with --holdout"));
    let learned = |line: &str| {
        let text = fails(&format!("{line} --neighbours 9999"));
        text.rsplit("normal pictures: ").next().unwrap().parse::<usize>().unwrap()
    };
    assert!(learned(&format!("{same} --holdout 2")) < learned(&same.replace("@/bad/../train", "@/good")));
    run(&format!("{same} --holdout 2 --json"));
    assert!(fails(&format!("{eval} --methods pca")).contains("--patches"));
    assert!(fails(&format!("{eval} --methods pca --patches 29")).contains("patches"));
    assert!(
        fails("train simgan --simulator eyes --data @/train --patches 16 --steps 1 --out @/wrong").contains("square")
    );
    assert!(fails("train dcgan --data @/train --patches 0 --steps 1 --out @/wrong").contains("patches"));

    let calibrate = "calibrate @/run --kappa 0 --method encoder --encoder @/run/encoder --normal @/good --what surfaces --name surfaces";
    run(&format!("{calibrate} --patches 7 --strange @/bad --strange-what spots --out @/models"));
    let card = forger_core::weights::card(&fs::read(at("models").join(model_file(&at("models")))).unwrap()).unwrap();
    let normal = card.normal.unwrap();
    assert_eq!(normal.patches.map(|patches| patches.stride), Some(7));
    // The strangest part is the one with the spot, even to networks that have hardly begun.
    let strange = normal.strange.unwrap().scores;
    assert!(strange.scores().first() > normal.scores.scores().last(), "{strange:?} {:?}", normal.scores);
    let detect = format!("detect @/bad --model @/models/{} --out @/report", model_file(&at("models")));
    run(&format!("{detect} --threshold 1000"));
    let read = || fs::read_to_string(at("report/scores.csv")).unwrap();
    let scores = |text: &str| {
        let values = text.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse::<f32>().unwrap());
        let mut values = values.collect::<Vec<_>>();
        values.sort_by(f32::total_cmp);
        values
    };
    assert_eq!(scores(&read()), strange.scores());
    assert!(fails(&format!("{detect} --threshold 1000 --patches 9")).contains("--normal"));
    // One that is too small is named and left out, and has no part in the scores of the others.
    surface(&at("bad/spot/small.png"), [27, 90], 0, None);
    run(&format!("{detect} --threshold 1000"));
    assert_eq!(scores(&read()), strange.scores());
    assert!(fails(&format!("{calibrate} --patches 7 --class spot --out @/wrong")).contains("SET:FOLDER"));
}
