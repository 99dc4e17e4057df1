//! Row expressions, compiled: nodes over whole blocks of rows.
//!
//! Truth is a byte a row (Kleene's strong logic, as in SQL), with two ways to be undecided: a cell is hidden, or there is
//! none. `and` is the least. A hidden cell with declared bounds decides where all that it can be agree. Equal nodes are
//! one node, and each is evaluated once a block.

use std::collections::BTreeMap;

use super::Frame;
use super::column::{Column, Mark, Meaning, Packed};
use crate::exact::Exact;
use crate::language::{Compare, State};
use crate::value::Date;

/// A node that is true, false or undecided in each row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TruthId(usize);

/// A node that is an integer in each row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NumberId(usize);

pub(super) const FALSE: u8 = 0;
/// Undecided: a hidden cell could make it either.
pub(super) const HIDDEN: u8 = 1;
/// Undecided: there is no value.
pub(super) const UNKNOWN: u8 = 2;
pub(super) const TRUE: u8 = 3;

/// What is true in a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Truth {
    Constant(u8),
    /// A column's integer against a constant, in the column's own scale.
    Test(usize, Compare, i128),
    /// A code whose entry in the table is true; of numbers with the comparison that made the table.
    Table(NumberId, Vec<bool>, Option<(Compare, Exact)>),
    /// Two integers in the same scale.
    Compare(Compare, NumberId, NumberId),
    /// a/b against c/d, each a pair of integers; undecided where a divisor is 0.
    Quotients(Compare, [NumberId; 4]),
    Is(NumberId, State),
    /// Whether a truth is decided.
    Decided(TruthId),
    /// 0 and 1 of a boolean column.
    Flag(NumberId),
    Not(TruthId),
    And(TruthId, TruthId),
    Or(TruthId, TruthId),
}

/// An integer in a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Numeric {
    Column(usize),
    Constant(i128),
    Add(NumberId, NumberId),
    Subtract(NumberId, NumberId),
    Multiply(NumberId, NumberId),
    Negate(NumberId),
    Absolute(NumberId),
    If(TruthId, NumberId, NumberId),
    /// 0 or 1.
    Truth(TruthId),
    /// An integer for each code; `None` is missing.
    Table(NumberId, Vec<Option<i64>>),
    Year(NumberId),
    Month(NumberId),
    CountKnown(Vec<NumberId>),
}

/// All row expressions that are evaluated over one frame.
#[derive(Clone, Debug, Default)]
pub struct Program {
    truths: Vec<Truth>,
    numbers: Vec<Numeric>,
    truth_ids: BTreeMap<Truth, TruthId>,
    number_ids: BTreeMap<Numeric, NumberId>,
}

impl Program {
    pub(super) fn truth(&mut self, truth: Truth) -> TruthId {
        if let Some(id) = self.truth_ids.get(&truth) {
            return *id;
        }
        let id = TruthId(self.truths.len());
        self.truths.push(truth.clone());
        self.truth_ids.insert(truth, id);
        id
    }

    pub(super) fn number(&mut self, number: Numeric) -> NumberId {
        if let Some(id) = self.number_ids.get(&number) {
            return *id;
        }
        let id = NumberId(self.numbers.len());
        self.numbers.push(number.clone());
        self.number_ids.insert(number, id);
        id
    }

    pub(super) fn numeric(&self, id: NumberId) -> &Numeric {
        &self.numbers[id.0]
    }

