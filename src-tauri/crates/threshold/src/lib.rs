//! Threshold cryptography of the Secret Store: ECIES, key shares, document cipher.
