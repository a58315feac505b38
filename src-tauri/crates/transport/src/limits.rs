//! How much time and memory another side may cost.

use std::time::Duration;

/// Where requests of a client may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: addresses that the user or the network file named.
    Anywhere,
    /// Public internet addresses only, checked after the name was resolved: addresses that a listing named.
    PublicOnly,
}

/// Limits of a client. Every request has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time to establish a connection.
    pub connect: Duration,
    /// Longest silence while waiting for an answer or between two pieces of it.
    pub idle: Duration,
    /// Time for a whole answer, headers and body. Streamed bodies are limited by `idle` alone.
    pub total: Duration,
    /// Largest body held in memory, in bytes. Callers may ask for less, never for more.
    pub body: usize,
    /// Redirects followed; each must keep the scheme.
    pub redirects: usize,
    /// Where requests may go.
    pub reach: Reach,
}

impl Limits {
    /// For servers of one's own network: patient, and large answers (a chain's logs) are allowed.
    pub fn trusted() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(120),
            body: 64 << 20,
            redirects: 3,
            reach: Reach::Anywhere,
        }
    }

    /// For servers that somebody else runs: answers of at most 2 MiB.
    pub fn hostile() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            total: Duration::from_secs(60),
            body: 2 << 20,
            redirects: 3,
            reach: Reach::Anywhere,
        }
    }

    /// For addresses out of a listing: as [`Limits::hostile`], and never into the local network.
    pub fn links() -> Self {
        Self { reach: Reach::PublicOnly, ..Self::hostile() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::hostile()
    }
}