    /// Both conditions, where there are two.
    pub fn both(&mut self, a: Option<TruthId>, b: Option<TruthId>) -> Option<TruthId> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.truth(Truth::And(a, b))),
            (a, b) => a.or(b),
        }
    }

    /// Either condition.
    pub fn either(&mut self, a: TruthId, b: TruthId) -> TruthId {
        self.truth(Truth::Or(a, b))
    }

    /// The node of a column, by its index in the frame.
    pub fn column_node(&mut self, index: usize) -> NumberId {
        self.number(Numeric::Column(index))
    }

    /// The rows in which a condition is true or false.
    pub fn decided(&mut self, truth: TruthId) -> TruthId {
        self.truth(Truth::Decided(truth))
    }

    /// The rows in which a condition is false.
    pub fn negated(&mut self, truth: TruthId) -> TruthId {
        self.truth(Truth::Not(truth))
    }

    /// The rows in which a number is known.
    pub fn known(&mut self, number: NumberId) -> TruthId {
        self.truth(Truth::Is(number, State::Known))
    }

    /// The column of the frame that a node is, where it is one and nothing else.
    pub fn column(&self, id: NumberId) -> Option<usize> {
        match self.numbers[id.0] {
            Numeric::Column(index) => Some(index),
            _ => None,
        }
    }
}

/// Integers of one block with their marks; `marks` is empty where all are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Integers {
    pub(super) values: Vec<i128>,
    pub(super) marks: Vec<u8>,
}

impl Integers {
    pub(super) fn mark(&self, row: usize) -> u8 {
        self.marks.get(row).copied().unwrap_or(0)
    }

    /// Row by row from one operand; a row that is not known stays so.
    fn map(&self, f: impl Fn(i128) -> Result<i128, Mark>) -> Self {
        let pairs = self.values.iter().enumerate().map(|(row, v)| (self.mark(row), f(*v)));
        Self::collect(pairs)
    }

    fn zip(&self, other: &Self, f: impl Fn(i128, i128) -> Option<i128>) -> Self {
        let pairs = self.values.iter().zip(&other.values).enumerate().map(|(row, (a, b))| {
            (self.mark(row).max(other.mark(row)), f(*a, *b).ok_or(Mark::Overflow))
        });
        Self::collect(pairs)
    }

    fn collect(pairs: impl Iterator<Item = (u8, Result<i128, Mark>)>) -> Self {
        let mut out = Self::default();
        let mut marked = false;
        for (mark, value) in pairs {
            let (value, mark) = match (mark, value) {
                (0, Ok(value)) => (value, 0),
                (0, Err(mark)) => (0, mark as u8),
                (mark, _) => (0, mark),
            };
            marked |= mark != 0;
            out.values.push(value);
            out.marks.push(mark);
        }
        if !marked {
            out.marks.clear();
        }
        out
    }
}

