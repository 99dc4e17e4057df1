//! The Markdown twin of a text: the author's own bytes, with what is ours replaced.

use std::ops::Range;

use super::{Inline, NoteRef};
use crate::spec;

/// Replacements in a passage, by the bytes that they replace.
#[derive(Default)]
pub(super) struct Splices {
    items: Vec<(Range<usize>, String)>,
}

impl Splices {
    /// Replaces a stretch of the passage.
    pub(super) fn replace(&mut self, range: Range<usize>, text: String) {
        self.items.push((range, text));
    }

    /// The passage with all replacements made.
    pub(super) fn apply(mut self, passage: &str) -> String {
        self.items.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::new();
        let mut at = 0;
        for (range, text) in self.items {
            if range.start < at {
                continue;
            }
            out.push_str(&passage[at..range.start]);
            out.push_str(&text);
            at = range.end;
        }
        out.push_str(&passage[at..]);
        out
    }

    /// Walks a text and its composed twin side by side, and replaces every construct of ours in inline position.
    pub(super) fn inlines(&mut self, written: &[spec::Inline], composed: &[Inline]) {
        for (written, composed) in written.iter().zip(composed) {
            match (written, composed) {
                (spec::Inline::Claim(claim), Inline::Claim(inner, _, notes))
                | (spec::Inline::Cite(claim), Inline::Cite(inner, notes)) => {
                    // brackets go, words stay, notes follow
                    self.replace(claim.range.start..claim.inner.start, String::new());
                    self.inlines(&claim.content, inner);
                    self.replace(claim.inner.end..claim.range.end, marks(notes));
                }
                (spec::Inline::Exempt(claim), Inline::Exempt(inner)) => {
                    self.replace(claim.range.start..claim.inner.start, String::new());
                    self.inlines(&claim.content, inner);
                    self.replace(claim.inner.end..claim.range.end, String::new());
                }
                (spec::Inline::Insert(_, range), Inline::Value(shown, _, notes)) => {
                    self.replace(
                        range.clone(),
                        format!("{}{}", escape(shown.as_str()), marks(notes)),
                    );
                }
                (spec::Inline::Parameter(_, range), Inline::Parameter(value)) => {
                    self.replace(range.clone(), escape(value));
                }
                (spec::Inline::Emphasis(a), Inline::Emphasis(b))
                | (spec::Inline::Strong(a), Inline::Strong(b))
                | (spec::Inline::Struck(a), Inline::Struck(b))
                | (spec::Inline::Link(_, a), Inline::Link(_, b)) => self.inlines(a, b),
                _ => {}
            }
        }
    }
}

/// `[^source-a] [^source-b]`
pub(crate) fn marks(notes: &[NoteRef]) -> String {
    let marks: Vec<String> = notes.iter().map(|note| format!("[^{}]", note.label)).collect();
    marks.join(" ")
}

/// Text with the signs escaped that Markdown would read.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
