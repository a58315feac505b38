//! The home's own gateway, as the agent sees it. `home` brings it.

use async_trait::async_trait;
use protocol::{Address, AgreementId, Checksum, Did, Sentence, Vodka};
use std::path::Path;
use tokio::sync::broadcast;

/// The gateway did not do it; why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct GatewayFault(pub Sentence);

/// What came of encrypting a list of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encrypted {
    /// It is encrypted.
    List(Vec<u8>),
    /// The key servers have a key for this number already and hide nothing behind it: another number is needed.
    NumberUsed,
}

/// A file to be shared.
#[derive(Debug, Clone, Copy)]
pub struct ToShare<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// The name it is delivered under.
    pub name: &'a str,
    /// Its media type.
    pub content_type: &'a str,
    /// SHA-256 in hex.
    pub sha256: &'a str,
    /// Its length.
    pub bytes: u64,
}

/// How far a sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleStage {
    /// A buyer asked for it.
    Begun,
    /// The buyer's money is set aside.
    SetAside,
    /// It was opened for the buyer.
    Opened,
    /// The money is here.
    Paid,
    /// It ended without a sale.
    Ended,
}

/// News of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleNews {
    /// The agreement.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// The price.
    pub price: Vodka,
    /// How far it is.
    pub stage: SaleStage,
}

/// The home's own gateway.
#[async_trait]
pub trait OwnGateway: Send + Sync + 'static {
    /// Its account.
    fn provider(&self) -> Address;
    /// Makes a file of this computer available to buyers and gives the address that stands for it.
    async fn share(&self, file: ToShare<'_>) -> Result<String, GatewayFault>;
    /// Encrypts a list of files with the key servers.
    async fn encrypt(&self, did: Did, document: &[u8]) -> Result<Encrypted, GatewayFault>;
    /// Keeps a version of a listing that it serves from now on.
    async fn adopt(&self, document: &[u8], checksum: Checksum) -> Result<(), GatewayFault>;
    /// News of sales from now on.
    fn news(&self) -> broadcast::Receiver<SaleNews>;
    /// All sales so far, as they stand.
    async fn sales(&self) -> Result<Vec<SaleNews>, GatewayFault>;
    /// What is wrong with a file of a listing, in words.
    async fn file_trouble(&self, did: Did) -> Result<Option<Sentence>, GatewayFault>;
}
