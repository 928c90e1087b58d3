//! Runs Playwright on the built page, served at a free port for as long as it takes.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use axum::Router;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    chores::serve::listen,
    places, server, shell,
    tools::{browser, node},
};

/// The tests run once on the page at the root of a site, and some of them on the page in this folder of a site.
pub const SUB_FOLDER: &str = "/sub/";

/// Where the second page is built.
pub fn sub_dist() -> PathBuf {
    places::target().join("dist-sub")
}

/// The projects of `playwright.config.js` that test the page: those whose tests run beside each other, and those that need the
/// machine for themselves, as they measure speed or compute what a GPU would.
pub const PAGE: [&[&str]; 2] = [&["cpu"], &["alone", "webgpu", "card"]];
/// How many tests of these run at a time.
const WORKERS: [usize; 2] = [2, 1];
/// Those that compare devices.
pub const DEVICES: &[&str] = &["devices", "devices-card"];

/// Fails where `arguments` of `playwright test` choose none of the tests of these projects.
pub fn find(projects: &[&str], arguments: &[String]) -> Result<()> {
    node::ensure()?;
    shell::output(node::playwright()?.args(options(projects)).arg("--list").args(arguments)).map(|_| ())
}

/// The tests of the page, or those that `arguments` of `playwright test` choose, which may be none.
pub fn test(arguments: &[String]) -> Result<()> {
    let runtime = Runtime::new()?;
    let urls = [
        ("FORGER_URL", serve(&runtime, &places::dist(), "/")?),
        ("FORGER_SUB_URL", serve(&runtime, &sub_dist(), SUB_FOLDER)?),
    ];
    // What fails hides nothing of what comes after it.
    let mut result = Ok(());
    for (projects, workers) in PAGE.into_iter().zip(WORKERS) {
        // Of the user's options the last one counts.
        let mut command = playwright(projects, &[format!("--workers={workers}")], arguments)?;
        result = result.and(shell::run(command.envs(urls.clone())));
    }
    result
}

/// The tests that compare devices, on the page built into `folder`, or those that `arguments` choose, which may be none.
pub fn devices(folder: &Path, arguments: &[String]) -> Result<()> {
    let runtime = Runtime::new()?;
    let mut command = playwright(DEVICES, &[], arguments)?;
    shell::run(command.env("FORGER_DEVICES_URL", serve(&runtime, folder, "/")?))
}

/// Pictures of every page whose name begins with `pages`, into `folder`.
pub fn screenshots(folder: &Path, pages: &str) -> Result<()> {
    let browser = prepare()?;
    let runtime = Runtime::new()?;
    let mut command = node::script(Path::new("screenshots.mjs"))?;
    command.arg(folder).arg(pages).env(browser::VARIABLE, browser);
    shell::run(command.env("FORGER_URL", serve(&runtime, &places::dist(), "/")?))
}

/// `playwright test` for some of the projects of `playwright.config.js`. What `arguments` choose may all be in others (see `find`).
fn playwright(projects: &[&str], how: &[String], arguments: &[String]) -> Result<Command> {
    let browser = prepare()?;
    let mut command = node::playwright()?;
    command.args(options(projects)).args(how).args(arguments).env(browser::VARIABLE, browser);
    if !arguments.is_empty() {
        command.arg("--pass-with-no-tests");
    }
    Ok(command)
}

fn options(projects: &[&str]) -> Vec<String> {
    let projects = projects.iter().map(|name| format!("--project={name}"));
    std::iter::once("test".to_owned()).chain(projects).collect()
}

fn prepare() -> Result<PathBuf> {
    node::ensure()?;
    browser::ensure()
}

/// The benchmark `name` in `tests/bench`, with Forger's side of it in `forger`. Gives back what it found.
pub fn bench(name: &str, argument: Option<&str>, forger: &Path) -> Result<String> {
    node::ensure_bench()?;
    bench_on(server::bench(&places::bench(), forger, &places::models()), name, argument)
}

/// The benchmark `name`, on the built page.
pub fn bench_page(name: &str, arguments: &[OsString]) -> Result<String> {
    bench_on(server::router(&places::dist(), "/")?, name, arguments)
}

fn bench_on(page: Router, name: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String> {
    let browser = prepare()?;
    let runtime = Runtime::new()?;
    let mut command = node::script(&places::bench().join(name).join("run.mjs"))?;
    let url = serve_router(&runtime, page, "/")?;
    shell::output(command.args(arguments).env(browser::VARIABLE, browser).env("FORGER_URL", url))
}

/// Serves a built page until the runtime is dropped, and gives back its URL.
fn serve(runtime: &Runtime, dist: &Path, public_url: &str) -> Result<String> {
    serve_router(runtime, server::router(dist, public_url)?, public_url)
}

fn serve_router(runtime: &Runtime, router: Router, public_url: &str) -> Result<String> {
    let listener = listen(0)?;
    let url = format!("http://{}{public_url}", listener.local_addr()?);
    let _guard = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    runtime.spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}
