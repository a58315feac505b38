//! Prime gaps, and the digits of two famous numbers.

use super::Dataset;
use std::fmt::Write as _;

fn primes(below: usize) -> Vec<usize> {
    let mut composite = vec![false; below];
    let mut found = Vec::new();
    for number in 2..below {
        if composite[number] {
            continue;
        }
        found.push(number);
        for multiple in (number * number..below).step_by(number) {
            composite[multiple] = true;
        }
    }
    found
}

pub(super) fn prime_gaps() -> Dataset {
    let mut csv = String::from("index,prime,gap,merit,record\n");
    let primes = primes(60_000);
    let mut longest = 0;
    for (index, pair) in primes.windows(2).take(6000).enumerate() {
        let (prime, gap) = (pair[0], pair[1] - pair[0]);
        let record = gap > longest;
        longest = longest.max(gap);
        let _ = writeln!(
            csv,
            "{},{prime},{gap},{:.3},{}",
            index + 1,
            gap as f64 / (prime as f64).ln(),
            if record { "yes" } else { "no" }
        );
    }
    Dataset {
        file: "prime-gaps.csv",
        name: "Gaps between the first 6,000 primes",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "1",
        created: "2026-01-06T18:05:00Z",
        categories: &["Mathematics"],
        tags: &["primes", "number theory", "teaching", "test data"],
        columns: &[
            ("index", "Which prime, from 1", ""),
            ("prime", "The prime", ""),
            ("gap", "Distance to the next prime", ""),
            ("merit", "Gap divided by the prime's natural logarithm: 1 is what one expects", ""),
            ("record", "yes where no smaller prime has so large a gap", ""),
        ],
        description: "\
The primes up to 59,359 with the distance to the next one, and how unusual that distance is.

**Good for** teaching (draw `gap` over `prime`, and the prime number theorem shows itself), and as small data whose every value can be checked \
by whoever reads it.

**How it was made.** By the sieve of Eratosthenes; complete, without rounding except for `merit` (three digits). All gaps but the first are \
even. `record` marks the maximal gaps: 1, 2, 4, 6, 8, 14, 18, 20, 22, 34, 36, 44, 52 and 72 within this range.",
        bytes: csv.into_bytes(),
    }
}

/// A fraction of ten thousand's powers; its first limb is the whole part.
#[derive(Clone)]
struct Long(Vec<u64>);

const BASE: u64 = 10_000;

impl Long {
    fn whole(value: u64, limbs: usize) -> Self {
        let mut digits = vec![0; limbs];
        if let Some(first) = digits.first_mut() {
            *first = value;
        }
        Self(digits)
    }

    fn divide(&mut self, by: u64) {
        let mut rest = 0;
        for limb in &mut self.0 {
            let value = rest * BASE + *limb;
            *limb = value / by;
            rest = value % by;
        }
    }

    fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for (limb, more) in self.0.iter_mut().zip(&other.0).rev() {
            let sum = *limb + more + carry;
            *limb = sum % BASE;
            carry = sum / BASE;
        }
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (limb, less) in self.0.iter_mut().zip(&other.0).rev() {
            let take = less + borrow;
            borrow = u64::from(*limb < take);
            *limb = *limb + borrow * BASE - take;
        }
    }

    fn is_zero(&self) -> bool {
        self.0.iter().all(|limb| *limb == 0)
    }
}

/// `times` the angle whose tangent is 1 / `inverse`.
fn arc_tangent(times: u64, inverse: u64, limbs: usize) -> Long {
    let mut power = Long::whole(times, limbs);
    power.divide(inverse);
    let mut sum = power.clone();
    let mut odd = 1;
    while !power.is_zero() {
        power.divide(inverse * inverse);
        odd += 2;
        let mut term = power.clone();
        term.divide(odd);
        if odd % 4 == 3 { sum.subtract(&term) } else { sum.add(&term) }
    }
    sum
}

/// Limbs kept beyond those shown, so that rounding does not reach them.
const GUARD: usize = 3;

/// Digits after the point.
fn pi(digits: usize) -> String {
    let limbs = digits / 4 + 1 + GUARD;
    // Machin 1706.
    let mut value = arc_tangent(16, 5, limbs);
    value.subtract(&arc_tangent(4, 239, limbs));
    after_point(&value, digits)
}

fn e(digits: usize) -> String {
    let limbs = digits / 4 + 1 + GUARD;
    let mut term = Long::whole(1, limbs);
    let mut sum = term.clone();
    let mut n = 1;
    while !term.is_zero() {
        term.divide(n);
        sum.add(&term);
        n += 1;
    }
    after_point(&sum, digits)
}

fn after_point(value: &Long, digits: usize) -> String {
    let mut text: String = value.0.iter().skip(1).map(|limb| format!("{limb:04}")).collect();
    text.truncate(digits);
    text
}

pub(super) fn digits() -> Dataset {
    let mut text = String::new();
    for (name, before, digits) in [("pi", 3, pi(10_000)), ("e", 2, e(10_000))] {
        let _ = writeln!(text, "# {name} = {before}.");
        for (row, start) in (0..digits.len()).step_by(50).enumerate() {
            let groups = (0..5).map(|group| &digits[start + 10 * group..start + 10 * group + 10]).collect::<Vec<_>>();
            let _ = writeln!(text, "{:>6}  {}", row * 50 + 1, groups.join(" "));
        }
    }
    Dataset {
        file: "digits-of-pi-and-e.txt",
        name: "Ten thousand digits of π and of e",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "1.5",
        created: "2026-01-06T18:40:00Z",
        categories: &["Mathematics"],
        tags: &["pi", "constants", "test vectors", "plain text"],
        columns: &[
            ("position", "Position of the row's first digit after the point", ""),
            ("digits", "Fifty digits in groups of ten", ""),
        ],
        description: "\
Plain text, fifty digits a line in groups of ten, the position at its beginning: 200 lines for π, 200 for e.

**Good for** checking big-number arithmetic, frequency counts in the classroom, and for everybody who ever wanted to know the 10,000th \
digit (8 for π).

**How it was made.** π with Machin's formula of 1706, e with its series, in integers of 10,004 places and more; the last digits are \
cut, not rounded. Compared with published tables.",
        bytes: text.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_tables() {
        let pi = pi(10_000);
        assert!(pi.starts_with("14159265358979323846264338327950288419716939937510"));
        assert_eq!(&pi[761..767], "999999", "Feynman's point");
        assert!(pi.ends_with("5678"), "{}", &pi[9_990..]);
        let e = e(10_000);
        assert!(e.starts_with("71828182845904523536028747135266249775724709369995"));
    }

    #[test]
    fn gaps_are_those_of_the_tables() {
        let text = String::from_utf8(prime_gaps().bytes).unwrap();
        let records: Vec<_> =
            text.lines().filter(|line| line.ends_with(",yes")).map(|line| line.split(',').nth(2).unwrap()).collect();
        assert_eq!(records, ["1", "2", "4", "6", "8", "14", "18", "20", "22", "34", "36", "44", "52", "72"]);
        assert!(text.lines().last().unwrap().starts_with("6000,59359,"));
    }
}
