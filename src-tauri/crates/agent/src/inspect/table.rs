//! Columns of a table of text: how full they are and how their values spread.

use api::ColumnView;
use std::io::Read;

const MAX_COLUMNS: usize = 200;
const MAX_NAME: usize = 80;
const SAMPLE: usize = 20_000;
const BARS: usize = 12;

#[derive(Default)]
struct Column {
    filled: u64,
    /// Numbers seen.
    numbers: Sample,
    /// Lengths of values that are no numbers.
    lengths: Sample,
}

/// An even sample of values, however many there are. The choice is arithmetic on the value's place, so the same file
/// gives the same picture, and values that repeat in a rhythm are not favoured.
#[derive(Default)]
struct Sample {
    seen: u64,
    values: Vec<f64>,
}

impl Sample {
    fn take(&mut self, value: f64) {
        self.seen += 1;
        if self.values.len() < SAMPLE {
            self.values.push(value);
            return;
        }
        let mut mixed = self.seen.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let place = (mixed ^ (mixed >> 29)) % self.seen;
        if let Some(kept) = usize::try_from(place).ok().and_then(|place| self.values.get_mut(place)) {
            *kept = value;
        }
    }
}

/// Rows and columns; rows are `None` where the bytes are no table.
pub(super) fn profile(bytes: impl Read, delimiter: u8) -> (Option<u64>, Vec<ColumnView>) {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let Ok(head) = reader.byte_headers().cloned() else { return (None, Vec::new()) };
    let names: Vec<String> = head.iter().take(MAX_COLUMNS).map(column_name).collect();
    let mut columns: Vec<Column> = names.iter().map(|_| Column::default()).collect();
    let mut record = csv::ByteRecord::new();
    let mut rows = 0_u64;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return (None, Vec::new()),
        }
        rows += 1;
        for (column, value) in columns.iter_mut().zip(record.iter()) {
            column.take(value);
        }
    }
    let views = names
        .into_iter()
        .zip(&columns)
        .map(|(name, column)| ColumnView {
            name,
            meaning: String::new(),
            unit: String::new(),
            profile: column.bars(),
            filled_permille: (rows > 0).then(|| u16::try_from(column.filled * 1000 / rows).unwrap_or(1000)),
        })
        .collect();
    (Some(rows), views)
}

fn column_name(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}').trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}

impl Column {
    fn take(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        if value.is_empty() {
            return;
        }
        self.filled += 1;
        match std::str::from_utf8(value).ok().and_then(|t| t.parse::<f64>().ok()).filter(|n| n.is_finite()) {
            Some(number) => self.numbers.take(number),
            None => self.lengths.take(value.len() as f64),
        }
    }

    /// Twelve counts over the range of the values, the largest being 100.
    fn bars(&self) -> Vec<u8> {
        let kind = if self.numbers.seen >= self.lengths.seen { &self.numbers } else { &self.lengths };
        let values = &kind.values;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(*value);
            high = high.max(*value);
        }
        if values.is_empty() {
            return Vec::new();
        }
        let mut counts = [0_u32; BARS];
        for value in values {
            let place = if high > low { (value - low) / (high - low) * BARS as f64 } else { 0.0 };
            if let Some(count) = counts.get_mut((place as usize).min(BARS - 1)) {
                *count += 1;
            }
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        counts.iter().map(|count| u8::try_from(u64::from(*count) * 100 / u64::from(most)).unwrap_or(100)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_where_the_values_are() {
        let text: String = std::iter::once("n,word\n".to_owned())
            .chain((0..60_000).map(|i| format!("{},{}\n", i % 12, "x".repeat(1 + i % 3))))
            .collect();
        let (rows, columns) = profile(text.as_bytes(), b',');
        assert_eq!(rows, Some(60_000));
        assert_eq!(columns[0].profile.len(), 12);
        assert!(columns[0].profile.iter().all(|b| *b >= 85), "an even spread is flat: {:?}", columns[0].profile);
        assert_eq!(columns[1].filled_permille, Some(1000));
    }

    #[test]
    fn bytes_that_are_no_table_do_no_harm() {
        let (_, columns) = profile(&[0xff_u8, 0, 0x22, b'\n', 0x22][..], b',');
        assert!(columns.len() <= 1);
        assert!(profile(&b""[..], b',').1.is_empty());
    }
}
