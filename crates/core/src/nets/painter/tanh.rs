//! The hyperbolic tangent as a fraction of polynomials, which the compiler turns into SIMD; the one of the standard library
//! is a call for each value.

/// Above, tanh is 1 to the last digit that the fraction has.
const LIMIT: f32 = 7.905_311;
const ABOVE: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_525e-3];
const BELOW: [f32; 4] = [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3];

/// tanh to 1e-6.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    // Not `clamp`: NaN must stay NaN, and it does, too, in a comparison.
    let x = if x > LIMIT { LIMIT } else { x };
    let x = if x < -LIMIT { -LIMIT } else { x };
    let square = x * x;
    let horner = |factors: &[f32]| factors.iter().fold(0.0, |sum, factor| sum * square + factor);
    x * horner(&ABOVE) / horner(&BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_tanh() {
        for step in -200_000..=200_000 {
            let x = step as f32 * 1e-4;
            let apart = (f64::from(tanh(x)) - f64::from(x).tanh()).abs();
            assert!(apart < 1e-6, "{x}: {apart}");
        }
        assert_eq!(tanh(0.0), 0.0);
        assert!(tanh(f32::NAN).is_nan());
        for (x, end) in [(f32::INFINITY, 1.0), (f32::NEG_INFINITY, -1.0), (1e30, 1.0)] {
            assert!((tanh(x) - end).abs() < 1e-6 && tanh(x).abs() <= 1.0, "{x}: {}", tanh(x));
        }
    }
}
