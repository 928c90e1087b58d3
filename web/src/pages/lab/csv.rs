//! Points of a user's own, as text.

use forger_protocol::MOST_POINTS;

/// Half the side that points outside of the plane are scaled to.
const FIT: f64 = 0.9;
/// Steps from the middle to the edge.
const STEPS: f64 = 127.0;

/// What a text gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    pub points: Vec<[i8; 2]>,
    /// Whether some lay outside of the plane, so that all were scaled.
    pub scaled: bool,
    /// How many there were, if there were too many.
    pub thinned_from: Option<usize>,
}

/// Why a text gives no points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A line, counted from 1, that is not two numbers.
    Line(usize, String),
    TooFew,
}

/// Reads two numbers a line, with a comma, semicolon, space or tab between them. The first line may be a heading.
pub fn parse(text: &str) -> Result<Points, Problem> {
    // Some programs mark the start of a file.
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let mut points = Vec::new();
    for (place, (number, line)) in lines.filter(|(_, line)| !line.is_empty()).enumerate() {
        match pair(line) {
            Some(point) => points.push(point),
            None if place == 0 && !line.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {}
            None => return Err(Problem::Line(number, line.chars().take(40).collect())),
        }
    }
    if points.len() < 2 {
        return Err(Problem::TooFew);
    }
    let count = points.len();
    let points = thin(&points, MOST_POINTS);
    let scaled = points.iter().flatten().any(|value| value.abs() > 1.0);
    let points = if scaled { fit(&points) } else { points };
    let points = points.into_iter().map(|point| point.map(step)).collect();
    Ok(Points { points, scaled, thinned_from: (count > MOST_POINTS).then_some(count) })
}

fn pair(line: &str) -> Option<[f64; 2]> {
    // Where semicolons part the numbers, a comma is a decimal point.
    let parts: Vec<String> = if line.contains(';') {
        line.split(';').map(|part| part.trim().replace(',', ".")).collect()
    } else {
        let parts = line.split([',', '\t', ' ']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let numbers = parts.iter().map(|part| part.trim_matches('"').parse().ok()).collect::<Option<Vec<f64>>>()?;
    let point: [f64; 2] = numbers.try_into().ok()?;
    point.iter().all(|value| value.is_finite()).then_some(point)
}

/// At most so many, evenly.
pub fn thin<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    let count = items.len().min(most);
    (0..count).filter_map(|index| items.get(index * items.len() / count)).cloned().collect()
}

/// The number of steps nearest to a coordinate.
pub fn step(value: f64) -> i8 {
    (value * STEPS).round().clamp(-STEPS, STEPS) as i8
}

/// The coordinate of a number of steps.
pub fn coordinate(step: i8) -> f32 {
    f32::from(step) / STEPS as f32
}

/// Moves and scales to the middle, both directions alike.
fn fit(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let range = |axis: usize| {
        let values = points.iter().map(|point| point[axis]);
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((left, right), (below, above)) = (range(0), range(1));
    // Halves first: the sum of two large numbers may not be one.
    let (middle_x, middle_y) = (left / 2.0 + right / 2.0, below / 2.0 + above / 2.0);
    let half = (right / 2.0 - left / 2.0).max(above / 2.0 - below / 2.0).max(f64::MIN_POSITIVE);
    points.iter().map(|[x, y]| [(x - middle_x) / half * FIT, (y - middle_y) / half * FIT]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<[i8; 2]> {
        parse(text).unwrap().points
    }

    #[test]
    fn every_separator_reads() {
        for text in
            ["0.5,-1\n0,1", "0.5;-1\n0;1", "0.5 -1\r\n0  1", "0.5\t-1\n\n0\t1\n", "0,5;-1\n0;1", "0.5, -1\n\"0\",1"]
        {
            assert_eq!(read(text), [[64, -127], [0, 127]], "{text:?}");
        }
    }

    #[test]
    fn a_heading_is_left_out_and_only_as_the_first_line() {
        assert_eq!(read("x,y\n0,0\n1,1"), [[0, 0], [127, 127]]);
        assert_eq!(read("\u{feff}0,0\n1,1"), [[0, 0], [127, 127]]);
        assert_eq!(parse("0,0\nx,y\n1,1"), Err(Problem::Line(2, "x,y".into())));
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        assert_eq!(parse("0,0\n\n1,2,3\n"), Err(Problem::Line(3, "1,2,3".into())));
        assert_eq!(parse("1,\n0,0"), Err(Problem::Line(1, "1,".into())));
        assert_eq!(parse("0,0\n1,inf"), Err(Problem::Line(2, "1,inf".into())));
    }

    #[test]
    fn one_point_is_too_few() {
        assert_eq!(parse(""), Err(Problem::TooFew));
        assert_eq!(parse("x y\n0 0"), Err(Problem::TooFew));
    }

    #[test]
    fn what_lies_outside_is_scaled_and_keeps_its_shape() {
        let found = parse("100,200\n300,200\n200,250").unwrap();
        assert!(found.scaled);
        assert_eq!(found.points, [[-114, -29], [114, -29], [0, 29]]);
        assert!(!parse("1,1\n-1,-1").unwrap().scaled);
        assert_eq!(read("5,5\n5,5"), [[0, 0], [0, 0]]);
        assert_eq!(read("1e308,0\n-1e308,0"), [[114, 0], [-114, 0]]);
    }

    #[test]
    fn too_many_are_thinned_evenly() {
        let text = (0..2000).map(|index| format!("{},0\n", f64::from(index) / 2000.0)).collect::<String>();
        let found = parse(&text).unwrap();
        assert_eq!((found.points.len(), found.thinned_from), (MOST_POINTS, Some(2000)));
        assert_eq!(thin(&[1, 2, 3, 4], 2), [1, 3]);
        assert_eq!(thin(&[1, 2], 5), [1, 2]);
        assert!(thin(&[] as &[u8], 5).is_empty());
    }

    #[test]
    fn coordinates_and_steps_agree() {
        for value in -127..=127_i8 {
            assert_eq!(step(f64::from(coordinate(value))), value);
        }
    }
}
