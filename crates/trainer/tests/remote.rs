//! Training on a worker: another process, as it would be another machine.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use assert_cmd::cargo::CommandCargoExt;
use burn::{
    remote::{ConnectError, RemoteHost},
    tensor::Device,
};

const SECRET: &str = "a secret of the tests";

fn forger() -> Command {
    let mut command = Command::cargo_bin("forger").unwrap();
    command.env("FORGER_SECRET", SECRET).env_remove("RUST_BACKTRACE");
    command
}

/// A worker on a free port, killed when it is dropped.
struct Worker {
    process: Child,
    url: String,
}

impl Worker {
    fn start() -> Self {
        let mut command = forger();
        command.args(["worker", "--listen", "127.0.0.1:0", "--secret-env", "FORGER_SECRET"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().split("lending cpu at ").nth(1).unwrap().to_owned();
        Self { process, url }
    }

    fn device(&self) -> String {
        format!("remote:{}", self.url)
    }

    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// 64 pictures of upright stripes as IDX.
fn stripes(folder: &Path) {
    let mut bytes = [0x0803_u32, 64, 28, 28].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    bytes.extend((0..64 * 784).map(|i| if (i % 28 + i / 784) % 7 < 3 { 255 } else { 0 }));
    fs::write(folder.join("train-images-idx3-ubyte"), bytes).unwrap();
}

fn train(folder: &Path, out: &str, device: &str, more: &[&str]) -> Command {
    let mut command = forger();
    command.args([
        "train",
        "dcgan",
        "--set",
        "width=4",
        "--set",
        "batch=8",
        "--checkpoint-every",
        "5",
        "--set",
        "seed=3",
    ]);
    command.arg("--data").arg(folder).arg("--out").arg(folder.join(out)).args(["--device", device]).args(more);
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn succeed(mut command: Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

fn losses(folder: &Path, out: &str) -> Vec<Vec<f32>> {
    let text = fs::read_to_string(folder.join(out).join("losses.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|value| value.parse().unwrap()).collect()).collect()
}

fn assert_alike(folder: &Path, a: &str, b: &str, steps: usize) {
    let (a, b) = (losses(folder, a), losses(folder, b));
    assert_eq!((a.len(), b.len()), (steps, steps));
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        assert!((a - b).abs() <= 1e-3, "{a} {b}");
    }
}

#[test]
fn a_worker_trains_as_this_machine_does() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    let worker = Worker::start();
    succeed(train(folder.path(), "here", "cpu", &["--steps", "20"]));
    succeed(train(folder.path(), "there", &worker.device(), &["--steps", "20"]));
    assert_alike(folder.path(), "here", "there", 20);
}

#[test]
fn two_workers_share_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    let (one, two) = (Worker::start(), Worker::start());
    let more = ["--steps", "12", "--set", "normalization=none"];
    succeed(train(folder.path(), "alone", "cpu", &more));
    let devices = format!("{},{}", one.device(), two.device());
    succeed(train(folder.path(), "shared", &devices, &more));
    assert_alike(folder.path(), "alone", "shared", 12);
    let mut odd = forger();
    odd.args(["train", "dcgan", "--set", "batch=9", "--device", &devices, "--data"]).arg(folder.path());
    let output = odd.arg("--out").arg(folder.path().join("odd")).output().unwrap();
    assert!(output.status.code() == Some(1) && text(&output).contains("batch / devices is 4.5"), "{}", text(&output));
}

/// Waits for a process that should end by itself.
fn end(mut process: Child, within: Duration) -> Output {
    #[expect(clippy::disallowed_methods, reason = "a native test")]
    let started = Instant::now();
    while process.try_wait().unwrap().is_none() {
        let hangs = started.elapsed() > within;
        if hangs {
            let _ = process.kill();
        }
        assert!(!hangs, "it hangs");
        std::thread::sleep(Duration::from_millis(20));
    }
    process.wait_with_output().unwrap()
}

/// Trains on these workers, kills the last of them in the middle, and goes on here.
fn lose_the_last_of(mut workers: Vec<Worker>) {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    let devices = workers.iter().map(Worker::device).collect::<Vec<_>>().join(",");
    let mut command = train(folder.path(), "run", &devices, &["--steps", "100000"]);
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    while !folder.path().join("run/checkpoint-0000000010.safetensors").exists() {
        assert!(process.try_wait().unwrap().is_none(), "it ended before the worker did");
        std::thread::sleep(Duration::from_millis(5));
    }
    workers.last_mut().unwrap().stop();
    let output = end(process, Duration::from_secs(15));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("device {devices} failed")) && said.contains("--resume"), "{said}");
    assert!(!said.contains("panicked") && !said.contains("unwrap"), "{said}");

    let saved = fs::read_dir(folder.path().join("run")).unwrap().flatten();
    let steps = saved.filter_map(|entry| {
        let name = entry.file_name().into_string().unwrap();
        name.strip_prefix("checkpoint-")?.strip_suffix(".safetensors")?.parse::<usize>().ok()
    });
    let total = steps.max().unwrap() + 7;
    succeed(train(folder.path(), "run", "cpu", &["--resume", "--steps", &total.to_string()]));
    assert_eq!(losses(folder.path(), "run").len(), total);
}

#[test]
fn a_lost_worker_is_an_error_and_the_run_goes_on_here() {
    lose_the_last_of(vec![Worker::start()]);
}

#[test]
fn so_is_one_of_two() {
    lose_the_last_of(vec![Worker::start(), Worker::start()]);
}

#[test]
fn who_lacks_the_secret_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    stripes(folder.path());
    let worker = Worker::start();
    let attempt = |prepare: &dyn Fn(&mut Command)| {
        let mut command = train(folder.path(), "run", &worker.device(), &["--steps", "1"]);
        prepare(&mut command);
        let output = command.output().unwrap();
        (output.status.code(), text(&output))
    };
    let (code, said) = attempt(&|command| {
        command.env("FORGER_SECRET", "a secret of somebody else");
    });
    assert!(code == Some(1) && said.contains("refused the secret"), "{said}");
    let (code, said) = attempt(&|command| {
        command.env_remove("FORGER_SECRET");
    });
    assert!(code == Some(1) && said.contains("needs the secret"), "{said}");
    // Without the program's own check, it is the worker that refuses.
    for host in [RemoteHost::websocket(&worker.url), RemoteHost::websocket(&worker.url).with_credential("wrong")] {
        let refused = Device::remote_options(&host).init();
        assert!(matches!(refused, Err(ConnectError::Unauthorized)), "{refused:?}");
    }
    let file = folder.path().join("secret.txt");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let (code, said) = attempt(&|command| {
        command.env_remove("FORGER_SECRET").arg("--secret-file").arg(&file);
    });
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_worker_needs_a_secret() {
    let run = |arguments: &[&str]| {
        let output = forger().args(["worker", "--listen", "127.0.0.1:0"]).args(arguments).output().unwrap();
        (output.status.code(), text(&output))
    };
    assert_eq!(run(&[]).0, Some(2));
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::write(&empty, "\n").unwrap();
    let (code, said) = run(&["--secret-file", &empty.display().to_string()]);
    assert!(code == Some(1) && said.contains("is empty"), "{said}");
    let (code, said) = run(&["--secret-env", "FORGER_NO_SUCH_VARIABLE"]);
    assert!(code == Some(1) && said.contains("is not set"), "{said}");
    let (code, said) = run(&["--secret-env", "FORGER_SECRET", "--device", "remote:ws://127.0.0.1:1"]);
    assert!(code == Some(1) && said.contains("of its own machine"), "{said}");
}

#[test]
fn the_doctor_measures_a_worker() {
    let worker = Worker::start();
    let output = forger().args(["doctor", "--json", "--device", &worker.device()]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let device = &report["devices"][0];
    assert!(device["ok"] == true && device["images_per_second"].as_f64().unwrap() > 0.0, "{report}");
    assert!(device["difference_from_cpu"].as_f64().unwrap() < 1e-3, "{report}");
}

#[cfg(unix)]
#[test]
fn a_worker_ends_when_it_is_asked_to() {
    let mut worker = Worker::start();
    Command::new("kill").args(["-TERM", &worker.process.id().to_string()]).status().unwrap();
    assert!(worker.process.wait().unwrap().success());
}
