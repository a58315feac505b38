//! Accounts: making, unlocking, tokens.

use crate::{
    clock,
    core::{Core, outbox},
    errors,
    new_file::write_new,
    policy::Action,
    store::Happening,
};
use api::{AccountView, ActivityKind, ApiError, Code, Event, ImportFrom, LockState, Password, SavedFile, sentence};
use protocol::{Address, Vodka, tx::Call};
use runner::{Batch, Item, Key, Point};
use wallet::{RecoveryWords, WordCount};
use zeroize::Zeroizing;

/// What the keys of transactions outside agreements begin with.
const FAUCET: &str = "faucet:";
const TRANSFER: &str = "transfer:";
pub(crate) const FEES: &str = "fees:";

/// Files with keys are small: 64 KiB.
const MAX_KEY_FILE: u64 = 64 << 10;

impl Core {
    /// The account as people see it. A chain that does not answer leaves the balance open.
    pub(crate) async fn account_view(&self, address: Option<Address>) -> AccountView {
        let known = address.and_then(|a| self.wallet.accounts().into_iter().find(|k| k.address == a));
        let balance = match address {
            Some(address) => self.keeper.balance_of(address).await.ok(),
            None => None,
        };
        AccountView {
            name: known.map(|k| k.name).unwrap_or_default(),
            address,
            lock: match (address, self.wallet.is_locked()) {
                (None, _) => LockState::NoAccount,
                (Some(_), true) => LockState::Locked,
                (Some(_), false) => LockState::Unlocked,
            },
            balance,
            set_aside: address.map_or(Vodka::ZERO, |a| self.set_aside.of(a)),
            currency: self.network.currency.clone(),
            test_tokens: self.has_test_tokens(),
            backed_up: address.is_some_and(|a| self.wallet.is_backed_up(a)),
            has_words: self.wallet.has_words(),
        }
    }

    pub(crate) async fn present_account(&self) -> AccountView {
        self.account_view(self.account()).await
    }

