//! Penalties on the slope of D in its input, and their exact slopes in D's weights.
//!
//! `g = grad_x D(x)` is itself a network of D's weights: the backward pass. A penalty `P(g)` has the slope
//! `d/dw sum(v g)` with `v = dP/dg` held fixed, and `v g` is the derivative of D along `v`, which one forward pass of
//! tangents gives. What follows is the backward pass through these tangents, written out.

use forger_protocol::{Activation, Penalty};

use super::{
    kernels::{affine, outer, sums},
    mlp::{HostMlp, Pass, times_curvature, times_slope},
};

/// Slopes of the output of a one-output network in each layer's sums, first to last, and in its input.
struct Slopes {
    /// `[outputs, batch]` for each layer.
    sums: Vec<Vec<f32>>,
    /// Slopes in the outputs of each hidden layer, before its activation's slope.
    outputs: Vec<Vec<f32>>,
    /// `[inputs, batch]`.
    input: Vec<f32>,
}

fn slopes(network: &HostMlp, pass: &Pass) -> Slopes {
    let layers = network.layers().collect::<Vec<_>>();
    let mut sums = vec![Vec::new(); layers.len()];
    let mut outputs = vec![Vec::new(); layers.len() - 1];
    let mut d = vec![1.0; pass.batch];
    for (index, layer) in layers.iter().enumerate().rev() {
        let mut below = Vec::new();
        affine(layer.matrix(&network.values).transposed(), None, &d, pass.batch, &mut below);
        sums[index] = d;
        if index > 0 {
            outputs[index - 1] = below.clone();
            times_slope(network.activation, &pass.sums[index - 1], &pass.inputs[index], &mut below);
        }
        d = below;
    }
    Slopes { sums, outputs, input: d }
}

/// `grad_x D(x)`, `[inputs, batch]`, of a network with one output.
pub fn input_gradient(network: &HostMlp, pass: &Pass) -> Vec<f32> {
    slopes(network, pass).input
}

/// `weight` times the mean penalty over the first `count` samples of a pass. Adds its slope to `gradient`.
pub fn penalty(
    network: &HostMlp,
    pass: &Pass,
    (kind, weight, count): (Penalty, f32, usize),
    gradient: &mut [f32],
) -> f32 {
    let slopes = slopes(network, pass);
    let (features, batch) = (network.widths[0], pass.batch);
    let mut v = vec![0.0; features * batch];
    let mut sum = 0.0;
    for sample in 0..count {
        let of = |feature: usize| slopes.input[feature * batch + sample];
        let square: f32 = (0..features).map(|feature| of(feature) * of(feature)).sum();
        let factor = match kind {
            Penalty::None => 0.0,
            Penalty::Gradient => {
                let norm = square.sqrt();
                sum += (norm - 1.0) * (norm - 1.0);
                // At 0 the norm has no slope; PyTorch takes 0 there, too.
                if norm > 0.0 { 2.0 * (norm - 1.0) / norm } else { 0.0 }
            }
            Penalty::R1 => {
                sum += 0.5 * square;
                1.0
            }
        };
        for feature in 0..features {
            v[feature * batch + sample] = factor * of(feature) * weight / count as f32;
        }
    }
    add_slope(network, pass, &slopes, v, gradient);
    weight * sum / count as f32
}

/// Adds the slope of `sum(v g)` in the weights.
fn add_slope(network: &HostMlp, pass: &Pass, slopes: &Slopes, v: Vec<f32>, gradient: &mut [f32]) {
    let layers = network.layers().collect::<Vec<_>>();
    let (activation, batch) = (network.activation, pass.batch);
    // Forward: the tangent of each layer's input and sums, where D's input moves along v.
    let mut tangent = v;
    let mut tangent_sums = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate() {
        outer(&tangent, layer.inputs, &slopes.sums[index], layer.outputs, batch, layer.parts_mut(gradient).0);
        let mut sums = Vec::new();
        affine(layer.matrix(&network.values), None, &tangent, batch, &mut sums);
        if index + 1 < layers.len() {
            tangent = sums.clone();
            times_slope(activation, &pass.sums[index], &pass.inputs[index + 1], &mut tangent);
        }
        tangent_sums.push(sums);
    }
    if matches!(activation, Activation::Relu | Activation::LeakyRelu) {
        return;
    }
    // Backward: a bent activation's slope moves with its sums, and these with the weights below.
    let mut above: Vec<f32> = Vec::new();
    for (index, layer) in layers.iter().enumerate().rev().skip(1) {
        let (sums_here, outputs_here) = (&pass.sums[index], &pass.inputs[index + 1]);
        let mut d = slopes.outputs[index].clone();
        d.iter_mut().zip(&tangent_sums[index]).for_each(|(d, tangent)| *d *= tangent);
        times_curvature(activation, sums_here, outputs_here, &mut d);
        if !above.is_empty() {
            let mut through = Vec::new();
            affine(layers[index + 1].matrix(&network.values).transposed(), None, &above, batch, &mut through);
            times_slope(activation, sums_here, outputs_here, &mut through);
            d.iter_mut().zip(through).for_each(|(d, through)| *d += through);
        }
        let (matrix, bias) = layer.parts_mut(gradient);
        outer(&pass.inputs[index], layer.inputs, &d, layer.outputs, batch, matrix);
        sums(&d, layer.outputs, batch, bias);
        above = d;
    }
}
