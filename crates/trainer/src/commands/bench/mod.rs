//! `forger bench train`: steps of a system beside PyTorch, in turns in one run.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::{Args, ValueEnum};
use forger_core::{Cyclegan, Dcgan, Images, System, data::photos::Photo};
use forger_protocol::{CycleganConfig, DcganConfig, Random, Settings as _, StepKind, Stream};
use serde_json::{Value, json};

use crate::{
    device::{DeviceArgs, Name, values},
    recipes, ui,
};

const PEER: &str = include_str!("pytorch.py");

/// Speed of training beside PyTorch: the same networks, batch, machine and number of threads
#[derive(Args)]
pub struct BenchArgs {
    #[command(flatten)]
    pub device: DeviceArgs,
    /// A Python that has PyTorch
    #[arg(long, default_value = "python3")]
    pub python: PathBuf,
    /// What is trained: a DCGAN, or a CycleGAN as in the recipe cyclegan-faces, but for the widths
    #[arg(long, value_enum, default_value_t = Game::Dcgan)]
    pub system: Game,
    /// Side of the pictures in pixels: 28, 32, 64 or 128 for a DCGAN
    #[arg(long, default_value_t = 64)]
    pub image_size: usize,
    /// Channels of the widest picture-sized layer, of all networks
    #[arg(long, default_value_t = 32)]
    pub width: usize,
    /// Pictures in a step
    #[arg(long, default_value_t = 16)]
    pub batch: usize,
    /// Convolutions in bf16 on both sides, where the device has it; else f32, without TF32
    #[arg(long)]
    pub mixed_precision: bool,
    /// Steps of a turn
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: u32,
    /// Turns of each, of which the median counts; one more comes before, to warm up
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pub turns: u32,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// What is measured.
#[derive(Clone, Copy, ValueEnum)]
pub enum Game {
    Dcgan,
    Cyclegan,
}

/// Noise as pictures: the speed does not depend on what they show.
struct Static {
    shape: [usize; 3],
    values: Vec<f32>,
}

impl Images for Static {
    fn len(&self) -> usize {
        self.values.len() / self.shape.iter().product::<usize>()
    }
    fn shape(&self) -> [usize; 3] {
        self.shape
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        out.copy_from_slice(&self.values[index * out.len()..][..out.len()]);
    }
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn now() -> Instant {
    Instant::now()
}

/// PyTorch in a process of its own.
struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(args: &BenchArgs, settings: &Value) -> Result<(Self, Value)> {
        let mut child = Command::new(&args.python)
            .args(["-u", "-c", PEER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}: name a Python with --python", args.python.display()))?;
        let answers = BufReader::new(child.stdout.take().context("no output of Python")?);
        let mut peer = Self { child, answers };
        let hello = peer.ask(&settings.to_string())?;
        let hello = serde_json::from_str(&hello).with_context(|| format!("Python answered {hello}"))?;
        Ok((peer, hello))
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        let input = self.child.stdin.as_mut().context("no input of Python")?;
        writeln!(input, "{line}").and_then(|()| input.flush()).context("Python ended")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).context("Python ended")?;
        if answer.is_empty() {
            bail!("Python ended: does it have PyTorch (`pip install torch`)?");
        }
        Ok(answer.trim().to_owned())
    }

