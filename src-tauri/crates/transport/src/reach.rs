//! Keeps addresses out of a listing away from this machine and its local network.

use crate::TransportError;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A name or address that leads into the local network.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no public internet address")]
struct Refused(String);

/// Whether an address is in the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(a: Ipv4Addr) -> bool {
    let [first, second, third, _] = a.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let benchmark = first == 198 && (second == 18 || second == 19);
    let protocol = first == 192 && second == 0 && third == 0;
    !(a.is_private()
        || a.is_loopback()
        || a.is_link_local()
        || a.is_broadcast()
        || a.is_documentation()
        || a.is_multicast()
        || first == 0
        || first >= 240
        || shared
        || benchmark
        || protocol)
}

fn is_public_v6(a: Ipv6Addr) -> bool {
    let first = a.segments()[0];
    let embeds_v4 =
        first == 0x2002 || (first == 0x64 && a.segments()[1] == 0xff9b) || (first == 0x2001 && a.segments()[1] == 0);
    // Only 2000::/3 is handed out; within it, what carries a v4 address or is for documentation is left out.
    (first & 0xe000) == 0x2000 && !embeds_v4 && !(first == 0x2001 && a.segments()[1] == 0xdb8)
}

/// Refuses an address whose host is, or resolves to, something in the local network.
///
/// # Errors
/// [`TransportError::Private`], and names that do not resolve.
pub async fn refuse_private(url: &Url) -> Result<(), TransportError> {
    check_host(url)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let found: Vec<_> = tokio::net::lookup_host((host.trim_matches(['[', ']']), port))
        .await
        .map_err(|source| TransportError::Connect { target: host.clone(), source: source.into() })?
        .collect();
    match found.iter().all(|address| is_public(address.ip())) {
        true => Ok(()),
        false => Err(TransportError::Private(host)),
    }
}

/// Refuses hosts that are local by their very form.
pub(crate) fn check_host(url: &Url) -> Result<(), TransportError> {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let local = name.is_empty()
        || name == "localhost"
        || [".localhost", ".local", ".internal", ".home.arpa", ".lan"].iter().any(|end| name.ends_with(end));
    let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
    if local || address.is_some_and(|a| !is_public(a)) {
        return Err(TransportError::Private(host.to_owned()));
    }
    Ok(())
}

/// Resolves names and drops what is not public, so that no second look-up can slip something else in.
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<_> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(Box::new(Refused(host)) as Box<dyn Error + Send + Sync>);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The host, where an error of reqwest is ours.
pub(crate) fn refused(error: &reqwest::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(Refused(host)) = inner.downcast_ref::<Refused>() {
            return Some(host.clone());
        }
        source = inner.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_network_is_out_of_reach() {
        for url in [
            "http://127.0.0.1/x",
            "http://[::1]/",
            "http://10.1.2.3/",
            "http://192.168.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://[::ffff:10.0.0.1]/",
            "http://[fd00::1]/",
            "http://100.64.0.1/",
            "http://localhost:80/",
            "http://printer.local/",
            "http://2130706433/",
            "http://0x7f.1/",
        ] {
            assert!(check_host(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
        for url in ["http://1.1.1.1/", "https://example.org/", "http://[2606:4700::1111]/"] {
            assert!(check_host(&Url::parse(url).unwrap()).is_ok(), "{url}");
        }
    }
}
