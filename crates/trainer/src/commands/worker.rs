//! `forger worker`: lends a device of this machine to others.

use std::{net::SocketAddr, path::PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Address and port to listen on. The connection is not encrypted: other than in a network that you trust, stay on
    /// 127.0.0.1 and let others come through a tunnel, such as `ssh -L 7070:127.0.0.1:7070 HOST`
    #[arg(long, default_value = "127.0.0.1:7070", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// File with the secret that others must have
    #[arg(long, value_name = "FILE", required_unless_present = "secret_env", conflicts_with = "secret_env")]
    pub secret_file: Option<PathBuf>,
    /// Environment variable with the secret that others must have
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,
    /// What to lend: cpu, vulkan, cuda or cuda:INDEX
    #[arg(long, default_value = "cpu")]
    pub device: String,
}

#[cfg(not(feature = "remote"))]
pub fn worker(_: Args) -> anyhow::Result<()> {
    Err(crate::device::missing("remote"))
}

#[cfg(feature = "remote")]
pub use serving::worker;

#[cfg(feature = "remote")]
mod serving {
    use anyhow::{Context, Result, anyhow, bail};
    use burn::server::{AuthorizationRequest, PeerAuthorizer, RemoteServer, TokenAuthorizer, WebSocketTransport};

    use super::Args;
    use crate::{
        device::{self, DeviceArgs, Name, secret},
        ui,
    };

    /// Serves until Ctrl-C or SIGTERM.
    pub fn worker(args: Args) -> Result<()> {
        let name = args.device.parse::<Name>()?;
        if let Name::Remote(_) = name {
            bail!("--device {name}: a worker lends a device of its own machine");
        }
        let secret = match (&args.secret_file, &args.secret_env) {
            (Some(file), _) => secret::from_file(file)?,
            (_, Some(variable)) => secret::from_variable(variable)?
                .with_context(|| format!("--secret-env {variable}: this variable is not set"))?,
            _ => bail!("a worker needs a secret: --secret-file or --secret-env"),
        };
        let device = DeviceArgs { device: args.device, secret_file: None }.open_one(&name)?;
        let tokens = TokenAuthorizer::new(secret)?;
        let server = RemoteServer::new([device]).with_authorizer(move |request: AuthorizationRequest<'_>| {
            let client = request.client;
            let verdict = tokens.authorize(request);
            match &verdict {
                Ok(()) => ui::note(format_args!("serving {client}")),
                Err(_) => ui::warn(format_args!("refused {client}: it does not have the secret")),
            }
            verdict
        });
        // A session that fails is one client's, and must not look like the end of the worker.
        device::on_panic(|text| ui::warn(format_args!("a session failed: {text}")));
        let listener = std::net::TcpListener::bind(args.listen)
            .with_context(|| format!("cannot listen on {}: choose another port with --listen", args.listen))?;
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            ui::warn(
                "others on the network can read this traffic, the secret included: trust the network or use a tunnel",
            );
        }
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let mut stop = Some(stop);
        ctrlc::set_handler(move || drop(stop.take())).context("cannot listen for Ctrl-C")?;
        ui::result(format_args!("lending {name} at ws://{address}"));
        let runtime = tokio::runtime::Runtime::new().context("cannot start the server")?;
        runtime.block_on(async {
            tokio::select! {
                served = server.serve_async(WebSocketTransport::from_listener(listener)) => {
                    served.map_err(|error| anyhow!("the server failed: {error}"))
                }
                _ = stopped => Ok(()),
            }
        })
    }
}
