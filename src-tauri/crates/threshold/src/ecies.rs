//! Sealing bytes to a public key as devp2p and Parity do it (PROTOCOL 7.4):
//! `0x04 || R || iv || AES-128-CTR(bytes) || HMAC-SHA256(iv || ciphertext || 0x0000)`.

use crate::{Point, Secret, ThresholdError};
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use protocol::SecretKey;
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub(crate) type Aes128Ctr = ctr::Ctr128BE<aes::Aes128>;

/// Length of what sealing adds: prefix, ephemeral point, initialisation vector, authentication.
pub const OVERHEAD: usize = 1 + 64 + 16 + 32;

/// Parity authenticates these after the ciphertext.
const AUTHENTICATED: [u8; 2] = [0, 0];

/// Whoever can open what was sealed to their public key: an account of the wallet, the identity of a node.
pub trait EciesOpener: Send + Sync {
    /// Opens a sealed message. [`ThresholdError::Sealed`] where it was changed or sealed to another key.
    fn open_ecies(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError>;
}

impl EciesOpener for SecretKey {
    fn open_ecies(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
        open(&Secret::from_bytes(self.expose())?, sealed)
    }
}

/// Seals bytes so that only the holder of the public key's secret can read them.
pub fn seal(recipient: &Point, plain: &[u8], rng: &mut (impl RngCore + CryptoRng)) -> Result<Vec<u8>, ThresholdError> {
    let ephemeral = Secret::random(rng);
    let mut iv = [0; 16];
    rng.fill_bytes(&mut iv);
    seal_with(recipient, plain, &ephemeral, &iv)
}

fn seal_with(recipient: &Point, plain: &[u8], ephemeral: &Secret, iv: &[u8; 16]) -> Result<Vec<u8>, ThresholdError> {
    let keys = Keys::of(&recipient.times(ephemeral));
    let mut out = Vec::with_capacity(plain.len() + OVERHEAD);
    out.push(4);
    out.extend_from_slice(ephemeral.public().as_bytes());
    out.extend_from_slice(iv);
    out.extend_from_slice(plain);
    let (_, ciphertext) = out.split_at_mut(65 + 16);
    Aes128Ctr::new((&*keys.cipher).into(), iv.into()).apply_keystream(ciphertext);
    let mac = keys.mac(iv, ciphertext)?.finalize().into_bytes();
    out.extend_from_slice(&mac);
    Ok(out)
}

/// Opens what was sealed to this secret's public key.
pub fn open(secret: &Secret, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
    let (4, rest) = sealed.split_first().ok_or(ThresholdError::Sealed)? else { return Err(ThresholdError::Sealed) };
    let (ephemeral, rest) = rest.split_at_checked(64).ok_or(ThresholdError::Sealed)?;
    let (iv, rest) = rest.split_first_chunk::<16>().ok_or(ThresholdError::Sealed)?;
    let (ciphertext, mac) = rest.split_last_chunk::<32>().ok_or(ThresholdError::Sealed)?;
    let ephemeral = Point::from_slice(ephemeral).map_err(|_| ThresholdError::Sealed)?;
    let keys = Keys::of(&ephemeral.times(secret));
    keys.mac(iv, ciphertext)?.verify_slice(mac).map_err(|_| ThresholdError::Sealed)?;
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    Aes128Ctr::new((&*keys.cipher).into(), iv.into()).apply_keystream(&mut plain);
    Ok(plain)
}

/// The two keys that both sides derive from the shared point.
struct Keys {
    cipher: Zeroizing<[u8; 16]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn of(shared: &Point) -> Self {
        let mut input = Zeroizing::new([0; 36]);
        input[3] = 1;
        input[4..].copy_from_slice(&shared.x());
        let derived: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(*input).into());
        let mut cipher = Zeroizing::new([0; 16]);
        cipher.copy_from_slice(&derived[..16]);
        Self { cipher, mac: Zeroizing::new(Sha256::digest(&derived[16..]).into()) }
    }

    fn mac(&self, iv: &[u8; 16], ciphertext: &[u8]) -> Result<Hmac<Sha256>, ThresholdError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.mac).map_err(|_| ThresholdError::Sealed)?;
        mac.update(iv);
        mac.update(ciphertext);
        mac.update(&AUTHENTICATED);
        Ok(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn only_the_recipient_opens_and_every_changed_byte_is_noticed() {
        let mut rng = StdRng::seed_from_u64(1);
        let secret = Secret::random(&mut rng);
        let sealed = seal(&secret.public(), b"a share", &mut rng).unwrap();
        assert_eq!(sealed.len(), b"a share".len() + OVERHEAD);
        assert_eq!(open(&secret, &sealed).unwrap().as_slice(), b"a share");
        assert_eq!(open(&Secret::random(&mut rng), &sealed).unwrap_err(), ThresholdError::Sealed);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(open(&secret, &changed).unwrap_err(), ThresholdError::Sealed, "byte {i}");
            assert!(open(&secret, &sealed[..i]).is_err(), "cut at {i}");
        }
    }
}
