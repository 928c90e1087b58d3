//! How devices are called on the command line.

use std::{fmt, str::FromStr};

use anyhow::{Result, bail};

const KNOWN: &str = "use cpu, vulkan, cuda, cuda:INDEX or remote:ws://HOST:PORT";

/// What `--device` may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Cpu,
    Vulkan,
    Cuda(usize),
    /// `ws://HOST:PORT`.
    Remote(String),
    /// A second device on the CPU, between which and the first tensors do not mix: what a GPU is to tests.
    #[cfg(test)]
    Second,
}

impl Name {
    /// The Cargo feature that a device of this kind needs.
    pub const fn feature(&self) -> &'static str {
        match self {
            Self::Cpu => "parallel",
            Self::Vulkan => "vulkan",
            Self::Cuda(_) => "cuda",
            Self::Remote(_) => "remote",
            #[cfg(test)]
            Self::Second => "second",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Vulkan => f.write_str("vulkan"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
            Self::Remote(url) => write!(f, "remote:{url}"),
            #[cfg(test)]
            Self::Second => f.write_str("second"),
        }
    }
}

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kind, rest) = text.split_once(':').map_or((text, None), |(kind, rest)| (kind, Some(rest)));
        match (kind, rest) {
            ("cpu", None) => Ok(Self::Cpu),
            ("vulkan", None) => Ok(Self::Vulkan),
            #[cfg(test)]
            ("second", None) => Ok(Self::Second),
            ("cuda", None) => Ok(Self::Cuda(0)),
            ("cuda", Some(index)) => match index.parse() {
                Ok(index) => Ok(Self::Cuda(index)),
                Err(_) => bail!("device {text}: what follows the colon must be a number, as in cuda:0"),
            },
            ("remote", Some(url)) => remote(text, url),
            ("remote", None) => bail!("device {text}: say where it is, as in remote:ws://127.0.0.1:7070"),
            ("cpu" | "vulkan", Some(_)) => bail!("device {text}: there is one {kind} only, so say {kind}"),
            _ => bail!("unknown device {text}: {KNOWN}"),
        }
    }
}

fn remote(text: &str, url: &str) -> Result<Name> {
    if url.starts_with("wss://") {
        bail!(
            "device {text}: workers do not encrypt. Reach it through an encrypted tunnel, such as \
             `ssh -L 7070:127.0.0.1:7070 HOST`, and say remote:ws://127.0.0.1:7070"
        );
    }
    let authority = url.strip_prefix("ws://").map(|rest| rest.trim_end_matches('/'));
    let port = authority.and_then(|rest| rest.rsplit_once(':')).filter(|(host, _)| !host.is_empty());
    match (authority, port.and_then(|(_, port)| port.parse::<u16>().ok())) {
        (Some(authority), Some(_)) => Ok(Name::Remote(format!("ws://{authority}"))),
        _ => bail!("device {text}: an address is ws://HOST:PORT, as in remote:ws://127.0.0.1:7070"),
    }
}

/// The names in a list with commas. Several must be of one kind, because tensors travel between them, and of a kind that
/// there can be several of.
pub fn list(text: &str) -> Result<Vec<Name>> {
    let names = text.split(',').map(|name| name.trim().parse()).collect::<Result<Vec<Name>>>()?;
    if let [first, others @ ..] = names.as_slice() {
        for (index, name) in others.iter().enumerate() {
            if names[..=index].contains(name) {
                bail!("--device {text} has {name} twice");
            }
            if name.feature() != first.feature() {
                bail!("--device {text}: devices that share batches must be of one kind: all cuda, or all remote");
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_they_are_shown() {
        for (text, shown) in [
            ("cpu", "cpu"),
            ("cuda", "cuda:0"),
            ("cuda:3", "cuda:3"),
            ("remote:ws://host:7070/", "remote:ws://host:7070"),
            ("remote:ws://[::1]:7070", "remote:ws://[::1]:7070"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().to_string(), shown);
        }
        assert_eq!(list("cuda:0, cuda:1").unwrap(), [Name::Cuda(0), Name::Cuda(1)]);
    }

    #[test]
    fn a_wrong_name_is_told_what_is_right() {
        for (text, hint) in [
            ("abacus", "use cpu, vulkan, cuda"),
            ("", "use cpu"),
            ("cuda:x", "as in cuda:0"),
            ("cpu:1", "so say cpu"),
            ("remote", "remote:ws://127.0.0.1:7070"),
            ("remote:ws://host", "ws://HOST:PORT"),
            ("remote:ws://:7070", "ws://HOST:PORT"),
            ("remote:http://host:80", "ws://HOST:PORT"),
            ("remote:wss://host:80", "ssh -L"),
            ("cpu,cpu", "has cpu twice"),
            ("cuda,cuda:1,cuda:0", "has cuda:0 twice"),
            ("cpu,cuda:0", "of one kind"),
        ] {
            let error = list(text).unwrap_err().to_string();
            assert!(error.contains(hint), "{text}: {error}");
        }
    }
}
