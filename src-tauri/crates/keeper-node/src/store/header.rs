//! Headers, packed: a chain that ticks each second has many empty blocks, and most of an empty block's header is known.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, constants::EMPTY_WITHDRAWALS};
use alloy_primitives::{B256, Bloom, Bytes, U256, keccak256};
use alloy_rlp::Decodable;

/// The header in RLP with an empty string for what is empty or follows from the rest.
///
/// What this chain gives all its headers (no uncles, no withdrawals, no blobs, base fee 0, difficulty 0) is left out.
pub(super) fn pack(header: &Header) -> Vec<u8> {
    let unless = |known: bool, bytes: &[u8]| if known { Bytes::new() } else { Bytes::copy_from_slice(bytes) };
    let root = |root: &B256| unless(*root == EMPTY_ROOT_HASH, root.as_slice());
    let number = |number: u64| Bytes::from(U256::from(number).to_be_bytes_trimmed_vec());
    let fields: Vec<Bytes> = vec![
        Bytes::copy_from_slice(header.parent_hash.as_slice()),
        Bytes::copy_from_slice(header.beneficiary.as_slice()),
        root(&header.state_root),
        root(&header.transactions_root),
        root(&header.receipts_root),
        unless(header.logs_bloom.is_zero(), header.logs_bloom.as_slice()),
        number(header.number),
        number(header.gas_limit),
        number(header.gas_used),
        number(header.timestamp),
        header.extra_data.clone(),
        unless(header.mix_hash == keccak256(header.parent_hash), header.mix_hash.as_slice()),
    ];
    alloy_rlp::encode(fields)
}

/// The header that was packed.
pub(super) fn unpack(packed: &[u8]) -> Result<Header, alloy_rlp::Error> {
    let fields = Vec::<Bytes>::decode(&mut &*packed)?;
    let [parent, beneficiary, state, transactions, receipts, bloom, number, gas_limit, gas_used, timestamp, extra, mix] =
        fields.as_slice()
    else {
        return Err(alloy_rlp::Error::Custom("a header has twelve fields"));
    };
    let wrong = |_| alloy_rlp::Error::UnexpectedLength;
    let hash = |bytes: &Bytes| B256::try_from(bytes.as_ref()).map_err(wrong);
    let root = |bytes: &Bytes| if bytes.is_empty() { Ok(EMPTY_ROOT_HASH) } else { hash(bytes) };
    let uint = |bytes: &Bytes| {
        let number = U256::try_from_be_slice(bytes).and_then(|number| u64::try_from(number).ok());
        number.ok_or(alloy_rlp::Error::Overflow)
    };
    let parent_hash = hash(parent)?;
    Ok(Header {
        parent_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: beneficiary.as_ref().try_into().map_err(wrong)?,
        state_root: root(state)?,
        transactions_root: root(transactions)?,
        receipts_root: root(receipts)?,
        logs_bloom: if bloom.is_empty() { Bloom::ZERO } else { bloom.as_ref().try_into().map_err(wrong)? },
        number: uint(number)?,
        gas_limit: uint(gas_limit)?,
        gas_used: uint(gas_used)?,
        timestamp: uint(timestamp)?,
        extra_data: extra.clone(),
        mix_hash: if mix.is_empty() { keccak256(parent_hash) } else { hash(mix)? },
        base_fee_per_gas: Some(0),
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        ..Header::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;

    fn full() -> Header {
        let mut header = unpack(&pack(&Header::default())).unwrap();
        header.parent_hash = B256::repeat_byte(1);
        header.beneficiary = Address::repeat_byte(2);
        header.state_root = B256::repeat_byte(3);
        header.transactions_root = B256::repeat_byte(4);
        header.receipts_root = B256::repeat_byte(5);
        header.logs_bloom = Bloom::repeat_byte(6);
        header.number = u64::MAX;
        header.gas_limit = 7;
        header.gas_used = 8;
        header.timestamp = 9;
        header.extra_data = Bytes::from_static(b"ten");
        header.mix_hash = B256::repeat_byte(11);
        header
    }

    #[test]
    fn a_header_comes_back_as_it_was() {
        let full = full();
        let mut empty = full.clone();
        empty.transactions_root = EMPTY_ROOT_HASH;
        empty.receipts_root = EMPTY_ROOT_HASH;
        empty.logs_bloom = Bloom::ZERO;
        empty.mix_hash = keccak256(empty.parent_hash);
        for header in [&full, &empty] {
            assert_eq!(unpack(&pack(header)).unwrap(), *header);
        }
        assert!(pack(&empty).len() < 130, "{}", pack(&empty).len());
    }

    #[test]
    fn damaged_headers_are_refused() {
        let packed = pack(&full());
        for length in 0..packed.len() {
            assert!(unpack(&packed[..length]).is_err(), "{length}");
        }
        assert!(unpack(&alloy_rlp::encode(vec![Bytes::new(); 12])).is_err());
    }
}
