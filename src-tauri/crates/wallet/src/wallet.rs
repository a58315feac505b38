//! The wallet folder and its lock.

mod change;
mod copies;
mod derived;
mod folders;
mod reader;

pub use reader::WalletReader;

use crate::{
    Account, Cost, Keychain, Keystore, Origin, RecoveryWords, WalletError, WordCount, accounts::Accounts,
    keychain::OsKeychain, keystore::Passphrase, safe_file, sign_transaction, words::path,
};
use protocol::{
    Address, SecretKey, SignError, Signature, Signer,
    tx::{SignedTx, UnsignedTx},
};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use zeroize::Zeroizing;

/// How long an unlocked wallet waits for its owner before it locks: five minutes.
pub const DEFAULT_IDLE: Duration = Duration::from_secs(5 * 60);

/// What time it is. Wall clock and not a monotonic one, so that a suspended computer counts as idle.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What a wallet is opened with.
pub struct Options {
    /// Where a passphrase is remembered when its owner asks for it.
    pub keychain: Arc<dyn Keychain>,
    /// What sealing costs.
    pub cost: Cost,
    /// How long without [`Wallet::touch`] before it locks; `None`: only [`Wallet::lock`] locks.
    pub idle: Option<Duration>,
    /// What time it is.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keychain: Arc::new(OsKeychain),
            cost: Cost::product(),
            idle: Some(DEFAULT_IDLE),
            clock: Arc::new(SystemTime::now),
        }
    }
}

/// The person's accounts. Cheap to clone; all clones are one wallet with one lock.
#[derive(Clone)]
pub struct Wallet(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    options: Options,
    /// Held through every operation that reads or writes sealed files, which take long.
    operation: Mutex<()>,
    /// Held for moments.
    accounts: Mutex<Accounts>,
    /// Held for moments.
    keys: Mutex<Option<Unlocked>>,
    /// How long nobody may be here; held for moments.
    idle: Mutex<Option<Duration>>,
    /// How often it was locked: an unlock that began before the last one, and whose key stretching ends after it, is void.
    locks: AtomicU64,
}

struct Unlocked {
    keys: BTreeMap<Address, SecretKey>,
    touched: SystemTime,
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet({}, {})", self.0.folder.display(), if self.is_locked() { "locked" } else { "unlocked" })
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these guard is replaced whole, so a panic elsewhere leaves it sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wallet {
    /// Opens the wallet of a folder, `<home>/wallet`; a new folder is an empty wallet. It is locked. Only for the process
    /// that holds the home's lock: left-overs in the folder are removed. Others have [`WalletReader`].
    /// [`WalletError::ListLost`] where there are keys without a list: they are not taken for an empty wallet.
    pub fn open(folder: &Path, options: Options) -> Result<Self, WalletError> {
        safe_file::make_folder(folder)?;
        let wallet = Self::load(folder, options)?;
        // What stays has no say in what counts: the accounts open with or without it.
        if let Err(error) = wallet.sweep() {
            tracing::warn!(%error, "keys under an old passphrase are still there");
        }
        Ok(wallet)
    }

    /// As the folder is, which stays as it is.
    fn load(folder: &Path, options: Options) -> Result<Self, WalletError> {
        let accounts = read_accounts(folder)?;
        Ok(Self(Arc::new(Inner {
            folder: folder.to_owned(),
            idle: Mutex::new(options.idle),
            options,
            operation: Mutex::default(),
            accounts: Mutex::new(accounts),
            keys: Mutex::default(),
            locks: AtomicU64::new(0),
        })))
    }

    // --- what is known while locked

    /// The accounts in the order of their making.
    pub fn accounts(&self) -> Vec<Account> {
        hold(&self.0.accounts).accounts.clone()
    }

    /// One account by its name or its address in hex.
    pub fn find(&self, name_or_address: &str) -> Option<Account> {
        let address: Option<Address> = name_or_address.parse().ok();
        let accounts = hold(&self.0.accounts);
        accounts.accounts.iter().find(|a| a.name == name_or_address || Some(a.address) == address).cloned()
    }

    /// Whether no account exists: the next one sets the passphrase.
    pub fn is_empty(&self) -> bool {
        hold(&self.0.accounts).accounts.is_empty()
    }

    /// Whether there are recovery words to back up.
    pub fn has_words(&self) -> bool {
        hold(&self.0.accounts).has_words
    }

    // --- accounts come

    /// New recovery words and their first account. The first passphrase of a wallet is chosen here; show the words to
    /// their owner once. Leaves the wallet unlocked, like every operation that adds an account.
    pub fn create(
        &self,
        passphrase: &str,
        count: WordCount,
        name: Option<&str>,
    ) -> Result<(Account, RecoveryWords), WalletError> {
        let words = RecoveryWords::generate(count)?;
        Ok((self.take_words(&words, passphrase, name)?, words))
    }

    /// Takes recovery words over and derives their first account.
    pub fn import_words(
        &self,
        words: &RecoveryWords,
        passphrase: &str,
        name: Option<&str>,
    ) -> Result<Account, WalletError> {
        let account = self.take_words(words, passphrase, name)?;
        self.note_words_kept()?;
        Ok(account)
    }

    fn take_words(&self, words: &RecoveryWords, passphrase: &str, name: Option<&str>) -> Result<Account, WalletError> {
        let began = self.locks();
        let _operation = hold(&self.0.operation);
        let mut at_work = self.right_passphrase(passphrase)?;
        let mut accounts = self.begun()?;
        if accounts.has_words {
            return Err(WalletError::HasWords);
        }
        let sealed = at_work.seal(words.expose().as_bytes(), None)?;
        safe_file::make_folder(&self.keys_folder(accounts.keys))?;
        self.write_keystore(&self.words_path(accounts.keys), &sealed)?;
        accounts.has_words = true;
        self.add(accounts, at_work, words.derive(0)?, derived(0), name, began)
    }

    /// The next account of the recovery words.
    pub fn add_account(&self, passphrase: &str, name: Option<&str>) -> Result<Account, WalletError> {
        let began = self.locks();
        let _operation = hold(&self.0.operation);
        let mut at_work = self.right_passphrase(passphrase)?;
        let accounts = self.snapshot();
        let words = self.read_words(&accounts, &mut at_work)?;
        let index = accounts.next_index();
        self.add(accounts, at_work, words.derive(index)?, derived(index), name, began)
    }

    /// Takes a private key over: 64 hex digits, with or without `0x`, as in a key file of OEP-5.
    pub fn import_key(&self, hex_key: &str, passphrase: &str, name: Option<&str>) -> Result<Account, WalletError> {
        let digits = hex_key.trim();
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut *bytes).map_err(|_| WalletError::Key)?;
        let key = SecretKey::from_bytes(&bytes).map_err(|_| WalletError::Key)?;
        self.import(key, passphrase, name)
    }

