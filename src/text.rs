//! The texts that the author wrote (specs, bodies, source declarations) and places in them.
//!
//! In: paths and contents. Out: [`Span`]s, which diagnostics point at, with lines and columns.

use serde::Deserialize;
use unicode_security::skeleton;

/// Which text a span belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
pub struct TextId(u32);

/// A range of bytes in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
pub struct Span {
    /// The text.
    pub text: TextId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl TextId {
    /// The number of the text, as [`Texts`] counts.
    pub(crate) fn index(self) -> u32 {
        self.0
    }
}

impl Span {
    /// A span over `start..end` of `text`.
    pub fn new(text: TextId, start: usize, end: usize) -> Self {
        Self { text, start, end: end.max(start) }
    }

    /// The part `start..end` of this span, counted from its start.
    pub fn part(self, start: usize, end: usize) -> Self {
        Self::new(self.text, self.start + start, self.start + end)
    }

    /// Whether it covers another.
    pub fn holds(self, other: Self) -> bool {
        self.text == other.text && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span over both (of the same text).
    pub fn to(self, other: Self) -> Self {
        Self::new(self.text, self.start.min(other.start), self.end.max(other.end))
    }
}

/// One text with its path relative to the project.
#[derive(Clone, Debug)]
pub struct Text {
    /// Path from the project's folder, with `/`.
    pub path: String,
    /// What the file holds.
    pub content: String,
}

/// All texts that were read, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    items: Vec<Text>,
}

impl Texts {
    /// Adds a text and returns its id.
    pub fn add(&mut self, path: impl Into<String>, content: impl Into<String>) -> TextId {
        self.items.push(Text { path: path.into(), content: content.into() });
        TextId(self.items.len() as u32 - 1)
    }

    /// The text of an id that [`Texts::add`] returned.
    pub fn get(&self, id: TextId) -> &Text {
        &self.items[id.0 as usize]
    }

    /// Every text, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Text> {
        self.items.iter()
    }

    /// The words under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.text).content.get(span.start..span.end).unwrap_or("")
    }

    /// Line and column of a span's start, both from 1; columns count characters.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let content = &self.get(span.text).content;
        let mut start = span.start.min(content.len());
        while !content.is_char_boundary(start) {
            start -= 1;
        }
        let before = &content[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// Words taken out of a text (a YAML scalar, unquoted and unfolded), each byte with its place there.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename = "$passage")]
pub struct Passage {
    /// The words.
    pub words: String,
    /// Where all of it stands, quotes and all.
    pub span: Span,
    /// For each byte of the words (and one past) its offset in the text; empty where they stand there as they are.
    offsets: Vec<usize>,
}

impl Passage {
    /// Words that stand under `span` as they are.
    pub fn verbatim(words: impl Into<String>, span: Span) -> Self {
        Self { words: words.into(), span, offsets: Vec::new() }
    }

    /// Words that stand under `span`, in `source`, with quotes, escapes or folded lines around them.
    pub fn aligned(words: impl Into<String>, span: Span, source: &str) -> Self {
        let words: String = words.into();
        if source == words {
            return Self::verbatim(words, span);
        }
        let mut offsets = Vec::with_capacity(words.len() + 1);
        let mut at = 0;
        for c in words.chars() {
            let found = if c.is_whitespace() {
                source[at..].find(|s: char| s.is_whitespace())
            } else {
                source[at..].find(c)
            };
            let start = found.map_or(at, |offset| at + offset);
            for index in 0..c.len_utf8() {
                offsets.push(span.start + (start + index).min(source.len()));
            }
            if found.is_some() {
                at = start + source[start..].chars().next().map_or(0, char::len_utf8);
            }
        }
        offsets.push(offsets.last().map_or(span.start, |last| last + 1));
        Self { words, span, offsets }
    }

    /// The parts that serde needs to make a passage anew.
    pub(crate) fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The place of the bytes `start..end` of the words.
    pub fn part(&self, start: usize, end: usize) -> Span {
        if self.offsets.is_empty() {
            return self.span.part(start, end);
        }
        let place = |at: usize| self.offsets.get(at).copied().unwrap_or(self.span.end);
        let last = if end > start { place(end - 1) + 1 } else { place(start) };
        Span::new(self.span.text, place(start), last)
    }
}

/// A text as HTML and SVG hold it, also between double quotation marks.
pub(crate) fn escape_markup(text: &str) -> String {
    // what XML cannot hold
    let holds = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let held = |c: char| if holds(c) || matches!(c, '\n' | '\t') { c } else { '\u{fffd}' };
    let text: String = text.chars().map(held).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What [`escape_markup`] wrote, as text again.
pub(crate) fn unescape_markup(text: &str) -> String {
    // the ampersand last, or `&amp;lt;` would become `<`
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// JSON that may stand in an element of a page: nothing in it ends one.
pub(crate) fn json_in_markup(json: &serde_json::Value) -> String {
    json.to_string().replace('<', "\\u003c")
}

/// With its first letter in upper case.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// With its first letter in lower case, unless it begins with an acronym.
pub(crate) fn in_a_sentence(text: &str) -> String {
    let mut chars = text.chars();
    let (first, second) = (chars.next(), text.chars().nth(1));
    match first.filter(|_| second.is_some_and(char::is_lowercase)) {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => text.to_string(),
    }
}

/// A text as it looks: in lower case, without differences of spaces and signs, with letters of other scripts as those that they look
/// like (the skeleton of Unicode Technical Standard 39, letter by letter: within ASCII it takes 1 for l and rn for m).
pub(crate) fn look(text: &str) -> String {
    let lower = text.to_lowercase();
    let plain: String = lower
        .chars()
        .map(|c| match c {
            '‐' | '‑' | '–' | '—' | '−' | '_' => '-',
            '’' | '‘' | '`' | '´' => '\'',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}'))
        .collect();
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let mut look = String::new();
    for c in words.join(" ").chars() {
        match c.is_ascii() {
            true => look.push(c),
            false => look.extend(skeleton(c.encode_utf8(&mut [0; 4]))),
        }
    }
    look
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_escaped_comes_back() {
        for text in ["a < b & c > \"d\"", "&lt;", "&amp;lt;", "&&quot;"] {
            assert_eq!(super::unescape_markup(&super::escape_markup(text)), text);
        }
    }
}
