//! `forger detect`: which pictures of a folder a model of normal ones cannot draw.

pub mod normal;
pub mod page;

use std::{
    fmt::{self, Display, Formatter},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::weights::Drawer;
use forger_protocol::detect::Calibration;

use crate::{
    data::{
        Background, Split,
        wholes::{Whole, wholes},
    },
    device::DeviceArgs,
    measures::detection::{self, DetectArgs, Found, Method},
    models,
    progress::Task,
    run::{check_writable, write_whole},
    ui,
};
use normal::{NormalArgs, check_rate, of_card};

#[derive(Args)]
pub struct DetectFolderArgs {
    /// The pictures: a folder or an archive (PNG, JPEG or WebP), or an IDX file
    pub from: String,
    /// A model file that knows what is normal (`forger calibrate`), or, with --normal, any of a DCGAN or the folder of its run; for
    /// anogan with its discriminator (`forger export --discriminator`)
    #[arg(long)]
    pub model: PathBuf,
    /// Normal pictures that the model has not learned from: scores are measured by theirs. Those on its card if not given
    #[arg(long, value_name = "DATA")]
    pub normal: Option<String>,
    #[command(flatten)]
    pub chosen: NormalArgs,
    /// What lies behind pictures that are transparent: white if not given
    #[arg(long, value_name = "RRGGBB")]
    pub background: Option<Background>,
    /// Folder for scores.csv and report.html
    #[arg(long)]
    pub out: PathBuf,
    /// How to search: adgan if not given, or as the card of the model says without --normal
    #[arg(long, value_enum)]
    pub method: Option<Search>,
    /// The run of `forger train encoder` for this model, where its file has none: for --method encoder
    #[arg(long, value_name = "RUN")]
    pub encoder: Option<PathBuf>,
    /// Call strange what has a score above this
    #[arg(long)]
    pub threshold: Option<f32>,
    /// Call strange so that on average this share of normal pictures is: 0.05 if neither this nor --threshold is given
    #[arg(long, value_name = "RATE", conflicts_with = "threshold")]
    pub false_alarms: Option<f64>,
    /// Pictures that the report shows with their heat maps, the strangest first
    #[arg(long, default_value_t = 24)]
    pub shown: usize,
    #[command(flatten)]
    pub detect: DetectArgs,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// The methods that leave a picture over.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Search {
    /// The weights of the generator move, too
    Adgan,
    /// Codes only, in pixels and features of the discriminator
    Anogan,
    /// The code that an encoder gives, in pixels and features of the discriminator
    Encoder,
}

impl From<Search> for Method {
    fn from(search: Search) -> Self {
        match search {
            Search::Adgan => Self::Adgan,
            Search::Anogan => Self::Anogan,
            Search::Encoder => Self::Encoder,
        }
    }
}

/// Something was found to be strange: no fault, but an exit status of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strange {
    pub count: usize,
    pub of: usize,
}

/// The exit status for scripts: 1 is an error, and 2 a command line that does not read.
pub const STRANGE: u8 = 3;
/// The share of normal pictures that is called strange where nothing is said.
const RATE: f64 = 0.05;

impl Display for Strange {
    fn fmt(&self, text: &mut Formatter) -> fmt::Result {
        write!(text, "{} of {} pictures are strange", self.count, self.of)
    }
}

impl std::error::Error for Strange {}

/// A picture that was judged.
struct Judged {
    /// As the model saw it.
    picture: Whole,
    found: Found,
    p: f64,
    is_strange: bool,
}

/// What a report is about.
struct Report {
    /// The strangest first.
    judged: Vec<Judged>,
    calibration: Calibration,
    threshold: f32,
    /// Of the pictures as they were judged.
    channels: usize,
    lead: String,
    shown: usize,
}

