use forger_core::{System, Toy, burn::tensor::Device, protocol::*};
fn main() {
    for (w, l, b) in [(8, 2, 150), (64, 2, 128), (64, 2, 256)] {
        let n = MlpConfig { width: w, layers: l, activation: Activation::LeakyRelu };
        let mut toy = Toy::new(ToyConfig { generator: n, discriminator: n, batch: b, ..ToyConfig::default() }, &Device::flex()).unwrap();
        let start = std::time::Instant::now();
        let mut k = 0;
        while start.elapsed().as_secs_f64() < 2.0 { toy.step(StepKind::Both); k += 1; }
        println!("{w} x {l}, {b}: {:.0} steps/s", k as f64 / start.elapsed().as_secs_f64());
    }
}
