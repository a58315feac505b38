//! What the wallet does not do, said to people in their language.

use crate::{KeychainError, KeystoreError, WalletError, WordsError};
use protocol::{Sentence, sentence};

impl From<&WalletError> for Sentence {
    fn from(error: &WalletError) -> Self {
        use WalletError as E;
        match error {
            E::WrongPassphrase => "This is not the password of this account.".into(),
            E::EmptyPassphrase => "A password is needed.".into(),
            E::Locked => "Your account is locked.".into(),
            E::UnknownAccount(account) => sentence!("There is no account {account} here.", account = *account),
            E::AccountExists(account) => sentence!("The account {account} is here already.", account = *account),
            E::NameTaken(name) => sentence!("An account is already called {name}.", name),
            E::Name => "A name has 1 to 64 visible characters.".into(),
            E::HasWords => "This home already has an account with recovery words.".into(),
            E::NoWords => "This account was made from a key file; it has no recovery words.".into(),
            E::NotRemembered => "The keychain does not know the password of this account.".into(),
            E::Key => "The file holds no private key.".into(),
            E::Words(error) => error.into(),
            E::Keystore(error) => error.into(),
            E::Keychain(error) => error.into(),
            E::Damaged { path, reason } => sentence!("{path} is damaged ({reason}).", path = path.as_path(), reason),
            E::ListLost { list, keys } => sentence!(
                "The list of accounts {list} is gone. The keys are in {keys}, and stay there.",
                list = list.as_path(),
                keys = keys.as_path()
            ),
            E::Disk { path, source } => {
                sentence!("{path} cannot be used: {why}.", path = path.as_path(), why = Self::from(source))
            }
        }
    }
}

impl From<&WordsError> for Sentence {
    fn from(error: &WordsError) -> Self {
        match error {
            WordsError::Count(count) => {
                sentence!("Recovery words are 12, 15, 18, 21 or 24 words; these are {count}.", count = *count)
            }
            WordsError::NotOnList(place) => {
                sentence!("The word at place {place} is not on the list of recovery words.", place = *place)
            }
            WordsError::Checksum => "These words do not belong together: one is wrong, or two are swapped.".into(),
            WordsError::Index(number) => sentence!("Account {number} cannot be made of these words.", number = *number),
        }
    }
}

impl From<&KeystoreError> for Sentence {
    fn from(error: &KeystoreError) -> Self {
        match error {
            KeystoreError::WrongPassphrase => "This is not the password of the file.".into(),
            KeystoreError::Form(why) => sentence!("This is no backup file of an account ({why}).", why),
            KeystoreError::Unsupported(what) => sentence!("Backup files of this kind cannot be read ({what}).", what),
            KeystoreError::TooCostly => "This backup file asks for too much memory or time.".into(),
            KeystoreError::Content => "This backup file does not hold the key that it claims to hold.".into(),
            KeystoreError::Derivation => "The key of this backup file cannot be computed.".into(),
        }
    }
}

impl From<&KeychainError> for Sentence {
    fn from(error: &KeychainError) -> Self {
        match error {
            KeychainError::NoService => "This computer offers no keychain.".into(),
            KeychainError::Silent => "The keychain did not answer.".into(),
            KeychainError::Failed(why) => sentence!("The keychain failed ({why}).", why),
        }
    }
}
