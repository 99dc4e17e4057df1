//! The author's words against the figures that they are tied to, and every number that is tied to none.
//!
//! In: a spec, its figures, a language and its [`Lexicon`]. Out: a [`Verdict`] for every claim, and diagnostics for what is
//! wrong, unread or untied. `docs/words.md` has the rules.

mod check;
mod comparisons;
mod exempt;
mod grammar;
mod guards;
mod interval;
mod judge;
mod keys;
mod lexicon;
mod mention;
mod number;
mod outside;
mod references;
mod rows;
mod sentence;
mod subject;
mod token;

use std::ops::Range;

use indexmap::IndexMap;

pub use check::{Inputs, check};
pub use exempt::Rule;
pub(crate) use guards::significant as significant_words;
pub use lexicon::{Lexicon, Override};
pub use mention::{Kind, Mention, mentions};
pub use outside::{Outside, OutsideVerdict};

use crate::diag::Diagnostic;
use crate::locale::Locale;
use crate::text::Span;

/// What the check of a claim found, from good to bad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Finding {
    /// The words state the value.
    Exact,
    /// The value agrees with the words at the digits typed.
    Rounds,
    /// A phrase whose interval holds the value.
    Approximates,
    /// The words assert nothing that can be checked.
    Unread,
    /// A number that is tied to nothing.
    Untied,
    /// The words state another value.
    Wrong,
}

impl Finding {
    /// Every finding, from good to bad.
    pub const ALL: [Self; 6] =
        [Self::Exact, Self::Rounds, Self::Approximates, Self::Unread, Self::Untied, Self::Wrong];

    /// The word that readers see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Rounds => "rounds",
            Self::Approximates => "approximates",
            Self::Unread => "unread",
            Self::Untied => "untied",
            Self::Wrong => "wrong",
        }
    }

    /// Whether the words tie out.
    pub fn ties(self) -> bool {
        self <= Self::Approximates
    }
}

/// One claim, or one number outside all claims, with what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The author's words.
    pub words: String,
    /// What they assert, in canonical form: `nearly 6000`, `down + 39%`.
    pub reading: String,
    /// Ids of the figures that they are tied to.
    pub figures: Vec<String>,
    /// What was found.
    pub finding: Finding,
    /// The intervals that were used, in words.
    pub intervals: Vec<String>,
    /// What is wrong, and what would be true.
    pub remarks: Vec<String>,
    /// How many numbers it states.
    pub numbers: usize,
    /// Where the claim stands.
    pub span: Span,
}

/// A number that is no statistic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exempted {
    /// The words.
    pub words: String,
    /// Why.
    pub rule: Rule,
    /// What the author says, where the author exempts it.
    pub reason: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Words of the report's own that are tied to figures, a value that it inserts, or a number that the author alone answers for, in their
/// sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Ids of the figures, in the order of the link; none of a number that is tied to nothing.
    pub figures: Vec<String>,
    /// Why such a number is no statistic, where the author says so.
    pub reason: Option<String>,
    /// The words; an inserted value as it is printed.
    pub words: String,
    /// The sentence as a reader sees it.
    pub sentence: String,
    /// The sentence as the author wrote it: `[=](fig:id)` where a value is inserted, `[words](cite:id)` where a source is cited.
    pub written: String,
    /// Where the link stands.
    pub span: Span,
}

/// All verdicts of a report, in reading order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdicts {
    /// What the report states, by its links.
    pub statements: Vec<Statement>,
    /// Each claim, and each number that is tied to nothing.
    pub claims: Vec<Verdict>,
    /// Values that the text inserts; they tie out because they are the figures.
    pub inserted: usize,
    /// Numbers that are no statistics.
    pub exempt: Vec<Exempted>,
    /// What others said, by id.
    pub outside: IndexMap<String, Outside>,
}

impl Verdicts {
    /// How many claims have a finding.
    pub fn count(&self, finding: Finding) -> usize {
        self.claims.iter().filter(|verdict| verdict.finding == finding).count()
    }

    /// Numbers that tie out, of those that were found.
    pub fn tied(&self) -> (usize, usize) {
        let of = |good: bool| {
            let claims = self.claims.iter().filter(|verdict| verdict.finding.ties() || !good);
            self.inserted + claims.map(|verdict| verdict.numbers).sum::<usize>()
        };
        (of(true), of(false))
    }

    /// Claims that hold without stating a number: a name, a direction, an order.
    pub fn worded(&self) -> usize {
        self.claims.iter().filter(|verdict| verdict.finding.ties() && verdict.numbers == 0).count()
    }
}

/// What the judge found of one claim.
#[derive(Default)]
pub(crate) struct Judged {
    finding: Option<Finding>,
    reading: String,
    intervals: Vec<String>,
    problems: Vec<Diagnostic>,
    unread: Vec<String>,
    named: Vec<Range<usize>>,
}

/// Where words hold a spelling, in any case, as words of their own: not joined to others by letters, digits, hyphens
/// or strokes, and no year behind a month. `2020` is not in `2020/21` or `March 2020`, nor `male` in `female`.
fn whole_words(words: &str, spelling: &str, locale: &Locale) -> Option<(usize, usize)> {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let wanted = lower(spelling);
    let starts = words.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|start| {
        let mut end = start;
        let mut seen = String::new();
        for c in words[start..].chars() {
            if seen.len() >= wanted.len() {
                break;
            }
            seen.extend(c.to_lowercase());
            end += c.len_utf8();
        }
        if seen != wanted || wanted.is_empty() {
            return None;
        }
        let joins = |c: char| c.is_alphanumeric() || matches!(c, '-' | '–' | '−' | '/');
        let before = words[..start].chars().next_back().is_some_and(joins);
        let mut after = words[end..].chars();
        let next = after.next();
        let joined = matches!(next, Some('-' | '–' | '−' | '/'))
            && after.next().is_some_and(char::is_alphanumeric);
        let dated = wanted.starts_with(|c: char| c.is_ascii_digit())
            && locale.ends_with_month(&words[..start]);
        let number = wanted.ends_with(|c: char| c.is_ascii_digit());
        let percent = number && words[end..].trim_start().starts_with('%');
        let inside =
            before || next.is_some_and(char::is_alphanumeric) || joined || dated || percent;
        (!inside).then_some((start, end))
    })
}
