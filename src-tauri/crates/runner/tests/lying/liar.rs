//! A node that says what it likes.

use crate::world::{Honest, World};
use async_trait::async_trait;
use keeper::{Rpc, RpcFault};
use protocol::hash::keccak256;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What the liar makes of an honest answer; `None` is no answer at all, ever.
pub(crate) type Lie = fn(&World, &str, &Value, Result<Value, RpcFault>) -> Option<Result<Value, RpcFault>>;

pub(crate) struct Liar {
    honest: Honest,
    world: Arc<World>,
    lie: Lie,
    lies: Arc<AtomicBool>,
}

impl Liar {
    /// It lies once the switch is on.
    pub(crate) fn new(world: &Arc<World>, lie: Lie, lies: &Arc<AtomicBool>) -> Self {
        Self { honest: world.honest.clone(), world: world.clone(), lie, lies: lies.clone() }
    }
}

#[async_trait]
impl Rpc for Liar {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        // What a liar was asked to pass on it does not pass on.
        let lies = self.lies.load(Ordering::SeqCst);
        let honest = match method {
            "eth_sendRawTransaction" if lies => Ok(Value::Null),
            _ => self.honest.request(method, params.clone()).await,
        };
        if !lies {
            return honest;
        }
        match (self.lie)(&self.world, method, &params, honest) {
            Some(said) => said,
            None => std::future::pending().await,
        }
    }
}

/// Whether a request calls this function with this first argument.
pub(crate) fn calls(method: &str, params: &Value, signature: &str, argument: &[u8; 32]) -> bool {
    let data = params[0]["data"].as_str().or_else(|| params[0]["input"].as_str()).unwrap_or_default();
    let selector = hex(&keccak256(signature)[..4]);
    method == "eth_call" && data.starts_with(&format!("0x{selector}{}", hex(argument)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An output with another word in this place.
pub(crate) fn with_word(output: &Value, place: usize, word: &str) -> Value {
    let text = output.as_str().unwrap();
    let start = 2 + place * 64;
    json!(format!("{}{word:0>64}{}", &text[..start], &text[start + 64..]))
}

/// A number with this added to it.
pub(crate) fn plus(number: &Value, more: i64) -> Value {
    let known = i64::from_str_radix(number.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    json!(format!("{:#x}", known + more))
}
