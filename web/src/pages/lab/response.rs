//! What a hidden neuron of D answers over the plane.

use forger_protocol::{Activation, message::EXTENT};

/// Cells of the map along each side: enough to see a shape, few enough for ten maps a second.
pub const SIDE: usize = 40;

fn activate(activation: Activation, sum: f32) -> f32 {
    let logistic = |x: f32| 1.0 / (1.0 + (-x).exp());
    match activation {
        Activation::Relu => sum.max(0.0),
        Activation::LeakyRelu => sum.max(0.2 * sum),
        Activation::Tanh => sum.tanh(),
        Activation::Sigmoid => logistic(sum),
        Activation::Silu => sum * logistic(sum),
    }
}

/// The map `[SIDE, SIDE]` from below of a neuron of hidden layer `layer` (from 1), scaled so that 0.5 is none and the
/// strongest answer is 0 or 1. `weights` is as [`super::wiring::paths`] takes it; none for a neuron that is not there.
pub fn map(weights: &[f32], sizes: &[usize], activation: Activation, layer: usize, neuron: usize) -> Option<Vec<f32>> {
    let mut layers = Vec::new();
    let mut rest = weights;
    for pair in sizes.windows(2) {
        let (matrix, after) = rest.split_at_checked(pair[0] * pair[1])?;
        let (biases, after) = after.split_at_checked(pair[1])?;
        layers.push((matrix, biases));
        rest = after;
    }
    if !rest.is_empty() || layer == 0 || layer >= layers.len() || neuron >= *sizes.get(layer)? {
        return None;
    }
    let at = |cell: usize| EXTENT * (2.0 * (cell as f32 + 0.5) / SIDE as f32 - 1.0);
    let answer = |cell: usize| {
        let mut values = vec![at(cell % SIDE), at(cell / SIDE)];
        for (index, (matrix, biases)) in layers[..layer].iter().enumerate() {
            let outputs = biases.len();
            // Of the last layer, one neuron is asked for.
            let wanted = if index + 1 == layer { neuron..neuron + 1 } else { 0..outputs };
            let sum = |output: usize| {
                let inputs = values.iter().enumerate();
                biases[output] + inputs.map(|(input, value)| value * matrix[input * outputs + output]).sum::<f32>()
            };
            values = wanted.map(|output| activate(activation, sum(output))).collect();
        }
        values[0]
    };
    let answers = (0..SIDE * SIDE).map(answer).collect::<Vec<_>>();
    let strongest = answers.iter().fold(1e-9_f32, |most, answer| most.max(answer.abs()));
    Some(answers.into_iter().map(|answer| 0.5 + 0.5 * answer / strongest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neuron_answers_as_its_weights_say() {
        // One hidden layer of two: the first sees x, the second nothing but its bias.
        let weights = [1.0, 0.0, 0.0, 0.0, 0.0, -3.0, 5.0, 5.0, 5.0];
        let first = map(&weights, &[2, 2, 1], Activation::Tanh, 1, 0).unwrap();
        assert_eq!(first.len(), SIDE * SIDE);
        assert!(first[0] < 0.01 && first[SIDE - 1] > 0.99);
        assert_eq!(first[..SIDE], first[SIDE * 7..SIDE * 8], "x only");
        let second = map(&weights, &[2, 2, 1], Activation::LeakyRelu, 1, 1).unwrap();
        assert!(second.iter().all(|answer| answer.abs() < 1e-6));
    }

    #[test]
    fn deeper_layers_build_on_those_before() {
        // x, then its negative: where the first is high, the second is low.
        let weights = [1.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0];
        let deep = map(&weights, &[2, 1, 1, 1], Activation::Tanh, 2, 0).unwrap();
        assert!(deep[0] > 0.9 && deep[SIDE - 1] < 0.1);
    }

    #[test]
    fn a_neuron_that_is_not_there_answers_nothing() {
        let weights = [0.0; 9];
        for (layer, neuron) in [(0, 0), (1, 2), (2, 0), (9, 0)] {
            assert_eq!(map(&weights, &[2, 2, 1], Activation::Relu, layer, neuron), None);
        }
        assert_eq!(map(&weights[1..], &[2, 2, 1], Activation::Relu, 1, 0), None);
        assert_eq!(map(&[], &[2, 2, 1], Activation::Relu, 1, 0), None);
    }
}
