//! Accounts: recovery words, keystore, keychain, signers, service key.