/// The evaluation of a program over one block.
pub(super) struct Evaluation<'a> {
    frame: &'a Frame,
    program: &'a Program,
    pub(super) block: usize,
    pub(super) rows: usize,
    truths: Vec<Option<Vec<u8>>>,
    numbers: Vec<Option<Integers>>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(frame: &'a Frame, program: &'a Program) -> Self {
        let (truths, numbers) =
            (vec![None; program.truths.len()], vec![None; program.numbers.len()]);
        Self { frame, program, block: 0, rows: 0, truths, numbers }
    }

    /// Moves to a block; nothing of the last one is kept.
    pub(super) fn enter(&mut self, block: usize) {
        self.block = block;
        self.rows = self.frame.blocks[block].rows as usize;
        self.truths.iter_mut().for_each(|truth| *truth = None);
        self.numbers.iter_mut().for_each(|number| *number = None);
    }

    pub(super) fn column(&self, index: usize) -> &'a Column {
        &self.frame.columns[index]
    }

    /// The column's integers in this block, where a node is a column and nothing else.
    pub(super) fn part(&self, id: NumberId) -> Option<&'a super::Part> {
        self.program.column(id).map(|index| &self.column(index).parts[self.block])
    }

    pub(super) fn truth(&mut self, id: TruthId) -> &[u8] {
        if self.truths[id.0].is_none() {
            let value = self.evaluate_truth(id);
            self.truths[id.0] = Some(value);
        }
        self.truths[id.0].as_deref().unwrap_or(&[])
    }

    /// A truth that was evaluated in this block already.
    pub(super) fn known_truth(&self, id: TruthId) -> Option<&[u8]> {
        self.truths[id.0].as_deref()
    }

    pub(super) fn number(&mut self, id: NumberId) -> &Integers {
        if self.numbers[id.0].is_none() {
            let value = self.evaluate_number(id);
            self.numbers[id.0] = Some(value);
        }
        self.numbers[id.0].get_or_insert_default()
    }

    /// A number in a row as an integer and the row's hidden cells with how often each counts, by column; nothing where it is
    /// no such sum, or not known at all.
    pub(super) fn sum_of_cells(&mut self, id: NumberId, offset: usize) -> Option<SumOfCells> {
        let own = match self.program.numbers[id.0].clone() {
            Numeric::Column(index) => {
                let part = &self.column(index).parts[self.block];
                let mark = part.marks.as_ref().map_or(0, |marks| marks[offset]);
                match Mark::from_byte(mark) {
                    Mark::Known => (i128::from(part.values.get(offset)), Vec::new()),
                    Mark::Suppressed => (0, vec![(index, 1)]),
                    Mark::Missing | Mark::Overflow => return None,
                }
            }
            Numeric::Add(a, b) | Numeric::Subtract(a, b) => {
                let minus = matches!(self.program.numbers[id.0], Numeric::Subtract(..));
                let (a, b) = (self.sum_of_cells(a, offset)?, self.sum_of_cells(b, offset)?);
                plus(a, times(b, if minus { -1 } else { 1 })?)?
            }
            Numeric::Multiply(a, b) => {
                let (a, b) = (self.sum_of_cells(a, offset)?, self.sum_of_cells(b, offset)?);
                match (a.1.is_empty(), b.1.is_empty()) {
                    (true, _) => times(b, a.0)?,
                    (_, true) => times(a, b.0)?,
                    _ => return None,
                }
            }
            Numeric::Negate(a) => times(self.sum_of_cells(a, offset)?, -1)?,
            Numeric::If(condition, a, b) => match self.truth(condition)[offset] {
                TRUE => self.sum_of_cells(a, offset)?,
                FALSE => self.sum_of_cells(b, offset)?,
                _ => return None,
            },
            _ => {
                let integers = self.number(id);
                if integers.mark(offset) != 0 {
                    return None;
                }
                (integers.values[offset], Vec::new())
            }
        };
        Some(own)
    }

    fn evaluate_truth(&mut self, id: TruthId) -> Vec<u8> {
        let rows = self.rows;
        match self.program.truths[id.0].clone() {
            Truth::Constant(value) => vec![value; rows],
            Truth::Test(column, comparison, constant) => self.test(column, comparison, constant),
            Truth::Table(number, table, rule) => self.table(number, &table, rule.as_ref()),
            Truth::Compare(comparison, a, b) => {
                let left = self.number(a).clone();
                let right = self.number(b).clone();
                (0..rows)
                    .map(|row| match undecided([left.mark(row), right.mark(row)]) {
                        None => truth(comparison.holds(&left.values[row], &right.values[row])),
                        Some(HIDDEN) => self.difference(comparison, a, b, row),
                        Some(undecided) => undecided,
                    })
                    .collect()
            }
            Truth::Quotients(comparison, parts) => self.quotients(comparison, parts),
            Truth::Is(number, asked) => {
                let integers = self.number(number);
                (0..rows)
                    .map(|row| {
                        let mark = Mark::from_byte(integers.mark(row));
                        truth(match asked {
                            State::Known => mark == Mark::Known,
                            State::Missing => mark == Mark::Missing,
                            State::Suppressed => mark == Mark::Suppressed,
                        })
                    })
                    .collect()
            }
            Truth::Decided(inner) => {
                self.truth(inner).iter().map(|t| truth(matches!(*t, FALSE | TRUE))).collect()
            }
            Truth::Flag(number) => {
                let integers = self.number(number);
                (0..rows)
                    .map(|row| {
                        let mark = integers.mark(row);
                        undecided([mark]).unwrap_or_else(|| truth(integers.values[row] != 0))
                    })
                    .collect()
            }
            Truth::Not(inner) => self.truth(inner).iter().map(|t| not(*t)).collect(),
            Truth::And(a, b) => self.merge(a, b, u8::min),
            Truth::Or(a, b) => self.merge(a, b, |x, y| not(not(x).min(not(y)))),
        }
    }

    fn merge(&mut self, a: TruthId, b: TruthId, f: fn(u8, u8) -> u8) -> Vec<u8> {
        let mut left = self.truth(a).to_vec();
        for (x, y) in left.iter_mut().zip(self.truth(b)) {
            *x = f(*x, *y);
        }
        left
    }

    fn test(&self, column: usize, comparison: Compare, constant: i128) -> Vec<u8> {
        let part = &self.column(column).parts[self.block];
        let mut out = match &part.values {
            Packed::Bits8(base, values) => {
                narrow(values, comparison, constant.saturating_sub(i128::from(*base)))
            }
            Packed::Bits16(base, values) => {
                narrow(values, comparison, constant.saturating_sub(i128::from(*base)))
            }
            Packed::Bits32(base, values) => {
                narrow(values, comparison, constant.saturating_sub(i128::from(*base)))
            }
            Packed::Bits64(values) => {
                values.iter().map(|v| truth(comparison.holds(&i128::from(*v), &constant))).collect()
            }
        };
        undecide(&mut out, part.marks.as_deref());
        self.settle(&mut out, column, comparison, &Exact::from(constant));
        out
    }

    fn table(
        &mut self,
        number: NumberId,
        table: &[bool],
        rule: Option<&(Compare, Exact)>,
    ) -> Vec<u8> {
        let Some(part) = self.part(number) else {
            let integers = self.number(number);
            return (0..integers.values.len())
                .map(|row| {
                    let code = integers.values[row] as usize;
                    undecided([integers.mark(row)])
                        .unwrap_or_else(|| truth(table.get(code).copied().unwrap_or(false)))
                })
                .collect();
        };
        let entry = |code: i64| truth(table.get(code as usize).copied().unwrap_or(false));
        let mut true_codes = table.iter().enumerate().filter(|(_, t)| **t).map(|(code, _)| code);
        let mut out = match (&part.values, true_codes.next(), true_codes.next()) {
            (Packed::Bits8(base, values), Some(code), None) => {
                narrow(values, Compare::Equal, code as i128 - i128::from(*base))
            }
            (Packed::Bits16(base, values), Some(code), None) => {
                narrow(values, Compare::Equal, code as i128 - i128::from(*base))
            }
            (Packed::Bits8(base, values), ..) => {
                let mut lookup = [FALSE; 256];
                for (offset, slot) in lookup.iter_mut().enumerate() {
                    *slot = entry(base + offset as i64);
                }
                values.iter().map(|v| lookup[usize::from(*v)]).collect()
            }
            (packed, ..) => packed.unpack().into_iter().map(entry).collect(),
        };
        undecide(&mut out, part.marks.as_deref());
        if let (Some(column), Some((comparison, constant))) = (self.program.column(number), rule) {
            self.settle(&mut out, column, *comparison, constant);
        }
        out
    }

    /// Decides rows of a column against a constant in its own scale where all that a hidden cell can be agree.
    fn settle(&self, out: &mut [u8], index: usize, comparison: Compare, constant: &Exact) {
        let column = self.column(index);
        let part = &column.parts[self.block];
        let (Some(marks), false) = (part.marks.as_deref(), part.signs.is_empty()) else { return };
        let mut by_sign: BTreeMap<u32, u8> = BTreeMap::new();
        for (offset, sign) in &part.signs {
            let offset = *offset as usize;
            if Mark::from_byte(marks[offset]) != Mark::Suppressed || out[offset] != HIDDEN {
                continue;
            }
            out[offset] = *by_sign.entry(*sign).or_insert_with(|| {
                let range = column.bounds(self.block, offset).map(|bounds| scaled(column, bounds));
                range.map_or(HIDDEN, |(low, high)| always(comparison, &low, &high, constant))
            });
        }
    }

    /// A number in a row between its ends, in its own scale; nothing where that is not declared, or there is no value.
    fn range(&self, (constant, cells): SumOfCells, row: usize) -> Option<(Exact, Exact)> {
        let mut counts: BTreeMap<usize, i128> = BTreeMap::new();
        for (column, count) in cells {
            let sum = counts.entry(column).or_insert(0);
            *sum = sum.checked_add(count)?;
        }
        let (mut low, mut high) = (Exact::from(constant), Exact::from(constant));
        for (index, count) in counts {
            let column = self.column(index);
            let (least, most) = scaled(column, column.bounds(self.block, row)?);
            let count = Exact::from(count);
            let (a, b) = (least * count.clone(), most * count.clone());
            let (a, b) = if count.is_negative() { (b, a) } else { (a, b) };
            (low, high) = (low + a, high + b);
        }
        Some((low, high))
    }

    /// Compares two numbers of a row of which some are hidden: what both hold cancels.
    fn difference(&mut self, comparison: Compare, a: NumberId, b: NumberId, row: usize) -> u8 {
        let (a, b) = (self.sum_of_cells(a, row), self.sum_of_cells(b, row));
        let less = a.zip(b).and_then(|(a, b)| plus(a, times(b, -1)?));
        let range = less.and_then(|less| self.range(less, row));
        range.map_or(HIDDEN, |(low, high)| always(comparison, &low, &high, &Exact::zero()))
    }

    /// Compares a/b with c/d in a row of which some are hidden, at all ends.
    fn hidden_quotients(&mut self, comparison: Compare, parts: [NumberId; 4], row: usize) -> u8 {
        let ends = parts.map(|part| {
            let sum = self.sum_of_cells(part, row)?;
            self.range(sum, row).map(|(low, high)| [low, high])
        });
        let [Some(a), Some(b), Some(c), Some(d)] = ends else { return HIDDEN };
        let sign = |ends: &[Exact; 2]| match ends {
            [low, _] if low > &Exact::zero() => Some(false),
            [_, high] if high.is_negative() => Some(true),
            _ => None,
        };
        let (Some(below), Some(beneath)) = (sign(&b), sign(&d)) else { return HIDDEN };
        // equal at all ends is not equal between them
        if matches!(comparison, Compare::Equal | Compare::Unequal) {
            return HIDDEN;
        }
        let mut found = None;
        // a·d − c·b is least and greatest at ends
        for corner in 0..16 {
            let at = |ends: &[Exact; 2], bit: usize| ends[corner >> bit & 1].clone();
            let (left, right) = (at(&a, 0) * at(&d, 3), at(&c, 2) * at(&b, 1));
            let holds = match below == beneath {
                true => comparison.holds(&left, &right),
                false => comparison.holds(&right, &left),
            };
            if found.is_some_and(|found| found != holds) {
                return HIDDEN;
            }
            found = Some(holds);
        }
        found.map_or(HIDDEN, truth)
    }

    fn quotients(&mut self, comparison: Compare, parts: [NumberId; 4]) -> Vec<u8> {
        let [a, b, c, d] = parts.map(|id| self.number(id).clone());
        (0..self.rows)
            .map(|row| {
                match undecided([&a, &b, &c, &d].map(|part| part.mark(row))) {
                    Some(HIDDEN) => return self.hidden_quotients(comparison, parts, row),
                    Some(undecided) => return undecided,
                    None => {}
                }
                let (b, d) = (b.values[row], d.values[row]);
                if b == 0 || d == 0 {
                    return UNKNOWN;
                }
                let left = a.values[row].checked_mul(d);
                let right = c.values[row].checked_mul(b);
                match (left, right) {
                    (Some(l), Some(r)) if (b < 0) == (d < 0) => truth(comparison.holds(&l, &r)),
                    (Some(l), Some(r)) => truth(comparison.holds(&r, &l)),
                    _ => UNKNOWN,
                }
            })
            .collect()
    }

    fn evaluate_number(&mut self, id: NumberId) -> Integers {
        match self.program.numbers[id.0].clone() {
            Numeric::Column(index) => {
                let part = &self.column(index).parts[self.block];
                let values = part.values.unpack().into_iter().map(i128::from).collect();
                Integers {
                    values,
                    marks: part.marks.as_deref().map(<[u8]>::to_vec).unwrap_or_default(),
                }
            }
            Numeric::Constant(value) => {
                Integers { values: vec![value; self.rows], marks: Vec::new() }
            }
            Numeric::Add(a, b) => self.pair(a, b, i128::checked_add),
            Numeric::Subtract(a, b) => self.pair(a, b, i128::checked_sub),
            Numeric::Multiply(a, b) => self.pair(a, b, i128::checked_mul),
            Numeric::Negate(a) => self.number(a).map(|v| v.checked_neg().ok_or(Mark::Overflow)),
            Numeric::Absolute(a) => self.number(a).map(|v| v.checked_abs().ok_or(Mark::Overflow)),
            Numeric::If(condition, a, b) => {
                let condition = self.truth(condition).to_vec();
                let yes = self.number(a).clone();
                let no = self.number(b);
                Integers::collect(condition.iter().enumerate().map(|(row, t)| match *t {
                    TRUE => (yes.mark(row), Ok(yes.values[row])),
                    FALSE => (no.mark(row), Ok(no.values[row])),
                    undecided => (mark_of(undecided), Ok(0)),
                }))
            }
            Numeric::Truth(condition) => {
                let pairs =
                    self.truth(condition).iter().map(|t| (mark_of(*t), Ok(i128::from(*t == TRUE))));
                Integers::collect(pairs)
            }
            Numeric::Table(code, table) => self.number(code).map(|code| {
                table.get(code as usize).copied().flatten().map(i128::from).ok_or(Mark::Missing)
            }),
            Numeric::Year(a) => {
                self.number(a).map(|day| date_part(day, |(year, ..)| i128::from(year)))
            }
            Numeric::Month(a) => {
                self.number(a).map(|day| date_part(day, |(_, month, _)| i128::from(month)))
            }
            Numeric::CountKnown(all) => {
                let mut values = vec![0; self.rows];
                for id in all {
                    let integers = self.number(id);
                    for (row, value) in values.iter_mut().enumerate() {
                        *value += i128::from(integers.mark(row) == 0);
                    }
                }
                Integers { values, marks: Vec::new() }
            }
        }
    }

    fn pair(&mut self, a: NumberId, b: NumberId, f: fn(i128, i128) -> Option<i128>) -> Integers {
        let left = self.number(a).clone();
        left.zip(self.number(b), f)
    }
}