    /// Takes the key of a keystore file over; `its_passphrase` opens the file, `passphrase` is the wallet's.
    pub fn import_keystore(
        &self,
        json: &[u8],
        its_passphrase: &str,
        passphrase: &str,
        name: Option<&str>,
    ) -> Result<Account, WalletError> {
        let key = Keystore::from_json(json)?.open_key(its_passphrase)?;
        self.import(key, passphrase, name)
    }

    fn import(&self, key: SecretKey, passphrase: &str, name: Option<&str>) -> Result<Account, WalletError> {
        let began = self.locks();
        let _operation = hold(&self.0.operation);
        let at_work = self.right_passphrase(passphrase)?;
        let accounts = self.begun()?;
        self.add(accounts, at_work, key, Origin::Imported, name, began)
    }

    // --- accounts change

    /// Gives an account another name.
    pub fn rename(&self, address: Address, name: &str) -> Result<(), WalletError> {
        let _operation = hold(&self.0.operation);
        let mut accounts = self.snapshot();
        let place = accounts.accounts.iter().position(|a| a.address == address);
        let place = place.ok_or(WalletError::UnknownAccount(address))?;
        let mut account = accounts.accounts.remove(place);
        account.name = accounts.name(Some(name))?;
        accounts.accounts.insert(place, account);
        self.write_accounts(accounts)
    }

    // --- the lock

    /// Opens all accounts until the wallet locks. [`WalletError::Locked`] where it was locked while this was under way.
    pub fn unlock(&self, passphrase: &str) -> Result<(), WalletError> {
        let began = self.locks();
        let _operation = hold(&self.0.operation);
        let at_work = self.right_passphrase(passphrase)?;
        if self.unlock_with(at_work, began)? { Ok(()) } else { Err(WalletError::Locked) }
    }

    /// Locks and erases the keys. What is unlocking it at this moment does not open it again.
    pub fn lock(&self) {
        let mut keys = hold(&self.0.keys);
        self.0.locks.fetch_add(1, Ordering::SeqCst);
        *keys = None;
    }

    fn locks(&self) -> u64 {
        self.0.locks.load(Ordering::SeqCst)
    }

    /// Whether nothing can be signed. Locks first where nobody touched it for too long.
    pub fn is_locked(&self) -> bool {
        self.with_keys(|_| ()).is_err()
    }

    /// Its owner did something: the idle time starts again. Nothing where it is locked.
    pub fn touch(&self) {
        // Not through `with_keys` alone: a wallet whose time is over locks instead of being refreshed.
        if self.with_keys(|_| ()).is_ok()
            && let Some(unlocked) = hold(&self.0.keys).as_mut()
        {
            unlocked.touched = (self.0.options.clock)();
        }
    }

