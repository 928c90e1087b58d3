//! Photos as a classifier sees them: which of them are of a class, and how far those that were made are from real ones.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use forger_core::{
    classifier::Judge,
    data::photos::Photo,
    metrics::{features::Features, frechet::frechet_distance},
};

use super::classified::Classified;
use crate::data::Labels;

/// A classifier of photos, and the class that is asked for.
pub struct Seen {
    classified: Classified,
    class: Option<usize>,
}

impl Seen {
    /// A classifier of `forger train classifier`, and an attribute by its name.
    pub fn open(path: &Path, class: Option<&str>) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let device = Device::flex();
        let judge = Judge::load(&bytes, &device).with_context(|| path.display().to_string())?;
        if judge.config.channels != 3 {
            bail!("{} judges grey pictures: train a classifier with --channels 3", path.display());
        }
        let place = |name: &str| {
            let known = || format!("--class {name}: the classifier knows {}", judge.config.attributes.join(", "));
            judge.attribute(name).with_context(known)
        };
        let class = class.map(place).transpose()?;
        Ok(Self { classified: Classified::new(judge, device), class })
    }

    /// Features and probabilities of photos of any size.
    fn see(&self, photos: &[&Photo]) -> Result<(Vec<f32>, Vec<f32>)> {
        let side = self.classified.judge.config.image_size;
        self.classified.see(&photos.iter().flat_map(|photo| photo.resized(side, side).values()).collect::<Vec<_>>())
    }

    /// The share that is of the class, by the name of its figure; none where no class is asked for.
    pub fn share(&self, photos: &[&Photo]) -> Result<Option<(String, f64)>> {
        let Some(place) = self.class else { return Ok(None) };
        let attributes = &self.classified.judge.config.attributes;
        let probabilities = self.see(photos)?.1;
        let yes = probabilities.chunks_exact(attributes.len()).filter(|row| row[place] >= 0.5).count();
        Ok(Some((format!("{}_share", attributes[place]), yes as f64 / photos.len().max(1) as f64)))
    }

    /// For each attribute that both know: the share of photos that have it where the pictures that they were made of have it, and
    /// have it not where those have it not; and what that would be by chance, for results that have it as often and look at nothing.
    pub fn kept(&self, photos: &[&Photo], labels: &Labels) -> Result<Vec<(String, f64)>> {
        let attributes = &self.classified.judge.config.attributes;
        let probabilities = self.see(photos)?.1;
        let (mut figures, mut all) = (Vec::new(), Vec::new());
        for (place, name) in attributes.iter().enumerate() {
            let Some(column) = labels.names.iter().position(|known| known == name) else { continue };
            let found = probabilities.chunks_exact(attributes.len()).map(|row| row[place] >= 0.5);
            // What the table does not name has no attributes.
            let pairs = labels.rows.iter().zip(found).filter_map(|(row, found)| Some((*row.get(column)?, found)));
            let pairs = pairs.collect::<Vec<_>>();
            let share = |is: fn(&(bool, bool)) -> bool| {
                pairs.iter().filter(|pair| is(pair)).count() as f64 / pairs.len().max(1) as f64
            };
            let (before, after) = (share(|(before, _)| *before), share(|(_, after)| *after));
            let kept = [share(|(before, after)| before == after), before * after + (1.0 - before) * (1.0 - after)];
            figures
                .extend(["kept", "by_chance"].iter().zip(kept).map(|(what, value)| (format!("{name}_{what}"), value)));
            all.push(kept);
        }
        if all.is_empty() {
            bail!(
                "the classifier knows {}, the pictures are said to have {}",
                attributes.join(", "),
                labels.names.join(", ")
            );
        }
        let mean = |at: usize| all.iter().map(|kept| kept[at]).sum::<f64>() / all.len() as f64;
        figures.extend([("attributes_kept".to_owned(), mean(0)), ("attributes_by_chance".to_owned(), mean(1))]);
        Ok(figures)
    }

    /// The Fréchet distance of the two in the features of the classifier, which is not FID.
    pub fn frechet(&self, real: &[&Photo], made: &[&Photo]) -> Result<f64> {
        let dim = self.classified.judge.config.features;
        let (real, made) = (self.see(real)?.0, self.see(made)?.0);
        Ok(frechet_distance(&Features::new(&real, dim)?, &Features::new(&made, dim)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_core::{classifier::Training, protocol::ClassifierConfig};

    #[test]
    fn the_same_photos_are_no_distance_apart_and_a_class_has_to_be_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("judge");
        let attributes = vec!["sunset".to_owned()];
        let config = ClassifierConfig { image_size: 32, width: 2, features: 3, attributes, ..Default::default() };
        let judge = Training::new(config, &Device::flex()).unwrap().judge();
        std::fs::write(&path, judge.save()).unwrap();
        let photo = |seed: usize| Photo {
            height: 20,
            width: 24,
            pixels: (0..3 * 20 * 24).map(|at| (at * (seed + 3) % 251) as u8).collect(),
        };
        let photos = (0..5).map(photo).collect::<Vec<_>>();
        let turned = photos
            .iter()
            .map(|photo| Photo { pixels: photo.pixels.iter().map(|value| 255 - value).collect(), ..photo.clone() });
        let (turned, seen) = (turned.collect::<Vec<_>>(), Seen::open(&path, Some("sunset")).unwrap());
        let (photos, turned) = (Vec::from_iter(&photos), Vec::from_iter(&turned));
        let (same, other) = (seen.frechet(&photos, &photos).unwrap(), seen.frechet(&photos, &turned).unwrap());
        assert!(same.abs() < 1e-6 * other && other > 0.0, "{same} {other}");
        assert_eq!(seen.share(&photos).unwrap().unwrap().0, "sunset_share");
        assert_eq!(Seen::open(&path, None).unwrap().share(&photos).unwrap(), None);
        // Half of what is asked for, whatever the classifier finds.
        let rows = (0..5).map(|index| if index < 4 { vec![index < 2] } else { Vec::new() }).collect();
        let kept = seen.kept(&[photos[0]; 5], &Labels { names: vec!["sunset".into()], rows }).unwrap();
        assert_eq!(kept[0], ("sunset_kept".to_owned(), 0.5));
        assert_eq!(kept[1], ("sunset_by_chance".to_owned(), 0.5));
        assert_eq!(
            kept[2..].iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "),
            "attributes_kept attributes_by_chance"
        );
        assert!(seen.kept(&photos, &Labels { names: vec!["noon".into()], rows: vec![vec![true]; 5] }).is_err());
        let unknown = Seen::open(&path, Some("noon")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(unknown.contains("sunset"), "{unknown}");
    }
}
