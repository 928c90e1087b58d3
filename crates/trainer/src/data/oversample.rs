//! Pictures that a set has few of, shown more often: a network learns little of what it hardly sees.

use std::str::FromStr;

use anyhow::{Result, bail};
use forger_core::Images;

use super::{Labels, Pictures};

/// So often a picture may be shown at most: the order of an epoch is kept in memory.
const MOST: usize = 1000;

/// What a picture must have, and how often an epoch then shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Oversample {
    /// Attributes with commas between them; those after a minus are lacking.
    pub attributes: String,
    pub times: usize,
}

impl FromStr for Oversample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(names, times)| Some((names, times.trim().parse().ok()?)));
        match parts {
            Some((attributes, times)) if (1..=MOST).contains(&times) => {
                Ok(Self { attributes: attributes.trim().to_owned(), times })
            }
            _ => Err(format!(
                "give attributes and how often they are shown, 1 to {MOST} times, as in Eyeglasses=5 or Eyeglasses,-Male=5"
            )),
        }
    }
}

impl Oversample {
    /// Columns of the labels, and what must be in them.
    fn columns(&self, labels: &Labels) -> Result<Vec<(usize, bool)>> {
        let column = |name: &str| {
            let (name, wanted) = name.strip_prefix('-').map_or((name, true), |name| (name, false));
            let Some(column) = labels.names.iter().position(|known| known == name.trim()) else {
                bail!("there is no attribute {}, but {}", name.trim(), labels.names.join(", "));
            };
            Ok((column, wanted))
        };
        self.attributes.split(',').map(|name| column(name.trim())).collect()
    }
}

/// A set in which some pictures come several times an epoch.
pub struct Oversampled {
    pictures: Pictures,
    order: Vec<usize>,
}

/// How often each of so many pictures is shown. One that meets several wishes comes as often as the largest says.
pub fn times(count: usize, labels: &Labels, wishes: &[Oversample]) -> Result<Vec<usize>> {
    let mut times = vec![1; count];
    for wish in wishes {
        let columns = wish.columns(labels)?;
        for (times, row) in times.iter_mut().zip(&labels.rows) {
            if columns.iter().all(|(column, wanted)| row.get(*column) == Some(wanted)) {
                *times = wish.times.max(*times);
            }
        }
    }
    Ok(times)
}

impl Oversampled {
    /// Repeats what `wishes` name.
    pub fn new(pictures: Pictures, labels: &Labels, wishes: &[Oversample]) -> Result<Self> {
        let times = times(pictures.len(), labels, wishes)?;
        let order = times.iter().enumerate().flat_map(|(index, times)| std::iter::repeat_n(index, *times)).collect();
        Ok(Self { pictures, order })
    }

    /// What belongs to each picture as an epoch shows them.
    pub fn shown<T: Clone>(&self, of_each: &[T]) -> Vec<T> {
        self.order.iter().filter_map(|index| of_each.get(*index).cloned()).collect()
    }
}

impl Images for Oversampled {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn shape(&self) -> [usize; 3] {
        self.pictures.shape()
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        self.pictures.write(self.order[index], out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_as_often_as_the_largest_wish_says() {
        let pictures = || Pictures {
            name: String::new(),
            licence: String::new(),
            has_shares: false,
            files: Vec::new(),
            shape: [1, 1, 1],
            values: vec![0, 1, 2, 3],
        };
        let rows = vec![vec![false, false], vec![true, false], vec![true, true], vec![]];
        let labels = Labels { names: vec!["A".into(), "B".into()], rows };
        let wishes = ["A=2", "B=3"].map(|text| text.parse().unwrap());
        let set = Oversampled::new(pictures(), &labels, &wishes).unwrap();
        let mut seen = Vec::new();
        for index in 0..set.len() {
            let mut out = [0.0];
            set.write(index, &mut out);
            seen.push(((out[0] + 1.0) * 127.5).round() as u8);
        }
        assert_eq!(seen, [0, 1, 1, 2, 2, 2, 3]);
        let set = Oversampled::new(pictures(), &labels, &["A,-B=4".parse().unwrap()]).unwrap();
        assert_eq!(set.shown(&['a', 'b', 'c', 'd']), ['a', 'b', 'b', 'b', 'b', 'c', 'd']);
        for wrong in ["C=2", "A,-C=2", "A,=2"] {
            let wrong = Oversampled::new(pictures(), &labels, &[wrong.parse().unwrap()]);
            assert!(wrong.err().unwrap().to_string().contains("but A, B"));
        }
    }

    #[test]
    fn what_is_no_wish_is_refused() {
        for text in ["Eyeglasses", "Eyeglasses=0", "Eyeglasses=1001", "Eyeglasses=99999999999", "Eyeglasses=x", "=", ""]
        {
            assert!(text.parse::<Oversample>().is_err(), "{text}");
        }
    }
}
