//! Checksums of listings: five algorithms of released software and the reading of OEP-7's text, each by name
//! (PROTOCOL 1.4), and what the one on the chain says about a document.

use crate::{
    Checksum, Did,
    ddo::{Ddo, Version},
    hash::{keccak256, sha3_256},
    json::Node,
};

/// A way to compute the checksum of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Own listings: D over C of the published mains, without `datePublished` and the files' places, so that
    /// everybody can compute it from what a catalogue returns.
    Own,
    /// D over C, as squid-py 0.7 to 0.9 and ocean-utils compute them.
    Services,
    /// The text of OEP-7 v0.2: as D over C, but keys sorted on every level and nothing removed from texts.
    Strict,
    /// A: SHA3-256 over the files' checksums, name, author, license and DID: OEP-7 v0.1, squid-py 0.6, the whitepaper.
    TextSha3,
    /// B: Keccak-256 over the same: squid-js 0.6 to 2.2.
    TextKeccak,
    /// E: Keccak-256 over the hex digits of A: what squid-py 0.6 registered on the chain.
    TextSha3Keccak,
}

impl Algorithm {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 6] =
        [Self::Own, Self::Services, Self::Strict, Self::TextKeccak, Self::TextSha3, Self::TextSha3Keccak];

    /// A name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "services as published",
            Self::Services => "services (squid-py)",
            Self::Strict => "services (OEP-7 v0.2)",
            Self::TextSha3 => "text, SHA3-256 (OEP-7 v0.1)",
            Self::TextKeccak => "text, Keccak-256 (squid-js)",
            Self::TextSha3Keccak => "text, Keccak-256 of SHA3-256 (squid-py 0.6)",
        }
    }
}

/// The checksum of a document. `None` where the algorithm does not apply: those over services need a document v0.2
/// whose every service has a main object.
pub fn compute(ddo: &Ddo, algorithm: Algorithm) -> Option<Checksum> {
    match algorithm {
        Algorithm::Own => of_services(ddo, |main| service_checksum(&published_main(main))),
        Algorithm::Services => of_services(ddo, service_checksum),
        Algorithm::Strict => of_services(ddo, |main| sha3_256(main.to_strict_canonical())),
        Algorithm::TextSha3 => Some(Checksum(sha3_256(text_of(ddo)))),
        Algorithm::TextKeccak => Some(Checksum(keccak256(text_of(ddo)))),
        Algorithm::TextSha3Keccak => Some(Checksum(keccak256(hex::encode(sha3_256(text_of(ddo)))))),
    }
}

/// C: the checksum of one service's main.
pub fn service_checksum(main: &Node) -> [u8; 32] {
    sha3_256(main.to_python_canonical())
}

/// D: the checksum over the checksums of all services, given by index. Indices sort as texts.
pub fn services_checksum(sums: impl IntoIterator<Item = (u64, [u8; 32])>) -> Checksum {
    let sums = sums.into_iter().map(|(index, sum)| (index.to_string(), Node::text(hex::encode(sum))));
    Checksum(sha3_256(Node::object(sums).to_python_canonical()))
}

/// A main as everybody sees it: without `datePublished`, which catalogues rewrite, and without the files' places,
/// which are encrypted.
pub fn published_main(main: &Node) -> Node {
    let mut main = main.clone();
    main.remove("datePublished");
    if let Some(Node::List(files)) = main.get_mut("files") {
        for file in files {
            file.remove("url");
        }
    }
    main
}

/// C of each service as published, by index: what an own listing's proof states.
pub fn published_sums(ddo: &Ddo) -> Vec<(u64, [u8; 32])> {
    let mains = ddo.services().iter().filter_map(|service| Some((service.index, service.main()?)));
    mains.map(|(index, main)| (index, service_checksum(&published_main(main)))).collect()
}

fn of_services(ddo: &Ddo, sum: impl Fn(&Node) -> [u8; 32]) -> Option<Checksum> {
    // More services than any listing has would only cost time.
    if ddo.version() != Version::V02 || ddo.services().is_empty() || ddo.services().len() > 256 {
        return None;
    }
    let mains = ddo.services().iter().map(|service| {
        let main = service.main().filter(|main| main.is_object())?;
        Some((service.index, sum(main)))
    });
    Some(services_checksum(mains.collect::<Option<Vec<_>>>()?))
}

/// What A and B hash: the files' checksums, name, author, license and DID, one behind the other.
fn text_of(ddo: &Ddo) -> String {
    let metadata = ddo.metadata();
    let mut text: String = metadata.files.iter().filter_map(|file| file.checksum.as_deref()).collect();
    text.push_str(&metadata.name);
    text.push_str(&metadata.author);
    text.push_str(&metadata.license);
    // As the document writes it: letters in another case are another text.
    text.push_str(ddo.original().text_of("id").unwrap_or_default());
    text
}

/// What is known about a document's integrity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    /// The algorithm whose result is on the chain; `None` where no algorithm gives it: changed, or not ours to know.
    pub matched: Option<Algorithm>,
    /// Whether the document carries the DID it was asked for under.
    pub same_did: bool,
    /// Whether the DID is computed from the document as it is now: true for unchanged own listings.
    pub did_is_checksum: bool,
    /// Whether the DID is computed from the checksums which the proof *states*, which proves nothing about the mains:
    /// squid-py hashed the files' places, which nobody else can see.
    pub did_is_stated_checksum: bool,
    /// Services whose stated checksum their main does not have.
    pub services_that_differ: Vec<String>,
}

impl Integrity {
    /// Whether the document is what its owner registered.
    pub fn is_intact(&self) -> bool {
        self.same_did && self.matched.is_some()
    }
}

/// Compares a document with the checksum that the chain has for this DID.
pub fn verify(ddo: &Ddo, on_chain: Checksum, did: Did) -> Integrity {
    let matched = Algorithm::ALL.into_iter().find(|algorithm| compute(ddo, *algorithm) == Some(on_chain));
    let self_made = [Algorithm::Own, Algorithm::Services, Algorithm::Strict];
    Integrity {
        matched,
        same_did: ddo.did() == did,
        did_is_checksum: self_made.into_iter().any(|algorithm| compute(ddo, algorithm) == Some(Checksum(did.0))),
        did_is_stated_checksum: stated(ddo) == Some(Checksum(did.0)),
        services_that_differ: services_that_differ(ddo),
    }
}

fn stated(ddo: &Ddo) -> Option<Checksum> {
    let proof = ddo.proof().filter(|proof| !proof.checksum.is_empty() && proof.checksum.len() <= 256)?;
    let sums = proof.checksum.into_iter().map(|(index, sum)| (index, Node::Text(sum)));
    Some(Checksum(sha3_256(Node::object(sums).to_python_canonical())))
}

fn services_that_differ(ddo: &Ddo) -> Vec<String> {
    let Some(proof) = ddo.proof() else { return Vec::new() };
    let differs = |(index, stated): &(String, String)| {
        let service = index.parse().ok().and_then(|index| ddo.service(index));
        let Some(main) = service.and_then(|service| service.main()) else { return true };
        let stated = stated.strip_prefix("0x").unwrap_or(stated).to_lowercase();
        let published = published_main(main);
        let sums = [service_checksum(&published), service_checksum(main), sha3_256(main.to_strict_canonical())];
        !sums.iter().any(|sum| hex::encode(sum) == stated)
    };
    proof.checksum.iter().take(256).filter(|pair| differs(pair)).map(|(index, _)| index.clone()).collect()
}

#[cfg(test)]
mod tests;
