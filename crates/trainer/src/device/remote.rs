//! Devices that `forger worker` lends on another machine.

use std::path::Path;

use anyhow::{Result, bail};
use burn::{
    remote::{ConnectError, RemoteHost},
    tensor::Device,
};

use super::secret;
use crate::ui;

/// Connects the device of the worker at `url`.
pub fn connect(url: &str, secret_file: Option<&Path>) -> Result<Device> {
    let secret = secret::of_client(secret_file)?;
    let host = RemoteHost::websocket(url).with_credential(secret);
    // A worker that is not there is waited for, a quarter of a minute.
    ui::note(format_args!("connecting to {url}"));
    match Device::remote_options(&host).init() {
        Ok(device) => Ok(device),
        Err(ConnectError::Unauthorized) => bail!(
            "the worker at {url} refused the secret: {} or --secret-file must hold what `forger worker` was given",
            secret::VARIABLE
        ),
        Err(ConnectError::Unreachable { reason }) => bail!(
            "there is no worker at {url}: {reason}\n\
             Start one there with `forger worker --listen HOST:PORT --secret-file FILE`"
        ),
        Err(error @ ConnectError::IncompatibleProtocol { .. }) => {
            bail!("the worker at {url} is another version of forger: {error}")
        }
        Err(error) => bail!("cannot use the worker at {url}: {error}"),
    }
}
