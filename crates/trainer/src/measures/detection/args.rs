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
    /// Steps without gain after which a search ends; 0 never ends it early
    #[arg(long, default_value_t = DetectSettings::of(Way::ADGAN).patience)]
    pub patience: usize,
    /// What the losses of the starts of a picture come to
    #[arg(long, value_enum, default_value_t = OverArg::Mean)]
    pub over: OverArg,
    /// Learning rate of the generator's weights in the search of adgan
    #[arg(long, default_value_t = 5e-5)]
    pub weights_rate: f64,
    /// Weight of the discriminator's features in the search of anogan
    #[arg(long, default_value_t = 0.1)]
    pub lambda: f32,
    /// Weight of the discriminator's features in the score of an encoder
    #[arg(long, default_value_t = 1.0)]
    pub kappa: f32,
    /// Neighbours of knn
    #[arg(long, default_value_t = 5)]
    pub neighbours: usize,
    /// Components of pca
    #[arg(long, default_value_t = 64)]
    pub components: usize,
    /// Seed of the codes, and of the choice of pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// See [`Over`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverArg {
    Mean,
    Least,
}

impl DetectArgs {
    /// The search of a method; none of those that do not search.
    pub fn search(&self, method: Method) -> Option<DetectSettings> {
        let way = match method {
            Method::Adgan => Way::Adgan { rate: self.weights_rate },
            Method::Anogan => Way::Anogan { lambda: self.lambda },
            Method::Encoder => Way::Encoder { kappa: self.kappa },
            Method::Pca | Method::Knn | Method::KnnFeatures => return None,
        };
        let usual = DetectSettings::of(way);
        let over = match self.over {
            OverArg::Mean => Over::Mean,
            OverArg::Least => Over::Least,
        };
        // An encoder does not search.
        let searches = method != Method::Encoder;
        let own = |asked: Option<usize>, usual| asked.filter(|_| searches).unwrap_or(usual);
        let (starts, steps) = (own(self.starts, usual.starts), own(self.search_steps, usual.steps));
        Some(DetectSettings { way, starts, steps, patience: self.patience, over, seed: self.seed })
    }

    /// As they are given.
    pub fn flags(&self) -> String {
        let own =
            |name: &str, value: Option<usize>| value.map(|value| format!("--{name} {value} ")).unwrap_or_default();
        let (starts, steps) = (own("starts", self.starts), own("search-steps", self.search_steps));
        let over = if self.over == OverArg::Mean { "mean" } else { "least" };
        let Self { patience, weights_rate, lambda, kappa, neighbours, components, seed, .. } = self;
        format!(
            "{starts}{steps}--patience {patience} --over {over} --weights-rate {weights_rate} --lambda {lambda} \
             --kappa {kappa} --neighbours {neighbours} --components {components} --seed {seed}"
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
