//! `ignore_rows`: a condition decided on the text of a row's cells, before they have types.
//!
//! A text that no row holds is an error: a misspelt total row must not get into a sum.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diag::{Code, Diagnostic};
use crate::language::{Compare, Expr, Kind, Match, State, straight};
use crate::text::Span;

/// A condition over cells by their position.
#[derive(Debug)]
pub(super) enum Test {
    Equal(usize, Vec<Literal>),
    Match(usize, Match, Literal),
    Missing(usize),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

/// A text of the condition, and whether a row holds it.
#[derive(Debug)]
pub(super) struct Literal {
    text: String,
    span: Span,
    met: AtomicBool,
}

impl Literal {
    fn meets(&self, holds: bool) -> bool {
        if holds {
            self.met.store(true, Ordering::Relaxed);
        }
        holds
    }
}

impl Test {
    /// An error for a text that no row has held.
    pub(super) fn unmatched(&self) -> Option<Diagnostic> {
        let literals: &[Literal] = match self {
            Self::Equal(_, literals) => literals,
            Self::Match(_, _, literal) => std::slice::from_ref(literal),
            Self::Not(inner) => return inner.unmatched(),
            Self::And(a, b) | Self::Or(a, b) => return a.unmatched().or_else(|| b.unmatched()),
            Self::Missing(_) => return None,
        };
        let literal = literals.iter().find(|literal| !literal.met.load(Ordering::Relaxed))?;
        let message = format!("`{}` occurs nowhere in this column", literal.text);
        Some(
            Diagnostic::error(Code::SilentLiteral, message)
                .at(literal.span)
                .hint("look how the file writes it; a row that is meant to be ignored would count"),
        )
    }

    /// Whether a row, as the texts of its cells, is ignored.
    pub(super) fn holds<'a>(&self, cell: &dyn Fn(usize) -> &'a str) -> bool {
        match self {
            Self::Equal(column, texts) => {
                let text = straight(cell(*column));
                texts.iter().filter(|literal| literal.meets(literal.text == text)).count() > 0
            }
            Self::Match(column, test, part) => part.meets(test.test(cell(*column), &part.text)),
            Self::Missing(column) => cell(*column).is_empty(),
            Self::Not(inner) => !inner.holds(cell),
            // both sides are asked, so that every text is looked for
            Self::And(a, b) => a.holds(cell) & b.holds(cell),
            Self::Or(a, b) => a.holds(cell) | b.holds(cell),
        }
    }
}

/// Compiles a condition; `columns` gives the position of each column by our name.
pub(super) fn compile(expr: &Expr, columns: &BTreeMap<&str, usize>) -> Result<Test, Diagnostic> {
    let column = |expr: &Expr| match &expr.kind {
        Kind::Name(name) => columns.get(name.as_str()).copied().ok_or_else(|| {
            Diagnostic::error(Code::UnknownColumn, format!("the file has no column `{name}`"))
                .at(expr.span)
                .did_you_mean(name, columns.keys().copied())
        }),
        _ => Err(unsuited(expr)),
    };
    let text = |expr: &Expr| {
        let text = match &expr.kind {
            Kind::Text(text) => straight(text),
            Kind::Number { text, .. } => text.clone(),
            _ => return Err(unsuited(expr)),
        };
        Ok(Literal { text, span: expr.span, met: AtomicBool::new(false) })
    };
    Ok(match &expr.kind {
        Kind::Compare(Compare::Equal, a, b) => Test::Equal(column(a)?, vec![text(b)?]),
        Kind::Compare(Compare::Unequal, a, b) => {
            Test::Not(Box::new(Test::Equal(column(a)?, vec![text(b)?])))
        }
        Kind::In(a, list) => {
            Test::Equal(column(a)?, list.iter().map(text).collect::<Result<_, _>>()?)
        }
        Kind::Match(test, a, b) => Test::Match(column(a)?, *test, text(b)?),
        Kind::Is(a, State::Missing) => Test::Missing(column(a)?),
        Kind::Is(a, State::Known) => Test::Not(Box::new(Test::Missing(column(a)?))),
        Kind::Not(a) => Test::Not(Box::new(compile(a, columns)?)),
        Kind::And(a, b) => {
            Test::And(Box::new(compile(a, columns)?), Box::new(compile(b, columns)?))
        }
        Kind::Or(a, b) => Test::Or(Box::new(compile(a, columns)?), Box::new(compile(b, columns)?)),
        _ => return Err(unsuited(expr)),
    })
}

fn unsuited(expr: &Expr) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, "`ignore_rows` compares a column with a text")
        .at(expr.span)
        .hint("write `column = 'Total'`, `column in ('A', 'B')`, `column starts with 'Total'`, `column is missing`")
}
