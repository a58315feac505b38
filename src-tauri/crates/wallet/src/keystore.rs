//! Web3 keystore version 3: reads scrypt and PBKDF2, writes scrypt. AES-128-CTR, and a Keccak-256 over the second half of
//! the derived key and the ciphertext that tells a wrong passphrase from a right one.
//!
//! Files come from anywhere, so every parameter is checked before any memory or time is spent on it.

use aes::cipher::{KeyIvInit, StreamCipher};
use protocol::{Address, SecretKey, hash::keccak256};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

type Aes128Ctr = ctr::Ctr128BE<aes::Aes128>;

/// Most memory that scrypt may take for a file: 512 MiB.
const MAX_SCRYPT_BYTES: u128 = 512 * 1024 * 1024;
/// Most memory times parallelism: about 16 times the usual effort.
const MAX_SCRYPT_WORK: u128 = 4 * 1024 * 1024 * 1024;
/// Most rounds of PBKDF2: about 40 times the usual effort.
const MAX_PBKDF2_ROUNDS: u32 = 10_000_000;
/// Longest secret that is sealed here: 24 recovery words are below 250 bytes.
const MAX_SECRET: usize = 1024;

/// Why a keystore does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// The passphrase is not the one it was sealed with.
    #[error("this is not the passphrase")]
    WrongPassphrase,
    /// Not a keystore; says where reading stopped.
    #[error("this is no keystore file: {0}")]
    Form(String),
    /// A keystore of another version, cipher or derivation.
    #[error("this keystore is of a kind that is not supported: {0}")]
    Unsupported(String),
    /// Its parameters would take more memory or time than is reasonable.
    #[error("this keystore asks for too much memory or time")]
    TooCostly,
    /// It opened, but does not hold a private key, or another one than it says.
    #[error("this keystore does not hold the key it claims to hold")]
    Content,
    /// scrypt refused the parameters.
    #[error("the key derivation failed")]
    Derivation,
}

/// What opening a keystore that we write costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    log_n: u8,
}

impl Cost {
    /// N = 2^17, r = 8, p = 1: 128 MiB and about half a second. What people's keys are sealed with.
    pub const fn product() -> Self {
        Self { log_n: 17 }
    }

    /// N = 2^4: no protection at all. For tests, and for secrets that are themselves 256 random bits.
    pub const fn cheap() -> Self {
        Self { log_n: 4 }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt {
        n: u64,
        r: u32,
        p: u32,
        dklen: u32,
        #[serde(with = "bare_hex")]
        salt: Vec<u8>,
    },
    Pbkdf2 {
        c: u32,
        prf: String,
        dklen: u32,
        #[serde(with = "bare_hex")]
        salt: Vec<u8>,
    },
}

#[derive(Clone, Serialize, Deserialize)]
struct CipherParams {
    #[serde(with = "bare_hex")]
    iv: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Sealed {
    cipher: String,
    cipherparams: CipherParams,
    #[serde(with = "bare_hex")]
    ciphertext: Vec<u8>,
    #[serde(flatten)]
    kdf: Kdf,
    #[serde(with = "bare_hex")]
    mac: Vec<u8>,
}

/// A sealed secret in the form of keystore version 3. Holds ciphertext only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keystore {
    version: u32,
    #[serde(default)]
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Sealed,
}

impl fmt::Debug for Keystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keystore({})", self.address.as_deref().unwrap_or("no address"))
    }
}

impl Keystore {
    /// Reads a keystore file's text.
    pub fn from_json(json: &[u8]) -> Result<Self, KeystoreError> {
        let keystore: Self = serde_json::from_slice(json).map_err(|e| KeystoreError::Form(e.to_string()))?;
        keystore.check()?;
        Ok(keystore)
    }

    /// The keystore file's text.
    pub fn to_json(&self) -> Result<String, KeystoreError> {
        serde_json::to_string_pretty(self).map_err(|e| KeystoreError::Form(e.to_string()))
    }

    /// Seals a private key.
    pub fn seal_key(key: &SecretKey, passphrase: &str, cost: Cost) -> Result<Self, KeystoreError> {
        Passphrase::new(passphrase, cost).seal_key(key)
    }

    /// Opens a private key and checks that it is the one of the file's address, where it names one.
    pub fn open_key(&self, passphrase: &str) -> Result<SecretKey, KeystoreError> {
        Passphrase::new(passphrase, Cost::product()).open_key(self)
    }

