//! Addresses of services as people and network files write them.

use reqwest::Url;
use std::{fmt, path::PathBuf, str::FromStr};

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `http://host:port/base`
    Http(Url),
    /// `https://host:port/base`
    Https(Url),
    /// `ws://host:port/base`
    Ws(Url),
    /// `wss://host:port/base`
    Wss(Url),
    /// `unix:/path/to.sock` or `unix:/path/to.sock:/base`
    Unix {
        /// The socket's path; it has no colon.
        socket: PathBuf,
        /// What comes before every request's path; empty or with a leading slash.
        base: String,
    },
    /// `pipe:name` or `pipe:name:/base`, the named pipe `\\.\pipe\name` of Windows.
    Pipe {
        /// The name behind `\\.\pipe\`.
        name: String,
        /// What comes before every request's path; empty or with a leading slash.
        base: String,
    },
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// None of the schemes.
    #[error("an address begins with http://, https://, ws://, wss://, unix: or pipe:, this is {0:?}")]
    Scheme(String),
    /// The scheme is right, the rest is not.
    #[error("{text:?} is no address: {why}")]
    Form {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}

fn form(text: &str, why: impl fmt::Display) -> EndpointError {
    EndpointError::Form { text: text.to_owned(), why: why.to_string() }
}

impl Endpoint {
    /// The address of `path` below this endpoint, with exactly one slash between; `path` may carry a query.
    pub fn join(&self, path: &str) -> String {
        let here = self.to_string();
        let path = path.trim_start_matches('/');
        match self {
            Self::Unix { base, .. } | Self::Pipe { base, .. } if base.is_empty() => format!("{here}:/{path}"),
            _ => format!("{}/{path}", here.trim_end_matches('/')),
        }
    }

    /// Whether it stays on this machine without any port: a socket file or a named pipe.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Unix { .. } | Self::Pipe { .. })
    }
}

/// Splits `name:/base`.
fn split_base(text: &str) -> (&str, String) {
    match text.split_once(":/") {
        Some((name, base)) => (name, format!("/{base}")),
        None => (text, String::new()),
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("unix:") {
            let (socket, base) = split_base(rest.strip_prefix("//").map_or(rest, |rest| rest));
            return match socket {
                _ if socket.contains('\0') => Err(form(text, "a path has no zero byte")),
                _ if !socket.starts_with('/') => Err(form(text, "a socket's path begins with /")),
                _ if socket.ends_with('/') => Err(form(text, "the path names no socket")),
                _ => Ok(Self::Unix { socket: PathBuf::from(socket), base }),
            };
        }
        if let Some(rest) = text.strip_prefix("pipe:") {
            let (name, base) = split_base(rest);
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            return if name.is_empty() || !name.chars().all(plain) {
                Err(form(text, "a pipe's name consists of letters, digits, - _ and ."))
            } else {
                Ok(Self::Pipe { name: name.to_owned(), base })
            };
        }
        let Some((scheme, _)) = text.split_once("://") else { return Err(EndpointError::Scheme(text.to_owned())) };
        let scheme = scheme.to_ascii_lowercase();
        let kind = match scheme.as_str() {
            "http" => Self::Http,
            "https" => Self::Https,
            "ws" => Self::Ws,
            "wss" => Self::Wss,
            _ => return Err(EndpointError::Scheme(text.to_owned())),
        };
        Url::parse(text).map(kind).map_err(|why| form(text, why))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name, base) = match self {
            Self::Http(url) | Self::Https(url) | Self::Ws(url) | Self::Wss(url) => {
                let text = url.as_str();
                // The parser adds a slash to a bare host; what was written without one is shown without one.
                let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
                return f.write_str(if bare { text.trim_end_matches('/') } else { text });
            }
            Self::Unix { socket, base } => ("unix", socket.display().to_string(), base),
            Self::Pipe { name, base } => ("pipe", name.clone(), base),
        };
        write!(f, "{kind}:{name}")?;
        if base.is_empty() { Ok(()) } else { write!(f, ":{base}") }
    }
}

impl serde::Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Endpoint {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_reads_back() {
        for text in [
            "http://127.0.0.1:8030/api/v1/brizo",
            "https://example.org",
            "ws://h:1/rpc",
            "wss://h/rpc",
            "unix:/run/n/chain.sock",
            "unix:/run/n/chain.sock:/api/v1/aquarius",
            "pipe:neuston-chain",
            "pipe:neuston-chain:/rpc",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn paths_join_with_one_slash() {
        let join = |at: &str, path: &str| at.parse::<Endpoint>().unwrap().join(path);
        assert_eq!(join("http://h:1", "/assets"), "http://h:1/assets");
        assert_eq!(join("http://h:1/base/", "assets?x=1"), "http://h:1/base/assets?x=1");
        assert_eq!(join("unix:/a.sock", "/assets"), "unix:/a.sock:/assets");
        assert_eq!(join("unix:/a.sock:/base", "assets"), "unix:/a.sock:/base/assets");
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for text in [
            "",
            "example.org",
            "ftp://h/x",
            "file:///etc/passwd",
            "unix:",
            "unix:relative.sock",
            "unix:/dir/",
            "pipe:",
            "pipe:a/b",
            "http://",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text:?}");
        }
    }
}
