//! `cargo xtask bench`: how fast Forger is beside others, in the same browser. Not a test: speed depends on the machine.

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};

use super::build;
use crate::{e2e, page::Profile, places, steps::Steps, tests_page};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// Forger as it is published
    #[arg(long, global = true)]
    ship: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
enum What {
    /// Toy GANs, against TensorFlow.js on each of its backends; takes seven minutes
    Lab,
    /// DCGANs of the page, against TensorFlow.js on each of its backends; takes five minutes
    Train,
    /// The faces of the published model, against ONNX Runtime Web with the same weights; takes five minutes
    Infer {
        /// On this device alone
        #[arg(long, value_enum)]
        only: Option<Device>,
    },
    /// Super-resolution by the light model, against ONNX Runtime Web with the same weights; takes a minute on CPU, many on WebGPU in software
    Upscale {
        /// On this device alone
        #[arg(long, value_enum)]
        only: Option<Device>,
    },
    /// A drawing translated by the published model of facades, against ONNX Runtime Web with the same weights; takes a minute on CPU, many on WebGPU in software
    Translate {
        /// On this device alone
        #[arg(long, value_enum)]
        only: Option<Device>,
    },
    /// How long a visitor of the page waits for the first picture and the tenth step, on each device; takes minutes
    First,
    /// From photos to the z that draws most like each, on the page: decibels and seconds; takes minutes
    Invert(Photos),
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
struct Photos {
    /// Folder of pictures, best ones that the model was not trained on (`forger data make avatars` makes some)
    #[arg(long)]
    photos: PathBuf,
    /// Which model of the page
    #[arg(long, default_value = "avatars")]
    model: String,
    /// So many of them, in equal distances through the folder
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// The part of every picture to search for, in pixels: left,top,right,bottom
    #[arg(long, default_value = "whole")]
    crop: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    Cpu,
    #[value(name = "webgpu")]
    WebGpu,
}

impl Device {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::WebGpu => "webgpu",
        }
    }
}

impl Photos {
    /// What the script is told.
    fn arguments(&self) -> Result<[OsString; 4]> {
        let photos = self.photos.canonicalize().with_context(|| format!("cannot read {}", self.photos.display()))?;
        Ok([photos.into(), self.model.clone().into(), self.count.to_string().into(), self.crop.clone().into()])
    }
}

pub fn run(args: &Args) -> Result<()> {
    let profile = if args.ship { Profile::Ship } else { Profile::Fast };
    let report = match &args.what {
        What::Lab => beside(profile, "lab", None)?,
        What::Train => beside(profile, "train", None)?,
        What::Infer { only } => beside(profile, "infer", only.map(Device::name))?,
        What::Upscale { only } => beside(profile, "upscale", only.map(Device::name))?,
        What::Translate { only } => beside(profile, "translate", only.map(Device::name))?,
        What::First => on_page(profile, "first", &[])?,
        What::Invert(photos) => on_page(profile, "invert", &photos.arguments()?)?,
    };
    tell(&report);
    Ok(())
}

/// A benchmark of the page itself.
fn on_page(profile: Profile, name: &str, arguments: &[OsString]) -> Result<String> {
    build::build(profile, "/")?;
    Steps::new(1).run("Benchmark", || e2e::bench_page(name, arguments))
}

/// A benchmark of Forger's code beside that of others.
fn beside(profile: Profile, name: &str, argument: Option<&str>) -> Result<String> {
    let mut steps = Steps::new(2);
    let folder = places::target().join("bench");
    steps.run("Forger for the benchmark", || tests_page::build("forger-bench", profile, &folder))?;
    steps.run("Benchmark", || e2e::bench(name, argument, &folder))
}

#[expect(clippy::print_stdout, reason = "this is what was asked for, and the rest goes to stderr")]
fn tell(report: &str) {
    println!("{report}");
}