/// How many bytes are `wanted`. Written so that it vectorises.
pub(super) fn count(truths: &[u8], wanted: u8) -> u64 {
    truths
        .chunks(255)
        .map(|chunk| u64::from(chunk.iter().map(|t| u8::from(*t == wanted)).sum::<u8>()))
        .sum()
}

fn truth(value: bool) -> u8 {
    if value { TRUE } else { FALSE }
}

/// Kleene's negation: true and false change places. Written so that it vectorises.
fn not(truth: u8) -> u8 {
    truth ^ (((truth ^ (truth >> 1) ^ 1) & 1) * TRUE)
}

/// How the marks of cells leave a comparison undecided; nothing where all are known. What is missing is not decided by
/// what is hidden beside it.
fn undecided<const N: usize>(marks: [u8; N]) -> Option<u8> {
    let known = |mark: &u8| Mark::from_byte(*mark) == Mark::Known;
    let hidden = |mark: &u8| Mark::from_byte(*mark) == Mark::Suppressed;
    match marks {
        marks if marks.iter().all(known) => None,
        marks if marks.iter().all(|mark| known(mark) || hidden(mark)) => Some(HIDDEN),
        _ => Some(UNKNOWN),
    }
}

/// The mark of a number that hangs on a truth.
fn mark_of(truth: u8) -> u8 {
    match truth {
        HIDDEN => Mark::Suppressed as u8,
        UNKNOWN => Mark::Missing as u8,
        _ => Mark::Known as u8,
    }
}

