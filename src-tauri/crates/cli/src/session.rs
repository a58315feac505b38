//! One run of the command line: the home it talks to, the password it was given.

use crate::{arguments::Common, output::Output, paths};
use api::{ApiError, Call, Code, LockState, Password, Sentence};
use home::{Door, HomeOptions};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// A home, opened or joined.
pub(crate) struct Session {
    pub(crate) door: Door,
    pub(crate) output: Output,
    common: Common,
}

impl Session {
    /// Opens the home, or joins the process that holds it.
    pub(crate) async fn open(common: &Common, output: Output) -> Result<Self, ApiError> {
        let network = common.network.as_deref().map(paths::network).transpose()?;
        let options = HomeOptions { dir: common.home.clone(), network, account: common.account.clone() };
        Ok(Self { door: Door::open(options).await?, output, common: common.clone() })
    }

    /// Asks the home.
    pub(crate) async fn ask<C: Call>(&self, call: C) -> Result<C::Answer, ApiError> {
        self.door.ask(call).await
    }

    /// The password from its file.
    pub(crate) fn password(&self) -> Result<Password, ApiError> {
        match &self.common.passphrase_file {
            Some(path) => first_line(path).map(Password),
            None => Err(ApiError::new(
                Code::Locked,
                "This needs the account's password.",
                "Put it into a file and name the file; NEUSTON_PASSPHRASE_FILE can name it, too.",
            )),
        }
    }

    /// Unlocks the account if a password was given and it is locked.
    pub(crate) async fn unlock(&self) -> Result<(), ApiError> {
        let account = self.ask(api::GetAccount {}).await?;
        match account.lock {
            LockState::Unlocked => Ok(()),
            LockState::NoAccount => Err(ApiError::new(
                Code::NoAccount,
                "There is no account in this home yet.",
                "Put a password into a file and make one.",
            )),
            LockState::Locked => self.ask(api::Unlock { password: self.password()? }).await.map(drop),
        }
    }

    /// Asks again whenever something happens, until `done` says what to return; gives up after `--wait` seconds.
    pub(crate) async fn wait<T, F>(&self, what: &str, mut done: impl FnMut() -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<Option<T>, ApiError>>,
    {
        let mut events = self.door.events().await?;
        let until = Instant::now() + Duration::from_secs(self.common.wait);
        loop {
            if let Some(found) = done().await? {
                return Ok(found);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ApiError::new(
                    Code::TimedOut,
                    Sentence::verbatim(format!(
                        "{what} is not finished after {} seconds. Nothing is lost.",
                        self.common.wait
                    )),
                    "It goes on with: neuston resume",
                ));
            }
            // An event is only a hint to look again; without one, look every second.
            let _ = tokio::time::timeout(left.min(Duration::from_secs(1)), events.next()).await;
        }
    }

    /// How long an outcome is waited for.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.common.wait)
    }

    /// Whether `--yes` was given.
    pub(crate) fn yes(&self) -> bool {
        self.common.yes
    }

    /// Ends the session; a holder finishes what it is writing.
    pub(crate) async fn close(self) {
        self.door.close().await;
    }
}

/// The first line of a small file.
pub(crate) fn first_line(path: &Path) -> Result<String, ApiError> {
    let wrong = |why: String| {
        ApiError::new(Code::Invalid, Sentence::verbatim(why), "Check the path and that the file may be read.")
    };
    let text = std::fs::read_to_string(path)
        .map_err(|e| wrong(format!("The file {} cannot be read: {e}.", path.display())))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(wrong(format!("The file {} is empty.", path.display()))),
    }
}
