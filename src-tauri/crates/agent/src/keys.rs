//! The decrypted list of a listing's files, from the key servers.

use crate::{
    core::{AccountOpener, Core},
    describe, errors,
};
use api::{ApiError, Code, Sentence, sentence};
use protocol::{
    Address,
    ddo::{Ddo, files::parse_file_list},
};

impl Core {
    /// The addresses of the files in the order of the listing, opened for an account that the chain allows to.
    pub(crate) async fn decrypt(&self, ddo: &Ddo, consumer: Address) -> Result<Vec<String>, ApiError> {
        if self.wallet.is_locked() {
            return Err(errors::locked());
        }
        let servers = self.key_servers.as_ref().ok_or_else(|| {
            ApiError::new(
                Code::Unreachable,
                "This network names no key servers.",
                "Ask whoever runs the network for its file.",
            )
        })?;
        let encrypted = ddo.metadata().encrypted_files_bytes().ok_or_else(|| corrupt("it holds no list of files"))?;
        let opener = AccountOpener { wallet: self.wallet.clone(), address: consumer };
        let signer = self.wallet.signer(consumer).map_err(errors::wallet)?;
        let plain = servers.retrieve(signer.as_ref(), &opener, ddo.did(), &encrypted).await.map_err(|error| {
            ApiError::new(
                Code::Unreachable,
                sentence!("The key servers do not give the keys: {why}.", why = Sentence::from(&error)),
                "It is tried again by itself; the purchase is safe.",
            )
        })?;
        let listed = parse_file_list(&plain).map_err(|e| corrupt(&e))?;
        let url = |index| listed.iter().find(|l| l.index == index).and_then(|l| l.url.clone()).unwrap_or_default();
        Ok(describe::files(ddo).iter().map(|f| url(f.index)).collect())
    }
}

fn corrupt(why: impl Into<Sentence>) -> ApiError {
    ApiError::new(
        Code::Corrupt,
        sentence!("The listing's files cannot be found: {why}.", why = why.into()),
        "Tell the publisher; the purchase and its receipt stay.",
    )
}
