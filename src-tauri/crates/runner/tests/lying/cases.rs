//! The lies.

use crate::{
    liar::{Lie, calls, hex, plus, with_word},
    world::{Question, World},
};
use keeper::RpcFault;
use serde_json::{Value, json};

/// What comes of a lie where the liar is the only node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alone {
    /// It is believed: with one node one trusts that node.
    Believed,
    /// It is seen that this cannot be, or does no harm.
    Caught,
    /// There is no answer at all.
    Fails,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) asks: Question,
    pub(crate) lie: Lie,
    pub(crate) alone: Alone,
    /// The honest node's word is enough here; the liar need not be noticed.
    pub(crate) overheard: bool,
    /// It lies already when it is met.
    pub(crate) from_the_start: bool,
}

const fn case(name: &'static str, asks: Question, alone: Alone, lie: Lie) -> Case {
    Case { name, asks, lie, alone, overheard: false, from_the_start: false }
}

const fn overheard(name: &'static str, asks: Question, alone: Alone, lie: Lie) -> Case {
    Case { overheard: true, ..case(name, asks, alone, lie) }
}

const fn from_the_start(name: &'static str, asks: Question, alone: Alone, lie: Lie) -> Case {
    Case { from_the_start: true, ..case(name, asks, alone, lie) }
}

type Said = Result<Value, RpcFault>;

const CONDITION: &str = "getCondition(bytes32)";
const AGREEMENT: &str = "getAgreement(bytes32)";
const ACTORS: &str = "getAgreementActors(bytes32)";

/// Another word in what the store says of a condition.
fn condition(of: [u8; 32], method: &str, params: &Value, said: Said, place: usize, word: &str) -> Option<Said> {
    Some(match calls(method, params, CONDITION, &of) {
        true => said.map(|output| with_word(&output, place, word)),
        false => said,
    })
}

/// Another word in what the store says of the paid agreement.
fn agreement(w: &World, method: &str, params: &Value, said: Said, place: usize, word: &str) -> Option<Said> {
    Some(match calls(method, params, AGREEMENT, &w.paid.agreement.0) {
        true => said.map(|output| with_word(&output, place, word)),
        false => said,
    })
}

/// Something else in place of every answer to this method.
fn instead(of: &str, method: &str, said: Said, value: &Value) -> Option<Said> {
    Some(if method == of { Ok(value.clone()) } else { said })
}

/// The receipt of the payment, changed.
fn receipt(w: &World, method: &str, params: &Value, said: Said, change: impl Fn(&mut Value)) -> Option<Said> {
    let asked = method == "eth_getTransactionReceipt" && params[0] == json!(w.mined.hash);
    Some(match (asked, said) {
        (true, Ok(mut receipt)) => {
            change(&mut receipt);
            Ok(receipt)
        }
        (_, said) => said,
    })
}

/// The newest block, changed.
fn newest(method: &str, params: &Value, said: Said, change: impl Fn(&mut Value)) -> Option<Said> {
    Some(match (method, said) {
        ("eth_blockNumber", Ok(mut number)) => {
            change(&mut number);
            Ok(number)
        }
        ("eth_getBlockByNumber", Ok(mut block)) if params[0] == "latest" => {
            change(&mut block["number"]);
            Ok(block)
        }
        (_, said) => said,
    })
}

/// The same fault for every question but the chain's id.
fn always(method: &str, said: Said, fault: RpcFault) -> Option<Said> {
    Some(if method == "eth_chainId" { said } else { Err(fault) })
}

fn refused(code: i64, message: &str) -> RpcFault {
    RpcFault::Refused { code, message: message.to_owned(), data: None }
}

use Alone::{Believed, Caught, Fails};
use Question as Q;