    fn check(&self) -> Result<(), KeystoreError> {
        let unsupported = |what: String| Err(KeystoreError::Unsupported(what));
        if self.version != 3 {
            return unsupported(format!("version {}", self.version));
        }
        if self.crypto.cipher != "aes-128-ctr" {
            return unsupported("its cipher".to_owned());
        }
        if self.crypto.cipherparams.iv.len() != 16 || self.crypto.mac.len() != 32 {
            return Err(KeystoreError::Form("iv is 16 and mac 32 bytes".to_owned()));
        }
        if self.crypto.ciphertext.is_empty() || self.crypto.ciphertext.len() > MAX_SECRET {
            return Err(KeystoreError::Form("the ciphertext has an impossible length".to_owned()));
        }
        match &self.crypto.kdf {
            Kdf::Scrypt { n, r, p, dklen, salt } => {
                let bytes = 128 * u128::from(*n) * u128::from(*r);
                if *dklen != 32 || !n.is_power_of_two() || *n < 2 || *r == 0 || *p == 0 || salt.len() > 256 {
                    return unsupported("its scrypt parameters".to_owned());
                }
                if bytes > MAX_SCRYPT_BYTES || bytes * u128::from(*p) > MAX_SCRYPT_WORK {
                    return Err(KeystoreError::TooCostly);
                }
            }
            Kdf::Pbkdf2 { c, prf, dklen, salt } => {
                if *dklen != 32 || *c == 0 || prf != "hmac-sha256" || salt.len() > 256 {
                    return unsupported("its PBKDF2 parameters".to_owned());
                }
                if *c > MAX_PBKDF2_ROUNDS {
                    return Err(KeystoreError::TooCostly);
                }
            }
        }
        Ok(())
    }
}

/// A passphrase at work: derives each key once, so that a wallet of many accounts opens with one scrypt.
/// What it seals shares one salt; each secret has an initialisation vector of its own.
pub(crate) struct Passphrase<'a> {
    text: &'a str,
    cost: Cost,
    derived: Vec<(Kdf, Zeroizing<[u8; 32]>)>,
    sealing: Option<Kdf>,
}

impl<'a> Passphrase<'a> {
    pub(crate) fn new(text: &'a str, cost: Cost) -> Self {
        Self { text, cost, derived: Vec::new(), sealing: None }
    }

    pub(crate) fn seal_key(&mut self, key: &SecretKey) -> Result<Keystore, KeystoreError> {
        let address = key.address().map_err(|_| KeystoreError::Content)?;
        self.seal(key.expose(), Some(address))
    }

    pub(crate) fn seal(&mut self, secret: &[u8], address: Option<Address>) -> Result<Keystore, KeystoreError> {
        let kdf = self.sealing.get_or_insert_with(|| {
            let salt = random::<32>().to_vec();
            Kdf::Scrypt { n: 1 << self.cost.log_n, r: 8, p: 1, dklen: 32, salt }
        });
        let kdf = kdf.clone();
        let derived = self.derive(&kdf)?;
        let iv = random::<16>();
        let mut ciphertext = secret.to_vec();
        apply(&derived, &iv, &mut ciphertext)?;
        let mac = mac(&derived, &ciphertext).to_vec();
        let sealed = Sealed {
            cipher: "aes-128-ctr".to_owned(),
            cipherparams: CipherParams { iv: iv.to_vec() },
            ciphertext,
            kdf,
            mac,
        };
        Ok(Keystore { version: 3, id: uuid(), address: address.map(|a| a.bare_hex()), crypto: sealed })
    }

    pub(crate) fn open(&mut self, keystore: &Keystore) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        keystore.check()?;
        let crypto = &keystore.crypto;
        let derived = self.derive(&crypto.kdf)?;
        // The difference of two MACs of public data under a key that a wrong guess does not have: its timing tells nothing.
        if mac(&derived, &crypto.ciphertext).as_slice() != crypto.mac {
            return Err(KeystoreError::WrongPassphrase);
        }
        let mut secret = Zeroizing::new(crypto.ciphertext.clone());
        apply(&derived, &crypto.cipherparams.iv, &mut secret)?;
        // From here on this passphrase is known to be right: what is sealed next may share the salt.
        if self.sealing.is_none() && self.fits(&crypto.kdf) {
            self.sealing = Some(crypto.kdf.clone());
        }
        Ok(secret)
    }

    pub(crate) fn open_key(&mut self, keystore: &Keystore) -> Result<SecretKey, KeystoreError> {
        let secret = self.open(keystore)?;
        let bytes: &[u8; 32] = secret.as_slice().try_into().map_err(|_| KeystoreError::Content)?;
        let key = SecretKey::from_bytes(bytes).map_err(|_| KeystoreError::Content)?;
        if let Some(claimed) = &keystore.address {
            let claimed: Address = claimed.parse().map_err(|_| KeystoreError::Content)?;
            if key.address().map_err(|_| KeystoreError::Content)? != claimed {
                return Err(KeystoreError::Content);
            }
        }
        Ok(key)
    }

    /// Whether a derivation is the one we would write now.
    fn fits(&self, kdf: &Kdf) -> bool {
        matches!(kdf, Kdf::Scrypt { n, r: 8, p: 1, salt, .. } if *n == 1 << self.cost.log_n && salt.len() == 32)
    }

    fn derive(&mut self, kdf: &Kdf) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
        if let Some((_, key)) = self.derived.iter().find(|(known, _)| known == kdf) {
            return Ok(key.clone());
        }
        let mut key = Zeroizing::new([0; 32]);
        match kdf {
            Kdf::Scrypt { n, r, p, salt, .. } => {
                let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| KeystoreError::Derivation)?;
                let params = scrypt::Params::new(log_n, *r, *p, 32).map_err(|_| KeystoreError::Derivation)?;
                scrypt::scrypt(self.text.as_bytes(), salt, &params, &mut *key)
                    .map_err(|_| KeystoreError::Derivation)?;
            }
            Kdf::Pbkdf2 { c, salt, .. } => {
                pbkdf2::pbkdf2::<hmac::Hmac<sha2::Sha256>>(self.text.as_bytes(), salt, *c, &mut *key)
                    .map_err(|_| KeystoreError::Derivation)?;
            }
        }
        self.derived.push((kdf.clone(), key.clone()));
        Ok(key)
    }
}

