//! How pictures are judged: the methods, and what is asked of them on the command line.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use forger_core::detect::{DetectSettings, Over, Way};

/// What gives a picture its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// A search in which the weights of the generator move, too
    Adgan,
    /// A search of codes, in pixels and features of the discriminator
    Anogan,
    /// A look at the code that an encoder gives, in pixels and features of the discriminator
    Encoder,
    /// What principal components leave over
    Pca,
    /// The distance from the nearest normal pictures, in pixels
    Knn,
    /// The same in features of the discriminator
    KnnFeatures,
}

impl Method {
    /// As figures are called.
    pub fn key(self) -> &'static str {
        match self {
            Self::Adgan => "adgan",
            Self::Anogan => "anogan",
            Self::Encoder => "encoder",
            Self::Pca => "pca",
            Self::Knn => "knn",
            Self::KnnFeatures => "knn_features",
        }
    }

    /// As `--methods` has it.
    pub fn flag(self) -> String {
        self.key().replace('_', "-")
    }
}

/// How methods work.
#[derive(Args, Clone)]
pub struct DetectArgs {
    /// Codes that a search begins from: 32 for adgan and 4 for anogan if not given
    #[arg(long)]
    pub starts: Option<usize>,
    /// Steps of a search at most: 10 for adgan and 60 for anogan if not given
    #[arg(long)]
    pub search_steps: Option<usize>,
    /// Steps without gain after which a search ends, 20 if not given; 0 never ends it early
    #[arg(long)]
    pub patience: Option<usize>,
    /// What the losses of the starts of a picture come to: mean if not given
    #[arg(long, value_enum)]
    pub over: Option<OverArg>,
    /// Learning rate of the generator's weights in the search of adgan: 5e-5 if not given
    #[arg(long)]
    pub weights_rate: Option<f64>,
    /// Weight of the discriminator's features in the search of anogan: 0.1 if not given
    #[arg(long)]
    pub lambda: Option<f32>,
    /// Weight of the discriminator's features in the score of an encoder: 1 if not given
    #[arg(long)]
    pub kappa: Option<f32>,
    /// Neighbours of knn
    #[arg(long, default_value_t = 5)]
    pub neighbours: usize,
    /// Components of pca
    #[arg(long, default_value_t = 64)]
    pub components: usize,
    /// Seed of the codes, and of the choice of pictures: 1 if not given
    #[arg(long)]
    pub seed: Option<u32>,
}

/// See [`Over`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverArg {
    Mean,
    Least,
}

impl From<OverArg> for Over {
    fn from(over: OverArg) -> Self {
        match over {
            OverArg::Mean => Self::Mean,
            OverArg::Least => Self::Least,
        }
    }
}

impl DetectArgs {
    /// The search of a method; none of those that do not search.
    pub fn search(&self, method: Method) -> Option<DetectSettings> {
        let way = match method {
            Method::Adgan => Way::Adgan { rate: self.weights_rate() },
            Method::Anogan => Way::Anogan { lambda: self.lambda() },
            Method::Encoder => Way::Encoder { kappa: self.kappa() },
            Method::Pca | Method::Knn | Method::KnnFeatures => return None,
        };
        let usual = DetectSettings::of(way);
        // An encoder does not search.
        let searches = method != Method::Encoder;
        let own = |asked: Option<usize>, usual| asked.filter(|_| searches).unwrap_or(usual);
        let (starts, steps) = (own(self.starts, usual.starts), own(self.search_steps, usual.steps));
        let patience = self.patience.unwrap_or(usual.patience);
        let over = self.over.map_or(usual.over, Over::from);
        Some(DetectSettings { way, starts, steps, patience, over, seed: self.seed() })
    }

    /// Whether the flags that are given ask for no other search than this; `method` is the one that is asked for, if any.
    pub fn agrees_with(&self, method: Option<Method>, search: &DetectSettings) -> bool {
        // A flag of another way is no flag of this search.
        let (own, rate, lambda, kappa) = match search.way {
            Way::Adgan { rate } => (Method::Adgan, Some(rate), None, None),
            Way::Anogan { lambda } => (Method::Anogan, None, Some(lambda), None),
            Way::Encoder { kappa } => (Method::Encoder, None, None, Some(kappa)),
        };
        method.is_none_or(|method| method == own)
            && (self.weights_rate.is_none() || self.weights_rate == rate)
            && (self.lambda.is_none() || self.lambda == lambda)
            && (self.kappa.is_none() || self.kappa == kappa)
            && self.starts.is_none_or(|starts| starts == search.starts)
            && self.search_steps.is_none_or(|steps| steps == search.steps)
            && self.patience.is_none_or(|patience| patience == search.patience)
            && self.over.is_none_or(|over| Over::from(over) == search.over)
            && self.seed.is_none_or(|seed| seed == search.seed)
    }

    pub fn seed(&self) -> u32 {
        self.seed.unwrap_or(1)
    }

