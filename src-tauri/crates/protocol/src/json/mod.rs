//! A JSON document as it was written: members keep their order, numbers keep their digits.
//!
//! Checksums of released software depend on both (PROTOCOL 1.4), so listings are read into this tree and not into
//! `serde_json::Value`. Reading is bounded in size and depth: a listing comes from a stranger.

mod parse;
mod write;

pub use parse::{JsonError, MAX_BYTES, MAX_DEPTH, MAX_VALUES};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Node {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as the text it was written with.
    Number(String),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, in the order it was written. A key that was written twice stands where it stood first and has
    /// the value it had last, as in Python and JavaScript.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads a document of at most [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        parse::parse(bytes, MAX_BYTES)
    }

    /// Reads a document of at most `max` bytes.
    pub fn parse_within(bytes: &[u8], max: usize) -> Result<Self, JsonError> {
        parse::parse(bytes, max)
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn number(number: u64) -> Self {
        Self::Number(number.to_string())
    }

    /// An object of these members; a key given twice keeps its last value.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Node)>) -> Self {
        let mut object = Self::Object(Vec::new());
        for (key, value) in members {
            object.set(key, value);
        }
        object
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A member of an object; `None` for everything else.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// A member to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// A member several levels down: `at(&["attributes", "main", "name"])`.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Sets a member where it stands, or as the last one. Whatever is no object stays as it is.
    pub fn set(&mut self, key: impl Into<String>, value: Node) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(place) => *place = value,
            None => {
                if let Self::Object(members) = self {
                    members.push((key, value));
                }
            }
        }
    }

    /// Adds a member whose key is known to be new; unlike [`Node::set`] it does not look.
    pub(crate) fn append(&mut self, key: impl Into<String>, value: Node) {
        if let Self::Object(members) = self {
            members.push((key.into(), value));
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        match self {
            Self::Object(members) => {
                let place = members.iter().position(|(name, _)| name == key)?;
                Some(members.remove(place).1)
            }
            _ => None,
        }
    }

    /// The members of an object; none for everything else.
    pub fn members(&self) -> &[(String, Node)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none for everything else.
    pub fn elements(&self) -> &[Node] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, also where it is written as a text, as released software did now and then.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(text) | Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// The text of a member.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_text)
    }

    /// The texts of a member that is a list of them; other elements are passed over.
    pub fn texts_of(&self, key: &str) -> Vec<String> {
        let elements = self.get(key).map(Self::elements).unwrap_or_default();
        elements.iter().filter_map(Self::as_text).map(str::to_owned).collect()
    }

    /// Compact JSON in UTF-8: no space between tokens, members in their order, numbers as they were written.
    pub fn to_json(&self) -> String {
        write::compact(self)
    }

    /// The form that the Python libraries hash: keys of the outermost object sorted, no space anywhere, also not
    /// within texts, and nothing but ASCII (PROTOCOL 1.4, algorithm C).
    pub fn to_python_canonical(&self) -> String {
        write::python_canonical(self)
    }

    /// The form that the text of OEP-7 v0.2 describes: keys sorted on every level, no space between tokens.
    pub fn to_strict_canonical(&self) -> String {
        write::strict_canonical(self)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_unit(),
            Self::Bool(value) => s.serialize_bool(*value),
            Self::Number(text) => {
                serde_json::value::RawValue::from_string(text.clone()).map_err(S::Error::custom)?.serialize(s)
            }
            Self::Text(text) => s.serialize_str(text),
            Self::List(elements) => s.collect_seq(elements),
            Self::Object(members) => s.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    /// Only from JSON, whose text is needed.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let raw = Box::<serde_json::value::RawValue>::deserialize(d)?;
        Self::parse(raw.get().as_bytes()).map_err(D::Error::custom)
    }
}

impl From<&serde_json::Value> for Node {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::text(text),
            Value::Array(elements) => Self::List(elements.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn node() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            Just(Node::Null),
            any::<bool>().prop_map(Node::Bool),
            any::<i64>().prop_map(|n| Node::Number(n.to_string())),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| Node::Number(format!("{n:e}"))),
            ".*".prop_map(Node::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Node::List),
                prop::collection::vec((".{0,8}", inner), 0..6).prop_map(Node::object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(tree in node()) {
            prop_assert_eq!(Node::parse(tree.to_json().as_bytes()).unwrap(), tree.clone());
            prop_assert_eq!(serde_json::from_str::<Node>(&serde_json::to_string(&tree).unwrap()).unwrap(), tree);
        }

        #[test]
        fn canonical_forms_are_json_of_any_document(tree in node()) {
            prop_assert!(tree.to_python_canonical().is_ascii());
            prop_assert!(!tree.to_python_canonical().contains(' '));
            let strict = tree.to_strict_canonical();
            prop_assert_eq!(Node::parse(strict.as_bytes()).unwrap().to_strict_canonical(), strict);
        }

        #[test]
        fn any_bytes_are_read_or_refused_but_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(tree) = Node::parse(&bytes) {
                tree.to_python_canonical();
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok() || bytes.contains(&b'e') || bytes.contains(&b'E'));
            }
        }

        #[test]
        fn bytes_like_json_are_read_as_serde_reads_them(text in r#"[\[\]{}",:0-9a-f\\u.eE+\- tr]{0,60}"#) {
            let ours = Node::parse(text.as_bytes());
            // serde_json refuses numbers beyond f64; everything else must be judged alike.
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert!(ours.is_ok(), "{:?}", value);
            } else if let Ok(tree) = ours {
                prop_assert!(text.contains(['e', 'E']) || text.len() > 300, "{:?}", tree);
            }
        }
    }
}
