//! What can be wrong with amounts, signatures, documents and disks, said to people in their language.

use crate::{
    AmountError, Sentence, SignError,
    ddo::{DdoError, DraftError, PriceError, WindowsError, files::FileListError},
    network::NetworkFileError,
    sentence,
};
use std::io::{self, ErrorKind};

impl From<&io::Error> for Sentence {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => "there is nothing of this name",
            ErrorKind::PermissionDenied => "permission denied",
            ErrorKind::ReadOnlyFilesystem => "nothing can be written there",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
            ErrorKind::FileTooLarge => "the file is too large for this disk",
            ErrorKind::AlreadyExists => "it exists already",
            ErrorKind::IsADirectory => "it is a folder",
            ErrorKind::NotADirectory => "it is no folder",
            ErrorKind::InvalidFilename => "the name cannot be used",
            ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "another program uses it",
            ErrorKind::InvalidData => "its content cannot be read",
            ErrorKind::UnexpectedEof => "it ends too early",
            ErrorKind::TimedOut => "it took too long",
            ErrorKind::Interrupted => "it was interrupted",
            // The system's own words.
            _ => return Self::verbatim(error),
        }
        .into()
    }
}

impl From<&AmountError> for Sentence {
    fn from(error: &AmountError) -> Self {
        match error {
            AmountError::Digits => "an amount is written with digits and at most one point, like 12.50",
            AmountError::Places => "an amount has at most 18 decimal places",
            AmountError::TooLarge => "this amount is larger than anything a network can hold",
        }
        .into()
    }
}

impl From<&SignError> for Sentence {
    fn from(error: &SignError) -> Self {
        match error {
            SignError::Locked => "the account is locked".into(),
            SignError::Unknown(account) => sentence!("there is no account {account} here", account = *account),
            SignError::Refused(why) => sentence!("this cannot be signed ({why})", why),
        }
    }
}

impl From<&PriceError> for Sentence {
    fn from(error: &PriceError) -> Self {
        match error {
            PriceError::Missing(place) => {
                sentence!("the listing states no price in {place}", place = Self::from(*place))
            }
            PriceError::Differ { metadata, other, place } => sentence!(
                "the listing states its price twice: {first} in its description and {second} in {place}",
                first = *metadata,
                second = *other,
                place = Self::from(*place)
            ),
        }
    }
}

impl From<&WindowsError> for Sentence {
    fn from(error: &WindowsError) -> Self {
        match error {
            WindowsError::NoAgreement => "the listing does not describe an agreement with payment, access and escrow",
            WindowsError::Differ => "the listing states its time limits in two places, and they differ",
        }
        .into()
    }
}

impl From<&DraftError> for Sentence {
    fn from(error: &DraftError) -> Self {
        match error {
            DraftError::Faults(faults) => {
                let first = faults.first().map(|fault| format!("{} {}", fault.path, fault.message)).unwrap_or_default();
                sentence!("the listing is not complete ({first})", first)
            }
            DraftError::Document(error) => error.into(),
            DraftError::Foreign => "only listings that this program published can be changed".into(),
        }
    }
}

impl From<&DdoError> for Sentence {
    fn from(error: &DdoError) -> Self {
        sentence!("the document is not of the expected form ({why})", why = error.to_string())
    }
}

impl From<&FileListError> for Sentence {
    fn from(error: &FileListError) -> Self {
        match error {
            FileListError::Json(why) => {
                sentence!("the document is not of the expected form ({why})", why = why.to_string())
            }
            FileListError::NoUrl(number) => {
                sentence!("the list of files has no place for file {number}", number = *number)
            }
            FileListError::Empty => "the list of files is empty".into(),
        }
    }
}

impl From<&NetworkFileError> for Sentence {
    fn from(error: &NetworkFileError) -> Self {
        match error {
            NetworkFileError::Form(why) => sentence!("it is not of the expected form ({why})", why),
            NetworkFileError::NoRpc => "it names no address of the chain".into(),
        }
    }
}
