//! Recursive length prefix: bytes and lists of them (Yellow Paper, appendix B).

use super::ProofError;

/// No header, transaction, receipt or trie node nests deeper.
const DEEPEST: u8 = 16;

/// Encodes a string of bytes.
pub fn bytes(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [one] if *one < 0x80 => vec![*one],
        _ => with_length(0x80, bytes),
    }
}

/// Encodes a number, given big-endian: without leading zeros.
pub fn number(big_endian: &[u8]) -> Vec<u8> {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    bytes(big_endian.get(zeros..).unwrap_or_default())
}

/// Encodes a list of what is encoded already.
pub fn list<I: AsRef<[u8]>>(items: impl IntoIterator<Item = I>) -> Vec<u8> {
    let mut payload = Vec::new();
    for item in items {
        payload.extend_from_slice(item.as_ref());
    }
    with_length(0xc0, &payload)
}

fn with_length(offset: u8, payload: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(payload.len() + 9);
    match u8::try_from(payload.len()) {
        Ok(short) if short <= 55 => encoded.push(offset + short),
        _ => {
            let length = payload.len().to_be_bytes();
            let zeros = length.iter().take_while(|byte| **byte == 0).count();
            let length = length.get(zeros..).unwrap_or_default();
            // At most eight bytes of length.
            encoded.push(offset + 55 + u8::try_from(length.len()).unwrap_or(8));
            encoded.extend_from_slice(length);
        }
    }
    encoded.extend_from_slice(payload);
    encoded
}

/// What was read: it points into the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// A string of bytes.
    Bytes(&'a [u8]),
    /// A list, and its whole encoding.
    List(Vec<Item<'a>>, &'a [u8]),
}

impl<'a> Item<'a> {
    /// Reads one item that fills `encoded`. Only the one canonical encoding is read.
    ///
    /// # Errors
    /// [`ProofError::Rlp`].
    pub fn read(encoded: &'a [u8]) -> Result<Self, ProofError> {
        let (item, rest) = read(encoded, DEEPEST)?;
        if rest.is_empty() { Ok(item) } else { Err(ProofError::Rlp) }
    }

    /// The bytes of a string.
    ///
    /// # Errors
    /// [`ProofError::Rlp`] for a list.
    pub fn string(&self) -> Result<&'a [u8], ProofError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::List(..) => Err(ProofError::Rlp),
        }
    }

    /// The items of a list.
    ///
    /// # Errors
    /// [`ProofError::Rlp`] for a string.
    pub fn items(&self) -> Result<&[Self], ProofError> {
        match self {
            Self::List(items, _) => Ok(items),
            Self::Bytes(_) => Err(ProofError::Rlp),
        }
    }

    /// Exactly this many bytes.
    ///
    /// # Errors
    /// [`ProofError::Rlp`] for anything else.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], ProofError> {
        self.string()?.try_into().map_err(|_| ProofError::Rlp)
    }

    /// A number of at most 64 bits.
    ///
    /// # Errors
    /// [`ProofError::Rlp`] for a larger one, and for leading zeros.
    pub fn number(&self) -> Result<u64, ProofError> {
        let bytes = self.string()?;
        if bytes.len() > 8 || bytes.first() == Some(&0) {
            return Err(ProofError::Rlp);
        }
        Ok(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }
}

fn read(encoded: &[u8], depth: u8) -> Result<(Item<'_>, &[u8]), ProofError> {
    let (first, after) = encoded.split_first().ok_or(ProofError::Rlp)?;
    match *first {
        0x00..=0x7f => {
            let (one, rest) = encoded.split_at(1);
            Ok((Item::Bytes(one), rest))
        }
        0x80..=0xbf => {
            let (payload, rest) = payload(*first - 0x80, after)?;
            match payload {
                // A byte below 0x80 stands for itself.
                [one] if *one < 0x80 => Err(ProofError::Rlp),
                _ => Ok((Item::Bytes(payload), rest)),
            }
        }
        0xc0..=0xff => {
            let (mut payload, rest) = payload(*first - 0xc0, after)?;
            let inner = depth.checked_sub(1).ok_or(ProofError::Rlp)?;
            let mut items = Vec::new();
            while !payload.is_empty() {
                let (item, left) = read(payload, inner)?;
                items.push(item);
                payload = left;
            }
            let whole = encoded.get(..encoded.len() - rest.len()).ok_or(ProofError::Rlp)?;
            Ok((Item::List(items, whole), rest))
        }
    }
}

/// Splits the payload off, whose length is `code` up to 55, else follows in `code - 55` bytes.
fn payload(code: u8, after: &[u8]) -> Result<(&[u8], &[u8]), ProofError> {
    let (length, after) = match code {
        0..=55 => (usize::from(code), after),
        _ => {
            let (length, after) = after.split_at_checked(usize::from(code - 55)).ok_or(ProofError::Rlp)?;
            if length.first() == Some(&0) || length.len() > 8 {
                return Err(ProofError::Rlp);
            }
            let length = length.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            let length = usize::try_from(length).map_err(|_| ProofError::Rlp)?;
            if length <= 55 {
                return Err(ProofError::Rlp);
            }
            (length, after)
        }
    };
    after.split_at_checked(length).ok_or(ProofError::Rlp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_yellow_paper_are_encoded() {
        assert_eq!(bytes(b"dog"), b"\x83dog");
        assert_eq!(list([bytes(b"cat"), bytes(b"dog")]), b"\xc8\x83cat\x83dog");
        assert_eq!((bytes(b""), list::<&[u8]>([])), (vec![0x80], vec![0xc0]));
        assert_eq!((bytes(&[0]), number(&[0, 0]), number(&[0, 15])), (vec![0], vec![0x80], vec![15]));
        assert_eq!(number(&[4, 0]), [0x82, 4, 0]);
        let long = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit";
        assert_eq!(bytes(long).get(..3), Some(&[0xb8, 0x38, b'L'][..]));
    }

    #[test]
    fn only_the_canonical_encoding_is_read() {
        for wrong in [
            &b""[..],
            b"\x81\x00",
            b"\x82a",
            b"\xb8\x01a",
            b"\xb9\x00\x38",
            b"\xc2a",
            b"aa",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(Item::read(wrong), Err(ProofError::Rlp), "{wrong:?}");
        }
        let deep = (0..40).fold(list::<&[u8]>([]), |inner, _| list([inner]));
        assert_eq!(Item::read(&deep), Err(ProofError::Rlp), "no stack is deep enough for every list");
        assert_eq!(Item::read(b"\x82\x00\x01").unwrap().number(), Err(ProofError::Rlp));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read(strings in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..6)) {
            let encoded = list(strings.iter().map(|string| bytes(string)));
            let read = Item::read(&encoded).unwrap();
            let back: Vec<Vec<u8>> = read.items().unwrap().iter().map(|item| item.string().unwrap().to_vec()).collect();
            prop_assert_eq!(back, strings);
        }

        #[test]
        fn nothing_read_panics_and_what_is_read_is_written_alike(encoded in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Item::Bytes(string)) = Item::read(&encoded) {
                prop_assert_eq!(bytes(string), encoded);
            }
        }
    }
}
