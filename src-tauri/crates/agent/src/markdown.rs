//! Markdown of a listing to typed blocks. The text is hostile: raw HTML becomes plain text, links keep only
//! http and https, images become their alternative text, depth and size are bounded.

use api::{Block, Inline};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Characters read of a description; what follows is left out.
pub(crate) const MAX_CHARACTERS: usize = 100_000;
const MAX_DEPTH: usize = 12;

/// Parses Markdown.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(at, _)| at);
    let mut reader = Reader { events: Parser::new_ext(&text[..end], Options::ENABLE_TABLES), depth: 0 };
    reader.blocks(None)
}

/// The first sentence of a description as plain text, at most `max` characters.
pub(crate) fn summary(text: &str, max: usize) -> String {
    let mut plain = String::new();
    for block in blocks(text) {
        if let Block::Paragraph { content } = block {
            flatten(&content, &mut plain);
            break;
        }
    }
    let sentence = plain.find(". ").map_or(plain.as_str(), |at| &plain[..=at]);
    let mut short: String = sentence.chars().take(max).collect();
    if sentence.chars().count() > max {
        short.push('…');
    }
    short
}

fn flatten(content: &[Inline], into: &mut String) {
    for inline in content {
        match inline {
            Inline::Text { text } | Inline::Code { text } => into.push_str(text),
            Inline::Emphasis { content } | Inline::Strong { content } | Inline::Link { content, .. } => {
                flatten(content, into);
            }
            Inline::Break => into.push(' '),
        }
    }
}

/// Only addresses a person can open safely.
pub(crate) fn safe_url(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    let plain = url.len() <= 2048 && !url.chars().any(|c| c.is_control() || c.is_whitespace());
    (web && plain).then(|| url.to_owned())
}

struct Reader<'a> {
    events: Parser<'a>,
    depth: usize,
}

impl Reader<'_> {
    fn blocks(&mut self, until: Option<TagEnd>) -> Vec<Block> {
        let mut found = Vec::new();
        // Words that stand without a paragraph around them, as in tight lists.
        let mut loose: Vec<Inline> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(end) if Some(end) == until => break,
                Event::Start(tag) if is_inline(&tag) => self.inline(tag, &mut loose),
                Event::Start(tag) => {
                    flush(&mut loose, &mut found);
                    self.block(tag, &mut found);
                }
                Event::Rule => {
                    flush(&mut loose, &mut found);
                    found.push(Block::Rule);
                }
                other => word(other, &mut loose),
            }
        }
        flush(&mut loose, &mut found);
        found
    }

    fn block(&mut self, tag: Tag<'_>, into: &mut Vec<Block>) {
        let end = tag.to_end();
        if self.depth >= MAX_DEPTH {
            let mut content = Vec::new();
            self.text_until(end, &mut content);
            into.push(Block::Paragraph { content });
            return;
        }
        self.depth += 1;
        match tag {
            Tag::Heading { level, .. } => {
                into.push(Block::Heading { level: number(level), content: self.inlines(end) })
            }
            Tag::BlockQuote(_) => into.push(Block::Quote { content: self.blocks(Some(end)) }),
            Tag::CodeBlock(_) | Tag::HtmlBlock => {
                let mut content = Vec::new();
                self.text_until(end, &mut content);
                let mut text = String::new();
                flatten(&content, &mut text);
                into.push(Block::Code { text });
            }
            Tag::List(start) => {
                let mut items = Vec::new();
                while let Some(event) = self.events.next() {
                    match event {
                        Event::Start(Tag::Item) => items.push(self.blocks(Some(TagEnd::Item))),
                        Event::End(e) if e == end => break,
                        _ => {}
                    }
                }
                into.push(Block::List { start, items });
            }
            Tag::Table(_) => into.push(self.table(end)),
            _ => into.push(Block::Paragraph { content: self.inlines(end) }),
        }
        self.depth -= 1;
    }

    fn table(&mut self, end: TagEnd) -> Block {
        let (mut head, mut rows, mut row) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => row.push(self.inlines(TagEnd::TableCell)),
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
                Event::End(e) if e == end => break,
                _ => {}
            }
        }
        Block::Table { head, rows }
    }

    fn inlines(&mut self, until: TagEnd) -> Vec<Inline> {
        let mut content = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(end) if end == until => break,
                Event::Start(tag) => self.inline(tag, &mut content),
                other => word(other, &mut content),
            }
        }
        content
    }

    fn inline(&mut self, tag: Tag<'_>, into: &mut Vec<Inline>) {
        let end = tag.to_end();
        if self.depth >= MAX_DEPTH {
            self.text_until(end, into);
            return;
        }
        self.depth += 1;
        let content = self.inlines(end);
        self.depth -= 1;
        match tag {
            Tag::Emphasis => into.push(Inline::Emphasis { content }),
            Tag::Strong => into.push(Inline::Strong { content }),
            Tag::Link { dest_url, .. } => match safe_url(&dest_url) {
                Some(url) => into.push(Inline::Link { content, url }),
                None => into.extend(content),
            },
            _ => into.extend(content),
        }
    }

    fn text_until(&mut self, until: TagEnd, into: &mut Vec<Inline>) {
        let mut open = 0_usize;
        for event in self.events.by_ref() {
            match event {
                Event::End(end) if open == 0 && end == until => break,
                Event::Start(_) => open += 1,
                Event::End(_) => open = open.saturating_sub(1),
                other => word(other, into),
            }
        }
    }
}

fn word(event: Event<'_>, into: &mut Vec<Inline>) {
    match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
            into.push(Inline::Text { text: text.into_string() })
        }
        Event::Code(text) => into.push(Inline::Code { text: text.into_string() }),
        Event::SoftBreak => into.push(Inline::Text { text: " ".to_owned() }),
        Event::HardBreak => into.push(Inline::Break),
        _ => {}
    }
}

fn flush(loose: &mut Vec<Inline>, into: &mut Vec<Block>) {
    if !loose.is_empty() {
        into.push(Block::Paragraph { content: std::mem::take(loose) });
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_strange_links_become_words() {
        let text = "<script>alert(1)</script>\n\nSee [here](javascript:alert(1)) and ![x](http://tracker/p.png) [ok](https://example.org/a).";
        let found = blocks(text);
        let shown = format!("{found:?}");
        assert!(shown.contains("Code { text: \"<script>"), "raw HTML is shown as text: {shown}");
        assert!(!shown.contains("javascript:"), "only web links stay links: {shown}");
        assert!(!shown.contains("tracker"), "images are not fetched: {shown}");
        assert!(shown.contains("https://example.org/a"));
    }

    #[test]
    fn lists_tables_and_depth_are_kept_within_bounds() {
        let found = blocks("# A\n\n- one\n- two **b**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
        assert!(matches!(&found[0], Block::Heading { level: 1, .. }));
        assert!(matches!(&found[1], Block::List { start: None, items } if items.len() == 2));
        assert!(matches!(&found[2], Block::Table { rows, .. } if rows.len() == 1));
        let deep = ">".repeat(5000) + " x";
        assert_eq!(blocks(&deep).len(), 1, "five thousand quotations do not exhaust the stack");
    }

    #[test]
    fn a_summary_is_the_first_sentence() {
        assert_eq!(summary("# T\n\nWater level. And more.", 100), "Water level.");
        assert_eq!(summary("abcdef", 3), "abc…");
    }
}
