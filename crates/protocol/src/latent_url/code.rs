//! A latent code as a link holds it: a sample by its seed and number, any other by its values.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Codes;

/// Steps of a value of z in a link.
const STEPS: f32 = 32.0;
/// Samples of a seed that a link can name.
pub const MOST_SAMPLES: u32 = 4096;
/// Truncation in percent that leaves z as it is.
pub const WHOLE: u8 = 100;

/// A latent code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Number `index` of a seed, times `truncation` percent: codes near the middle draw what is usual, and better (Karras et
    /// al. 2019, arXiv 1812.04948, appendix B).
    Sample {
        /// The seed that gives the samples, by [`crate::Stream::Latent`].
        seed: u32,
        /// From 0, below [`MOST_SAMPLES`].
        index: u32,
        /// 1 to [`WHOLE`].
        truncation: u8,
    },
    /// Values in steps of 1/32, from -127 to 127.
    Own(Vec<i8>),
}

impl Code {
    /// The nearest code that a link can hold: what is drawn must be what is shared.
    pub fn nearest(values: &[f32]) -> Self {
        Self::Own(values.iter().map(|value| (value * STEPS).round().clamp(-127.0, 127.0) as i8).collect())
    }

    /// The code for a generator, `[dim]`. `None` for one of another length, and for a sample that no link can name.
    pub fn values(&self, codes: &Codes) -> Option<Vec<f32>> {
        match self {
            Self::Sample { seed, index, truncation } if *index < MOST_SAMPLES => {
                let scale = f32::from(*truncation) / f32::from(WHOLE);
                Some(codes.sample(*seed, *index as usize).into_iter().map(|value| value * scale).collect())
            }
            Self::Own(steps) if steps.len() == codes.dim() => {
                Some(steps.iter().map(|step| f32::from(*step) / STEPS).collect())
            }
            _ => None,
        }
    }
}

/// `11.5` is sample 5 of seed 11, `11.5.70` the same at 70 percent, `~` and base64url the values.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sample { seed, index, truncation: WHOLE } => write!(f, "{seed}.{index}"),
            Self::Sample { seed, index, truncation } => write!(f, "{seed}.{index}.{truncation}"),
            Self::Own(steps) => {
                let bytes = steps.iter().map(|step| step.cast_unsigned()).collect::<Vec<_>>();
                write!(f, "~{}", URL_SAFE_NO_PAD.encode(bytes))
            }
        }
    }
}

/// The text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCode;

impl FromStr for Code {
    type Err = NoCode;

    fn from_str(text: &str) -> Result<Self, NoCode> {
        if let Some(text) = text.strip_prefix('~') {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoCode)?;
            // -128 would come back as another value.
            let steps = bytes.into_iter().map(|byte| byte.cast_signed().max(-127)).collect::<Vec<_>>();
            return if steps.is_empty() { Err(NoCode) } else { Ok(Self::Own(steps)) };
        }
        let parts = text.split('.').map(|part| part.parse().map_err(|_| NoCode)).collect::<Result<Vec<u32>, _>>()?;
        let (seed, index, truncation) = match parts[..] {
            [seed, index] => (seed, index, u32::from(WHOLE)),
            [seed, index, truncation] => (seed, index, truncation),
            _ => return Err(NoCode),
        };
        let truncation = u8::try_from(truncation).ok().filter(|t| (1..=WHOLE).contains(t)).ok_or(NoCode)?;
        if index < MOST_SAMPLES { Ok(Self::Sample { seed, index, truncation }) } else { Err(NoCode) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DcganConfig, LatentPrior, Random, Stream};

    fn codes(latent_dim: usize) -> Codes {
        Codes::new(&DcganConfig { latent_dim, ..DcganConfig::default() }, None).unwrap()
    }

    #[test]
    fn a_sample_is_the_same_however_many_are_drawn() {
        let all = Random::new(11, Stream::Latent).latent(LatentPrior::Gaussian, 64, 100);
        let code: Code = "11.5".parse().unwrap();
        assert_eq!(code.values(&codes(100)).unwrap(), all[500..600]);
        let half: Code = "11.5.50".parse().unwrap();
        let expected = all[500..600].iter().map(|value| value / 2.0).collect::<Vec<_>>();
        assert_eq!(half.values(&codes(100)).unwrap(), expected);
    }

    #[test]
    fn a_code_is_off_by_half_a_step_at_most() {
        let z = Random::new(3, Stream::Latent).latent(LatentPrior::Gaussian, 1, 100);
        let code = Code::nearest(&z);
        let back = code.to_string().parse::<Code>().unwrap();
        assert_eq!(back, code);
        let values = back.values(&codes(100)).unwrap();
        assert!(z.iter().zip(values).all(|(a, b)| (a - b).abs() <= 0.5 / STEPS));
        assert!(code.values(&codes(64)).is_none(), "of another length");
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in
            ["", "~", "~###", "1", "1.2.3.4", "1.4096", "1.-1", "1.1.0", "1.1.101", "4294967296.1", "가.나", "NaN"]
        {
            assert_eq!(text.parse::<Code>(), Err(NoCode), "{text}");
        }
    }
}
