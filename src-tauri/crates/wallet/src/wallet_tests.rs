use super::*;
use crate::{KeychainError, NoKeychain, keychain::tests::MemoryKeychain};
use std::fs;

const JUNK: &str = "test test test test test test test test test test test junk";

struct Bench {
    folder: tempfile::TempDir,
    now: Arc<AtomicU64>,
    keychain: Arc<MemoryKeychain>,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: Arc::new(AtomicU64::new(1_000)), keychain: Arc::default() }
    }
    fn options(&self) -> Options {
        let now = self.now.clone();
        Options {
            keychain: self.keychain.clone(),
            cost: Cost::cheap(),
            idle: Some(DEFAULT_IDLE),
            clock: Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed))),
        }
    }
    fn wallet(&self) -> PathBuf {
        self.folder.path().join("wallet")
    }
    fn open(&self) -> Wallet {
        Wallet::open(&self.wallet(), self.options()).unwrap()
    }
    /// As a process looks that does not hold the home.
    fn look(&self) -> WalletReader {
        WalletReader::open(&self.wallet(), self.options()).unwrap()
    }
    fn junk(&self) -> Wallet {
        let wallet = self.open();
        wallet.import_words(&RecoveryWords::parse(JUNK).unwrap(), "pass", None).unwrap();
        wallet
    }
}

#[test]
fn a_new_wallet_gives_words_that_bring_its_account_back() {
    let (bench, other) = (Bench::new(), Bench::new());
    let (account, words) = bench.open().create("pass", WordCount::TwentyFour, Some("Mine")).unwrap();
    assert_eq!(account.name, "Mine");
    let again = other.open().import_words(&words, "another", None).unwrap();
    assert_eq!(again.address, account.address);
    assert_eq!(bench.open().backup("pass").unwrap().expose(), words.expose());
    assert!(matches!(bench.open().backup("guess"), Err(WalletError::WrongPassphrase)));
    assert!(matches!(bench.open().create("pass", WordCount::Twelve, None), Err(WalletError::HasWords)));
    assert!(matches!(Bench::new().open().create("", WordCount::Twelve, None), Err(WalletError::EmptyPassphrase)));
}

#[test]
fn accounts_are_derived_in_order_and_survive_reopening() {
    let bench = Bench::new();
    bench.junk().add_account("pass", Some("Second")).unwrap();
    let wallet = bench.open();
    let addresses: Vec<String> = wallet.accounts().iter().map(|a| a.address.to_string()).collect();
    assert_eq!(addresses, ["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"]);
    assert!(wallet.is_locked(), "a wallet opens locked");
    assert_eq!(wallet.find("Second"), wallet.find("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"));
}

#[test]
fn what_is_unlocked_while_somebody_locks_stays_locked() {
    let bench = Bench::new();
    let wallet = bench.junk();
    // Stretching a passphrase takes a second: the lock comes between its beginning and its end.
    let began = wallet.locks();
    let at_work = wallet.right_passphrase("pass").unwrap();
    wallet.lock();
    assert!(!wallet.unlock_with(at_work, began).unwrap());
    assert!(wallet.is_locked());
    wallet.unlock("pass").unwrap();
    assert!(!wallet.is_locked());
}

#[test]
fn a_signer_looks_at_the_lock_at_every_use() {
    let bench = Bench::new();
    bench.junk();
    let wallet = bench.open();
    let address = wallet.accounts()[0].address;
    let signer = wallet.signer(address).unwrap();
    assert_eq!(signer.sign_personal(b"hello"), Err(SignError::Locked));
    wallet.unlock("pass").unwrap();
    assert_eq!(signer.sign_personal(b"hello").unwrap().recover_personal(b"hello").unwrap(), address);
    wallet.lock();
    assert_eq!(signer.sign_personal(b"hello"), Err(SignError::Locked));
    assert!(matches!(wallet.ecies_secret(address, |_| ()), Err(WalletError::Locked)));
    assert!(matches!(wallet.signer(Address([1; 20])), Err(WalletError::UnknownAccount(_))));
}

#[test]
fn an_idle_wallet_locks_and_a_touched_one_does_not() {
    let bench = Bench::new();
    let wallet = bench.junk();
    assert!(!wallet.is_locked(), "adding an account unlocks");
    bench.now.fetch_add(299, Ordering::Relaxed);
    wallet.touch();
    bench.now.fetch_add(299, Ordering::Relaxed);
    assert!(!wallet.is_locked());
    assert!(wallet.locks_at().is_some());
    bench.now.fetch_add(1, Ordering::Relaxed);
    wallet.touch();
    assert!(wallet.is_locked(), "a touch after the time does not bring the keys back");
    assert_eq!(wallet.locks_at(), None);
    wallet.unlock("pass").unwrap();
    bench.now.fetch_sub(10, Ordering::Relaxed);
    assert!(wallet.is_locked(), "a clock that went back locks");
}

