//! Latent codes in the URL: i8 steps of 1/32, base64url. A code of 64 dimensions takes 86 characters.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const STEPS: f32 = 32.0;

/// The nearest code that the URL can hold: what is drawn must be what is shared.
pub fn quantise(code: &[f32]) -> Vec<f32> {
    code.iter().map(|value| (value * STEPS).round().clamp(-127.0, 127.0) / STEPS).collect()
}

/// A code as text.
pub fn encode(code: &[f32]) -> String {
    let bytes = code.iter().map(|value| ((value * STEPS).round().clamp(-127.0, 127.0) as i8) as u8);
    URL_SAFE_NO_PAD.encode(bytes.collect::<Vec<_>>())
}

/// The code of a text, if it is one of this length.
pub fn decode(text: &str, dim: usize) -> Option<Vec<f32>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == dim)?;
    Some(bytes.into_iter().map(|byte| f32::from(byte as i8) / STEPS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{LatentPrior, Random, Stream};

    #[test]
    fn a_quantised_code_survives_the_url() {
        for seed in 0..50 {
            let code = quantise(&Random::new(seed, Stream::Latent).latent(LatentPrior::Gaussian, 1, 64));
            let text = encode(&code);
            assert_eq!(decode(&text, 64), Some(code));
            assert!(text.len() < 100);
        }
        assert_eq!(quantise(&[9.0, -9.0, f32::NAN])[..2], [127.0 / 32.0, -127.0 / 32.0]);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "####", "AAAA", "가나다", &"A".repeat(5000)] {
            assert_eq!(decode(text, 64), None, "{text}");
        }
    }
}