    fn run(&mut self, steps: u32) -> Result<f64> {
        self.ask(&steps.to_string())?.parse().context("Python answered no seconds")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What PyTorch calls a device: it has no Vulkan, and its way to such a GPU is CUDA.
fn of_pytorch(name: &Name) -> Result<String> {
    match name {
        Name::Cpu => Ok("cpu".into()),
        Name::Vulkan => Ok("cuda".into()),
        Name::Cuda(index) => Ok(format!("cuda:{index}")),
        Name::Remote(_) => bail!("--device {name}: PyTorch runs on this machine only; measure on the worker's"),
        #[cfg(test)]
        Name::Second => Ok("cpu".into()),
    }
}

/// Prints images a second of both, and their ratio: above 1, Forger is faster.
pub fn train(args: &BenchArgs) -> Result<()> {
    let device = args.device.open_single()?;
    let name = &args.device.device;
    let on = of_pytorch(&name.parse()?)?;
    let kind = name.split(':').next().unwrap_or_default().to_owned();
    let &BenchArgs { image_size, width, batch, mixed_precision, .. } = args;
    let (system, mut settings) = system(args, &device)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    settings["device"] = json!(on);
    settings["threads"] = json!(if kind == "cpu" { threads } else { 0 });
    let (mut peer, hello) = Peer::start(args, &settings)?;
    let mut forger = ours(system);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=args.turns {
        let pair = (forger(args.steps)?, peer.run(args.steps)?);
        let rate = |seconds: f64| f64::from(args.steps) * args.batch as f64 / seconds;
        if turn > 0 {
            ours.push(rate(pair.0));
            theirs.push(rate(pair.1));
            ui::note(format_args!("turn {turn}: Forger {:.0}, PyTorch {:.0} images/s", rate(pair.0), rate(pair.1)));
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let (ours, theirs) = (median(ours), median(theirs));
    ui::result(format_args!(
        "{image_size} px, width {width}, batch {batch} in {} on {name}: Forger {ours:.1}, PyTorch {} ({on}) {theirs:.1} images/s; ratio {:.2}",
        if mixed_precision { "bf16" } else { "f32" },
        hello["torch"].as_str().unwrap_or("?"),
        ours / theirs
    ));
    if args.json {
        let mut line = json!({ "device": name, "pytorch_device": on, "threads": threads, "torch": hello["torch"] });
        line[format!("forger_{kind}")] = json!(ours);
        line[format!("pytorch_{kind}")] = json!(theirs);
        line[format!("ratio_{kind}")] = json!(ours / theirs);
        ui::result(line);
    }
    Ok(())
}

/// Ours, and what the peer is to know of it.
fn system(args: &BenchArgs, device: &Device) -> Result<(Box<dyn System>, Value)> {
    let &BenchArgs { image_size, width, batch, mixed_precision, .. } = args;
    let random = &mut Random::new(1, Stream::Data);
    let mut noise = |channels: usize| {
        let mut values = vec![0.0; 4 * batch * channels * image_size * image_size];
        random.fill_uniform(&mut values, -1.0, 1.0);
        values
    };
    match args.system {
        Game::Dcgan => {
            let config = DcganConfig { image_size, width, batch, mixed_precision, ..DcganConfig::default() };
            config.validate()?;
            let images = Static { shape: [config.channels, image_size, image_size], values: noise(config.channels) };
            let mut settings = json!(config);
            settings["system"] = json!("dcgan");
            Ok((Box::new(Dcgan::new(config, Box::new(images), device)?), settings))
        }
        Game::Cyclegan => {
            if mixed_precision {
                bail!("CycleGAN is trained in f32: leave out --mixed-precision");
            }
            let mut config = recipes::find::<CycleganConfig>("cyclegan-faces")?;
            (config.image_size, config.batch) = (image_size, batch);
            (config.generator.width, config.discriminator_width) = (width, width);
            config.validate()?;
            let mut photos = || {
                let photo = |values: &[f32]| Photo {
                    height: image_size,
                    width: image_size,
                    pixels: values.iter().map(|value| (127.5 * (value + 1.0)) as u8).collect(),
                };
                noise(3).chunks_exact(3 * image_size * image_size).map(photo).collect()
            };
            let mut settings = json!(config);
            settings["system"] = json!("cyclegan");
            Ok((Box::new(Cyclegan::new(config, photos(), photos(), None, device)?), settings))
        }
    }
}

/// Does as many steps as it is asked for and says how many seconds they took.
fn ours(mut system: Box<dyn System>) -> impl FnMut(u32) -> Result<f64> {
    move |steps| {
        let start = now();
        let mut last = None;
        for _ in 0..steps {
            last = Some(system.step(StepKind::Both));
        }
        // Reading back waits for a GPU.
        if let Some(metrics) = last {
            values(metrics)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pytorch_gets_a_device_that_it_has() {
        for (ours, theirs) in [("cpu", "cpu"), ("vulkan", "cuda"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1")] {
            assert_eq!(of_pytorch(&ours.parse().unwrap()).unwrap(), theirs);
        }
        let error = of_pytorch(&Name::Remote("ws://host:7070".into())).unwrap_err();
        assert!(error.to_string().contains("on this machine only"), "{error}");
    }
}
