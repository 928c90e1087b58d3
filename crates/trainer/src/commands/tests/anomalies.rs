//! What finds anomalies.

use super::*;

#[test]
fn anomalies_and_models_of_one_class() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    for class in ["day", "night"] {
        (0..12).for_each(|index| picture(&at(&format!("set/{class}/{index:02}.png")), 28, 28 + index));
    }
    let small = "--set width=2 --set latent_dim=4 --set batch=4 --recipe dcgan-digits";
    let search = "--starts 2 --search-steps 5";
    let mut scores = Vec::new();
    for device in ["cpu", "second"] {
        let eval = format!("eval detect --data @/set --test @/set --runs @/runs-{device} --count 3 --out @/{device}");
        run(&format!("{eval} --train --epochs 1 --encoder-steps 4 {small} {search} --device {device} --json"));
        // The same model on both devices.
        let detect = format!("detect @/set:night --model @/runs-cpu/day --normal @/set --class day {search}");
        run(&format!("{detect} --threshold 1000 --out @/report --device {device}"));
        scores.push(fs::read_to_string(at("report/scores.csv")).unwrap());
    }
    let values = |text: &str| {
        let value =
            |line: &str| Some((line.split(',').next()?.to_owned(), line.split(',').nth(1)?.parse::<f32>().ok()?));
        text.lines().filter_map(value).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (cpu, second) = (values(&scores[0]), values(&scores[1]));
    assert_eq!((cpu.len(), second.len()), (12, 12));
    assert!(cpu.iter().all(|(name, score)| (score - second[name]).abs() <= 1e-3 * score), "{cpu:?} {second:?}");

    // A file that knows what is normal asks for nothing more, and gives the same scores as the pictures themselves.
    run(&format!(
        "calibrate @/runs-cpu/day --normal @/set --class day --count 9 --what day --name day --out @/models {search}"
    ));
    let model = format!("@/models/{}", model_file(&at("models")));
    let normal = forger_core::weights::card(&fs::read(at(&model[2..])).unwrap()).unwrap().normal.unwrap();
    assert_eq!((normal.scores.scores().len(), normal.search.starts, normal.what.as_str()), (9, 2, "day"));
    assert!(normal.strange.is_none());
    let judge = |rest: &str| {
        run(&format!("detect @/set:night --model {model} --threshold 1000 --out @/report {rest}"));
        values(&fs::read_to_string(at("report/scores.csv")).unwrap())
    };
    let by_card = judge("");
    assert_eq!(by_card, judge(search));
    assert_eq!(by_card, judge(&format!("--normal @/set --class day {search}")));
    let fails = |line: &str| format!("{:#}", forger(folder.path(), line).unwrap_err());
    let detect = "detect @/set:night --threshold 1000 --out @/report --model";
    for flags in
        ["--starts 3", "--seed 2", "--method anogan", "--method encoder", "--weights-rate 1e-3", "--lambda 0.1"]
    {
        let other = fails(&format!("{detect} {model} {flags}"));
        assert!(other.contains("another search"), "{flags}: {other}");
    }
    // What says which pictures are normal says nothing of those on the card.
    for flags in ["--class day", "--count 5", "--holdout 2", "--split test", "--class day --attributes table.csv"] {
        let idle = fails(&format!("{detect} {model} {flags}"));
        assert!(idle.contains("--normal <DATA>"), "{flags}: {idle}");
    }
    assert!(fails(&format!("{detect} @/runs-cpu/day")).contains("forger calibrate"));
    let few = fails(&format!("detect @/set:night --out @/report --model {model}"));
    assert!(few.contains("at least 19"), "{few}");
}

