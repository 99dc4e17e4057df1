//! `ignore_rows`: a condition decided on the text of a row's cells, before they have types.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic};
use crate::language::{Compare, Expr, Kind, Match, State, straight};

/// A condition over cells by their position.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Equal(usize, Vec<String>),
    Match(usize, Match, String),
    Missing(usize),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

impl Test {
    /// Whether a row, as the texts of its cells, is ignored.
    pub(super) fn holds<'a>(&self, cell: &dyn Fn(usize) -> &'a str) -> bool {
        match self {
            Self::Equal(column, texts) => {
                let text = straight(cell(*column));
                texts.contains(&text)
            }
            Self::Match(column, test, part) => test.test(cell(*column), part),
            Self::Missing(column) => cell(*column).is_empty(),
            Self::Not(inner) => !inner.holds(cell),
            Self::And(a, b) => a.holds(cell) && b.holds(cell),
            Self::Or(a, b) => a.holds(cell) || b.holds(cell),
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
    let text = |expr: &Expr| match &expr.kind {
        Kind::Text(text) => Ok(straight(text)),
        Kind::Number { text, .. } => Ok(text.clone()),
        _ => Err(unsuited(expr)),
    };
    Ok(match &expr.kind {
        Kind::Compare(Compare::Equal, a, b) => Test::Equal(column(a)?, vec![text(b)?]),
        Kind::Compare(Compare::Unequal, a, b) => Test::Not(Box::new(Test::Equal(column(a)?, vec![text(b)?]))),
        Kind::In(a, list) => Test::Equal(column(a)?, list.iter().map(text).collect::<Result<_, _>>()?),
        Kind::Match(test, a, b) => Test::Match(column(a)?, *test, text(b)?),
        Kind::Is(a, State::Missing) => Test::Missing(column(a)?),
        Kind::Is(a, State::Known) => Test::Not(Box::new(Test::Missing(column(a)?))),
        Kind::Not(a) => Test::Not(Box::new(compile(a, columns)?)),
        Kind::And(a, b) => Test::And(Box::new(compile(a, columns)?), Box::new(compile(b, columns)?)),
        Kind::Or(a, b) => Test::Or(Box::new(compile(a, columns)?), Box::new(compile(b, columns)?)),
        _ => return Err(unsuited(expr)),
    })
}

fn unsuited(expr: &Expr) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, "`ignore_rows` compares a column with a text")
        .at(expr.span)
        .hint("write `column = 'Total'`, `column in ('A', 'B')`, `column starts with 'Total'`, `column is missing`")
}
