//! The secret that a worker and those who use it share.

use std::{env, fs, path::Path};

use anyhow::{Context, Result, bail};

/// Where the secret of remote devices is looked for.
pub const VARIABLE: &str = "FORGER_SECRET";
/// Shorter ones can be guessed.
const SHORT: usize = 16;

/// From a file, without the spaces and line ends around it.
pub fn from_file(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the secret in {}", path.display()))?;
    checked(&text, &path.display().to_string())
}

/// From an environment variable, likewise; `None` where it is not set.
pub fn from_variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(text) => checked(&text, name).map(Some),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => bail!("the secret in {name} is not text"),
    }
}

fn checked(text: &str, place: &str) -> Result<String> {
    let secret = text.trim();
    if secret.is_empty() {
        bail!("the secret in {place} is empty: `openssl rand -hex 24` makes one");
    }
    if secret.len() < SHORT {
        crate::ui::warn(format_args!("the secret in {place} is short: `openssl rand -hex 24` makes one"));
    }
    Ok(secret.to_owned())
}

/// For reaching a worker: from a file if there is one, else from the environment.
pub fn of_client(file: Option<&Path>) -> Result<String> {
    if let Some(file) = file {
        return from_file(file);
    }
    let hint = || {
        format!(
            "a remote device needs the secret of its worker: put it in {VARIABLE}, or name a file with --secret-file"
        )
    };
    from_variable(VARIABLE)?.with_context(hint)
}
