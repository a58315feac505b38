//! The embedded chain: an EVM with durable state and JSON-RPC.
