//! That the account locks by itself: no call and no block comes with it, and a window would go on saying that it is open.

use crate::core::Core;
use std::time::Duration;
use wallet::Wallet;

/// How often is looked. By the clock of the day, which a computer that slept has moved: no timer of ours would.
const LOOK: Duration = Duration::from_secs(1);

impl Core {
    /// Tells each time the account has become locked, by whomever, as long as it runs.
    pub(crate) async fn tell_of_locking(&self) {
        loop {
            becomes_locked(&self.wallet).await;
            self.tell_account().await;
        }
    }
}

/// Until an account that is open, or will be, is locked.
async fn becomes_locked(wallet: &Wallet) {
    for wanted in [false, true] {
        while wallet.is_locked() != wanted {
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::SystemTime,
    };
    use tokio::time::timeout;
    use wallet::{Cost, DEFAULT_IDLE, NoKeychain, Options, WordCount};

    #[tokio::test(start_paused = true)]
    async fn an_account_that_nobody_touched_for_too_long_is_seen_to_lock() {
        let (folder, now) = (tempfile::tempdir().unwrap(), Arc::new(AtomicU64::new(0)));
        let clock = {
            let now = now.clone();
            Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed)))
        };
        let options = Options { keychain: Arc::new(NoKeychain), cost: Cost::cheap(), idle: Some(DEFAULT_IDLE), clock };
        let wallet = Wallet::open(folder.path(), options).unwrap();
        wallet.create("pass", WordCount::Twelve, None).unwrap();
        assert!(!wallet.is_locked());
        let long = 2 * DEFAULT_IDLE;
        assert!(timeout(long, becomes_locked(&wallet)).await.is_err(), "only the clock of the day counts");
        now.store(DEFAULT_IDLE.as_secs(), Ordering::Relaxed);
        assert!(timeout(LOOK, becomes_locked(&wallet)).await.is_err(), "it was locked before it was looked at");
        wallet.unlock("pass").unwrap();
        let locks = async {
            tokio::time::sleep(LOOK).await;
            now.fetch_add(DEFAULT_IDLE.as_secs(), Ordering::Relaxed);
        };
        let (seen, ()) = tokio::join!(timeout(long, becomes_locked(&wallet)), locks);
        assert!(seen.is_ok());
    }
}
