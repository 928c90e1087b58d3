//! The table as a file.

use forger_protocol::detect::Calibration;

use super::row::Row;

/// A field of a table, in quotes where a comma or a quote would part it.
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The table as `forger detect` writes it, with what the user marked where anything is. What was not judged has no score.
pub fn csv(rows: &[Row], scores: &Calibration, threshold: f32) -> String {
    let has_marks = rows.iter().any(|row| row.is_marked);
    let line = |row: &Row| {
        let said = match row.score() {
            Some(score) => format!("{score},{:.6},{}", scores.p_value(score), u8::from(score > threshold)),
            None => ",,".to_owned(),
        };
        let marked = if has_marks { format!(",{}", u8::from(row.is_marked)) } else { String::new() };
        format!("{},{said}{marked}\n", field(&row.name))
    };
    let head = if has_marks { "file,score,p_value,strange,marked\n" } else { "file,score,p_value,strange\n" };
    head.to_owned() + &rows.iter().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::{super::row::tests::row, *};

    #[test]
    fn names_with_commas_stay_one_field_and_marks_are_a_column_where_there_are_any() {
        let scores = Calibration::new(vec![0.5, 1.0, 1.5]).unwrap();
        let mut rows = [row("a, \"b\".png", Some(1.25)), row("broken.png", None)];
        let plain = "file,score,p_value,strange\n\"a, \"\"b\"\".png\",1.25,0.500000,1\nbroken.png,,,\n";
        assert_eq!(csv(&rows, &scores, 1.0), plain);
        rows[1].is_marked = true;
        let marked = "file,score,p_value,strange,marked\n\"a, \"\"b\"\".png\",1.25,0.500000,1,0\nbroken.png,,,,1\n";
        assert_eq!(csv(&rows, &scores, 1.0), marked);
    }
}
