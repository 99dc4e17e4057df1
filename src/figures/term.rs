//! Recipes, resolved: a tree whose leaves are folds of a scan, figures, points and constants.

use crate::frame::Meaning;
use crate::language::{Function, Operator};
use crate::text::Span;
use crate::value::{Measure, Number};

/// What a recipe computes.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Constant(Number),
    /// A text literal or parameter.
    Text(String),
    /// A fold of the figure's own query, and how its integers become a value.
    Fold(usize, Reading, Span),
    /// A fold whose value disclosure control may hide or round.
    Guarded(Box<Term>, Guards),
    /// A fold over all rows of the series.
    Total(Box<Term>),
    /// A figure, or a point of a series.
    Figure(String, Vec<String>, Span),
    Negate(Box<Term>, Span),
    Absolute(Box<Term>, Span),
    Binary(Operator, Box<Term>, Box<Term>, Span),
    Pair(Function, Box<Term>, Box<Term>, Span),
    /// Numerator over denominator, as a percentage.
    Share(Box<Term>, Box<Term>, Span),
}

/// What a guarded fold is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Guards {
    /// Rows, each of which is a case.
    Rows,
    /// Cells that are numbers of cases.
    Counts,
}

/// How a fold's integers become a value.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    Rows,
    Known,
    Distinct,
    Sum(Unit),
    Mean(Unit),
    /// Probability and type of a sample quantile.
    Quantile(Unit, crate::exact::Exact, u8),
    Least(Unit),
    Greatest(Unit),
    /// Whether it is of a sample, and whether the root is taken.
    Variance {
        unit: Unit,
        sample: bool,
        root: bool,
    },
    One(Unit),
}

/// What the integers of a fold are: fixed point with a scale, or codes with a meaning.
#[derive(Clone, Debug)]
pub(super) enum Unit {
    Scaled(u32, Measure),
    Coded(Meaning),
}

impl Term {
    /// The fold that the term is, guarded or not: its place, and how its integers are read.
    pub(super) fn fold(&self) -> Option<(usize, &Reading)> {
        match self {
            Self::Guarded(inner, _) => inner.fold(),
            Self::Fold(index, reading, _) => Some((*index, reading)),
            _ => None,
        }
    }

    /// Calls `visit` on every figure and point in the term.
    pub(super) fn references<'a>(&'a self, visit: &mut dyn FnMut(&'a str, Span)) {
        self.named(&mut |id, _, span| visit(id, span));
    }

    /// The same with the keys of points.
    pub(super) fn named<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [String], Span)) {
        match self {
            Self::Figure(id, keys, span) => visit(id, keys, *span),
            Self::Guarded(a, _) | Self::Total(a) | Self::Negate(a, _) | Self::Absolute(a, _) => {
                a.named(visit);
            }
            Self::Binary(_, a, b, _) | Self::Pair(_, a, b, _) | Self::Share(a, b, _) => {
                a.named(visit);
                b.named(visit);
            }
            Self::Constant(_) | Self::Text(_) | Self::Fold(..) => {}
        }
    }
}
