//! One run of the command line: the home it talks to, the password it was given.

use crate::{arguments::Common, failure::next_here, output::Output, paths};
use api::{ApiError, Call, Code, LockState, Password, Sentence};
use home::{Door, HomeOptions};
use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// A home, opened or joined.
pub(crate) struct Session {
    pub(crate) door: Door,
    pub(crate) output: Output,
    common: Common,
    /// How often the home had been entered again when the account was unlocked last.
    unlocked: AtomicU64,
}

impl Session {
    /// Opens the home, or joins the process that holds it.
    pub(crate) async fn open(common: &Common, output: Output) -> Result<Self, ApiError> {
        let network = common.network.as_deref().map(paths::network).transpose()?;
        let options = HomeOptions { dir: common.home.clone(), network, account: common.account.clone() };
        Ok(Self { door: Door::open(options).await?, output, common: common.clone(), unlocked: AtomicU64::new(0) })
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
        let entered = self.door.times_entered_again();
        let account = self.ask(api::GetAccount {}).await?;
        match account.lock {
            LockState::Unlocked => {}
            LockState::NoAccount => {
                return Err(ApiError::new(
                    Code::NoAccount,
                    "There is no account in this home yet.",
                    "Put a password into a file and make one.",
                ));
            }
            LockState::Locked => drop(self.ask(api::Unlock { password: self.password()? }).await?),
        }
        self.unlocked.store(entered, Ordering::Relaxed);
        Ok(())
    }

    /// Unlocks the account, where a password was given, because the process that it was unlocked in has ended: once for each
    /// that ends. Whoever locks it otherwise means it.
    pub(crate) async fn unlock_again(&self) -> Result<(), ApiError> {
        let here = self.unlocked.load(Ordering::Relaxed) == self.door.times_entered_again();
        if here || self.common.passphrase_file.is_none() { Ok(()) } else { self.unlock().await }
    }

    /// Looks again whenever something happens, until it is done; gives up when it has come no farther for `--wait` seconds.
    pub(crate) async fn wait<T, M, F>(&self, what: &str, mut look: impl FnMut() -> F) -> Result<T, ApiError>
    where
        M: PartialOrd,
        F: Future<Output = Result<Seen<T, M>, ApiError>>,
    {
        let mut events = self.door.events().await?;
        let mut patience = Patience::new(self.patience(), Instant::now());
        loop {
            let (at, trouble) = match look().await? {
                Seen::Done(found) => return Ok(found),
                Seen::Yet(at, trouble) => (at, trouble),
            };
            if trouble.as_ref().is_some_and(|trouble| trouble.code == Code::Locked) {
                self.unlock_again().await?;
            }
            let left = patience.left(at, Instant::now());
            if left.is_zero() {
                return Err(late(what, self.common.wait, trouble.as_ref()));
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

/// What a look at something that is waited for found.
pub(crate) enum Seen<T, M> {
    /// It is done.
    Done(T),
    /// How far it is, and what is wrong, where something is.
    Yet(M, Option<ApiError>),
}

/// Waits anew whenever something is farther than it ever was: what flows is not given up, what goes to and fro is.
struct Patience<M> {
    most: Duration,
    since: Instant,
    farthest: Option<M>,
}

impl<M: PartialOrd> Patience<M> {
    fn new(most: Duration, now: Instant) -> Self {
        Self { most, since: now, farthest: None }
    }

    /// How long it is waited for yet.
    fn left(&mut self, at: M, now: Instant) -> Duration {
        if self.farthest.as_ref().is_none_or(|farthest| at > *farthest) {
            self.farthest = Some(at);
            self.since = now;
        }
        self.most.saturating_sub(now.saturating_duration_since(self.since))
    }
}

/// Not only that it takes long, but what it waits for.
fn late(what: &str, seconds: u64, trouble: Option<&ApiError>) -> ApiError {
    const ON: &str = "It goes on with: neuston resume";
    match trouble {
        Some(trouble) => ApiError::new(
            Code::TimedOut,
            Sentence::verbatim(format!("{what} is not finished: {}", trouble.message)),
            Sentence::verbatim(format!("{} {ON}", next_here(trouble)).trim_start()),
        ),
        None => ApiError::new(
            Code::TimedOut,
            Sentence::verbatim(format!(
                "{what} is not finished, and came no farther for {seconds} seconds. Nothing is lost."
            )),
            ON,
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_flows_is_waited_for_and_what_stands_is_not() {
        let second = Duration::from_secs(1);
        let began = Instant::now();
        let mut patience = Patience::new(second * 3, began);
        assert_eq!(patience.left(0, began), second * 3);
        assert_eq!(patience.left(0, began + second * 2), second);
        assert_eq!(patience.left(10, began + second * 2), second * 3, "it flows");
        assert_eq!(patience.left(20, began + second * 9), second * 3, "it still flows");
        assert_eq!(patience.left(10, began + second * 11), second, "what was there before is no progress");
        assert_eq!(patience.left(20, began + second * 12), Duration::ZERO);
        let mut standing = Patience::new(second, began);
        assert_eq!([0, 1].map(|seconds| standing.left((), began + second * seconds)), [second, Duration::ZERO]);
    }

    #[test]
    fn who_waits_too_long_is_told_for_what() {
        let trouble =
            ApiError::new(Code::Unreachable, "The catalogue does not answer.", "It is tried again by itself.");
        let told = late("Publishing", 3, Some(&trouble));
        assert_eq!(told.message.text(), "Publishing is not finished: The catalogue does not answer.");
        assert_eq!(told.next.text(), "It is tried again by itself. It goes on with: neuston resume");
        assert_eq!((told.code, late("Publishing", 3, None).code), (Code::TimedOut, Code::TimedOut));
        assert!(late("Publishing", 3, None).message.contains("for 3 seconds"));
    }
}