    /// Runs key stretching away from the asynchronous threads.
    pub(crate) async fn stretching<T: Send + 'static>(
        &self,
        work: impl FnOnce(&wallet::Wallet) -> Result<T, wallet::WalletError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let wallet = self.wallet.clone();
        let done = tokio::task::spawn_blocking(move || work(&wallet)).await;
        done.map_err(|e| errors::internal(e.to_string()))?.map_err(errors::wallet)
    }

    pub(crate) async fn create_account(&self, password: Password, words: u8) -> Result<AccountView, ApiError> {
        let count = match words {
            12 => WordCount::Twelve,
            24 => WordCount::TwentyFour,
            _ => {
                return Err(ApiError::new(Code::Invalid, "Recovery words are 12 or 24.", "Choose 12.").at("words"));
            }
        };
        let password = Zeroizing::new(password.0);
        self.stretching(move |w| w.create(&password, count, None)).await?;
        Ok(self.told_account().await)
    }

    pub(crate) async fn import_account(&self, from: ImportFrom, password: Password) -> Result<AccountView, ApiError> {
        let password = Zeroizing::new(password.0);
        let account = match from {
            ImportFrom::Words { words } => {
                let words = RecoveryWords::parse(&Zeroizing::new(words)).map_err(|e| errors::wallet(e.into()))?;
                self.stretching(move |w| w.import_words(&words, &password, None)).await?
            }
            ImportFrom::KeyFile { path } => {
                let key = key_file(&path).await?;
                self.stretching(move |w| w.import_key(&key, &password, None)).await?
            }
            ImportFrom::Keystore { path, file_password } => {
                let json = key_file(&path).await?;
                let its = Zeroizing::new(file_password.0);
                self.stretching(move |w| w.import_keystore(json.as_bytes(), &its, &password, None)).await?
            }
        };
        self.tell_account().await;
        Ok(self.account_view(Some(account.address)).await)
    }

    pub(crate) fn use_account(&self, address: Option<Address>) {
        *self.account.write().unwrap_or_else(std::sync::PoisonError::into_inner) = address;
    }

    pub(crate) async fn add_account(&self, name: String, password: Password) -> Result<AccountView, ApiError> {
        let password = Zeroizing::new(password.0);
        let account = self.stretching(move |w| w.add_account(&password, Some(&name))).await?;
        self.tell_account().await;
        Ok(self.account_view(Some(account.address)).await)
    }

    pub(crate) async fn unlock(&self, password: Password) -> Result<AccountView, ApiError> {
        if self.wallet.is_empty() {
            return Err(errors::no_account());
        }
        let password = Zeroizing::new(password.0);
        self.stretching(move |w| w.unlock(&password)).await?;
        Ok(self.told_account().await)
    }

    pub(crate) async fn lock(&self) -> AccountView {
        self.wallet.lock();
        self.told_account().await
    }

    pub(crate) async fn change_password(&self, old: Password, new: Password) -> Result<AccountView, ApiError> {
        let (old, new) = (Zeroizing::new(old.0), Zeroizing::new(new.0));
        self.stretching(move |w| w.update(&old, &new)).await?;
        Ok(self.present_account().await)
    }

    pub(crate) async fn export_account(&self, password: Password, path: String) -> Result<SavedFile, ApiError> {
        let account = self.account().ok_or_else(errors::no_account)?;
        let password = Zeroizing::new(password.0);
        let json = self.stretching(move |w| w.export_keystore(account, &password)).await?;
        write_new(std::path::Path::new(&path), json.as_bytes()).await?;
        // Only a copy that is there is one.
        self.stretching(move |w| w.note_exported(account)).await?;
        Ok(SavedFile { path, bytes: json.len() as u64 })
    }

    pub(crate) async fn get_test_tokens(&self, amount: u64) -> Result<AccountView, ApiError> {
        self.policy.allows(&Action::TestTokens)?;
        if amount == 0 || amount > 1000 {
            return Err(ApiError::new(Code::Invalid, "Test tokens come in 1 to 1000 at once.", "Ask for up to 1000.")
                .at("amount"));
        }
        let call = self.keeper.contracts().request_tokens(amount).map_err(|_| {
            ApiError::new(Code::NotFound, "This network hands out no test tokens.", "Receive tokens from somebody.")
        })?;
        let before = self.balance().await?;
        self.send_own(call, FAUCET).await?;
        if self.balance().await? == before {
            return Err(ApiError::new(
                Code::Refused,
                "The network hands out no more tokens to this account now.",
                "Try again later, or ask for fewer.",
            ));
        }
        self.remember(ActivityKind::TestTokens, Some(Vodka::from_ocean(amount))).await?;
        Ok(self.told_account().await)
    }

    pub(crate) async fn send_tokens(&self, to: Address, amount: Vodka) -> Result<AccountView, ApiError> {
        self.policy.allows(&Action::Send { to, amount })?;
        if amount.is_zero() || to.is_zero() {
            return Err(ApiError::new(Code::Invalid, "An address and an amount are needed.", "Fill in both."));
        }
        let balance = self.balance().await?;
        if balance < amount {
            return Err(not_so_much(amount, balance));
        }
        let call = self.keeper.contracts().transfer(to, amount);
        self.send_own(call, TRANSFER).await?;
        self.remember(ActivityKind::Sent, Some(amount)).await?;
        Ok(self.told_account().await)
    }

    pub(crate) async fn balance(&self) -> Result<Vodka, ApiError> {
        let account = self.account().ok_or_else(errors::no_account)?;
        let keeper = self.keeper.agreed().await.map_err(crate::core::chain)?;
        keeper.balance_of(account).await.map_err(crate::core::chain)
    }

    /// One transaction from the account in use, outside any agreement.
    pub(crate) async fn send_own(&self, call: Call, purpose: &str) -> Result<(), ApiError> {
        let signer = self.signer()?;
        let key = Key::other(format!("{purpose}{}", hex::encode(rand::random::<[u8; 16]>())));
        let items = vec![Item::new(key, call)];
        let batch = Batch { signer, items, not_after: None, point: Point::OtherSigned };
        let ended = self.outbox.run(batch).await.map_err(outbox);
        // The block was told of while this was still under way.
        self.moved.notify_one();
        ended.map(drop)
    }

    /// How many transfers and requests for test tokens are signed and not known to be mined.
    pub(crate) async fn transfers_under_way(&self) -> Result<u32, ApiError> {
        let pending = self.outbox.pending().await.map_err(outbox)?;
        let count = pending
            .iter()
            .filter(|p| [FAUCET, TRANSFER, FEES].iter().any(|purpose| p.key.starts_with(purpose)))
            .count();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn remember(&self, kind: ActivityKind, amount: Option<Vodka>) -> Result<(), ApiError> {
        let happening = Happening { kind, name: String::new(), did: None, agreement: None, amount, tx: None };
        let once = format!("{kind:?}:{}", hex::encode(rand::random::<[u8; 16]>()));
        self.store.tell(happening, once, clock::now_text()).await.map_err(errors::store)?;
        Ok(())
    }

    /// The account as it is now, told to everyone who follows.
    async fn told_account(&self) -> AccountView {
        self.tell_account().await;
        self.present_account().await
    }

    /// Tells everyone who follows how the account in use stands.
    pub(crate) async fn tell_account(&self) {
        self.tell(Event::Account(self.account_view(self.account_in_use()).await));
    }
}

/// What is said where the balance does not cover something.
pub(crate) fn insufficient(needed: Vodka, balance: Vodka) -> ApiError {
    let missing = needed.checked_sub(balance).unwrap_or(Vodka::ZERO);
    ApiError::new(
        Code::InsufficientBalance,
        sentence!(
            "It costs {needed} and your account holds {balance}: {missing} are missing.",
            needed,
            balance,
            missing
        ),
        "Get tokens under Account, then buy it. Nothing was paid.",
    )
}

/// What is said where more is to be sent than the account holds.
fn not_so_much(amount: Vodka, balance: Vodka) -> ApiError {
    ApiError::new(
        Code::InsufficientBalance,
        sentence!("You want to send {amount} and your account holds {balance}.", amount, balance),
        "Send at most what it holds. Nothing was sent.",
    )
    .at("amount")
}

async fn key_file(path: &str) -> Result<Zeroizing<String>, ApiError> {
    let place = std::path::Path::new(path);
    let length = tokio::fs::metadata(place).await.map_err(|e| errors::disk(place, &e))?.len();
    if length > MAX_KEY_FILE {
        return Err(
            ApiError::new(Code::Invalid, "This file is too large for a key.", "Choose the key's file.").at("file")
        );
    }
    let text = tokio::fs::read_to_string(place).await.map_err(|e| errors::disk(place, &e))?;
    Ok(Zeroizing::new(text))
}

/// What is said where the wallet has no such account.
pub(crate) fn unknown(name: &str) -> ApiError {
    ApiError::new(
        Code::NotFound,
        sentence!("There is no account “{name}” here.", name),
        "See the accounts with: neuston wallet list",
    )
    .at("account")
}