/// Judges all pictures. An error that is [`Strange`] says that some are above the threshold.
pub fn detect(args: &DetectFolderArgs) -> Result<()> {
    if args.false_alarms.is_some_and(|rate| !(rate > 0.0 && rate < 1.0)) {
        bail!("--false-alarms is a share between 0 and 1");
    }
    if args.threshold.is_some_and(|threshold| !threshold.is_finite()) {
        bail!("--threshold is a score, and no picture has one that is infinite or not a number");
    }
    let mut model = models::open::<Drawer>(&args.model, &args.device.open_single()?)?;
    if let Some(encoder) = &args.encoder {
        models::add_encoder(&mut model, encoder)?;
    }
    let settings = normal::search(args.method.unwrap_or(Search::Adgan), &args.detect)?;
    let (channels, side) = (model.config.channels, model.config.image_size);
    // What is judged first: an empty folder should cost nobody a search.
    let data = args.chosen.set(&args.from, Split::Train, 0, args.background);
    let patches = match (&args.normal, &model.card.normal) {
        (None, Some(normal)) => normal.patches,
        _ => args.chosen.patches(),
    };
    if args.chosen.patches.is_some() && args.chosen.patches() != patches {
        bail!(
            "the scores on the card of {} are of other parts: leave --patches out, or give --normal",
            args.model.display()
        );
    }
    let (set, pictures) = wholes(&data, None, patches, (channels, side))?;
    check_writable(&args.out.join("scores.csv"))?;
    let rate = args.false_alarms.unwrap_or(RATE);
    let check = |count: usize| if args.threshold.is_none() { check_rate(rate, count) } else { Ok(()) };
    let context = || args.model.display().to_string();
    let find = |pictures: &[Whole], settings, task: &Task| {
        detection::judge(&model, pictures, settings, &|count| task.done(count as u64)).with_context(context)
    };
    let (found, calibration, measured_by) = match &args.normal {
        Some(data) => {
            let shape = (channels, side);
            let normal = args.chosen.load(data, args.detect.seed(), args.background, shape).context("--normal")?;
            check(normal.pictures.len())?;
            let task = Task::new((pictures.len() + normal.pictures.len()) as u64, "searching", &args.from);
            let of_normal = find(&normal.pictures, settings, &task)?;
            let found = find(&pictures, settings, &task)?;
            task.finish();
            let calibration = Calibration::new(of_normal.iter().map(|found| found.score).collect())?;
            (found, calibration, normal.name)
        }
        None => {
            let normal = of_card(&model, &args.model, (args.method, &args.detect))?;
            if let Some(cut) = args.chosen.other_cut(&normal.data) {
                ui::warn(format_args!(
                    "the normal pictures on the card of {} were cut to {cut} first: give --crop {cut}, unless these are cut already",
                    args.model.display()
                ));
            }
            check(normal.scores.scores().len())?;
            let task = Task::new(pictures.len() as u64, "searching", &args.from);
            let found = find(&pictures, normal.search, &task)?;
            task.finish();
            (found, normal.scores.clone(), normal.data.clone())
        }
    };
    let threshold = match args.threshold {
        Some(threshold) => threshold,
        None => calibration.threshold(rate).context("too few normal pictures")?,
    };
    let judged = found.into_iter().zip(pictures).map(|(found, picture)| Judged {
        p: calibration.p_value(found.score),
        is_strange: found.score > threshold,
        picture,
        found,
    });
    let mut judged = judged.collect::<Vec<_>>();
    judged.sort_by(|a, b| b.found.score.total_cmp(&a.found.score));
    let kind = if channels == 1 { "grey" } else { "in colour" };
    let lead = format!(
        "{} pictures of {set} as {} sees them, {} {side} x {side} and {kind}, beside {} normal ones of {}",
        judged.len(),
        models::name(&model, &args.model),
        if patches.is_some() { "in parts of" } else { "made" },
        calibration.scores().len(),
        measured_by
    );
    let report = Report { judged, calibration, threshold, channels, lead, shown: args.shown };
    write(&report, &args.out)
}

/// The table, the page, and a word on both.
fn write(report: &Report, out: &Path) -> Result<()> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["file", "score", "p_value", "strange"])?;
    for Judged { picture, found, p, is_strange } in &report.judged {
        let strange = if *is_strange { "1" } else { "0" };
        table.write_record([&picture.name, &found.score.to_string(), &format!("{p:.6}"), strange])?;
    }
    write_whole(&out.join("scores.csv"), &table.into_inner()?)?;
    write_whole(&out.join("report.html"), page::page(report)?.as_bytes())?;
    let found =
        Strange { count: report.judged.iter().filter(|judged| judged.is_strange).count(), of: report.judged.len() };
    for judged in report.judged.iter().filter(|judged| judged.is_strange) {
        ui::result(format_args!("{}: score {:.5}, p {:.4}", judged.picture.name, judged.found.score, judged.p));
    }
    ui::note(format_args!(
        "{}: {} pictures, threshold {:.5}",
        out.join("report.html").display(),
        found.of,
        report.threshold
    ));
    if found.count > 0 { Err(found.into()) } else { Ok(()) }
}