#[test]
fn a_wrong_passphrase_is_an_error_of_its_own_everywhere() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let address = wallet.accounts()[0].address;
    wallet.lock();
    let key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
    assert!(matches!(wallet.unlock("no"), Err(WalletError::WrongPassphrase)));
    assert!(matches!(wallet.update("no", "new"), Err(WalletError::WrongPassphrase)));
    assert!(matches!(wallet.export_keystore(address, "no"), Err(WalletError::WrongPassphrase)));
    assert!(matches!(wallet.import_key(key, "no", None), Err(WalletError::WrongPassphrase)));
    assert!(matches!(wallet.add_account("no", None), Err(WalletError::WrongPassphrase)));
    assert!(matches!(wallet.remember("no"), Err(WalletError::WrongPassphrase)));
    assert!(wallet.is_locked());
}

#[test]
fn keys_and_keystores_are_imported_and_exported() {
    let bench = Bench::new();
    let wallet = bench.open();
    let key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318\n";
    let account = wallet.import_key(key, "pass", Some("Key")).unwrap();
    assert_eq!(account.address.to_string(), "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
    assert!(matches!(wallet.import_key(key, "pass", None), Err(WalletError::AccountExists(_))));
    assert!(matches!(wallet.import_key("0x12", "pass", None), Err(WalletError::Key)));
    assert!(matches!(wallet.backup("pass"), Err(WalletError::NoWords)));
    let exported = wallet.export_keystore(account.address, "pass").unwrap();
    let other = Bench::new().open();
    assert!(matches!(
        other.import_keystore(exported.as_bytes(), "no", "theirs", None),
        Err(WalletError::WrongPassphrase)
    ));
    let again = other.import_keystore(exported.as_bytes(), "pass", "theirs", None).unwrap();
    assert_eq!(again.address, account.address);
    wallet.import_words(&RecoveryWords::parse(JUNK).unwrap(), "pass", None).unwrap();
    assert_eq!(wallet.accounts().len(), 2, "words may join imported keys");
}

#[test]
fn a_new_passphrase_replaces_the_old_one_for_everything() {
    let bench = Bench::new();
    let wallet = bench.junk();
    wallet.add_account("pass", None).unwrap();
    wallet.remember("pass").unwrap();
    wallet.update("pass", "word").unwrap();
    let wallet = bench.open();
    assert!(matches!(wallet.unlock("pass"), Err(WalletError::WrongPassphrase)));
    wallet.unlock("word").unwrap();
    assert_eq!(wallet.backup("word").unwrap().expose(), JUNK);
    assert!(matches!(wallet.unlock_remembered(), Err(WalletError::NotRemembered)));
    assert!(matches!(wallet.update("word", ""), Err(WalletError::EmptyPassphrase)));
}

#[test]
fn a_change_of_passphrase_that_crashed_half_way_leaves_the_old_one_right() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let mut opens = wallet.right_passphrase("pass").unwrap();
    let mut seals = Passphrase::new("word", Cost::cheap());
    wallet.seal_anew(&wallet.snapshot(), &mut opens, &mut seals).unwrap();
    let half = bench.wallet().join("keys-2");
    fs::write(half.join("words.json"), "half").unwrap();
    let wallet = bench.open();
    assert!(!half.exists(), "the left-over is removed");
    wallet.unlock("pass").unwrap();
    wallet.update("pass", "word").unwrap();
    bench.open().unlock("word").unwrap();
}

#[test]
fn old_keys_that_cannot_be_removed_lock_nobody_out() {
    let bench = Bench::new();
    let old = bench.wallet().join("keys-1");
    bench.junk().update("pass", "word").unwrap();
    assert!(!old.exists());
    // No folder: the system does not remove it as one.
    fs::write(&old, "in the way").unwrap();
    let wallet = bench.open();
    assert!(wallet.sweep().is_err() && old.exists());
    wallet.unlock("word").unwrap();
    wallet.update("word", "third").unwrap();
    bench.open().unlock("third").unwrap();
}

