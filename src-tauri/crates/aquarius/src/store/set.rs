//! A set of listings: one bit for each, so that asking for one of a million is a look into a few kilobytes.

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn insert(&mut self, listing: u32) {
        let place = listing as usize / 64;
        if place >= self.0.len() {
            self.0.resize((place + 1).max(self.0.len() * 2), 0);
        }
        if let Some(bits) = self.0.get_mut(place) {
            *bits |= 1 << (listing % 64);
        }
    }

    #[inline]
    pub(super) fn has(&self, listing: u32) -> bool {
        self.0.get(listing as usize / 64).is_some_and(|bits| bits >> (listing % 64) & 1 == 1)
    }

    /// Leaves what both have.
    pub(super) fn meet(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        for (bits, others) in self.0.iter_mut().zip(&other.0) {
            *bits &= others;
        }
    }

    /// In the order of their numbers.
    pub(super) fn listings(&self) -> Vec<u32> {
        let mut listings = Vec::new();
        for (base, &bits) in (0_u32..).step_by(64).zip(&self.0) {
            let mut left = bits;
            while left != 0 {
                listings.push(base + left.trailing_zeros());
                left &= left - 1;
            }
        }
        listings
    }
}

impl FromIterator<u32> for Set {
    fn from_iter<I: IntoIterator<Item = u32>>(listings: I) -> Self {
        let mut set = Self::default();
        listings.into_iter().for_each(|listing| set.insert(listing));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::Set;

    #[test]
    fn sets_hold_what_was_put_in_and_meet_in_what_both_have() {
        let mut odd: Set = (0..1000).filter(|n| n % 2 == 1).collect();
        let thirds: Set = (0..700).filter(|n| n % 3 == 0).collect();
        assert!(odd.has(999) && !odd.has(998) && !odd.has(u32::MAX));
        odd.meet(&thirds);
        assert_eq!(odd.listings(), (0..700).filter(|n| n % 6 == 3).collect::<Vec<u32>>());
    }
}
