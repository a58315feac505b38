//! What the gateway does not do, said to its owner in his language.

use crate::{GatewayError, store::StoreError};
use protocol::{Sentence, sentence};

impl From<&GatewayError> for Sentence {
    fn from(error: &GatewayError) -> Self {
        use GatewayError as E;
        match error {
            E::Store(StoreError::Newer) => "the gateway's data file was written by a newer version".into(),
            E::Store(StoreError::Ending) => "the program is ending".into(),
            E::Store(why) => sentence!("the gateway's data file cannot be used ({why})", why = why.to_string()),
            E::Journal(error) => error.into(),
            E::Drive(error) => sentence!("a sale cannot be gone on with ({why})", why = error.to_string()),
            E::Outbox(error) => error.into(),
            E::Endpoint(error) => error.into(),
            E::Keeper(error) => error.into(),
            E::Share(error) => sentence!("the file cannot be shared: {why}", why = Self::from(error)),
            E::SecretStore(error) => {
                sentence!("the key servers do not answer as they should: {why}", why = Self::from(error))
            }
            E::Listing(why) => sentence!("this listing cannot be served: {why}", why = why.clone()),
        }
    }
}
