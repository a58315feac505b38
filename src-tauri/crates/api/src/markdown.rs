//! Text of listings as data: the backend parses Markdown into these blocks, the window only draws them.
//! Nothing in here can carry markup, scripts or remote content.

use serde::{Deserialize, Serialize};

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading, level 1 to 6.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        content: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        content: Vec<Inline>,
    },
    /// A list.
    List {
        /// The number of its first item; `None` for bullets.
        start: Option<u64>,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote {
        /// What is quoted.
        content: Vec<Block>,
    },
    /// Code, as it stands.
    Code {
        /// The text.
        text: String,
    },
    /// A table.
    Table {
        /// Its head.
        head: Vec<Vec<Inline>>,
        /// Its rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A line across.
    Rule,
}

/// Words within a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "inline", rename_all = "snake_case")]
pub enum Inline {
    /// Plain words.
    Text {
        /// The words.
        text: String,
    },
    /// Emphasised.
    Emphasis {
        /// The words.
        content: Vec<Inline>,
    },
    /// Strong.
    Strong {
        /// The words.
        content: Vec<Inline>,
    },
    /// Code.
    Code {
        /// The text.
        text: String,
    },
    /// A link; only http and https, shown with its host, opened outside the window after asking.
    Link {
        /// The words.
        content: Vec<Inline>,
        /// Where to.
        url: String,
    },
    /// A line break.
    Break,
}
