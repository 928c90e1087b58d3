//! The folder of a run: checkpoints and losses.

mod note;

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use forger_core::checkpoint::Reader;
use forger_protocol::{Declaration, Scalar, Settings, message::StepMetrics};
use tempfile::NamedTempFile;

pub use self::note::DataNote;
use crate::{recipes, tensorboard::Events, ui};

/// How many checkpoints stay: the newest, and the one before in case the newest does not read.
const KEPT: usize = 2;
/// What a run writes before its first checkpoint; `.tmp` is a file that was being written.
const STARTS: [&str; 6] = ["data.json", "recipe.toml", BEGUN, "losses.csv", "events.", ".tmp"];
/// The recipe that it began with, before the command line changed anything.
const BEGUN: &str = "begun.toml";
/// What its steps told, a row a step.
const LOSSES: &str = "losses.csv";
/// The checkpoint that measured best.
const BEST: &str = "best.safetensors";

/// A run on disk.
pub struct Run {
    folder: PathBuf,
}

impl Run {
    /// A new run. Fails for a folder that holds something, which may be another run; what a run leaves that was killed
    /// before its first checkpoint does not count.
    pub fn create(folder: &Path) -> Result<Self> {
        let is_start = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
            let name = name.to_string_lossy();
            STARTS.iter().any(|start| name.starts_with(start))
        };
        if fs::read_dir(folder).is_ok_and(|mut entries| !entries.all(is_start)) {
            bail!("{} is not empty: go on with --resume, or choose another --out", folder.display());
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// A run that is there.
    pub fn open(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            bail!("there is no run in {}", folder.display());
        }
        Ok(Self { folder: folder.to_owned() })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Checkpoints by step, oldest first.
    fn checkpoints(&self) -> Result<Vec<(u64, PathBuf)>> {
        let entries =
            fs::read_dir(&self.folder).with_context(|| format!("cannot read folder {}", self.folder.display()))?;
        let mut found = entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path.file_name()?.to_str()?;
                let step = name.strip_prefix("checkpoint-")?.strip_suffix(".safetensors")?.parse().ok()?;
                Some((step, path))
            })
            .collect::<Vec<_>>();
        found.sort();
        Ok(found)
    }

    /// The newest checkpoint that reads; a damaged one is passed over with a warning.
    pub fn newest(&self) -> Result<Vec<u8>> {
        for (_, path) in self.checkpoints()?.into_iter().rev() {
            match whole(&path) {
                Ok(bytes) => return Ok(bytes),
                Err(error) => ui::warn(format_args!("{}: {error}; trying the one before", path.display())),
            }
        }
        bail!("there is no checkpoint in {}: name the folder of a run", self.folder.display())
    }

    /// The step of the newest checkpoint, if there is one.
    pub fn newest_step(&self) -> Option<u64> {
        self.checkpoints().ok()?.last().map(|(step, _)| *step)
    }

    /// Writes a checkpoint so that a crash at any moment leaves the old ones or the new one, never a torn one.
    pub fn save(&self, step: u64, bytes: &[u8]) -> Result<()> {
        write_whole(&self.path(&format!("checkpoint-{step:010}.safetensors")), bytes)?;
        let found = self.checkpoints()?;
        for (_, path) in found.iter().rev().skip(KEPT) {
            // One too many does no harm.
            let _ = fs::remove_file(path);
        }
        Ok(())
    }

    /// Keeps the checkpoint that measures best.
    pub fn save_best(&self, bytes: &[u8]) -> Result<()> {
        write_whole(&self.path(BEST), bytes)
    }

    /// The checkpoint that measured best; fails where none was measured.
    pub fn best(&self) -> Result<Vec<u8>> {
        let path = self.path(BEST);
        fs::read(&path).with_context(|| {
            format!("no checkpoint of {} was measured: train with --classifier, or --test", self.folder.display())
        })
    }

    /// Keeps the recipe that it begins with, so that `--resume` knows it again.
    pub fn write_begun<C: Settings>(&self, recipe: &C) -> Result<()> {
        write_whole(&self.path(BEGUN), recipes::write(recipe, "what the run began with")?.as_bytes())
    }

    /// The recipe that it began with; runs from before it was kept have none.
    pub fn read_begun<C: Settings>(&self) -> Option<C> {
        recipes::find(self.path(BEGUN).to_str()?).ok()
    }

    pub fn write_note(&self, note: &DataNote) -> Result<()> {
        write_whole(&self.path("data.json"), serde_json::to_string_pretty(note)?.as_bytes())
    }

    pub fn read_note(&self) -> DataNote {
        let text = fs::read_to_string(self.path("data.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The losses of all steps up to `step`, ready to be gone on with.
    pub fn losses(&self, step: u64, system: &'static Declaration) -> Result<Losses> {
        let path = self.path(LOSSES);
        let context = || format!("cannot write {}", path.display());
        // Rows after the checkpoint will come again.
        let mut kept = read_losses(self, system);
        kept.retain(|row| row.step <= step);
        let mut csv = csv::Writer::from_path(&path).with_context(context)?;
        csv.write_record(std::iter::once("step").chain(system.scalars.iter().map(|scalar| scalar.key)))?;
        let mut losses = Losses { csv, events: Events::replace(&self.folder, seconds())?, system };
        losses.write(&kept)?;
        Ok(losses)
    }
}

/// What the steps of a run told. A row that does not read is left out, as is a column that its system does not have.
pub fn read_losses(run: &Run, system: &Declaration) -> Vec<StepMetrics> {
    let Ok(mut reader) = csv::Reader::from_path(run.path(LOSSES)) else { return Vec::new() };
    let head = reader.headers().cloned().unwrap_or_default();
    let place = |key: &str| head.iter().position(|column| column == key);
    let columns = system.scalars.iter().map(|scalar| place(scalar.key)).collect::<Vec<_>>();
    let step = place("step").unwrap_or_default();
    let row = |row: csv::StringRecord| {
        let value = |column: &Option<usize>| row.get((*column)?)?.parse().ok();
        Some(StepMetrics {
            step: row.get(step)?.parse().ok()?,
            // Runs from before there was a column have none.
            values: columns.iter().map(|column| value(column).unwrap_or_default()).collect(),
        })
    };
    reader.records().flatten().filter_map(row).collect()
}

/// `losses.csv`, and the same for TensorBoard.
pub struct Losses {
    csv: csv::Writer<File>,
    events: Events,
    system: &'static Declaration,
}

impl Losses {
    pub fn write(&mut self, rows: &[StepMetrics]) -> Result<()> {
        for StepMetrics { step, values } in rows {
            self.csv.write_record(std::iter::once(step.to_string()).chain(values.iter().map(f32::to_string)))?;
            let tags = self.system.scalars.iter().map(Scalar::tag);
            self.events.scalars(seconds(), *step, &tags.zip(values.iter().copied()).collect::<Vec<_>>())?;
        }
        self.csv.flush().context("cannot write losses.csv")
    }
}

/// A checkpoint that is not damaged.
fn whole(path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    Reader::new(&bytes)?;
    Ok(bytes)
}

/// Since 1970.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs_f64()).unwrap_or_default()
}

/// What becomes the file of this name when all is in it, in its folder, which is made.
fn part_of(path: &Path) -> Result<NamedTempFile> {
    if path.is_dir() {
        bail!("cannot write {}: this is a folder; give the name of a file", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = fs::create_dir_all(folder).and_then(|()| NamedTempFile::new_in(folder));
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Refuses the name of a file that [`write_whole`] will not write, before there is long work for it.
pub fn check_writable(path: &Path) -> Result<()> {
    part_of(path).map(drop)
}

/// Writes a file as a whole or not at all, and makes its folder.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    let mut file = part_of(path)?;
    file.write_all(bytes).with_context(context)?;
    file.as_file().sync_all().with_context(context)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is private; what it becomes need not be.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).with_context(context)?;
    }
    file.persist(path).with_context(context)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_core::checkpoint::Writer;
    use forger_protocol::ToyConfig;

    #[test]
    fn keeps_two_checkpoints_and_falls_back_to_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create(folder.path()).unwrap();
        for step in 1..=3 {
            run.save(step, &Writer::default().finish(serde_json::json!({ "steps": step }))).unwrap();
        }
        assert_eq!(run.checkpoints().unwrap().iter().map(|(step, _)| *step).collect::<Vec<_>>(), [2, 3]);
        fs::write(run.path("checkpoint-0000000003.safetensors"), b"torn").unwrap();
        assert_eq!(Reader::new(&run.newest().unwrap()).unwrap().state["steps"], 2);
    }

    #[test]
    fn a_folder_in_use_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "").unwrap();
        assert!(Run::create(folder.path()).err().unwrap().to_string().contains("--resume"));
    }

    #[test]
    fn a_file_is_written_where_there_is_no_folder_yet_and_what_cannot_be_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/down/a.txt");
        check_writable(&file).unwrap();
        assert!(!file.exists() && fs::read_dir(folder.path().join("deep/down")).unwrap().next().is_none());
        fs::remove_dir_all(folder.path().join("deep")).unwrap();
        write_whole(&file, b"a").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"a");
        for wrong in [folder.path().to_owned(), file.join("b.txt")] {
            let error = format!("{:#}", check_writable(&wrong).unwrap_err());
            assert!(error.contains(&format!("cannot write {}", wrong.display())), "{error}");
        }
        assert_eq!(fs::read(&file).unwrap(), b"a");
    }

    #[test]
    fn losses_after_the_checkpoint_are_cut() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create(folder.path()).unwrap();
        let row = |step| StepMetrics { step, values: vec![0.5; 6] };
        let losses = |step| run.losses(step, &ToyConfig::SYSTEM).unwrap();
        losses(0).write(&[row(1), row(2), row(3)]).unwrap();
        losses(2).write(&[row(3)]).unwrap();
        let text = fs::read_to_string(run.path("losses.csv")).unwrap();
        assert_eq!(text.lines().map(|line| &line[..2]).collect::<Vec<_>>(), ["st", "1,", "2,", "3,"]);
        assert!(text.starts_with("step,d_loss,g_loss,d_real,d_fake,d_gradient,g_gradient\n1,0.5,"), "{text}");
        assert_eq!(read_losses(&run, &ToyConfig::SYSTEM), [row(1), row(2), row(3)]);
        // A column that is missing is 0.
        fs::write(run.path(LOSSES), "step,g_loss\n4,0.25\n5\n").unwrap();
        let values = vec![0.0, 0.25, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(read_losses(&run, &ToyConfig::SYSTEM), [StepMetrics { step: 4, values }]);
    }
}
