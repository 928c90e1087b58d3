use burn::{
    module::Module as _,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{DcganConfig, Normalization, Random, Stream};

use super::*;
use crate::parameters;

/// A network none of whose parts is idle, statistics of normalisation included.
fn network(config: &DcganConfig, device: &Device) -> Generator {
    let random = &mut Random::new(9, Stream::Weights);
    let network = Generator::new(config, random, device).unwrap();
    parameters::fill(network, device, |name, shape| {
        let mut values = vec![0.0; shape.iter().product()];
        random.fill_normal(&mut values);
        let deviation = match name {
            "project.weight" => (2.0 / shape[0] as f32).sqrt(),
            name if name.ends_with("weight") => (2.0 / (4 * shape[0]) as f32).sqrt(),
            _ => 0.3,
        };
        values.iter_mut().for_each(|value| *value *= deviation);
        match name.rsplit('.').next() {
            Some("gamma") => values.iter_mut().for_each(|value| *value += 1.0),
            Some("running_var") => values.iter_mut().for_each(|value| *value = 0.5 + value.abs()),
            _ => {}
        }
        values
    })
}

fn config(image_size: usize, channels: usize, width: usize, latent_dim: usize) -> DcganConfig {
    DcganConfig { image_size, channels, width, latent_dim, ..DcganConfig::default() }
}

fn codes(count: usize, config: &DcganConfig) -> Tensor<2> {
    let z = Random::new(2, Stream::Metrics).latent(config.prior, count, config.latent_dim);
    Tensor::from_data(TensorData::new(z, [count, config.latent_dim]), &Device::flex())
}

fn read(tensor: Tensor<4>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    // A NaN must not be dropped.
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, |worst, d| if d.is_nan() || d > worst { d } else { worst })
}

#[test]
fn draws_what_the_network_draws() {
    for normalization in [Normalization::Batch, Normalization::None] {
        // Odd sides (28 pixels begin with 7), every size, and channels that are and are not taken eight at a time.
        for (count, config) in
            [(1, config(28, 1, 3, 5)), (5, config(32, 3, 8, 7)), (2, config(64, 3, 4, 9)), (17, config(28, 3, 2, 4))]
        {
            let config = DcganConfig { normalization, ..config };
            let network = network(&config, &Device::flex());
            let z = codes(count, &config);
            let expected = network.forward(z.clone());
            let found = Painter::new(&network).unwrap().forward(&z).unwrap();
            assert_eq!(found.dims(), expected.dims());
            let (found, expected) = (read(found), read(expected));
            assert!(apart(&found, &expected) < 2e-5, "{config:?}: {}", apart(&found, &expected));
            let mean = expected.iter().map(|value| value.abs()).sum::<f32>() / expected.len() as f32;
            assert!((0.1..0.9).contains(&mean), "these pictures would show no difference: {mean}");
        }
    }
}

/// A strip must show the very picture that stands alone elsewhere on the page.
#[test]
fn a_picture_is_the_same_in_any_company() {
    let config = config(28, 1, 6, 5);
    let painter = Painter::new(&network(&config, &Device::flex())).unwrap();
    let z = codes(GROUP + 3, &config);
    let together = read(painter.forward(&z).unwrap());
    for (index, together) in together.chunks_exact(28 * 28).enumerate() {
        let alone = read(painter.forward(&z.clone().narrow(0, index, 1)).unwrap());
        assert_eq!(alone, together, "picture {index}");
    }
}

#[test]
fn leaves_to_burn_what_it_cannot_do() {
    let plain = config(28, 1, 2, 4);
    let instance = DcganConfig { normalization: Normalization::Instance, ..plain.clone() };
    assert!(Painter::new(&network(&instance, &Device::flex())).is_none());
    // A network in training is copied as it is; z that wants a gradient is not for it.
    let network = network(&plain, &Device::flex().autodiff());
    let painter = Painter::new(&network).unwrap();
    let z = codes(2, &plain);
    let expected = read(network.valid().forward(z.clone()));
    assert!(apart(&read(painter.forward(&z).unwrap()), &expected) < 2e-5);
    let tracked = Tensor::<2>::from_data(z.into_data(), &Device::flex().autodiff()).require_grad();
    assert!(painter.forward(&tracked).is_none());
}

#[test]
fn what_is_no_number_stays_so() {
    let config = config(28, 1, 2, 4);
    let painter = Painter::new(&network(&config, &Device::flex())).unwrap();
    let z = Tensor::<2>::from_floats([[0.1, f32::NAN, 0.2, 0.3]], &Device::flex());
    assert!(read(painter.forward(&z).unwrap()).iter().all(|value| value.is_nan()));
}
