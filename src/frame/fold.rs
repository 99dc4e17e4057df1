//! Folds: what a scan collects over the rows of a group, as integers that merge in any order.

use std::collections::BTreeMap;

use super::column::Mark;
use super::program::{HIDDEN, NumberId, TruthId, UNKNOWN, count};
use crate::exact::Wide;

/// What is collected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoldKind {
    /// Rows.
    Count,
    /// The sum.
    Sum,
    /// The sum and the sum of squares.
    Moments,
    /// The least and the greatest.
    Extremes,
    /// How often each integer occurs: for quantiles, distinct counts, and codes.
    Histogram,
    /// The value of the one row, and the numbers of the first rows.
    One,
    /// The numbers of the first rows, at most so many.
    Rows(usize),
}

/// A fold over the rows in which its filter, and its query's, is true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold {
    /// What is collected.
    pub kind: FoldKind,
    /// Of which number; rows are counted without one.
    pub value: Option<NumberId>,
    /// In which rows.
    pub filter: Option<TruthId>,
}

/// How many row numbers are kept for messages.
const EXAMPLES: usize = 5;

/// The value of a fold in a row that depends on hidden cells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HiddenValue {
    /// The row.
    pub row: u64,
    /// An integer, and columns whose cell in this row counts so many times; none where the value is no such sum.
    pub sum: Option<(i128, Vec<(usize, i128)>)>,
}

/// What a fold has collected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partial {
    /// Rows in which the filters are true.
    pub rows: u64,
    /// Rows for which a filter is neither true nor false.
    pub undecided: Undecided,
    /// Of `rows`, those in which the value is missing.
    pub missing: u64,
    /// Of `rows`, those in which the value is hidden.
    pub suppressed: u64,
    /// A row in which the value is beyond 128 bits.
    pub overflow: Option<u64>,
    /// The rows with a hidden value, in order once the scan is done.
    pub hidden: Vec<HiddenValue>,
    /// What was collected.
    pub payload: Payload,
}

/// The collected integers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Payload {
    /// Nothing but the counts.
    Count,
    /// A sum.
    Sum(Wide),
    /// A sum and a sum of squares.
    Moments(Wide, Wide),
    /// The least and the greatest, where a value is known.
    Extremes(Option<(i128, i128)>),
    /// How often each integer occurs.
    Histogram(BTreeMap<i128, u64>),
    /// The first rows with their values, in order; `None` where it is not known.
    One(Vec<(u64, Option<i128>)>),
    /// Row numbers, in order once the scan is done, and how many are kept.
    Rows(Vec<u64>, usize),
}

/// Rows for which a condition is neither true nor false.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Undecided {
    /// How many, for either reason.
    pub rows: u64,
    /// Of those, the rows in which a hidden cell could make it either; in the others there is no value.
    pub hidden: u64,
    /// The first rows of those with a hidden cell.
    pub examples: Vec<u64>,
}

impl Undecided {
    /// Takes the truths of a block.
    pub(super) fn take(&mut self, truths: &[u8], first_row: u64) {
        self.rows += count(truths, UNKNOWN);
        if count(truths, HIDDEN) > 0 {
            let rows = truths.iter().zip(first_row..);
            rows.filter(|(truth, _)| **truth == HIDDEN)
                .for_each(|(truth, row)| self.take_row(*truth, row));
        }
    }

    /// Takes a row that is undecided.
    pub(super) fn take_row(&mut self, truth: u8, row: u64) {
        self.rows += 1;
        if truth == HIDDEN {
            self.hidden += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(row);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.hidden += other.hidden;
        self.examples.extend(other.examples);
    }

    pub(super) fn settle(&mut self) {
        self.examples.sort_unstable();
        self.examples.truncate(EXAMPLES);
    }
}

impl Partial {
    /// Nothing collected yet.
    pub fn new(kind: FoldKind) -> Self {
        let payload = match kind {
            FoldKind::Count => Payload::Count,
            FoldKind::Sum => Payload::Sum(Wide::default()),
            FoldKind::Moments => Payload::Moments(Wide::default(), Wide::default()),
            FoldKind::Extremes => Payload::Extremes(None),
            FoldKind::Histogram => Payload::Histogram(BTreeMap::new()),
            FoldKind::One => Payload::One(Vec::new()),
            FoldKind::Rows(most) => Payload::Rows(Vec::new(), most),
        };
        Self {
            rows: 0,
            undecided: Undecided::default(),
            missing: 0,
            suppressed: 0,
            overflow: None,
            hidden: Vec::new(),
            payload,
        }
    }

