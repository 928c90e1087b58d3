//! Sums of terms, as text: `man with glasses - man + woman`.

/// A sign and the name of a term.
pub type Summand = (f32, String);

/// Why an expression means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadExpression {
    /// There is nothing in it.
    Empty,
    /// A sign without a name after it, or two names without a sign between them cannot be told from one: only the first.
    Unfinished,
    /// No term has this name.
    Unknown(String),
}

/// What may not be part of a name, since links and expressions need it.
const RESERVED: &str = "+-\u{2212}:;,~";
/// Characters of a name.
pub const LONGEST_NAME: usize = 24;

/// The nearest name that a term or a direction may have; empty if nothing is left.
pub fn name(text: &str) -> String {
    let kept = text.chars().filter(|c| !RESERVED.contains(*c) && !c.is_control()).take(LONGEST_NAME);
    kept.collect::<String>().trim().to_owned()
}

/// Reads an expression of these names. A minus may be a hyphen or the true sign.
pub fn parse(text: &str, is_known: impl Fn(&str) -> bool) -> Result<Vec<Summand>, BadExpression> {
    if text.trim().is_empty() {
        return Err(BadExpression::Empty);
    }
    let (mut summands, mut sign, mut word) = (Vec::new(), 1.0, String::new());
    for (at, c) in text.trim().chars().chain(['+']).enumerate() {
        let next = match c {
            '+' => 1.0,
            '-' | '\u{2212}' => -1.0,
            _ => {
                word.push(c);
                continue;
            }
        };
        let name = std::mem::take(&mut word).trim().to_owned();
        if name.is_empty() {
            // A sign may lead.
            if at > 0 {
                return Err(BadExpression::Unfinished);
            }
        } else if is_known(&name) {
            summands.push((sign, name));
        } else {
            return Err(BadExpression::Unknown(name));
        }
        sign = next;
    }
    Ok(summands)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> bool {
        ["man with glasses", "man", "woman", "웃음"].contains(&name)
    }

    #[test]
    fn the_sentence_reads() {
        let expected = [(1.0, "man with glasses".to_owned()), (-1.0, "man".into()), (1.0, "woman".into())];
        for text in
            ["man with glasses - man + woman", " man with glasses-man+woman ", "+man with glasses \u{2212} man + woman"]
        {
            assert_eq!(parse(text, known).unwrap(), expected, "{text}");
        }
        assert_eq!(parse("-웃음", known).unwrap(), [(-1.0, "웃음".into())]);
        assert_eq!(parse("man + man", known).unwrap().len(), 2);
    }

    #[test]
    fn what_means_nothing_says_why() {
        assert_eq!(parse("  ", known), Err(BadExpression::Empty));
        for text in ["man -", "man - - woman", "+", "- + man"] {
            assert_eq!(parse(text, known), Err(BadExpression::Unfinished), "{text}");
        }
        assert_eq!(parse("man woman", known), Err(BadExpression::Unknown("man woman".into())));
    }

    #[test]
    fn a_name_keeps_what_it_may() {
        assert_eq!(name(" a-b:c;d,e~f\n+ "), "abcdef");
        assert_eq!(name(&"가".repeat(99)).chars().count(), LONGEST_NAME);
        assert_eq!(name("+-"), "");
    }
}
