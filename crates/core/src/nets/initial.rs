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
