//! A place of a document that is being read, with its path for whoever has to be told.

use super::{Fault, Why};
use crate::{ParseIdError, Vodka, json::Node};
use std::str::FromStr;

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Node,
    pub(super) path: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, path: String::new() }
    }

    pub(super) fn fault(&self, why: impl Into<Why>) -> Fault {
        Fault::at(self.path.clone(), why)
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}/{key}", self.path) }
    }

    /// An object with no other members than these.
    pub(super) fn object(&self, known: &[&str]) -> Result<(), Fault> {
        if !self.node.is_object() {
            return Err(self.fault(Why::Type("an object")));
        }
        match self.node.members().iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(Fault::at(self.path_of(key), Why::Unknown)),
            None => Ok(()),
        }
    }

    /// A member, where it is there and not null.
    pub(super) fn may(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key).filter(|node| **node != Node::Null)?;
        Some(Self { node, path: self.path_of(key) })
    }

    pub(super) fn need(&self, key: &str) -> Result<Self, Fault> {
        self.may(key).ok_or_else(|| Fault::at(self.path_of(key), Why::Missing))
    }

    pub(super) fn text(&self) -> Result<&'a str, Fault> {
        self.node.as_text().ok_or_else(|| self.fault(Why::Type("a text")))
    }

    /// A name that can be typed without quotes.
    pub(super) fn name(&self) -> Result<String, Fault> {
        let text = self.text()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            return Err(self.fault(Why::Name));
        }
        Ok(text.to_owned())
    }

    pub(super) fn id<T: FromStr<Err = ParseIdError>>(&self) -> Result<T, Fault> {
        self.text()?.parse().map_err(|error: ParseIdError| self.fault(error))
    }

    /// OCEAN as a text with decimal places.
    pub(super) fn ocean(&self) -> Result<Vodka, Fault> {
        Vodka::parse_ocean(self.text()?).map_err(|error| self.fault(error))
    }

    pub(super) fn number(&self) -> Result<u64, Fault> {
        match self.node {
            Node::Number(text) => text.parse().map_err(|_| self.fault(Why::Type("a whole number, 0 or more"))),
            _ => Err(self.fault(Why::Type("a whole number, 0 or more"))),
        }
    }

    pub(super) fn list(&self, most: usize) -> Result<Vec<Self>, Fault> {
        if !self.node.is_list() {
            return Err(self.fault(Why::Type("a list")));
        }
        let elements = self.node.elements();
        if elements.len() > most {
            return Err(self.fault(Why::TooMany(most)));
        }
        let place = |(number, node)| Self { node, path: format!("{}/{number}", self.path) };
        Ok(elements.iter().enumerate().map(place).collect())
    }

    pub(super) fn names(&self, most: usize) -> Result<Vec<String>, Fault> {
        self.list(most)?.iter().map(Self::name).collect()
    }
}
