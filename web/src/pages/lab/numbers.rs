//! The numbers of a stage in slow motion, in the signs of the papers, which need no language.

use forger_protocol::{Scalar, ScalarKind, Settings as _, ToyConfig, message::StepMetrics};

/// Whether a scalar is of the data or of who judges it, and not of the fakes or of who makes them.
pub fn is_real(scalar: &Scalar) -> bool {
    matches!(scalar.of, "real" | "discriminator")
}

fn sign(scalar: &Scalar) -> &'static str {
    match (scalar.kind, is_real(scalar)) {
        (ScalarKind::Loss, true) => "L_D",
        (ScalarKind::Loss, false) => "L_G",
        (ScalarKind::Verdict, true) => "D(x)",
        (ScalarKind::Verdict, false) => "D(G(z))",
        (ScalarKind::Gradient, true) => "‖∇L_D‖",
        (ScalarKind::Gradient, false) => "‖∇L_G‖",
    }
}

/// What a step told of a kind: signs and values. Of losses and gradients, those of one player.
fn of_kind(metrics: &StepMetrics, kind: ScalarKind, of_d: bool) -> Vec<(&'static str, f32)> {
    let player = if of_d { "discriminator" } else { "generator" };
    let scalars =
        ToyConfig::SYSTEM.of_kind(kind).filter(|(_, scalar)| kind == ScalarKind::Verdict || scalar.of == player);
    scalars.map(|(place, scalar)| (sign(scalar), metrics.values.get(place).copied().unwrap_or_default())).collect()
}

/// The numbers of a stage, of a step of D or of G; `before` is what was told before the update.
pub fn numbers(stage: usize, of_d: bool, now: Option<&StepMetrics>, before: Option<&StepMetrics>) -> String {
    let Some(now) = now else { return String::new() };
    let join = |texts: Vec<String>| texts.join("   ");
    match stage {
        0 | 1 => String::new(),
        2 => {
            let verdicts = of_kind(now, ScalarKind::Verdict, of_d).into_iter();
            join(verdicts.map(|(sign, value)| format!("{sign} = {value:.3}")).collect())
        }
        3 => {
            let losses = of_kind(now, ScalarKind::Loss, of_d).into_iter();
            join(losses.map(|(sign, value)| format!("{sign} = {value:.4}")).collect())
        }
        4 => {
            // There is none where the last step was the other player's.
            let norms = of_kind(now, ScalarKind::Gradient, of_d).into_iter().filter(|(_, norm)| *norm > 0.0);
            join(norms.map(|(sign, norm)| format!("{sign} = {norm:.2e}")).collect())
        }
        _ => {
            let pairs = |kind| {
                let before = of_kind(before.unwrap_or(now), kind, of_d);
                before.into_iter().zip(of_kind(now, kind, of_d))
            };
            let losses = pairs(ScalarKind::Loss).map(|((sign, was), (_, is))| format!("{sign}: {was:.4} → {is:.4}"));
            let verdicts =
                pairs(ScalarKind::Verdict).map(|((sign, was), (_, is))| format!("{sign}: {was:.3} → {is:.3}"));
            join(losses.chain(verdicts).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_the_numbers_of_its_player() {
        let before = StepMetrics { step: 1, values: vec![1.0, 2.0, 0.25, 0.75, 0.5, 0.0] };
        let now = StepMetrics { step: 2, values: vec![1.5, 2.5, 0.5, 0.5, 0.25, 0.0] };
        let of = |stage, of_d| numbers(stage, of_d, Some(&now), Some(&before));
        assert_eq!(of(1, true), "");
        assert_eq!(of(2, true), "D(x) = 0.500   D(G(z)) = 0.500");
        assert_eq!((of(3, true), of(3, false)), ("L_D = 1.5000".into(), "L_G = 2.5000".into()));
        assert_eq!((of(4, true), of(4, false)), ("‖∇L_D‖ = 2.50e-1".into(), String::new()));
        assert_eq!(of(5, false), "L_G: 2.0000 → 2.5000   D(x): 0.250 → 0.500   D(G(z)): 0.750 → 0.500");
        assert_eq!(numbers(5, true, None, None), "");
    }
}