    /// How long without [`Wallet::touch`] before it locks, from now on; `None`: only [`Wallet::lock`] locks.
    pub fn lock_after(&self, idle: Option<Duration>) {
        *hold(&self.0.idle) = idle;
    }

    /// When it will lock if nobody touches it; `None` where it is locked or does not lock by itself.
    pub fn locks_at(&self) -> Option<SystemTime> {
        self.with_keys(|_| ()).ok()?;
        let touched = hold(&self.0.keys).as_ref()?.touched;
        touched.checked_add((*hold(&self.0.idle))?)
    }

    /// A signer for one account. It looks at the lock at every use, so it may be made and kept while locked.
    pub fn signer(&self, address: Address) -> Result<Arc<dyn Signer>, WalletError> {
        self.known(address)?;
        Ok(Arc::new(AccountSigner { wallet: self.clone(), address }))
    }

    /// Lends the key of an account for opening what was encrypted to it (ECIES of the Secret Store). The key must not
    /// leave `open`.
    pub fn ecies_secret<T>(&self, address: Address, open: impl FnOnce(&SecretKey) -> T) -> Result<T, WalletError> {
        self.known(address)?;
        self.with_keys(|keys| keys.get(&address).map(open))?.ok_or(WalletError::UnknownAccount(address))
    }

    // --- the keychain

    /// Lets the keychain remember the passphrase, which is checked first.
    pub fn remember(&self, passphrase: &str) -> Result<(), WalletError> {
        {
            let _operation = hold(&self.0.operation);
            self.right_passphrase(passphrase)?;
        }
        Ok(self.0.options.keychain.set(&self.keychain_name(), passphrase.as_bytes())?)
    }

    /// Lets the keychain forget it.
    pub fn forget(&self) -> Result<(), WalletError> {
        Ok(self.0.options.keychain.delete(&self.keychain_name())?)
    }

    /// Unlocks with what the keychain remembers.
    pub fn unlock_remembered(&self) -> Result<(), WalletError> {
        let secret = self.0.options.keychain.get(&self.keychain_name())?.ok_or(WalletError::NotRemembered)?;
        let passphrase = std::str::from_utf8(&secret).map_err(|_| WalletError::NotRemembered)?;
        self.unlock(passphrase)
    }

    fn keychain_name(&self) -> String {
        format!("wallet {}", hold(&self.0.accounts).id)
    }

    // --- below

    fn snapshot(&self) -> Accounts {
        hold(&self.0.accounts).clone()
    }

    fn known(&self, address: Address) -> Result<(), WalletError> {
        hold(&self.0.accounts).find(address).map(|_| ()).ok_or(WalletError::UnknownAccount(address))
    }

    /// The keys, where it is unlocked and its time is not over.
    fn with_keys<T>(&self, use_keys: impl FnOnce(&BTreeMap<Address, SecretKey>) -> T) -> Result<T, WalletError> {
        let mut keys = hold(&self.0.keys);
        let unlocked = keys.as_ref().ok_or(WalletError::Locked)?;
        // A clock that went back says nothing about how long nobody was here: lock.
        let idle = *hold(&self.0.idle);
        let over = match (idle, (self.0.options.clock)().duration_since(unlocked.touched)) {
            (None, _) => false,
            (Some(idle), Ok(passed)) => passed >= idle,
            (Some(_), Err(_)) => true,
        };
        if over {
            *keys = None;
            return Err(WalletError::Locked);
        }
        Ok(use_keys(&unlocked.keys))
    }

