//! What a contract said when it reverted.

use ethers::abi::{ParamType, Token, decode};
use protocol::hash::keccak256;

/// Errors with a name instead of a text: of OpenZeppelin 5, which the token and the owner's functions use.
const NAMED: [&str; 11] = [
    "OwnableUnauthorizedAccount(address)",
    "OwnableInvalidOwner(address)",
    "ERC20InsufficientBalance(address,uint256,uint256)",
    "ERC20InsufficientAllowance(address,uint256,uint256)",
    "ERC20InvalidSender(address)",
    "ERC20InvalidReceiver(address)",
    "ERC20InvalidApprover(address)",
    "ERC20InvalidSpender(address)",
    "ERC20ExceededCap(uint256,uint256)",
    "ERC20InvalidCap(uint256)",
    "Panic(uint256)",
];

/// The text of `Error(string)`, the name of an error we know, or the output in hex; a revert without output is "reverted".
pub(crate) fn reason(data: &[u8]) -> String {
    let Some((selector, arguments)) = data.split_at_checked(4) else { return "reverted".to_owned() };
    if selector == [0x08, 0xc3, 0x79, 0xa0]
        && let Ok(tokens) = decode(&[ParamType::String], arguments)
        && let [Token::String(text)] = tokens.as_slice()
    {
        return text.clone();
    }
    let named = NAMED.into_iter().find(|signature| keccak256(signature).starts_with(selector));
    match named.and_then(|signature| signature.split_once('(')) {
        Some((name, _)) => name.to_owned(),
        None => format!("0x{}", data.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ethers::abi::encode;

    #[test]
    fn a_text_a_name_and_the_unknown_are_told_apart() {
        let mut text = vec![0x08, 0xc3, 0x79, 0xa0];
        text.extend(encode(&[Token::String("Id already exists".to_owned())]));
        assert_eq!(reason(&text), "Id already exists");
        let mut named = keccak256("ERC20InsufficientBalance(address,uint256,uint256)")[..4].to_vec();
        named.extend([0; 96]);
        assert_eq!(reason(&named), "ERC20InsufficientBalance");
        assert_eq!(reason(&[]), "reverted");
        assert_eq!(reason(&[1, 2, 3, 4, 5]), "0x0102030405");
        // A text whose length lies stays unread.
        let mut hostile = vec![0x08, 0xc3, 0x79, 0xa0];
        hostile.extend([0xff; 64]);
        assert!(reason(&hostile).starts_with("0x08c379a0"));
    }
}
