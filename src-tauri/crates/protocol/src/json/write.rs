//! Writing JSON: compact for documents, and the two canonical forms that checksums are computed over.

use super::Node;
use std::borrow::Cow;

#[derive(Clone, Copy)]
struct Style {
    /// Sort keys on the levels below this depth.
    sorted_levels: usize,
    /// Drop U+0020 within texts and escape everything beyond ASCII.
    python: bool,
    /// Write numbers as Python would after reading them.
    python_numbers: bool,
}

pub(super) fn compact(node: &Node) -> String {
    render(node, Style { sorted_levels: 0, python: false, python_numbers: false })
}

pub(super) fn python_canonical(node: &Node) -> String {
    render(node, Style { sorted_levels: 1, python: true, python_numbers: true })
}

pub(super) fn strict_canonical(node: &Node) -> String {
    render(node, Style { sorted_levels: usize::MAX, python: false, python_numbers: true })
}

fn render(node: &Node, style: Style) -> String {
    let mut out = String::new();
    write(&mut out, node, style, 0);
    out
}

fn write(out: &mut String, node: &Node, style: Style, depth: usize) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(true) => out.push_str("true"),
        Node::Bool(false) => out.push_str("false"),
        Node::Number(text) if style.python_numbers => out.push_str(&python_number(text)),
        Node::Number(text) => out.push_str(text),
        Node::Text(text) => write_text(out, text, style.python),
        Node::List(elements) => {
            out.push('[');
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(out, element, style, depth + 1);
            }
            out.push(']');
        }
        Node::Object(members) => {
            let mut members: Vec<&(String, Node)> = members.iter().collect();
            if depth < style.sorted_levels {
                // Order of UTF-8 bytes is order of code points, as Python sorts.
                members.sort_by(|a, b| a.0.cmp(&b.0));
            }
            out.push('{');
            for (place, (key, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(out, key, style.python);
                out.push(':');
                write(out, value, style, depth + 1);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str, python: bool) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' ' if python => {}
            c if c < ' ' || (python && !(' '..='~').contains(&c)) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A JSON number as Python's `json` writes it back after reading it: whole numbers digit by digit, others as the
/// shortest text that reads back the same, with an exponent below 1e-4 and from 1e16 on.
fn python_number(text: &str) -> Cow<'_, str> {
    if !text.contains(['.', 'e', 'E']) {
        return if text == "-0" { "0".into() } else { text.into() };
    }
    let Ok(number) = text.parse::<f64>() else { return text.into() };
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') { plain.into() } else { format!("{plain}.0").into() };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        // Each pair is `json.dumps(json.loads(left)) == right` in Python 3.11.
        for (read, written) in [
            ("1.5", "1.5"),
            ("1.50", "1.5"),
            ("1e2", "100.0"),
            ("1.0", "1.0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e-7", "1e-07"),
            ("1E16", "1e+16"),
            ("1e15", "1000000000000000.0"),
            ("123456789012345678", "123456789012345678"),
            ("1.2345678901234567e300", "1.2345678901234567e+300"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1e400", "Infinity"),
            ("5e-324", "5e-324"),
        ] {
            assert_eq!(python_number(read), written, "{read}");
        }
    }

    #[test]
    fn the_python_form_sorts_one_level_and_drops_spaces_everywhere() {
        let node = Node::parse("{\"b b\":{\"z\":\"a b\\tc\",\"a\":\"é🐙\\u007f\"},\"a\":[1, 2]}".as_bytes()).unwrap();
        assert_eq!(node.to_python_canonical(), r#"{"a":[1,2],"bb":{"z":"ab\tc","a":"\u00e9\ud83d\udc19\u007f"}}"#);
        assert_eq!(node.to_strict_canonical(), "{\"a\":[1,2],\"b b\":{\"a\":\"é🐙\u{7f}\",\"z\":\"a b\\tc\"}}");
    }
}