/// Bounds of a column's cell in the scale of its integers.
fn scaled(column: &Column, (low, high): &(Exact, Exact)) -> (Exact, Exact) {
    let factor = match &column.meaning {
        Meaning::Number { scale, .. } => Exact::power_of_ten(i64::from(*scale)),
        _ => Exact::one(),
    };
    (low * &factor, high * &factor)
}

/// An integer and hidden cells with how often each counts, by column.
type SumOfCells = (i128, Vec<(usize, i128)>);

fn times((constant, cells): SumOfCells, factor: i128) -> Option<SumOfCells> {
    let cells = cells.into_iter().map(|(column, count)| Some((column, count.checked_mul(factor)?)));
    Some((constant.checked_mul(factor)?, cells.collect::<Option<Vec<_>>>()?))
}

fn plus((x, mut cells): SumOfCells, (y, others): SumOfCells) -> Option<SumOfCells> {
    cells.extend(others);
    Some((x.checked_add(y)?, cells))
}

/// Whether a comparison with a constant holds for all, or for none, of what lies between two ends.
fn always(comparison: Compare, low: &Exact, high: &Exact, constant: &Exact) -> u8 {
    let outside = constant < low || constant > high;
    match comparison {
        Compare::Equal if outside => FALSE,
        Compare::Unequal if outside => TRUE,
        Compare::Equal | Compare::Unequal if low != high => HIDDEN,
        _ => match (comparison.holds(low, constant), comparison.holds(high, constant)) {
            (true, true) => TRUE,
            (false, false) => FALSE,
            _ => HIDDEN,
        },
    }
}