    fn weights_rate(&self) -> f64 {
        self.weights_rate.unwrap_or(5e-5)
    }

    fn lambda(&self) -> f32 {
        self.lambda.unwrap_or(0.1)
    }

    fn kappa(&self) -> f32 {
        self.kappa.unwrap_or(1.0)
    }

    /// As they are given; those that are the same for every method, as they are taken.
    pub fn flags(&self) -> String {
        let own =
            |name: &str, value: Option<usize>| value.map(|value| format!("--{name} {value} ")).unwrap_or_default();
        let (starts, steps) = (own("starts", self.starts), own("search-steps", self.search_steps));
        let over = if self.over == Some(OverArg::Least) { "least" } else { "mean" };
        let patience = self.patience.unwrap_or(DetectSettings::of(Way::ADGAN).patience);
        let (weights_rate, lambda, kappa) = (self.weights_rate(), self.lambda(), self.kappa());
        let Self { neighbours, components, .. } = self;
        format!(
            "{starts}{steps}--patience {patience} --over {over} --weights-rate {weights_rate} --lambda {lambda} \
             --kappa {kappa} --neighbours {neighbours} --components {components} --seed {}",
            self.seed()
        )
    }
}

/// Refuses what one of the methods cannot do with so many normal pictures: asked before the searches of another take their time.
pub fn check(methods: &[Method], normal: usize, args: &DetectArgs) -> Result<()> {
    let compares = |method: &Method| matches!(method, Method::Knn | Method::KnnFeatures);
    let neighbours = args.neighbours.max(1);
    if methods.iter().any(compares) && normal < neighbours {
        bail!("--neighbours {neighbours} is more than there are normal pictures: {normal}");
    }
    if methods.contains(&Method::Pca) && normal < 2 {
        bail!("pca takes two normal pictures or more, and there are {normal}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DetectArgs,
    }

    fn parse(line: &str) -> DetectArgs {
        Line::try_parse_from(line.split_whitespace()).unwrap().args
    }

    #[test]
    fn what_lacks_normal_pictures_is_told_before_anything_is_searched() {
        let args = parse("x --neighbours 5");
        let said = |methods: &[Method], normal| check(methods, normal, &args).err().map(|error| error.to_string());
        assert_eq!(said(&[Method::Adgan, Method::Encoder], 0), None);
        assert_eq!(said(Method::value_variants(), 5), None);
        for method in [Method::Knn, Method::KnnFeatures] {
            assert!(said(&[Method::Adgan, method], 4).unwrap().contains("--neighbours 5"));
        }
        assert!(said(&[Method::Pca], 1).unwrap().contains("pca"));
        assert!(check(&[Method::Knn], 0, &parse("x --neighbours 0")).is_err());
    }

    #[test]
    fn a_search_is_another_where_a_flag_that_is_given_says_so() {
        let agrees = |line: &str, method: Option<Method>, way: Way| {
            parse(&format!("x {line}")).agrees_with(method, &DetectSettings { starts: 7, ..DetectSettings::of(way) })
        };
        for way in [Way::ADGAN, Way::ANOGAN, Way::Encoder { kappa: 0.5 }] {
            assert!(agrees("", None, way) && agrees("--starts 7 --patience 20 --seed 1 --over mean", None, way));
            for other in ["--starts 8", "--search-steps 99", "--patience 3", "--seed 2", "--over least"] {
                assert!(!agrees(other, None, way), "{other} {way:?}");
            }
        }
        assert!(agrees("--weights-rate 5e-5", Some(Method::Adgan), Way::ADGAN));
        assert!(agrees("--lambda 0.1", Some(Method::Anogan), Way::ANOGAN));
        // What the flags would be on their own does not count, nor one of another way.
        for (line, method) in [
            ("--weights-rate 1e-3", None),
            ("--lambda 0.1", None),
            ("--kappa 1", None),
            ("", Some(Method::Anogan)),
            ("", Some(Method::Encoder)),
        ] {
            assert!(!agrees(line, method, Way::ADGAN), "{line}");
        }
        assert!(!agrees("--lambda 0.2", None, Way::ANOGAN));
        assert!(!agrees("", Some(Method::Adgan), Way::ENCODER));
    }

    #[test]
    fn flags_give_the_same_again() {
        let given = parse("x --starts 3 --search-steps 9 --over least --weights-rate 1e-4 --lambda 0 --kappa 0.5");
        let again = parse(&format!("x {}", given.flags()));
        for method in [Method::Adgan, Method::Anogan, Method::Encoder] {
            assert_eq!(given.search(method), again.search(method));
            let usual = parse("x").search(method).unwrap();
            assert_eq!(usual, DetectSettings::of(usual.way));
        }
        assert_eq!(given.search(Method::Adgan).unwrap().way, Way::Adgan { rate: 1e-4 });
        assert_eq!(given.search(Method::Encoder).unwrap().way, Way::Encoder { kappa: 0.5 });
        assert!(given.search(Method::Pca).is_none());
    }
}