    /// The row numbers that were collected; none of a fold that collects something else.
    pub fn row_numbers(&self) -> &[u64] {
        match &self.payload {
            Payload::Rows(rows, _) => rows,
            _ => &[],
        }
    }

    /// Rows with a known value.
    pub fn known(&self) -> u64 {
        self.rows - self.missing - self.suppressed
    }

    /// Whether it keeps no more rows: those of a thread come in rising order.
    pub(super) fn is_full(&self) -> bool {
        matches!(&self.payload, Payload::Rows(rows, most) if rows.len() >= *most)
    }

    /// Takes a row in which the filters are true.
    pub(super) fn take(&mut self, row: u64, value: i128, mark: u8) {
        self.rows += 1;
        if let Payload::One(rows) = &mut self.payload
            && rows.len() < EXAMPLES
        {
            rows.push((row, (mark == 0).then_some(value)));
        }
        match Mark::from_byte(mark) {
            Mark::Known => self.known_value(row, value),
            Mark::Missing => self.missing += 1,
            Mark::Suppressed => {
                self.suppressed += 1;
                if !matches!(self.payload, Payload::Count) {
                    self.hidden.push(HiddenValue { row, sum: None });
                }
            }
            Mark::Overflow => {
                self.overflow = Some(self.overflow.map_or(row, |first| first.min(row)))
            }
        }
    }

    fn known_value(&mut self, row: u64, value: i128) {
        match &mut self.payload {
            Payload::Count | Payload::One(_) => {}
            Payload::Sum(sum) => sum.add(value),
            Payload::Moments(sum, squares) => {
                sum.add(value);
                squares.add_square(value);
            }
            Payload::Extremes(range) => {
                *range = Some(range.map_or((value, value), |(a, b)| (a.min(value), b.max(value))));
            }
            Payload::Histogram(counts) => *counts.entry(value).or_insert(0) += 1,
            Payload::Rows(rows, most) => {
                if rows.len() < *most {
                    rows.push(row);
                }
            }
        }
    }

    /// Adds what another part of the scan has collected. Rows are in order once [`Partial::settle`] has run.
    pub(super) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.undecided.merge(other.undecided);
        self.missing += other.missing;
        self.suppressed += other.suppressed;
        self.overflow = match (self.overflow, other.overflow) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.hidden.extend(other.hidden);
        match (&mut self.payload, other.payload) {
            (Payload::Sum(a), Payload::Sum(b)) => a.merge(&b),
            (Payload::Moments(a, c), Payload::Moments(b, d)) => {
                a.merge(&b);
                c.merge(&d);
            }
            (Payload::Extremes(a), Payload::Extremes(Some((low, high)))) => {
                *a = Some(a.map_or((low, high), |(x, y)| (x.min(low), y.max(high))));
            }
            (Payload::Histogram(a), Payload::Histogram(b)) => {
                for (value, count) in b {
                    *a.entry(value).or_insert(0) += count;
                }
            }
            (Payload::One(a), Payload::One(b)) => a.extend(b),
            (Payload::Rows(a, _), Payload::Rows(b, _)) => a.extend(b),
            _ => {}
        }
    }

    /// Puts rows in order, and cuts examples to the first few, so that threads leave no trace.
    pub(super) fn settle(&mut self) {
        self.hidden.sort_unstable_by_key(|hidden| hidden.row);
        self.undecided.settle();
        match &mut self.payload {
            Payload::One(rows) => {
                rows.sort_unstable();
                rows.truncate(EXAMPLES);
            }
            Payload::Rows(rows, most) => {
                rows.sort_unstable();
                rows.truncate(*most);
            }
            _ => {}
        }
    }
}