#[test]
fn keys_without_a_list_are_not_taken_for_an_empty_wallet() {
    let bench = Bench::new();
    bench.junk().update("pass", "word").unwrap();
    let (list, keys) = (bench.wallet().join("accounts.json"), bench.wallet().join("keys-2"));
    let text = fs::read(&list).unwrap();
    fs::remove_file(&list).unwrap();
    for error in [
        Wallet::open(&bench.wallet(), bench.options()).map(drop).unwrap_err(),
        WalletReader::open(&bench.wallet(), bench.options()).map(drop).unwrap_err(),
    ] {
        assert!(matches!(&error, WalletError::ListLost { keys: named, .. } if *named == keys), "{error}");
    }
    fs::write(&list, text).unwrap();
    bench.open().unlock("word").unwrap();
}

#[test]
fn words_that_nobody_has_seen_keep_nobody_out() {
    let bench = Bench::new();
    let half = bench.wallet().join("keys-1");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("words.json"), "sealed, and no key was made of them").unwrap();
    let wallet = bench.open();
    assert!(wallet.is_empty());
    wallet.create("pass", WordCount::Twelve, None).unwrap();
    drop(wallet);
    bench.open().unlock("pass").unwrap();
}

#[test]
fn keys_of_another_list_are_neither_removed_nor_written_over() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let theirs = bench.wallet().join("keys-2/words.json");
    fs::create_dir(theirs.parent().unwrap()).unwrap();
    fs::write(&theirs, "somebody's").unwrap();
    wallet.update("pass", "word").unwrap();
    bench.open().unlock("word").unwrap();
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "somebody's");
    assert!(!bench.wallet().join("keys-1").exists(), "its own left-over goes");
}

#[test]
fn a_list_of_an_earlier_version_knows_the_keys_before_its_own() {
    let bench = Bench::new();
    bench.junk().update("pass", "word").unwrap();
    let list = bench.wallet().join("accounts.json");
    let mut text: serde_json::Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    assert!(text.as_object_mut().unwrap().remove("made").is_some());
    fs::write(&list, text.to_string()).unwrap();
    let [before, after] = ["keys-1", "keys-3"].map(|name| bench.wallet().join(name));
    fs::create_dir(&before).unwrap();
    fs::create_dir(&after).unwrap();
    bench.open().update("word", "third").unwrap();
    assert!(!before.exists() && after.exists());
    bench.open().unlock("third").unwrap();
}

#[test]
fn a_first_account_that_was_not_finished_is_begun_anew() {
    let bench = Bench::new();
    // Its words are sealed, and then it ends.
    assert!(matches!(bench.open().create("pass", WordCount::Twelve, Some(" ")), Err(WalletError::Name)));
    let half = bench.wallet().join("keys-1");
    assert!(half.join("words.json").exists());
    let wallet = bench.open();
    assert!(wallet.is_empty() && bench.look().is_empty());
    let (_, words) = wallet.create("word", WordCount::Twelve, None).unwrap();
    assert_eq!(bench.open().backup("word").unwrap().expose(), words.expose());
    assert!(!half.exists(), "what was not finished is removed");
}

#[test]
fn whoever_only_reads_the_words_removes_nothing() {
    let bench = Bench::new();
    assert!(bench.look().is_empty() && !bench.wallet().exists(), "not even a folder is made");
    let wallet = bench.junk();
    // The process that holds the home is about to let new keys count.
    let mut opens = wallet.right_passphrase("pass").unwrap();
    let mut seals = Passphrase::new("word", Cost::cheap());
    let after = wallet.seal_anew(&wallet.snapshot(), &mut opens, &mut seals).unwrap();
    let reader = bench.look();
    assert!(reader.has_words());
    assert_eq!(reader.backup("pass").unwrap().expose(), JUNK);
    wallet.change_to(after, &mut seals).unwrap();
    assert_eq!(reader.backup("word").unwrap().expose(), JUNK, "it looks again where the keys that it knew are gone");
    assert!(matches!(reader.backup("pass"), Err(WalletError::WrongPassphrase)));
    bench.open().unlock("word").unwrap();
}

#[test]
fn the_old_keys_count_until_all_new_ones_are_there() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let mut opens = wallet.right_passphrase("pass").unwrap();
    let mut seals = Passphrase::new("word", Cost::cheap());
    let after = wallet.seal_anew(&wallet.snapshot(), &mut opens, &mut seals).unwrap();
    fs::remove_file(bench.wallet().join("keys-2/words.json")).unwrap();
    assert!(matches!(wallet.change_to(after, &mut seals), Err(WalletError::Damaged { .. })));
    assert_eq!(wallet.backup("pass").unwrap().expose(), JUNK);
    bench.open().unlock("pass").unwrap();
}

