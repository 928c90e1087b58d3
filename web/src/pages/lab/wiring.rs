//! Where the neurons and weights of the diagram are drawn.

use std::fmt::Write;

/// Neurons drawn of a layer; the others are counted.
pub const MOST_DRAWN: usize = 9;
/// Size of the diagram in its own units.
pub const WIDTH: f32 = 560.0;
pub const HEIGHT: f32 = 168.0;
const EDGE: f32 = 24.0;
const MIDDLE: f32 = 78.0;
/// From one neuron to the next.
pub const GAP: f32 = 15.0;

/// Strengths of lines, from the weakest, as shares of the strongest weight of the layer. Weaker ones are left out.
pub const STRENGTHS: [f32; 3] = [0.12, 0.35, 0.65];

/// The lines of a network as SVG paths: by sign (negative, positive), then by strength.
pub type Paths = [[String; STRENGTHS.len()]; 2];

/// Where the columns of a diagram are.
pub fn columns(count: usize) -> Vec<f32> {
    let step = (WIDTH - 2.0 * EDGE) / count.saturating_sub(1).max(1) as f32;
    (0..count).map(|index| EDGE + step * index as f32).collect()
}

/// Where the neurons of a column are.
pub fn rows(neurons: usize) -> Vec<f32> {
    let drawn = neurons.min(MOST_DRAWN);
    (0..drawn).map(|index| MIDDLE + GAP * (index as f32 - (drawn as f32 - 1.0) / 2.0)).collect()
}

/// The lines between the layers of a network of these sizes, at these columns. `weights` is layer by layer
/// `[inputs, outputs]` and `[outputs]`; of another length, there are no lines.
pub fn paths(weights: &[f32], sizes: &[usize], at: &[f32]) -> Paths {
    let mut paths = Paths::default();
    let layers = || sizes.windows(2).map(|pair| (pair[0], pair[1]));
    if weights.len() != layers().map(|(inputs, outputs)| (inputs + 1) * outputs).sum::<usize>() {
        return paths;
    }
    let mut rest = weights;
    for ((inputs, outputs), x) in layers().zip(at.windows(2)) {
        let (layer, after) = rest.split_at(inputs * outputs);
        rest = after.get(outputs..).unwrap_or_default();
        let strongest = layer.iter().fold(1e-12_f32, |most, weight| most.max(weight.abs()));
        for (input, from) in rows(inputs).into_iter().enumerate() {
            for (output, to) in rows(outputs).into_iter().enumerate() {
                let weight = layer[input * outputs + output];
                let share = weight.abs() / strongest;
                let Some(strength) = STRENGTHS.iter().rposition(|least| share >= *least) else { continue };
                let path = &mut paths[usize::from(weight > 0.0)][strength];
                let _ = write!(path, "M{:.0} {from:.0}L{:.0} {to:.0}", x[0], x[1]);
            }
        }
    }
    paths
}

/// The sizes of the layers of a network.
pub fn sizes(inputs: usize, layers: usize, width: usize, outputs: usize) -> Vec<usize> {
    let hidden = std::iter::repeat_n(width, layers);
    std::iter::once(inputs).chain(hidden).chain(std::iter::once(outputs)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_weight_is_drawn_by_sign_and_strength() {
        // Two inputs, one output, and a bias that has no line.
        let paths = paths(&[1.0, -0.4, 9.0], &[2, 1], &[0.0, 100.0]);
        assert_eq!(paths[1][2].matches('M').count(), 1);
        assert_eq!(paths[0][1].matches('M').count(), 1);
        assert_eq!(paths.iter().flatten().map(|path| path.matches('M').count()).sum::<usize>(), 2);
    }

    #[test]
    fn weights_of_another_network_are_not_drawn() {
        let none = |paths: Paths| paths.iter().flatten().all(String::is_empty);
        assert!(none(paths(&[1.0; 5], &[2, 1], &[0.0, 1.0])));
        assert!(none(paths(&[], &[2, 1], &[0.0, 1.0])));
        assert!(none(paths(&[0.0; 3], &[2, 1], &[0.0, 1.0])));
    }

    #[test]
    fn everything_lies_within_the_diagram() {
        for count in 1..15 {
            assert!(columns(count).iter().all(|x| (EDGE..=WIDTH - EDGE + 0.1).contains(x)));
        }
        for neurons in [1, 2, 9, 128] {
            let rows = rows(neurons);
            assert_eq!(rows.len(), neurons.min(MOST_DRAWN));
            assert!(rows.iter().all(|y| (5.0..HEIGHT - 20.0).contains(y)), "{rows:?}");
        }
        assert_eq!(sizes(2, 0, 64, 1), [2, 1]);
        assert_eq!(sizes(1, 2, 8, 2), [1, 8, 8, 2]);
    }
}
