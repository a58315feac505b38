//! A piece of a list of listings, as bytes: in the order of their numbers, each as its distance from the one before it,
//! and with its weight where the list has weights. A common word's listings stand close together, so that one of them
//! takes a byte or two.

/// A listing in a list. The weight says how much of the listing is about the list's word, in halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) listing: u32,
    pub(super) weight: u32,
}

/// The bytes are no piece of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Damaged;

/// Writes a number in groups of seven bits, the lowest first.
pub(super) fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads such a number and leaves what follows it.
#[inline]
pub(super) fn read_number(bytes: &mut &[u8]) -> Result<u32, Damaged> {
    let (&first, rest) = bytes.split_first().ok_or(Damaged)?;
    *bytes = rest;
    if first < 0x80 {
        return Ok(u32::from(first));
    }
    let mut number = u32::from(first & 0x7f);
    for shift in [7, 14, 21, 28] {
        let (&next, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= u32::from(next & 0x7f) << shift;
        if next < 0x80 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

/// Shows every entry of a piece that begins at a listing.
#[inline]
pub(super) fn read(begin: u32, mut bytes: &[u8], weighted: bool, mut each: impl FnMut(Entry)) -> Result<(), Damaged> {
    let mut listing = begin;
    while !bytes.is_empty() {
        listing = listing.checked_add(read_number(&mut bytes)?).ok_or(Damaged)?;
        let weight = if weighted { read_number(&mut bytes)? } else { 0 };
        each(Entry { listing, weight });
    }
    Ok(())
}

/// Writes entries, which are in order, as a piece that begins at a listing; as many as fit into `most` bytes, at least
/// one. The rest is left for the next piece.
pub(super) fn write(begin: u32, entries: &[Entry], weighted: bool, most: usize) -> (Vec<u8>, &[Entry]) {
    let mut bytes = Vec::with_capacity(most + 10);
    let mut before = begin;
    for (written, entry) in entries.iter().enumerate() {
        let end = bytes.len();
        write_number(&mut bytes, entry.listing.saturating_sub(before));
        if weighted {
            write_number(&mut bytes, entry.weight);
        }
        if bytes.len() > most && written > 0 {
            bytes.truncate(end);
            return (bytes, entries.get(written..).unwrap_or_default());
        }
        before = entry.listing;
    }
    (bytes, &[])
}

#[cfg(test)]
mod tests {
    use super::{Damaged, Entry, read, write};

    fn read_all(begin: u32, bytes: &[u8], weighted: bool) -> Result<Vec<Entry>, Damaged> {
        let mut entries = Vec::new();
        read(begin, bytes, weighted, |entry| entries.push(entry))?;
        Ok(entries)
    }

    #[test]
    fn pieces_are_read_as_they_were_written() {
        let entries: Vec<Entry> = [5, 6, 7, 200, 20_000, 3_000_000, u32::MAX - 1, u32::MAX]
            .iter()
            .zip([0, 1, 127, 128, 16_383, 16_384, u32::MAX, 9])
            .map(|(&listing, weight)| Entry { listing, weight })
            .collect();
        let (bytes, rest) = write(3, &entries, true, 1000);
        assert_eq!((read_all(3, &bytes, true), rest.len()), (Ok(entries.clone()), 0));
        let (bytes, _) = write(5, &entries, false, 1000);
        let without: Vec<Entry> = entries.iter().map(|e| Entry { weight: 0, ..*e }).collect();
        assert_eq!(read_all(5, &bytes, false), Ok(without));
    }

    #[test]
    fn a_piece_keeps_its_size_and_what_does_not_fit_is_left() {
        let entries: Vec<Entry> = (0..100).map(|n| Entry { listing: n * 300, weight: 7 }).collect();
        let (bytes, rest) = write(0, &entries, true, 30);
        assert!(bytes.len() <= 30, "{}", bytes.len());
        let mut both = read_all(0, &bytes, true).unwrap();
        both.extend(rest);
        assert_eq!(both, entries);
        assert_eq!(write(0, &entries[9..], true, 1).1.len(), 90, "one is always written");
    }

    #[test]
    fn damage_is_told_and_no_panic() {
        assert_eq!(read_all(0, &[0x80], false), Err(Damaged), "a number without an end");
        assert_eq!(read_all(0, &[0xff; 9], false), Err(Damaged), "a number that is too long");
        assert_eq!(read_all(0, &[1], true), Err(Damaged), "a weight is missing");
        assert_eq!(read_all(u32::MAX, &[1], false), Err(Damaged), "beyond the last listing");
    }
}
