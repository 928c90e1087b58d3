//! Downloads: from public mirrors, checked, and going on where they were cut.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Error, Result, bail};
use clap::Args;
use forger_core::weights::sha256;
use indicatif::{ProgressBar, ProgressStyle};

use super::kind;
use crate::ui;

/// A file of a set.
struct Part {
    name: &'static str,
    bytes: u64,
    sha256: &'static str,
}

/// Pictures, and their labels beside them.
const MNIST: [Part; 4] = [
    Part {
        name: "train-images-idx3-ubyte.gz",
        bytes: 9_912_422,
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    },
    Part {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 28_881,
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    },
    Part {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 1_648_877,
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    },
    Part {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 4_542,
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
];

const MIRRORS: [&str; 2] =
    ["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"];

#[derive(Args)]
pub struct FetchArgs {
    /// Name of the set: mnist
    pub name: String,
    /// Folder to put it in, instead of the user's cache
    #[arg(long)]
    pub to: Option<PathBuf>,
}

/// Brings a set onto this machine, if it is not there, and returns its folder.
pub fn fetch(name: &str, to: Option<&Path>) -> Result<PathBuf> {
    brought(name, to, &Err)
}

/// [`fetch`], for whoever may do with pictures alone: that labels do not come is told, and an error where they are read.
pub fn fetch_pictures(name: &str) -> Result<PathBuf> {
    brought(name, None, &|error| {
        ui::warn(format_args!("{error:#}"));
        Ok(())
    })
}

/// What is done where labels do not come.
type Otherwise<'a> = &'a dyn Fn(Error) -> Result<()>;

fn brought(name: &str, to: Option<&Path>, without_labels: Otherwise) -> Result<PathBuf> {
    if name != "mnist" {
        bail!("unknown data set {name}: this version fetches mnist");
    }
    let folder = match to {
        Some(folder) => folder.to_owned(),
        None => {
            dirs::cache_dir().context("this system names no cache folder: give one with --to")?.join("forger/mnist")
        }
    };
    fs::create_dir_all(&folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
    fetch_parts(&MNIST, &MIRRORS, &folder, without_labels)?;
    ui::note(format_args!("{name} is in {}", folder.display()));
    Ok(folder)
}

fn fetch_parts(parts: &[Part], mirrors: &[&str], folder: &Path, without_labels: Otherwise) -> Result<()> {
    parts.iter().try_for_each(|part| match fetch_part(part, mirrors, folder) {
        Err(error) if part.name.contains("labels") => without_labels(error),
        fetched => fetched,
    })
}

fn fetch_part(part: &Part, mirrors: &[&str], folder: &Path) -> Result<()> {
    let path = folder.join(part.name);
    if fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == part.sha256) {
        return Ok(());
    }
    let partial = folder.join(format!("{}.part", part.name));
    let mut failures = Vec::new();
    for mirror in mirrors {
        let url = format!("{mirror}/{}", part.name);
        match download(&url, part, &partial) {
            Ok(()) => {
                return fs::rename(&partial, &path).with_context(|| format!("cannot write {}", path.display()));
            }
            Err(error) => failures.push(format!("{url}: {error:#}")),
        }
    }
    bail!("could not fetch {}:\n  {}", part.name, failures.join("\n  "))
}

/// Adds to `partial` what it lacks, then checks the whole. What was received stays for the next try, unless it is wrong.
fn download(url: &str, part: &Part, partial: &Path) -> Result<()> {
    let have = fs::metadata(partial).map_or(0, |data| data.len());
    if have < part.bytes {
        let mut response = ureq::get(url).header("Range", format!("bytes={have}-")).call()?;
        let resumed = response.status() == 206;
        let mut file = OpenOptions::new()
            .create(true)
            .append(resumed)
            .write(true)
            .truncate(!resumed)
            .open(partial)
            .with_context(|| format!("cannot write {}", partial.display()))?;
        let bar = ProgressBar::new(part.bytes).with_message(part.name);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_position(if resumed { have } else { 0 });
        // One byte more than expected is enough to know that it is wrong.
        let mut body = bar.wrap_read(response.body_mut().as_reader().take(part.bytes + 1));
        let mut chunk = vec![0; 1 << 16];
        loop {
            let count = body.read(&mut chunk)?;
            if count == 0 {
                break;
            }
            file.write_all(&chunk[..count]).with_context(|| format!("cannot write {}", partial.display()))?;
        }
        file.sync_all()?;
    }
    let bytes = fs::read(partial)?;
    let found = sha256(&bytes);
    if found != part.sha256 {
        if kind::is_html(&bytes) {
            // Nothing to go on from: the rest of the file does not belong to it.
            fs::remove_file(partial)?;
            bail!("what came is a web page (HTML), perhaps the login page of this network: sign in, and run it again");
        }
        let length = bytes.len() as u64;
        if length < part.bytes {
            bail!("the connection was cut after {length} of {} bytes; run it again to go on", part.bytes);
        }
        fs::remove_file(partial)?;
        bail!("the file is another one: expected sha256 {}, found {found}", part.sha256);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const BODY: &[u8] = b"hello, forger";

    #[test]
    fn pictures_come_with_their_labels() {
        let names = MNIST.map(|part| part.name);
        for name in names.iter().filter(|name| name.contains("images")) {
            let labels = name.replace("images-idx3", "labels-idx1");
            assert!(names.contains(&labels.as_str()), "{labels} is looked for beside {name}");
        }
    }

    fn part() -> Part {
        let sha256: &'static str = Box::leak(sha256(BODY).into_boxed_str());
        Part { name: "x", bytes: BODY.len() as u64, sha256 }
    }

    /// Answers one request with `body`, honouring its range, and closes. Returns the mirror's address.
    #[expect(clippy::disallowed_methods, reason = "a server of a native test")]
    fn serve(body: &'static [u8], cut: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 2000];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
            let from = request.split("bytes=").nth(1).unwrap().split('-').next().unwrap().parse::<usize>().unwrap();
            let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
            let rest = &body[from..];
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", rest.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&rest[..rest.len().min(cut)]).unwrap();
        });
        format!("http://{address}")
    }

    #[test]
    fn pictures_do_without_labels_and_not_the_other_way_round() {
        let folder = tempfile::tempdir().unwrap();
        let parts = |other| [part(), Part { name: other, sha256: "none", ..part() }];
        // It answers once, and no more.
        let once = serve(BODY, usize::MAX);
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |error: Error| -> Result<()> {
            told.borrow_mut().push(error.to_string());
            Ok(())
        };
        fetch_parts(&parts("labels"), &[&once], folder.path(), &tell).unwrap();
        assert!(told.borrow()[0].starts_with("could not fetch labels") && folder.path().join("x").exists());
        let strict = |other| fetch_parts(&parts(other), &[&once], folder.path(), &Err);
        assert!(strict("labels").unwrap_err().to_string().starts_with("could not fetch labels"));
        assert!(fetch_parts(&parts("images"), &[&once], folder.path(), &tell).is_err());
        assert_eq!(told.borrow().len(), 1);
    }

    #[test]
    fn a_cut_download_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let cut = serve(BODY, 5);
        assert!(fetch_part(&part(), &[&cut], folder.path()).is_err());
        assert_eq!(fs::read(folder.path().join("x.part")).unwrap(), &BODY[..5]);
        let whole = serve(BODY, usize::MAX);
        fetch_part(&part(), &[&whole], folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("x")).unwrap(), BODY);
    }

    #[test]
    fn a_login_page_is_named_and_not_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let page = serve(b"<html>", usize::MAX);
        let error = fetch_part(&part(), &[&page], folder.path()).unwrap_err().to_string();
        assert!(error.contains("a web page (HTML)"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_wrong_file_is_refused_and_the_next_mirror_asked() {
        let folder = tempfile::tempdir().unwrap();
        let wrong = serve(b"HELLO, FORGER", usize::MAX);
        let error = fetch_part(&part(), &[&wrong], folder.path()).unwrap_err().to_string();
        assert!(error.contains("expected sha256"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let (wrong, right) = (serve(b"HELLO, FORGER", usize::MAX), serve(BODY, usize::MAX));
        fetch_part(&part(), &[&wrong, &right], folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("x")).unwrap(), BODY);
    }
}
