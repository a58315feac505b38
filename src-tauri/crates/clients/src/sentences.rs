//! What services do not do, said to people in their language.

use crate::{
    ClientError,
    secret_store::{SecretStoreError, ServerError, Verdict},
};
use protocol::{Sentence, sentence};

impl From<&ClientError> for Sentence {
    fn from(error: &ClientError) -> Self {
        match error {
            ClientError::Transport(error) => error.into(),
            ClientError::Refused { status, message } => {
                sentence!("it answers {status}: {words}", status = *status, words = message)
            }
            ClientError::Form(why) => sentence!("the answer is not of the expected form ({why})", why),
            ClientError::Impostor => "it is not who it should be".into(),
            ClientError::Sign(error) => error.into(),
        }
    }
}

impl From<&SecretStoreError> for Sentence {
    fn from(error: &SecretStoreError) -> Self {
        match error {
            SecretStoreError::Endpoint(why) => {
                sentence!("the address of a key server is wrong: {why}", why = Sentence::from(why))
            }
            SecretStoreError::NoServers => "this network has no key servers".into(),
            SecretStoreError::Sign(error) => error.into(),
            SecretStoreError::Threshold(why) => {
                sentence!("the key cannot be put together ({why})", why = why.to_string())
            }
            SecretStoreError::Servers { verdict, failures } => {
                let of =
                    |server: &str, why: &ServerError| sentence!("{server}: {why}", server, why = Sentence::from(why));
                let failures: Vec<Sentence> = failures.iter().map(|f| of(&f.server, &f.why)).collect();
                sentence!("{verdict} ({failures})", verdict = Sentence::from(*verdict), failures)
            }
        }
    }
}

impl From<&ServerError> for Sentence {
    fn from(error: &ServerError) -> Self {
        match error {
            ServerError::Transport(error) => error.into(),
            ServerError::Late(after) => sentence!("no answer within {seconds} s", seconds = after.as_secs()),
            ServerError::Refused { verdict, .. } => (*verdict).into(),
            ServerError::Form(why) => {
                sentence!("the answer is not of the expected form ({why})", why = why.to_string())
            }
            ServerError::Answer(why) => sentence!("the answer cannot be used ({why})", why = why.to_string()),
            ServerError::WrongShadow { .. } => "a part of the key is wrong".into(),
            ServerError::Unsigned(_) => "the sign of life is not signed as it should be".into(),
        }
    }
}

impl From<Verdict> for Sentence {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::AlreadyGenerated => "a key for this listing exists already",
            Verdict::AlreadyStored => "another document is stored for this listing",
            Verdict::Denied => "this account has no permission",
            Verdict::NotFound => "no key of this listing is known",
            Verdict::WrongShare => "a key server gave a wrong part of the key",
            Verdict::Unreachable => "too few key servers can be reached",
            Verdict::Failed => "the key servers failed",
        }
        .into()
    }
}