fn date_part(day: i128, part: fn((i16, i8, i8)) -> i128) -> Result<i128, Mark> {
    let date = i64::try_from(day).ok().and_then(Date::from_days);
    date.map(|date| part(date.parts())).ok_or(Mark::Missing)
}

fn undecide(out: &mut [u8], marks: Option<&[u8]>) {
    for (truth, mark) in out.iter_mut().zip(marks.unwrap_or(&[])) {
        if let Some(undecided) = undecided([*mark]) {
            *truth = undecided;
        }
    }
}

/// Compares narrow integers with a constant, which may lie outside their width. Written so that it vectorises.
fn narrow<T: Copy + Ord + TryFrom<i128>>(
    values: &[T],
    comparison: Compare,
    constant: i128,
) -> Vec<u8> {
    let Ok(c) = T::try_from(constant) else {
        let above = constant > 0;
        let holds = match comparison {
            Compare::Equal => false,
            Compare::Unequal => true,
            Compare::Less | Compare::LessOrEqual => above,
            Compare::Greater | Compare::GreaterOrEqual => !above,
        };
        return vec![truth(holds); values.len()];
    };
    let each = |f: fn(T, T) -> bool| values.iter().map(|v| u8::from(f(*v, c)) * TRUE).collect();
    match comparison {
        Compare::Equal => values.iter().map(|v| u8::from(*v == c) * TRUE).collect(),
        Compare::Unequal => values.iter().map(|v| u8::from(*v != c) * TRUE).collect(),
        Compare::Less => each(|v, c| v < c),
        Compare::LessOrEqual => each(|v, c| v <= c),
        Compare::Greater => each(|v, c| v > c),
        Compare::GreaterOrEqual => each(|v, c| v >= c),
    }
}
