//! What weights begin as.

use forger_protocol::Random;

/// He et al. 2015 (arXiv 1502.01852), equation 10: kernels `[outputs, inputs, height, width]` and matrices `[inputs, outputs]`
/// are normal with variance `2 / fan_in`. Scales and running variances are one, the rest is zero.
pub fn he(name: &str, shape: &[usize], random: &mut Random) -> Vec<f32> {
    let mut values = vec![0.0; shape.iter().product()];
    if name.ends_with("running_var") || name.ends_with("gamma") {
        values.fill(1.0);
    } else if name.ends_with("weight") {
        let fan_in = if shape.len() == 4 { shape[1..].iter().product() } else { shape[0] };
        let deviation = (2.0 / fan_in as f64).sqrt() as f32;
        random.fill_normal(&mut values);
        values.iter_mut().for_each(|value| *value *= deviation);
    }
    values
}

/// All weights N(0, 0.02), biases zero: Radford et al. 2016 (arXiv 1511.06434), section 4. Scales of normalisation N(1, 0.02), as the
/// authors' code has it; vectors of spectral normalisation normal.
pub fn normal(name: &str, shape: &[usize], random: &mut Random) -> Vec<f32> {
    let mut values = vec![0.0; shape.iter().product()];
    if name.starts_with("spectral") {
        random.fill_normal(&mut values);
    } else if name.ends_with("running_var") {
        values.fill(1.0);
    } else if name.ends_with("weight") || name.ends_with("gamma") {
        let mean = if name.ends_with("gamma") { 1.0 } else { 0.0 };
        random.fill_normal(&mut values);
        values.iter_mut().for_each(|value| *value = mean + 0.02 * *value);
    }
    values
}