#[test]
fn no_keys_are_removed_while_those_that_count_cannot_be_read() {
    let bench = Bench::new();
    bench.junk();
    let list = bench.wallet().join("accounts.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("\"keys\": 1", "\"keys\": 2")).unwrap();
    assert!(bench.open().unlock("pass").is_err());
    fs::rename(bench.wallet().join("keys-1"), bench.wallet().join("keys-2")).unwrap();
    bench.open().unlock("pass").unwrap();
}

#[test]
fn the_keychain_unlocks_when_asked_and_is_not_needed() {
    let bench = Bench::new();
    bench.junk().remember("pass").unwrap();
    let wallet = bench.open();
    wallet.unlock_remembered().unwrap();
    assert!(!wallet.is_locked());
    wallet.forget().unwrap();
    assert!(matches!(wallet.unlock_remembered(), Err(WalletError::NotRemembered)));

    let folder = tempfile::tempdir().unwrap();
    let options = Options { keychain: Arc::new(NoKeychain), cost: Cost::cheap(), ..Options::default() };
    let without = Wallet::open(folder.path(), options).unwrap();
    without.create("pass", WordCount::Twelve, None).unwrap();
    assert!(matches!(without.remember("pass"), Err(WalletError::Keychain(KeychainError::NoService))));
    without.update("pass", "word").unwrap();
    without.unlock("word").unwrap();
}

#[test]
fn names_are_unique_and_sensible() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let second = wallet.add_account("pass", None).unwrap();
    assert_eq!(second.name, "Account 2");
    assert!(matches!(wallet.rename(second.address, "Account 1"), Err(WalletError::NameTaken(_))));
    assert!(matches!(wallet.rename(second.address, " "), Err(WalletError::Name)));
    wallet.rename(second.address, "Savings").unwrap();
    assert_eq!(bench.open().accounts()[1].name, "Savings");
}

#[test]
fn nothing_secret_is_in_clear_on_disk_or_in_debug() {
    let bench = Bench::new();
    let wallet = bench.junk();
    let mut files = 0;
    let mut folders = vec![bench.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("junk"), "{path:?} shows the words");
            assert!(!text.contains("ac0974bec39a17e3"), "{path:?} shows the key");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
            }
        }
    }
    // The list of accounts, a key, the words, and the note that their owner has them.
    assert_eq!(files, 4);
    assert!(!format!("{wallet:?}").contains("junk"));
}

#[test]
fn a_damaged_file_is_named() {
    let bench = Bench::new();
    bench.junk();
    let path = bench.wallet().join("accounts.json");
    fs::write(&path, "{").unwrap();
    let options = Options { cost: Cost::cheap(), keychain: Arc::new(NoKeychain), ..Options::default() };
    let error = Wallet::open(path.parent().unwrap(), options).unwrap_err();
    assert!(matches!(error, WalletError::Damaged { path: named, .. } if named == path));
}

#[test]
fn an_account_is_backed_up_once_its_owner_holds_a_copy() {
    let (bench, other) = (Bench::new(), Bench::new());
    let wallet = bench.open();
    let (first, words) = wallet.create("pass", WordCount::Twelve, None).unwrap();
    let second = wallet.add_account("pass", None).unwrap();
    assert!(!wallet.is_backed_up(first.address) && !wallet.is_backed_up(second.address));
    wallet.export_keystore(second.address, "pass").unwrap();
    assert!(!wallet.is_backed_up(second.address), "a copy that nobody has saved is none");
    wallet.note_exported(second.address).unwrap();
    assert!(matches!(wallet.note_exported(Address([1; 20])), Err(WalletError::UnknownAccount(_))));
    assert!(!bench.open().is_backed_up(first.address) && bench.open().is_backed_up(second.address));
    assert!(wallet.backup("guess").is_err() && !wallet.is_backed_up(first.address));
    wallet.backup("pass").unwrap();
    assert!(bench.open().is_backed_up(first.address));
    let brought = other.open().import_words(&words, "another", None).unwrap();
    assert!(other.open().is_backed_up(brought.address));
}

#[test]
fn the_idle_time_changes_while_it_is_open() {
    let bench = Bench::new();
    let wallet = bench.junk();
    wallet.lock_after(None);
    bench.now.fetch_add(1_000_000, Ordering::Relaxed);
    assert!(!wallet.is_locked() && wallet.locks_at().is_none());
    wallet.lock_after(Some(Duration::from_secs(10)));
    assert!(wallet.is_locked());
}
