//! A receipt as a page for people, with the receipt itself attached: one file to print, to file, and to check.
//!
//! The letters are those that every reader of PDF brings (Helvetica, Courier), so nothing is embedded and the page looks
//! the same everywhere. They cover Western Europe; other letters of a name are shown by their code, and stand as they
//! are in the attached receipt.

use pdf_writer::{Content, Date, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use protocol::receipt::{AgreementReceipt, Fact, Outcome, Verified};

/// A4 in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const LEFT: f32 = 56.0;
/// Where values begin.
const COLUMN: f32 = 150.0;
/// Letters of a title in one line.
const TITLE: usize = 46;

const INK: [f32; 3] = [0.06, 0.13, 0.16];
const QUIET: [f32; 3] = [0.35, 0.42, 0.45];
const LINE: [f32; 3] = [0.82, 0.84, 0.84];
const DEEP: [f32; 3] = [0.03, 0.40, 0.44];

const PLAIN: Name<'static> = Name(b"Plain");
const BOLD: Name<'static> = Name(b"Bold");
const MONO: Name<'static> = Name(b"Mono");

/// What the receipt is called inside the file.
pub(super) const ATTACHED: &str = "receipt.json";

/// The page; `json` is the receipt as a file.
pub(super) fn page(receipt: &AgreementReceipt, verified: &Verified, currency: &str, json: &[u8]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let [catalog, pages, page, plain, bold, mono, content, file, spec, info] =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(Ref::new);
    let statement = &receipt.statement;

    let mut root = pdf.catalog(catalog);
    root.pages(pages);
    root.names().embedded_files().names().insert(Str(ATTACHED.as_bytes()), spec);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(pages).contents(content);
    sheet.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold).pair(MONO, mono);
    sheet.finish();
    for (font, name) in [(plain, "Helvetica"), (bold, "Helvetica-Bold"), (mono, "Courier")] {
        pdf.type1_font(font).base_font(Name(name.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(content, &drawn(receipt, verified, currency));
    let length = i32::try_from(json.len()).unwrap_or(i32::MAX);
    pdf.embedded_file(file, json).subtype(Name(b"application/json")).params().size(length);
    let mut attached = pdf.file_spec(spec);
    attached.path(Str(ATTACHED.as_bytes())).unic_file(TextStr(ATTACHED)).embedded_file_with_unicode(file);
    attached.description(TextStr("The receipt with its proofs"));
    attached.finish();
    let mut about = pdf.document_info(info);
    about.title(TextStr(&format!("Receipt: {}", statement.name))).producer(TextStr("Neuston"));
    if let Some(year) = statement.made.get(..4).and_then(|y| y.parse().ok()) {
        about.creation_date(Date::new(year));
    }
    about.finish();
    pdf.finish()
}

fn drawn(receipt: &AgreementReceipt, verified: &Verified, currency: &str) -> Vec<u8> {
    let (statement, terms) = (&receipt.statement, &receipt.statement.terms);
    let mut sheet = Sheet { content: Content::new(), at: HEIGHT - 72.0 };
    sheet.text(BOLD, 10.0, DEEP, LEFT, "Neuston");
    sheet.down(34.0);
    for line in lines(&statement.name, TITLE) {
        sheet.text(BOLD, 20.0, INK, LEFT, &line);
        sheet.down(25.0);
    }
    sheet.text(PLAIN, 11.0, QUIET, LEFT, ended(verified.outcome));
    sheet.down(20.0);
    sheet.rule();
    sheet.pair("Price", &format!("{} {currency}", terms.price.to_people()), PLAIN);
    sheet.pair("Buyer", &terms.consumer.to_string(), MONO);
    sheet.pair("Seller", &terms.owner.to_string(), MONO);
    sheet.pair("Opened by", &terms.provider.to_string(), MONO);
    sheet.pair("Agreement", &terms.agreement.hex(), MONO);
    sheet.pair("Listing", &terms.did.to_string(), MONO);
    sheet.pair("Checksum", &statement.checksum.hex(), MONO);
    sheet.pair("Terms", &statement.terms_hash.hex(), MONO);
    sheet.pair("Network", &format!("chain {}", statement.chain_id), PLAIN);
    sheet.down(10.0);
    sheet.text(BOLD, 12.0, INK, LEFT, "What happened");
    sheet.down(16.0);
    sheet.rule();
    for shown in &verified.shown {
        sheet.text(PLAIN, 10.0, INK, LEFT, &happened(shown.fact));
        sheet.text(PLAIN, 10.0, QUIET, 400.0, &moment(shown.timestamp));
        sheet.down(13.0);
        sheet.text(MONO, 7.5, QUIET, LEFT, &format!("block {} {}", shown.block, shown.block_hash.hex()));
        sheet.down(10.0);
        sheet.text(MONO, 7.5, QUIET, LEFT, &format!("transaction {}", shown.tx.hex()));
        sheet.down(17.0);
    }
    sheet.rule();
    let check = [
        "The proof of all this is attached to this file. It is checked without a network by",
        "neuston verify-receipt FILE. What is then left to look up: whether the network has",
        "the blocks above, which any node that you trust says, and whether the contracts are",
        "its own, which --network with the network's file says.",
    ];
    for line in check {
        sheet.text(PLAIN, 9.0, QUIET, LEFT, line);
        sheet.down(12.0);
    }
    sheet.down(8.0);
    sheet.text(PLAIN, 9.0, QUIET, LEFT, &format!("Made {} and signed by", statement.made));
    sheet.down(12.0);
    sheet.text(MONO, 8.0, QUIET, LEFT, &statement.signer.to_string());
    sheet.content.finish().into_vec()
}

struct Sheet {
    content: Content,
    /// The base line of the next text.
    at: f32,
}

impl Sheet {
    fn down(&mut self, by: f32) {
        self.at -= by;
    }

    fn text(&mut self, font: Name<'_>, size: f32, colour: [f32; 3], x: f32, text: &str) {
        let [red, green, blue] = colour;
        self.content.begin_text().set_font(font, size).set_fill_rgb(red, green, blue);
        self.content.next_line(x, self.at).show(Str(&win_ansi(text))).end_text();
    }

    fn pair(&mut self, name: &str, value: &str, font: Name<'_>) {
        self.text(PLAIN, 10.0, QUIET, LEFT, name);
        self.text(font, if font == MONO { 8.5 } else { 10.0 }, INK, COLUMN, value);
        self.down(17.0);
    }

    fn rule(&mut self) {
        let [red, green, blue] = LINE;
        self.content.set_stroke_rgb(red, green, blue).set_line_width(0.7);
        self.content.move_to(LEFT, self.at).line_to(WIDTH - LEFT, self.at).stroke();
        self.down(20.0);
    }
}

const fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Agreed => "Agreed. No money moved.",
        Outcome::SetAside => "The payment is set aside. Nobody has it.",
        Outcome::Granted => "Opened for the buyer.",
        Outcome::Paid => "Opened for the buyer and paid.",
        Outcome::Returned => "Not opened. The payment went back to the buyer.",
    }
}

fn happened(fact: Fact) -> String {
    let text = fact.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn moment(seconds: u64) -> String {
    let document = i64::try_from(seconds).ok().and_then(protocol::date::format_date);
    document.map(|text| text.replace('T', " ").replace('Z', " UTC")).unwrap_or_default()
}

/// Words in lines of at most so many letters; a longer word is cut.
fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for part in letters.chunks(most) {
            let part: String = part.iter().collect();
            match lines.last_mut().filter(|line| line.chars().count() + part.chars().count() < most) {
                Some(line) => line.extend([" ", &part]),
                None => lines.push(part),
            }
        }
    }
    // A page has room for four; the attached receipt has all of it.
    if lines.len() > 4 {
        lines.truncate(4);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

/// Text in the encoding of the letters: Windows-1252. What it does not have is shown as its code.
fn win_ansi(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '€' => bytes.push(0x80),
            '‚' => bytes.push(0x82),
            '„' => bytes.push(0x84),
            '…' => bytes.push(0x85),
            '‘' => bytes.push(0x91),
            '’' => bytes.push(0x92),
            '“' => bytes.push(0x93),
            '”' => bytes.push(0x94),
            '–' => bytes.push(0x96),
            '—' => bytes.push(0x97),
            _ => match u8::try_from(u32::from(letter)) {
                Ok(byte) => bytes.push(byte),
                Err(_) => bytes.extend(format!("[U+{:04X}]", u32::from(letter)).bytes()),
            },
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_outside_western_europe_are_shown_by_their_code() {
        assert_eq!(win_ansi("Größe – 5 €"), b"Gr\xf6\xdfe \x96 5 \x80");
        assert_eq!(win_ansi("水\u{7}"), b"[U+6C34]");
    }

    #[test]
    fn a_title_is_broken_between_words_and_never_longer_than_the_page() {
        assert_eq!(lines("Gaps between primes", 12), ["Gaps between", "primes"]);
        assert_eq!(lines("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(lines(&"word ".repeat(100), 10).len(), 4);
        assert!(lines("", 10).is_empty());
    }
}