#[test]
fn a_card_knows_strange_pictures_of_the_other_classes_or_of_another_set() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |line: &str| forger(folder.path(), line).unwrap();
    for class in ["day", "night", "dusk"] {
        // Each of another size, so that no two have the same score.
        let side = |index: u32| 28 + class.len() as u32 + 3 * index;
        (0..6).for_each(|index| picture(&at(&format!("set/{class}/{index}.png")), side(index), side(index)));
    }
    let small = "--set width=2 --set latent_dim=4 --set batch=4 --recipe dcgan-digits";
    run(&format!("train dcgan --data @/set --normal day --steps 2 --out @/run {small}"));
    let search = "--starts 2 --search-steps 5";
    let calibrate = format!("calibrate @/run --normal @/set --class day --what day --name day {search}");
    let mut normal = None;
    for (out, rest, known) in [
        ("none", "", None),
        ("all", "--strange @/set --strange-what others", Some((12, "set, all but class day"))),
        ("some", "--strange @/set --strange-what others --strange-count 6", Some((6, "set, all but class day"))),
        ("other", "--strange @/set:night --strange-what night", Some((6, "set:night"))),
    ] {
        run(&format!("{calibrate} --out @/{out} {rest}"));
        let card = forger_core::weights::card(&fs::read(at(out).join(model_file(&at(out)))).unwrap()).unwrap();
        let found = card.normal.unwrap();
        // What is strange has no part in what is normal.
        assert_eq!(normal.get_or_insert(found.scores.clone()), &found.scores);
        assert_eq!(found.strange.as_ref().map(|known| (known.scores.scores().len(), known.data.as_str())), known);
        if out != "some" {
            continue;
        }
        // Three of each class, with the scores that a report of them has.
        let known = found.strange.unwrap().scores;
        for class in ["night", "dusk"] {
            let model = format!("--model @/some/{}", model_file(&at("some")));
            run(&format!("detect @/set:{class} {model} --threshold 1000 --out @/report"));
            let report = fs::read_to_string(at("report/scores.csv")).unwrap();
            let scores = report.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse::<f32>().unwrap());
            assert_eq!(scores.filter(|score| known.scores().contains(score)).count(), 3, "{class}: {report}");
        }
    }
    let fails = |line: &str| format!("{:#}", forger(folder.path(), line).unwrap_err());
    let all = "calibrate @/run --normal @/set --what all --strange @/set --strange-what all --name all --out @/wrong";
    assert!(fails(all).contains("--class"));
    assert!(fails(&format!("{calibrate} --out @/wrong --strange @/set")).contains("--strange-what"));
}

/// The page is held to the same scores, `tests/e2e/specs/detect.spec.js` and `detect-patches.spec.js`.
#[test]
fn the_page_and_this_program_judge_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (models, fixtures) = (root.join("public/models"), root.join("tests/e2e/fixtures"));
    let read = |name: &str| -> serde_json::Map<String, serde_json::Value> {
        serde_json::from_str(&fs::read_to_string(fixtures.join(name)).unwrap()).unwrap()
    };
    for (name, scores) in read("detect.json") {
        let begin = format!("{name}-");
        let mut files = fs::read_dir(&models).unwrap().map(|file| file.unwrap().path());
        let model = files.find(|file| file.file_name().unwrap().to_string_lossy().starts_with(&begin)).unwrap();
        judges_as_before(&root.join("tests/e2e/pictures"), &model, scores.as_object().unwrap());
    }
    judges_as_before(&fixtures, &fixtures.join("patches.safetensors"), &read("patches.json"));
}

/// Pictures of the page's tests have the scores that they had.
fn judges_as_before(pictures: &Path, model: &Path, scores: &serde_json::Map<String, serde_json::Value>) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy(model, at("model.safetensors")).unwrap();
    fs::create_dir(at("pictures")).unwrap();
    for name in scores.keys() {
        fs::copy(pictures.join(name), at("pictures").join(name)).unwrap();
    }
    // The cross and the scratch are strange, which is an error of its own, and to threes a ring is, too.
    let strange = forger(folder.path(), "detect @/pictures --model @/model.safetensors --out @/report").unwrap_err();
    assert!(format!("{strange:#}").ends_with("of 2 pictures are strange"), "{strange:#}");
    let found = fs::read_to_string(at("report/scores.csv")).unwrap();
    assert_eq!(found.lines().count(), 1 + scores.len());
    for line in found.lines().skip(1) {
        let mut fields = line.split(',');
        let (path, score) = (fields.next().unwrap(), fields.next().unwrap().parse::<f64>().unwrap());
        let native = scores[Path::new(path).file_name().unwrap().to_str().unwrap()].as_f64().unwrap();
        assert!((score - native).abs() < 1e-3 * native, "{path}: {score}, {native} before");
    }
}
