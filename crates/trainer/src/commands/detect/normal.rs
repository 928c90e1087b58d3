//! Normal pictures that a model has not learned from, and others beside them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::weights::Model;
use forger_protocol::{
    OutOfRange, Random, Stream,
    detect::{DetectSettings, Normal, Patches, Way},
};

use crate::{
    data::{
        self, Background, Crop, DataArgs, Split,
        wholes::{Whole, fitted, wholes},
    },
    measures::detection::{DetectArgs, Method},
};

use super::Search;

/// What stands in the name of normal pictures between the set and how they were cut first.
const CUT: &str = ", cut to ";

/// Which pictures of a set are normal, and how many of them count. Without `--normal` those flags would do nothing that say which.
#[derive(Args, Clone)]
pub struct NormalArgs {
    /// The class of --normal that is normal, as `forger train dcgan --normal` has it
    #[arg(long, value_name = "CLASS", requires = "normal")]
    pub class: Option<String>,
    /// Which part of --normal; if not given, what was not learned from: the test part of a set that has one, what --holdout kept back,
    /// and of any other set all
    #[arg(long, value_enum, requires = "normal")]
    pub split: Option<Split>,
    /// For a set without parts: the number of `forger train dcgan --holdout`, which kept back its last so many pictures, of each folder
    /// its share
    #[arg(long, default_value_t = 0, requires = "normal")]
    pub holdout: usize,
    /// Normal pictures that scores are measured by, at most
    #[arg(long, default_value_t = 200, requires = "normal")]
    pub count: usize,
    /// Judge pictures at their own size, in parts of the model's that begin so many pixels apart; a picture is as strange as its
    /// strangest part. For models of `forger train dcgan --patches`; without --normal it is as the card of the model says
    #[arg(long, value_name = "STRIDE")]
    pub patches: Option<usize>,
    /// Cut this out of every picture first, normal or not, in pixels: left,top,right,bottom, as `forger train dcgan --crop` did
    #[arg(long, value_name = "L,T,R,B")]
    pub crop: Option<Crop>,
    /// Of which pictures of --normal a --class that is an attribute is true: a CSV of file name and attributes, 1 or 0; attributes.csv in
    /// or beside the data if not given
    #[arg(long, requires = "class")]
    pub attributes: Option<PathBuf>,
}

/// Some of them, by chance.
pub struct Chosen {
    pub pictures: Vec<Whole>,
    /// Where they are from.
    pub name: String,
}

impl NormalArgs {
    /// A set whose pictures are prepared as these flags say.
    pub fn set(&self, data: &str, split: Split, holdout: usize, background: Option<Background>) -> DataArgs {
        let (crop, attributes) = (self.crop, self.attributes.clone());
        DataArgs { crop, attributes, ..args(data, split, holdout, background) }
    }

    /// Pictures of `normal`, at the size and in the colours of a model.
    pub fn load(
        &self,
        normal: &str,
        seed: u32,
        background: Option<Background>,
        shape: (usize, usize),
    ) -> Result<Chosen> {
        let data = self.set(normal, self.split(normal), self.holdout, background);
        let (name, pictures) = wholes(&data, self.class.as_deref(), self.patches(), shape)?;
        let mut order = (0..pictures.len()).collect::<Vec<_>>();
        Random::new(seed, Stream::Metrics).shuffle(&mut order);
        order.truncate(self.count);
        let class = self.class.as_ref().map(|class| format!(", class {class}")).unwrap_or_default();
        let name = format!("{name}{class}{}{}", self.cut(), self.part(normal));
        Ok(Chosen { pictures: these(&pictures, &order), name })
    }

    /// What the name of pictures says of how they were cut.
    fn cut(&self) -> String {
        self.crop.map(|crop| format!("{CUT}{crop}")).unwrap_or_default()
    }

