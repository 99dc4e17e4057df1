//! A text as a reader reads it: without markup, with what the author's links make of each stretch of it.
//!
//! The check of words reads this form, because a phrase may begin before a link and end behind it: `nearly
//! [6,000](fig:x)`, `[47](fig:y) percent`.

use std::iter::Peekable;
use std::ops::Range;

use super::prose::Reference;
use crate::text::{Passage, Span};

/// Stands for a value that is inserted.
pub const INSERTED: char = '\u{fffc}';

/// A text without its markup. Paragraphs, headings, items and cells end with a line feed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plain {
    /// The words.
    pub text: String,
    /// What links make of them, in order; none inside another.
    pub marks: Vec<Mark>,
    /// Where stretches begin that stand in the passage: byte here, byte there, and how far they go on there.
    places: Vec<(usize, usize, usize)>,
}

/// A stretch of words that is more than words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Its bytes in the plain text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: MarkKind,
    /// Where the link stands.
    pub span: Span,
}

/// What a link or markup makes of words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// They are tied to figures.
    Claim(Vec<Reference>),
    /// A figure's value stands here.
    Insert(Reference),
    /// A source is cited, by its id.
    Cite(String),
    /// A parameter's value stands here.
    Parameter(String),
    /// The author says why a number in them is no statistic.
    Exempt(String),
    /// They are code.
    Code,
}

impl Plain {
    /// Words that stand in the passage from a byte on.
    pub(super) fn words(&mut self, words: &str, from: usize) {
        self.places.push((self.text.len(), from, usize::MAX));
        self.text.push_str(words);
    }

    /// A space, where a line ends inside a paragraph.
    pub(super) fn space(&mut self, from: usize) {
        self.words(" ", from);
    }

    /// The end of a paragraph, heading, item or cell.
    pub(super) fn end(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Marks the words from `start` on.
    pub(super) fn mark(&mut self, start: usize, kind: MarkKind, span: Span) {
        self.marks.push(Mark { range: start..self.text.len(), kind, span });
    }

    /// Takes back the words from `start` on.
    pub(super) fn cut(&mut self, start: usize) {
        self.text.truncate(start);
        self.places.retain(|(at, ..)| *at < start);
    }

    /// A value in place of the words from `start` on.
    pub(super) fn insert(&mut self, start: usize, reference: Reference, from: usize) {
        let span = reference.span;
        self.cut(start);
        self.instead(INSERTED.encode_utf8(&mut [0; 4]), from, span);
        self.mark(start, MarkKind::Insert(reference), span);
    }

    /// The value of a parameter in place of the words from `start` on.
    pub(super) fn parameter(
        &mut self,
        start: usize,
        parameter: Reference,
        value: &str,
        from: usize,
    ) {
        self.cut(start);
        self.instead(value, from, parameter.span);
        self.mark(start, MarkKind::Parameter(parameter.id), parameter.span);
    }

    /// Words that stand for a link.
    fn instead(&mut self, words: &str, from: usize, link: Span) {
        self.places.push((self.text.len(), from, (link.end - link.start).saturating_sub(1)));
        self.text.push_str(words);
    }

    /// The same text with the values that it inserts, where `value` knows them.
    pub fn filled(&self, value: impl Fn(&Reference) -> Option<String>) -> Self {
        let mut filled = Self::default();
        let mut places = self.places.iter().peekable();
        let mut at = 0;
        for mark in &self.marks {
            self.copy(at..mark.range.start, &mut places, &mut filled);
            let start = filled.text.len();
            let known = match &mark.kind {
                MarkKind::Insert(reference) => value(reference),
                _ => None,
            };
            match known {
                Some(value) => {
                    let from = places.next_if(|(start, ..)| *start == mark.range.start);
                    filled.instead(&value, from.map_or(0, |(_, from, _)| *from), mark.span);
                }
                None => self.copy(mark.range.clone(), &mut places, &mut filled),
            }
            filled.marks.push(Mark { range: start..filled.text.len(), ..mark.clone() });
            at = mark.range.end;
        }
        self.copy(at..self.text.len(), &mut places, &mut filled);
        filled
    }

    /// A stretch as it is, with the places in it.
    fn copy<'p>(
        &self,
        range: Range<usize>,
        places: &mut Peekable<impl Iterator<Item = &'p (usize, usize, usize)>>,
        into: &mut Self,
    ) {
        let shift = into.text.len();
        while let Some((start, from, most)) = places.next_if(|(start, ..)| *start < range.end) {
            into.places.push((start - range.start + shift, *from, *most));
        }
        into.text.push_str(&self.text[range]);
    }

    /// The marks of which some byte lies in a stretch.
    pub fn marks_within(&self, range: &Range<usize>) -> &[Mark] {
        let from = self.marks.partition_point(|mark| mark.range.end <= range.start);
        let length = self.marks[from..].partition_point(|mark| mark.range.start < range.end);
        &self.marks[from..from + length]
    }

    /// Where bytes of the plain text stand in the author's.
    pub fn span(&self, range: &Range<usize>, passage: &Passage) -> Span {
        let place = |at: usize| {
            let index = self.places.partition_point(|(start, ..)| *start <= at);
            let (start, from, most) = self.places[..index].last().copied().unwrap_or((0, 0, 0));
            from + (at - start).min(most)
        };
        let start = place(range.start);
        let end = if range.end > range.start { place(range.end - 1) + 1 } else { start };
        let end = end.max(start).min(passage.words.len());
        passage.part(start.min(end), end)
    }
}
