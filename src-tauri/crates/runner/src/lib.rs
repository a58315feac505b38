//! Journal, outbox of signed transactions, nonce queue: persist, then act.