    /// How the pictures of that name were cut first, where these flags cut others in another way, or not at all.
    pub fn other_cut<'a>(&self, name: &'a str) -> Option<&'a str> {
        let (_, cut) = name.rsplit_once(CUT)?;
        // The part that is meant may stand behind it.
        let cut = cut.split_once(", ").map_or(cut, |(cut, _)| cut);
        (self.crop.map(|crop| crop.to_string()).as_deref() != Some(cut)).then_some(cut)
    }

    /// How pictures are judged in parts, if they are.
    pub fn patches(&self) -> Option<Patches> {
        self.patches.map(|stride| Patches { stride })
    }

    /// So many pictures of `strange`, by chance. Where that is the set of the normal ones, they are of all classes but theirs, as
    /// many of each as there are; any other set is strange as a whole.
    pub fn others(
        &self,
        normal: &str,
        strange: &str,
        (count, seed): (usize, u32),
        shape: (usize, usize),
    ) -> Result<Chosen> {
        let (pictures, classes, name) = if strange == normal {
            let Some(class) = &self.class else {
                bail!("the same pictures cannot be normal and strange: say with --class which are normal");
            };
            let data = self.set(strange, self.split(normal), self.holdout, None);
            let (pictures, classes) = data::but_class(&data, data::load(&data, shape.0, shape.1)?, class)?;
            let name = format!("{}, all but class {class}{}{}", pictures.name, self.cut(), self.part(normal));
            (fitted(&pictures), classes, name)
        } else {
            let data = self.set(strange, Split::Train, 0, None);
            let (name, pictures) = wholes(&data, None, self.patches(), shape)?;
            let classes = vec![String::new(); pictures.len()];
            (pictures, classes, name + &self.cut())
        };
        let mut order = (0..pictures.len()).collect::<Vec<_>>();
        Random::new(seed, Stream::Metrics).shuffle(&mut order);
        let order = evenly(order, &classes, count);
        if order.is_empty() {
            bail!("there is no picture in {name}");
        }
        Ok(Chosen { pictures: these(&pictures, &order), name })
    }

    /// The part of the normal pictures that is meant. Scores of what was learned from are too low, and those of other normal pictures
    /// would be called strange more often than was asked for.
    fn split(&self, normal: &str) -> Split {
        let is_kept_back = self.holdout > 0 || data::has_parts(normal);
        self.split.unwrap_or(if is_kept_back { Split::Test } else { Split::Train })
    }

    /// What names of sets say of the part.
    fn part(&self, normal: &str) -> &'static str {
        if self.split(normal) == Split::Test { ", test part" } else { "" }
    }
}

/// So many pictures, as many of each class as there are: the first of every class, then the second of every class, and so on.
fn evenly(order: Vec<usize>, classes: &[String], count: usize) -> Vec<usize> {
    let mut of_class = BTreeMap::<&str, usize>::new();
    let rank = |index: usize| {
        let rank = of_class.entry(&classes[index]).or_default();
        *rank += 1;
        (*rank, index)
    };
    let mut ranked = order.into_iter().map(rank).collect::<Vec<_>>();
    // It keeps the order of chance among equals.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(count).map(|(_, index)| index).collect()
}

/// A set of which nothing more is said.
pub fn args(data: &str, split: Split, holdout: usize, background: Option<Background>) -> DataArgs {
    DataArgs { data: data.to_owned(), split, holdout, crop: None, background, attributes: None, patches: None }
}

/// Some pictures of a set.
fn these(pictures: &[Whole], which: &[usize]) -> Vec<Whole> {
    which.iter().filter_map(|index| pictures.get(*index)).cloned().collect()
}

/// The search that flags ask for.
pub fn search(method: Search, args: &DetectArgs) -> Result<DetectSettings> {
    let settings = args.search(method.into()).context("this method does not search")?;
    check(&settings)?;
    Ok(settings)
}

/// Refuses a search that is out of range, by the flag that asked for it.
pub fn check(settings: &DetectSettings) -> Result<()> {
    let named = |error: OutOfRange| {
        let flag = match (error.field.as_str(), settings.way) {
            ("steps", _) => "search-steps",
            ("rate", Way::Adgan { .. }) => "weights-rate",
            ("rate", Way::Anogan { .. }) => "lambda",
            ("rate", Way::Encoder { .. }) => "kappa",
            (other, _) => other,
        };
        OutOfRange { field: format!("--{flag}"), ..error }
    };
    Ok(settings.check().map_err(named)?)
}

