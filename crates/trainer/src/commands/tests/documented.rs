//! The commands of the documents, of the help and of the cards of published models are commands.

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use forger_protocol::Manifest;

use super::*;

/// The words of a line as a shell has them: quotes hold them together, and what follows a `#` is a remark.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word = Some(word.unwrap_or_default());
            }
            (None, '#') if word.is_none() => break,
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_with(String::new).push(letter),
        }
    }
    words.extend(word);
    words
}

/// The lines of a text that are commands of the program; some go on in the next line. What they print may go into a file.
fn commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.replace("\\\n", " ");
    let lines = lines.lines().map(|line| words(line).into_iter().take_while(|word| word != ">").collect::<Vec<_>>());
    lines.filter(|words| words.first().is_some_and(|word| word == "forger")).collect()
}

/// What is wrong with a command. One that only says what it is about may lack the rest.
fn fault(words: &[String], is_whole: bool) -> Option<String> {
    use ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, InvalidValue, MissingRequiredArgument, MissingSubcommand,
    };
    let is_whole = is_whole && !words.contains(&"...".to_owned());
    let given = words.iter().filter(|word| *word != "...").map(OsString::from).collect();
    let error = Cli::try_parse_from(cli::arguments(given)).err()?;
    let lacks = matches!(
        error.kind(),
        DisplayHelp
            | DisplayHelpOnMissingArgumentOrSubcommand
            | InvalidValue
            | MissingRequiredArgument
            | MissingSubcommand
    );
    (is_whole || !lacks).then(|| format!("{}: {error}", words.join(" ")))
}

fn assert_right(from: &str, faults: Vec<Option<String>>, least: usize) {
    assert!(faults.len() >= least, "{from}: only {} commands", faults.len());
    let faults = faults.into_iter().flatten().collect::<Vec<_>>();
    assert!(faults.is_empty(), "{from}: {}", faults.join("\n"));
}

#[test]
fn those_of_the_documents_are_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let documents = fs::read_dir(root.join("docs")).unwrap().map(|file| file.unwrap().path());
    let documents = documents.filter(|file| file.extension().is_some_and(|end| end == "md"));
    let mut faults = Vec::new();
    for file in documents.chain([root.join("README.md")]) {
        let text = fs::read_to_string(file).unwrap();
        // Figures that go onto a card are written before.
        for figures in text.split("--metrics ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
            let is_written = text.contains(&format!("> {figures}"));
            faults.push((!is_written && figures.ends_with(".json")).then(|| format!("{figures} is written nowhere")));
        }
        for (index, part) in text.split("\n```").enumerate() {
            if index % 2 == 1 {
                faults.extend(commands(part).iter().map(|words| fault(words, true)));
            } else {
                let spans = part.split('`').skip(1).step_by(2).flat_map(|span| commands(&span.replace('\n', " ")));
                faults.extend(spans.map(|words| fault(&words, false)));
            }
        }
    }
    assert_right("documents", faults, 100);
}

#[test]
fn those_of_the_help_are_read() {
    fn search(command: &clap::Command, found: &mut Vec<Option<String>>) {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        // What follows on the other machine is a beginning only.
        let text = text.split(", and on").next().unwrap_or_default().replace("Example: ", "\n");
        found.extend(commands(&text).iter().map(|words| fault(words, true)));
        command.get_subcommands().for_each(|part| search(part, found));
    }
    let mut faults = Vec::new();
    search(&Cli::command(), &mut faults);
    assert_right("help", faults, 25);
}

/// The models of the site.
fn published() -> Manifest {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models/manifest.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn weights_that_learned_from_data_of_the_same_terms_have_the_same_terms() {
    let mut terms = std::collections::BTreeMap::new();
    for card in published().models.into_iter().map(|entry| entry.card) {
        let first = terms.entry(card.data.licence).or_insert_with(|| card.licence.clone());
        assert_eq!(*first, card.licence, "{}", card.name);
    }
    assert!(terms.len() > 5);
}

#[test]
fn those_of_the_cards_are_read() {
    let manifest = published();
    let mut faults = Vec::new();
    for card in manifest.models.iter().map(|entry| &entry.card) {
        for metric in card.metrics.values() {
            // From when there was one measure: it names no model, and stays, as links name the hash of the file.
            let is_whole = !metric.command.starts_with("forger eval --");
            let found = commands(&metric.command);
            assert_eq!(found.len(), 1, "{}: {}", card.name, metric.command);
            faults.push(fault(&found[0], is_whole));
        }
        // Where models are written to is everybody's own.
        let made = card.notes.split_once("Made with: ").map(|(_, made)| made.replace("; ", "\n")).unwrap_or_default();
        faults.extend(commands(&made).iter().map(|words| fault(words, false)));
    }
    assert_right("cards", faults, 200);
}

#[test]
fn what_is_no_command_is_found() {
    let of = |text: &str, is_whole| commands(text).iter().find_map(|words| fault(words, is_whole));
    assert_eq!(words("a 'b c'  \"d\"e # f"), ["a", "b c", "de"]);
    assert_eq!(commands("forger recipes --json > all.json"), [["forger", "recipes", "--json"]]);
    assert_eq!(commands("sh\nforger recipes   # all\nforger \\\n  recipes\nls"), [["forger", "recipes"]; 2]);
    assert_eq!(of("forger calibrate run --class 3 ...", true), None);
    for wrong in ["forger retsipes", "forger train dcgan --steps 3 --no-such-flag", "forger sample x"] {
        assert!(of(wrong, false).is_some(), "{wrong}");
    }
    assert!(of("forger sample", true).is_some() && of("forger sample", false).is_none());
}