pub(crate) const CASES: &[Case] = &[
    case("the payment is set aside", Q::FactsOfUnpaid, Believed, |w, m, p, s| {
        condition(w.unpaid.ids().lock.0, m, p, s, 1, "2")
    }),
    case("the payment is not set aside", Q::FactsOfPaid, Believed, |w, m, p, s| {
        condition(w.paid.ids().lock.0, m, p, s, 1, "1")
    }),
    case("access is granted", Q::FactsOfPaid, Believed, |w, m, p, s| condition(w.paid.ids().access.0, m, p, s, 1, "2")),
    case("the time for access is over", Q::FactsOfPaid, Believed, |w, m, p, s| {
        condition(w.paid.ids().access.0, m, p, s, 1, "3")
    }),
    case("the money is paid out", Q::FactsOfPaid, Believed, |w, m, p, s| {
        condition(w.paid.ids().escrow.0, m, p, s, 1, "2")
    }),
    case("there is more time than was agreed", Q::FactsOfUnpaid, Believed, |w, m, p, s| {
        condition(w.unpaid.ids().access.0, m, p, s, 3, "ffff")
    }),
    case("another contract decides about access", Q::FactsOfUnpaid, Believed, |w, m, p, s| {
        condition(w.unpaid.ids().access.0, m, p, s, 0, "1234")
    }),
    case("a condition is in a state that does not exist", Q::FactsOfPaid, Caught, |w, m, p, s| {
        condition(w.paid.ids().lock.0, m, p, s, 1, "9")
    }),
    case("there is no agreement", Q::FactsOfPaid, Believed, |w, m, p, s| agreement(w, m, p, s, 5, "0")),
    case("the agreement is about another listing", Q::FactsOfPaid, Believed, |w, m, p, s| {
        agreement(w, m, p, s, 0, "77")
    }),
    case("the agreement is of another template", Q::FactsOfPaid, Believed, |w, m, p, s| agreement(w, m, p, s, 2, "77")),
    case("the agreement has another condition", Q::FactsOfPaid, Believed, |w, m, p, s| agreement(w, m, p, s, 8, "77")),
    case("somebody else is party to the agreement", Q::FactsOfPaid, Believed, |w, m, p, s| {
        Some(match calls(m, p, ACTORS, &w.paid.agreement.0) {
            true => s.map(|output| with_word(&output, 2, &hex(&w.stranger.address.0))),
            false => s,
        })
    }),
    case("an agreement exists that was never made", Q::FactsOfImagined, Believed, |w, m, p, s| {
        let asked = calls(m, p, AGREEMENT, &w.imagined.agreement.0);
        Some(if asked { s.map(|output| with_word(&output, 5, "10")) } else { s })
    }),
    case("contracts answer nothing", Q::FactsOfPaid, Caught, |_, m, _, s| instead("eth_call", m, s, &json!("0x"))),
    case("contracts answer null", Q::FactsOfPaid, Caught, |_, m, _, s| instead("eth_call", m, s, &Value::Null)),
    case("contracts answer half a byte", Q::FactsOfPaid, Caught, |_, m, _, s| {
        instead("eth_call", m, s, &json!("0x123"))
    }),
    case("contracts answer half of what they have to say", Q::FactsOfPaid, Caught, |_, m, _, s| {
        Some(if m == "eth_call" { s.map(|o| json!(&o.as_str().unwrap()[..66])) } else { s })
    }),
    case("contracts refuse to be read", Q::FactsOfPaid, Caught, |_, m, _, s| {
        Some(if m == "eth_call" { Err(refused(3, "execution reverted: no")) } else { s })
    }),
    case("the payment is not mined", Q::LookAtMined, Believed, |w, m, p, s| {
        if m == "eth_getTransactionCount" {
            return Some(s.map(|number| plus(&number, -1)));
        }
        receipt(w, m, p, s, |receipt| *receipt = Value::Null)
    }),
    case("the payment was reverted", Q::LookAtMined, Believed, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| receipt["status"] = json!("0x0"))
    }),
    case("another transaction took the payment's place", Q::LookAtMined, Believed, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| *receipt = Value::Null)
    }),
    case("the payment is in a block that is not in the chain", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| {
            receipt["blockHash"] = json!(format!("0x{}", "9".repeat(64)));
            receipt["logs"] = json!([]);
        })
    }),
    case("the payment is in a block that is not made yet", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| {
            receipt["blockNumber"] = json!("0xffff");
            receipt["logs"] = json!([]);
        })
    }),
    case("the receipt is of another transaction", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| receipt["transactionHash"] = json!(w.unsent.hash))
    }),
    case("the receipt is neither of success nor of failure", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| receipt["status"] = json!("0x2"))
    }),
    case("the receipt has logs of another block", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| receipt["logs"][0]["blockNumber"] = json!("0x1"))
    }),
    case("the receipt is of a negative block", Q::LookAtMined, Caught, |w, m, p, s| {
        receipt(w, m, p, s, |receipt| receipt["blockNumber"] = json!("-0x5"))
    }),
    case("a receipt of what was never sent", Q::LookAtUnsent, Believed, |w, m, p, s| {
        if m != "eth_getTransactionReceipt" || p[0] != json!(w.unsent.hash) {
            return Some(s);
        }
        Some(Ok(json!({
            "transactionHash": w.unsent.hash, "blockNumber": "0x5", "status": "0x1", "logs": [],
            "blockHash": w.fifth, "transactionIndex": "0x0", "from": w.consumer.address, "to": null,
            "cumulativeGasUsed": "0x5208", "gasUsed": "0x5208", "logsBloom": format!("0x{}", "0".repeat(512)),
            "contractAddress": null, "type": "0x0", "effectiveGasPrice": "0x0"
        })))
    }),
    case("the place of what was not sent is taken", Q::LookAtUnsent, Believed, |_, m, _, s| {
        Some(if m == "eth_getTransactionCount" { s.map(|number| plus(&number, 5)) } else { s })
    }),
    case("the chain is far behind what it is", Q::Head, Believed, |w, m, p, s| {
        if m == "eth_getBlockByNumber" && p[0] == "latest" {
            return Some(Ok(w.old.clone()));
        }
        newest(m, p, s, |number| *number = json!("0xa"))
    }),
    case("the chain is far ahead of what it is", Q::Head, Believed, |_, m, p, s| {
        newest(m, p, s, |number| *number = plus(number, 1_000))
    }),
    case("the newest block is negative", Q::Head, Caught, |_, m, p, s| {
        newest(m, p, s, |number| *number = json!("-0x5"))
    }),
    case("the newest block is beyond counting", Q::Head, Caught, |_, m, p, s| {
        newest(m, p, s, |number| *number = json!("0xffffffffffffffff"))
    }),
    case("the newest block is no text", Q::Head, Caught, |_, m, p, s| newest(m, p, s, |number| *number = json!(70))),
    case("there is no newest block", Q::Head, Caught, |_, m, _, s| {
        Some(if m == "eth_getBlockByNumber" || m == "eth_blockNumber" { Ok(Value::Null) } else { s })
    }),
    case("a block has another hash", Q::Block, Believed, |_, m, p, s| {
        let asked = m == "eth_getBlockByNumber" && p[0] == "0x5";
        Some(match (asked, s) {
            (true, Ok(mut block)) => {
                block["hash"] = json!(format!("0x{}", "9".repeat(64)));
                Ok(block)
            }
            (_, s) => s,
        })
    }),
    case("a block is another one", Q::Block, Caught, |w, m, p, s| {
        Some(if m == "eth_getBlockByNumber" && p[0] == "0x5" { Ok(w.old.clone()) } else { s })
    }),
    case("more transactions are on their way than there are", Q::NextNonce, Believed, |_, m, p, s| {
        let pending = m == "eth_getTransactionCount" && p[1] == "pending";
        Some(if pending { s.map(|number| plus(&number, 100)) } else { s })
    })
    .heard_over(),
    case("fewer transactions were made than were", Q::NextNonce, Believed, |_, m, _, s| {
        Some(if m == "eth_getTransactionCount" { s.map(|number| plus(&number, -1)) } else { s })
    }),
    case("a good transaction would be reverted", Q::PrepareGood, Believed, |_, m, _, s| {
        Some(if m == "eth_estimateGas" { Err(refused(3, "execution reverted: no")) } else { s })
    }),
    case("a bad transaction would succeed", Q::PrepareBad, Believed, |_, m, _, s| {
        instead("eth_estimateGas", m, s, &json!("0x10000"))
    }),
    case("a transaction needs all the gas of a block", Q::PrepareGood, Caught, |_, m, _, s| {
        instead("eth_estimateGas", m, s, &json!("0x1c9c380"))
    }),
    case("a transaction needs hardly any gas", Q::PrepareGood, Believed, |_, m, _, s| {
        instead("eth_estimateGas", m, s, &json!("0x5208"))
    }),
    case("gas costs a fortune", Q::PrepareGood, Caught, |_, m, _, s| {
        instead("eth_gasPrice", m, s, &json!("0xde0b6b3a7640000"))
    })
    .heard_over(),
    case("gas has a base fee of a fortune", Q::PrepareGood, Caught, |_, m, _, s| {
        Some(match (m, s) {
            ("eth_getBlockByNumber", Ok(mut block)) => {
                block["baseFeePerGas"] = json!("0xde0b6b3a7640000");
                Ok(block)
            }
            (_, s) => s,
        })
    }),
    case("a stranger may read", Q::MayReadStranger, Believed, |w, m, p, s| {
        let mut who = [0; 32];
        who[12..].copy_from_slice(&w.stranger.address.0);
        let asked = calls(m, p, "checkPermissions(address,bytes32)", &who);
        Some(if asked { s.map(|output| with_word(&output, 0, "1")) } else { s })
    }),
    case("a stranger is rich", Q::BalanceOfStranger, Believed, |w, m, p, s| {
        let mut who = [0; 32];
        who[12..].copy_from_slice(&w.stranger.address.0);
        let asked = calls(m, p, "balanceOf(address)", &who);
        Some(if asked { s.map(|output| with_word(&output, 0, "ffffffffffffffffffff")) } else { s })
    }),
    case("nothing ever happened", Q::Payments, Believed, |_, m, _, s| instead("eth_getLogs", m, s, &json!([]))),
    case("one event is missing", Q::Payments, Believed, |_, m, _, s| {
        Some(if m == "eth_getLogs" { s.map(|logs| json!([logs[0]])) } else { s })
    }),
    case("an event that never was", Q::Payments, Believed, |_, m, _, s| {
        Some(match (m, s) {
            ("eth_getLogs", Ok(mut logs)) => {
                let mut more = logs[0].clone();
                more["topics"][1] = json!(format!("0x{}", "3".repeat(64)));
                more["logIndex"] = json!("0x9");
                logs.as_array_mut().unwrap().push(more);
                Ok(logs)
            }
            (_, s) => s,
        })
    }),
    case("events of blocks that were not asked for", Q::Payments, Caught, |_, m, _, s| {
        Some(match (m, s) {
            ("eth_getLogs", Ok(mut logs)) => {
                logs[0]["blockNumber"] = json!("0xffff");
                Ok(logs)
            }
            (_, s) => s,
        })
    }),
    case("an event with five topics", Q::Payments, Caught, |_, m, _, s| {
        Some(match (m, s) {
            ("eth_getLogs", Ok(mut logs)) => {
                logs[0]["topics"] = json!([w0(), w0(), w0(), w0(), w0()]);
                Ok(logs)
            }
            (_, s) => s,
        })
    }),
    case("it is another chain since a moment ago", Q::ChainId, Caught, |_, m, _, s| {
        instead("eth_chainId", m, s, &json!("0x5"))
    })
    .heard_over(),
    from_the_start("it is another chain", Q::FactsOfPaid, Fails, |_, m, _, s| {
        instead("eth_chainId", m, s, &json!("0x5"))
    }),
    from_the_start("it has no chain", Q::FactsOfPaid, Fails, |_, m, _, s| instead("eth_chainId", m, s, &Value::Null)),
    overheard("a transaction is taken and dropped", Q::Send, Caught, |w, m, _, s| {
        instead("eth_sendRawTransaction", m, s, &json!(w.unsent.hash))
    }),
    overheard("a transaction is known already", Q::Send, Caught, |_, m, _, s| {
        Some(if m == "eth_sendRawTransaction" { Err(refused(-32000, "already known")) } else { s })
    }),
    overheard("a transaction comes too late", Q::Send, Caught, |_, m, _, s| {
        Some(if m == "eth_sendRawTransaction" { Err(refused(-32000, "nonce too low")) } else { s })
    }),
    overheard("another transaction was taken", Q::Send, Caught, |w, m, _, s| {
        instead("eth_sendRawTransaction", m, s, &json!(w.mined.hash))
    }),
    case("too many requests (HTTP 429)", Q::Head, Fails, |_, m, _, s| always(m, s, RpcFault::Busy { after: None })),
    case("too many requests (-32005)", Q::Head, Fails, |_, m, _, s| always(m, s, refused(-32005, "limit exceeded"))),
    case("no answer, ever", Q::Head, Fails, |_, m, _, s| if m == "eth_chainId" { Some(s) } else { None }),
    case("the connection breaks", Q::Head, Fails, |_, m, _, s| {
        always(m, s, RpcFault::Unreachable("connection reset".into()))
    }),
    case("the answer is cut off", Q::Head, Fails, |_, m, _, s| {
        always(m, s, RpcFault::Form("EOF while parsing a string at line 1 column 60".to_owned()))
    }),
    case("the answer is endless", Q::Head, Fails, |_, m, _, s| always(m, s, RpcFault::TooLarge)),
    case("the node has lost its state", Q::FactsOfPaid, Fails, |_, m, _, s| {
        Some(if m == "eth_call" { Err(refused(-32000, "missing trie node")) } else { s })
    }),
    case("the node has a fault of its own", Q::Head, Fails, |_, m, _, s| {
        always(m, s, refused(-32603, "internal error"))
    }),
];

impl Case {
    const fn heard_over(self) -> Self {
        Self { overheard: true, ..self }
    }
}

fn w0() -> Value {
    json!(format!("0x{}", "0".repeat(64)))
}
