//! Reading JSON from a stranger: RFC 8259, bounded in size and depth.

use super::Node;

/// The largest document that is read unless another bound is given: 4 MiB.
pub const MAX_BYTES: usize = 4 << 20;

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// The most values, counting every element and member, that are read.
pub const MAX_VALUES: usize = 200_000;

/// Why bytes are no JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Larger than the bound.
    #[error("the document has {found} bytes; at most {max} are read")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the document is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`MAX_VALUES`].
    #[error("the document has more than {MAX_VALUES} values")]
    TooMany,
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// No JSON from this byte on.
    #[error("this is no JSON: {expected} was expected at byte {at}")]
    Syntax {
        /// Counted from 0.
        at: usize,
        /// What was expected, for people.
        expected: &'static str,
    },
}

pub(super) fn parse(bytes: &[u8], max: usize) -> Result<Node, JsonError> {
    if bytes.len() > max {
        return Err(JsonError::TooLarge { found: bytes.len(), max });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)?;
    let mut reader = Reader { text, at: 0, values: 0 };
    let node = reader.value(0)?;
    reader.space();
    if reader.at == text.len() { Ok(node) } else { Err(reader.expected("the end")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expected(&self, expected: &'static str) -> JsonError {
        JsonError::Syntax { at: self.at, expected }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(JsonError::TooMany);
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn word(&mut self, word: &'static str, node: Node) -> Result<Node, JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(node)
        } else {
            Err(self.expected(word))
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.at += 1;
        let mut elements = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Node::List(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Node::List(elements));
            }
            if !self.take(b',') {
                return Err(self.expected("a comma or ]"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.at += 1;
        let mut members: Vec<(String, Node)> = Vec::new();
        // An index of the keys, so that no document takes time in the square of its size.
        let mut places = std::collections::HashMap::new();
        self.space();
        if self.take(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err(self.expected("a colon"));
            }
            let value = self.value(depth + 1)?;
            match places.get(&key).and_then(|place: &usize| members.get_mut(*place)) {
                Some((_, place)) => *place = value,
                None => {
                    places.insert(key.clone(), members.len());
                    members.push((key, value));
                }
            }
            self.space();
            if self.take(b'}') {
                return Ok(Node::Object(members));
            }
            if !self.take(b',') {
                return Err(self.expected("a comma or }"));
            }
        }
    }

    fn number(&mut self) -> Result<Node, JsonError> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') && !self.digits() {
            return Err(self.expected("a digit"));
        }
        if self.take(b'.') && !self.digits() {
            return Err(self.expected("a digit"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if !self.digits() {
                return Err(self.expected("a digit"));
            }
        }
        Ok(Node::Number(self.text.get(from..self.at).unwrap_or_default().to_owned()))
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > from
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain =
                rest.find(|c: char| c == '"' || c == '\\' || c < ' ').ok_or(self.expected("a closing quote"))?;
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            if self.take(b'"') {
                return Ok(out);
            }
            if !self.take(b'\\') {
                return Err(self.expected("an escaped control character"));
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.peek().ok_or(self.expected("an escape"))?;
        let char = match byte {
            b'"' | b'\\' | b'/' => byte as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.expected("an escape")),
        };
        self.at += 1;
        Ok(char)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let wrong = self.expected("a character in \\u form");
        let first = self.four_digits()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            if !(self.take(b'\\') && self.take(b'u')) {
                return Err(wrong);
            }
            let second = self.four_digits()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(wrong);
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or(wrong)
    }

    fn four_digits(&mut self) -> Result<u32, JsonError> {
        let wrong = self.expected("four hex digits");
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(wrong)?;
        let code = digits.iter().try_fold(0, |code, digit| (*digit as char).to_digit(16).map(|d| code << 4 | d));
        self.at += 4;
        code.ok_or(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_digits_and_the_last_of_two_equal_keys_are_kept() {
        let node = Node::parse(br#" {"b":1.50,"a":{"z":1e2,"y":-0},"b":[true,null,"\ud83d\udc19\u00e9\/"]} "#).unwrap();
        assert_eq!(node.to_json(), "{\"b\":[true,null,\"🐙é/\"],\"a\":{\"z\":1e2,\"y\":-0}}");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "+1",
            "NaN",
            "\"\\ud800\"",
            "\"\\x\"",
            "\"\n\"",
            "[1] 2",
            "\"\\u00é9\"",
            "tru",
        ] {
            assert!(matches!(Node::parse(text.as_bytes()), Err(JsonError::Syntax { .. })), "{text:?}");
        }
        assert_eq!(Node::parse(b"\"\xff\""), Err(JsonError::NotUtf8));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        assert_eq!(Node::parse_within(b"[1,2]", 4), Err(JsonError::TooLarge { found: 5, max: 4 }));
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Node::parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        let long = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert_eq!(Node::parse(long.as_bytes()), Err(JsonError::TooMany));
        assert_eq!(Node::parse("[".repeat(1_000_000).as_bytes()), Err(JsonError::TooDeep));
    }
}