/// What the card of a model says of normal pictures, if none of the flags that are given asks for another search.
pub fn of_card<'a, N>(
    model: &'a Model<N>,
    path: &Path,
    (method, asked): (Option<Search>, &DetectArgs),
) -> Result<&'a Normal> {
    let Some(normal) = &model.card.normal else {
        bail!(
            "{} does not know what is normal: name pictures that it has not learned from with --normal, or calibrate it with \
             `forger calibrate`",
            path.display()
        );
    };
    if !asked.agrees_with(method.map(Method::from), &normal.search) {
        bail!(
            "the scores on the card of {} are of another search: leave its flags out, or give --normal",
            path.display()
        );
    }
    Ok(normal)
}

/// Refuses a rate of false alarms of which so few pictures say nothing.
pub fn check_rate(rate: f64, count: usize) -> Result<()> {
    // The same as the calibration will say, before the time is spent.
    if rate * (count + 1) as f64 + 1e-9 < 1.0 {
        bail!(
            "{count} normal pictures are too few to say what {rate} of them do: give at least {} with --normal and --count, or a \
             --threshold",
            (1.0 / rate - 1.0 - 1e-9).ceil()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(split: Option<Split>, holdout: usize) -> NormalArgs {
        NormalArgs { class: None, split, holdout, count: 1, patches: None, crop: None, attributes: None }
    }

    #[test]
    fn a_search_out_of_range_is_told_by_its_flag() {
        let fault = |settings: DetectSettings| check(&settings).unwrap_err().to_string();
        let of = DetectSettings::of;
        assert!(fault(DetectSettings { steps: 0, ..of(Way::ADGAN) }).starts_with("--search-steps is 0, but"));
        assert!(fault(DetectSettings { starts: 0, ..of(Way::ADGAN) }).starts_with("--starts is 0, but"));
        assert!(fault(of(Way::Adgan { rate: f64::NAN })).starts_with("--weights-rate is NaN, but"));
        assert!(fault(of(Way::Anogan { lambda: -1.0 })).starts_with("--lambda is -1, but"));
        assert!(fault(of(Way::Encoder { kappa: 2.0 })).starts_with("--kappa is 2, but"));
    }

    #[test]
    fn a_name_says_how_pictures_were_cut() {
        let of = |crop: &str| NormalArgs { crop: crop.parse().ok(), ..chosen(None, 0) };
        let cut = of("6,4,34,32");
        for name in [format!("set{}", cut.cut()), format!("set, class 1{}, test part", cut.cut())] {
            assert_eq!(cut.other_cut(&name), None);
            assert!(["", "6,4,34,33"].iter().all(|crop| of(crop).other_cut(&name) == Some("6,4,34,32")), "{name}");
        }
        assert!(of("").cut().is_empty() && cut.other_cut("set, class 1, test part").is_none());
    }

    #[test]
    fn normal_pictures_are_those_that_were_not_learned_from() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let part = |normal: &str, split, holdout| {
            let chosen = chosen(split, holdout);
            (chosen.split(normal) == Split::Test, chosen.part(normal))
        };
        let (test, whole) = ((true, ", test part"), (false, ""));
        std::fs::create_dir(at("idx")).unwrap();
        std::fs::write(at("idx/t10k-images-idx3-ubyte"), "").unwrap();
        std::fs::create_dir(at("files")).unwrap();
        for with_parts in ["mnist", "avatars", "avatars:40", &at("idx")] {
            assert_eq!(part(with_parts, None, 0), test, "{with_parts}");
            assert_eq!(part(with_parts, Some(Split::Train), 0), whole, "{with_parts}");
        }
        // Of what has no parts all, but where some is kept back.
        assert!([&at("files"), "avatars/images"].iter().all(|set| part(set, None, 0) == whole));
        assert_eq!(part(&at("files"), None, 5), test);
        assert_eq!(part(&at("files"), Some(Split::Train), 5), whole);
    }

    #[test]
    fn classes_have_the_same_share_as_long_as_they_last() {
        let classes = ["a", "b", "a", "a", "b", "a", "c"].map(String::from);
        let order = vec![6, 5, 4, 3, 2, 1, 0];
        assert_eq!(evenly(order.clone(), &classes, 5), [6, 5, 4, 3, 1]);
        assert_eq!(evenly(order.clone(), &classes, 99), [6, 5, 4, 3, 1, 2, 0]);
        assert!(evenly(order, &classes, 0).is_empty());
    }
}