fn apply(derived: &[u8; 32], iv: &[u8], bytes: &mut [u8]) -> Result<(), KeystoreError> {
    let mut cipher =
        Aes128Ctr::new_from_slices(&derived[..16], iv).map_err(|_| KeystoreError::Form("iv is 16 bytes".to_owned()))?;
    cipher.apply_keystream(bytes);
    Ok(())
}

fn mac(derived: &[u8; 32], ciphertext: &[u8]) -> [u8; 32] {
    let mut text = Zeroizing::new(derived[16..].to_vec());
    text.extend_from_slice(ciphertext);
    keccak256(text.as_slice())
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    bytes
}

/// A random UUID, version 4, which the format wants as the file's id.
fn uuid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// Hex without prefix, as keystores write it; a prefix is tolerated.
mod bare_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(d)?;
        hex::decode(text.strip_prefix("0x").unwrap_or(&text)).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden() -> serde_json::Value {
        let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/keystore-v3.json"));
        serde_json::from_str(file).unwrap()
    }

    #[test]
    fn golden_keystores_of_both_kinds_open() {
        let golden = golden();
        for kind in ["scrypt", "pbkdf2"] {
            let keystore = Keystore::from_json(golden[kind].to_string().as_bytes()).unwrap();
            let key = keystore.open_key(golden["password"].as_str().unwrap()).unwrap();
            assert_eq!(format!("0x{}", hex::encode(key.expose())), golden["privateKey"].as_str().unwrap(), "{kind}");
            assert_eq!(key.address().unwrap().to_string(), golden["address"].as_str().unwrap());
            assert_eq!(keystore.open_key("another").unwrap_err(), KeystoreError::WrongPassphrase);
        }
    }

    #[test]
    fn what_is_sealed_opens_with_its_passphrase_only_and_by_ethers_too() {
        let key = SecretKey::from_bytes(&[9; 32]).unwrap();
        let keystore = Keystore::seal_key(&key, "pa ß", Cost::cheap()).unwrap();
        let json = keystore.to_json().unwrap();
        let read = Keystore::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.open_key("pa ß").unwrap().expose(), key.expose());
        assert_eq!(read.open_key("pa").unwrap_err(), KeystoreError::WrongPassphrase);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, json).unwrap();
        let theirs = ethers::signers::LocalWallet::decrypt_keystore(&path, "pa ß").unwrap();
        assert_eq!(ethers::signers::Signer::address(&theirs).0, key.address().unwrap().0);
    }

    #[test]
    fn the_product_costs_what_geth_costs_at_least() {
        let mut at_work = Passphrase::new("x", Cost::product());
        let keystore = at_work.seal(b"secret", None).unwrap();
        assert!(matches!(keystore.crypto.kdf, Kdf::Scrypt { n: 131_072, r: 8, p: 1, .. }));
    }

    #[test]
    fn hostile_parameters_are_refused_before_they_cost_anything() {
        let golden = golden();
        let with = |path: [&str; 2], value: serde_json::Value| {
            let mut file = golden["scrypt"].clone();
            file["crypto"][path[0]][path[1]] = value;
            Keystore::from_json(file.to_string().as_bytes()).unwrap_err()
        };
        assert_eq!(with(["kdfparams", "n"], (1_u64 << 40).into()), KeystoreError::TooCostly);
        assert_eq!(with(["kdfparams", "p"], u32::MAX.into()), KeystoreError::TooCostly);
        assert!(matches!(with(["kdfparams", "n"], 3.into()), KeystoreError::Unsupported(_)));
        assert!(matches!(with(["kdfparams", "dklen"], 16.into()), KeystoreError::Unsupported(_)));
        assert!(matches!(with(["cipherparams", "iv"], "aa".into()), KeystoreError::Form(_)));
        let mut file = golden["pbkdf2"].clone();
        file["crypto"]["kdfparams"]["c"] = u32::MAX.into();
        assert_eq!(Keystore::from_json(file.to_string().as_bytes()).unwrap_err(), KeystoreError::TooCostly);
        assert!(matches!(Keystore::from_json(b"{}"), Err(KeystoreError::Form(_))));
    }

    #[test]
    fn a_file_that_names_another_account_is_refused() {
        let key = SecretKey::from_bytes(&[9; 32]).unwrap();
        let mut keystore = Keystore::seal_key(&key, "x", Cost::cheap()).unwrap();
        keystore.address = Some(Address([1; 20]).bare_hex());
        assert_eq!(keystore.open_key("x").unwrap_err(), KeystoreError::Content);
    }
}
