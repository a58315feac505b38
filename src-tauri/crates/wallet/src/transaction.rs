//! Transactions signed into the bytes that are sent: legacy with EIP-155, and EIP-1559.
//! ethers encodes; the signature is ours. Nothing of ethers leaves this file.

use ethers::types::{
    Eip1559TransactionRequest, H160, NameOrAddress, Signature as EthersSignature, TransactionRequest, U256,
    transaction::eip2718::TypedTransaction,
};
use protocol::{
    SecretKey, SignError, TxHash,
    hash::keccak256,
    tx::{Fee, SignedTx, UnsignedTx},
};

/// Signs a transaction with the key of its sender.
///
/// Refused where the key belongs to another account than `tx.from`, and where the chain id is too large for EIP-155.
pub fn sign_transaction(key: &SecretKey, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
    let refused = |reason: &str| SignError::Refused(reason.to_owned());
    let address = key.address().map_err(|_| refused("the key is damaged"))?;
    if address != tx.from {
        return Err(refused("the sender is another account"));
    }
    let typed = encode(tx);
    let signature = key.sign_digest(&typed.sighash().0).map_err(|_| refused("the key is damaged"))?;
    let raw = signature.to_raw();
    let (rs, parity) = (&raw[..64], u64::from(raw[64]));
    let v = match tx.fee {
        Fee::Dynamic { .. } => parity,
        Fee::Legacy { .. } => tx
            .chain_id
            .checked_mul(2)
            .and_then(|twice| twice.checked_add(35 + parity))
            .ok_or_else(|| refused("the chain id is too large"))?,
    };
    let signature = EthersSignature { r: U256::from_big_endian(&rs[..32]), s: U256::from_big_endian(&rs[32..]), v };
    let raw = typed.rlp_signed(&signature).to_vec();
    let hash = TxHash(keccak256(&raw));
    Ok(SignedTx { raw, hash, nonce: tx.nonce })
}

fn encode(tx: &UnsignedTx) -> TypedTransaction {
    let to = tx.to.map(|to| NameOrAddress::Address(H160(to.0)));
    let value = Some(U256::from_big_endian(&tx.value.to_be_bytes()));
    let (gas, nonce, data) = (Some(tx.gas.into()), Some(tx.nonce.into()), Some(tx.data.clone().into()));
    let (from, chain_id) = (Some(H160(tx.from.0)), Some(tx.chain_id.into()));
    match tx.fee {
        Fee::Legacy { gas_price } => TypedTransaction::Legacy(TransactionRequest {
            from,
            to,
            gas,
            gas_price: Some(gas_price.into()),
            value,
            data,
            nonce,
            chain_id,
        }),
        Fee::Dynamic { max_fee, max_priority } => TypedTransaction::Eip1559(Eip1559TransactionRequest {
            from,
            to,
            gas,
            value,
            data,
            nonce,
            access_list: Default::default(),
            max_priority_fee_per_gas: Some(max_priority.into()),
            max_fee_per_gas: Some(max_fee.into()),
            chain_id,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ethers::utils::rlp::Rlp;
    use protocol::{Address, Vodka};

    fn tx(from: Address, fee: Fee) -> UnsignedTx {
        UnsignedTx {
            chain_id: 1,
            from,
            nonce: 9,
            to: Some(Address([0x35; 20])),
            value: Vodka::from_ocean(1),
            data: vec![],
            gas: 21_000,
            fee,
        }
    }

    #[test]
    fn the_example_of_eip_155_is_signed_to_its_bytes() {
        let key = SecretKey::from_bytes(&[0x46; 32]).unwrap();
        let fee = Fee::Legacy { gas_price: 20_000_000_000 };
        let signed = sign_transaction(&key, &tx(key.address().unwrap(), fee)).unwrap();
        assert_eq!(
            hex::encode(&signed.raw),
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc\
             2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb196\
             6a3b6d83"
        );
        assert_eq!(signed.nonce, 9);
    }

    #[test]
    fn a_dynamic_fee_transaction_decodes_to_what_was_signed_and_by_whom() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let fee = Fee::Dynamic { max_fee: 30_000_000_000, max_priority: 1_000_000_000 };
        let mut unsigned = tx(key.address().unwrap(), fee);
        unsigned.data = vec![1, 2, 3];
        let signed = sign_transaction(&key, &unsigned).unwrap();
        assert_eq!(signed.raw[0], 2);
        let (decoded, signature) = TypedTransaction::decode_signed(&Rlp::new(&signed.raw)).unwrap();
        assert_eq!(decoded.nonce().unwrap().as_u64(), 9);
        assert_eq!(decoded.data().unwrap().as_ref(), [1, 2, 3]);
        assert_eq!(decoded.gas().unwrap().as_u64(), 21_000);
        assert_eq!(signature.recover(decoded.sighash()).unwrap().0, key.address().unwrap().0);
        assert_eq!(decoded.hash(&signature).0, signed.hash.0);
    }

    #[test]
    fn a_foreign_sender_and_an_impossible_chain_are_refused() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let fee = Fee::Legacy { gas_price: 0 };
        assert!(matches!(sign_transaction(&key, &tx(Address([1; 20]), fee)), Err(SignError::Refused(_))));
        let mut far = tx(key.address().unwrap(), fee);
        far.chain_id = u64::MAX;
        assert!(matches!(sign_transaction(&key, &far), Err(SignError::Refused(_))));
    }
}