    /// A passphrase that opened something of this wallet, or the first one of an empty wallet.
    fn right_passphrase<'a>(&self, passphrase: &'a str) -> Result<Passphrase<'a>, WalletError> {
        if passphrase.is_empty() {
            return Err(WalletError::EmptyPassphrase);
        }
        let mut at_work = Passphrase::new(passphrase, self.0.options.cost);
        if let Some(first) = self.snapshot().accounts.first() {
            let keys = hold(&self.0.accounts).keys;
            at_work.open_key(&self.read_keystore(&self.key_path(keys, first.address))?)?;
        }
        Ok(at_work)
    }

    fn add(
        &self,
        mut accounts: Accounts,
        mut at_work: Passphrase<'_>,
        key: SecretKey,
        origin: Origin,
        name: Option<&str>,
        began: u64,
    ) -> Result<Account, WalletError> {
        let address = key.address().map_err(|_| WalletError::Key)?;
        if accounts.find(address).is_some() {
            return Err(WalletError::AccountExists(address));
        }
        let account = Account { name: accounts.name(name)?, address, origin };
        safe_file::make_folder(&self.keys_folder(accounts.keys))?;
        self.write_keystore(&self.key_path(accounts.keys, address), &at_work.seal_key(&key)?)?;
        accounts.accounts.push(account.clone());
        self.write_accounts(accounts)?;
        // Locked meanwhile: the account is there all the same.
        self.unlock_with(at_work, began)?;
        Ok(account)
    }

    /// Whether it is unlocked now: not where it was locked since `began`.
    fn unlock_with(&self, mut at_work: Passphrase<'_>, began: u64) -> Result<bool, WalletError> {
        let accounts = self.snapshot();
        let mut keys = BTreeMap::new();
        for account in &accounts.accounts {
            let keystore = self.read_keystore(&self.key_path(accounts.keys, account.address))?;
            keys.insert(account.address, at_work.open_key(&keystore)?);
        }
        let mut place = hold(&self.0.keys);
        if self.locks() != began {
            return Ok(false);
        }
        *place = Some(Unlocked { keys, touched: (self.0.options.clock)() });
        Ok(true)
    }

    fn read_words(&self, accounts: &Accounts, at_work: &mut Passphrase<'_>) -> Result<RecoveryWords, WalletError> {
        if !accounts.has_words {
            return Err(WalletError::NoWords);
        }
        let path = self.words_path(accounts.keys);
        let sealed = at_work.open(&self.read_keystore(&path)?)?;
        let text = std::str::from_utf8(&sealed)
            .map_err(|_| WalletError::Damaged { path, reason: "the words are no text".to_owned() })?;
        Ok(RecoveryWords::parse(text)?)
    }

    fn read_keystore(&self, path: &Path) -> Result<Keystore, WalletError> {
        let json = safe_file::read(path)?
            .ok_or_else(|| WalletError::Damaged { path: path.to_owned(), reason: "the file is missing".to_owned() })?;
        Ok(Keystore::from_json(&json)?)
    }

    fn write_keystore(&self, path: &Path, keystore: &Keystore) -> Result<(), WalletError> {
        safe_file::replace(path, keystore.to_json()?.as_bytes())
    }

    fn write_accounts(&self, accounts: Accounts) -> Result<(), WalletError> {
        let path = accounts_path(&self.0.folder);
        let json = serde_json::to_vec_pretty(&accounts)
            .map_err(|e| WalletError::Damaged { path: path.clone(), reason: e.to_string() })?;
        safe_file::replace(&path, &json)?;
        *hold(&self.0.accounts) = accounts;
        Ok(())
    }

    fn keys_folder(&self, keys: u64) -> PathBuf {
        folders::path(&self.0.folder, keys)
    }

    fn key_path(&self, keys: u64, address: Address) -> PathBuf {
        self.keys_folder(keys).join(format!("{}.json", address.bare_hex()))
    }

    fn words_path(&self, keys: u64) -> PathBuf {
        self.keys_folder(keys).join("words.json")
    }
}

/// The list of accounts of a folder; that of an empty wallet where there is none, and no keys either.
fn read_accounts(folder: &Path) -> Result<Accounts, WalletError> {
    let path = accounts_path(folder);
    let Some(json) = safe_file::read(&path)? else {
        return match folders::newest_with_keys(folder)? {
            Some(keys) => Err(WalletError::ListLost { list: path, keys }),
            None => Ok(Accounts::empty()),
        };
    };
    let damaged = |reason: String| WalletError::Damaged { path: path.clone(), reason };
    let accounts: Accounts = serde_json::from_slice(&json).map_err(|e| damaged(e.to_string()))?;
    if accounts.version != 1 {
        return Err(damaged(format!("version {} is not known", accounts.version)));
    }
    Ok(accounts)
}

fn accounts_path(folder: &Path) -> PathBuf {
    folder.join("accounts.json")
}

fn derived(index: u32) -> Origin {
    Origin::Words { index, path: path(index) }
}

struct AccountSigner {
    wallet: Wallet,
    address: Address,
}

impl AccountSigner {
    fn with<T>(&self, sign: impl FnOnce(&SecretKey) -> Result<T, SignError>) -> Result<T, SignError> {
        let signed = self.wallet.with_keys(|keys| keys.get(&self.address).map(sign));
        signed.map_err(|_| SignError::Locked)?.ok_or(SignError::Unknown(self.address))?
    }
}

impl Signer for AccountSigner {
    fn address(&self) -> Address {
        self.address
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.with(|key| key.sign_digest(digest).map_err(|e| SignError::Refused(e.to_string())))
    }

    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        self.with(|key| sign_transaction(key, tx))
    }
}

#[cfg(test)]
#[path = "wallet_tests.rs"]
mod tests;
