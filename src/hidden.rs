//! Values that depend on hidden cells: affine forms of them and the quotient of two, with the exact bounds of both.
//!
//! A cell that a publisher hides is a variable between two bounds. Sums of cells stay affine. A share, or a ratio, is one
//! division of two affine forms, and its least and greatest value over all that the cells can be are found exactly
//! ([`Form::range`]). What is no such form is an interval, which holds the value for certain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::exact::{Exact, Operator};

/// How the columns of cells begin that a report hides itself, by disclosure control.
pub const OURS: &str = "disclosure control: ";

/// A hidden cell: its frame, its column, its row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HiddenCell {
    /// Frame and column.
    pub column: Arc<str>,
    /// Row of the frame.
    pub row: u64,
}

/// What a hidden cell can be, and how often it counts.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Weight {
    coefficient: Exact,
    low: Exact,
    high: Exact,
}

/// A constant and hidden cells with coefficients.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affine {
    constant: Exact,
    cells: BTreeMap<HiddenCell, Weight>,
}

/// A value that depends on hidden cells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// A sum.
    Affine(Affine),
    /// A quotient of two sums.
    Quotient(Affine, Affine),
    /// The least and the most that it can be, and the cells that it depends on.
    Range(Exact, Exact, BTreeSet<HiddenCell>),
}

/// A divisor may be 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MaybeZero;

impl Affine {
    /// A number that is known.
    pub fn constant(constant: Exact) -> Self {
        Self { constant, cells: BTreeMap::new() }
    }

    /// Adds a hidden cell between two bounds, `coefficient` times.
    pub fn add_cell(&mut self, cell: HiddenCell, coefficient: Exact, (low, high): (Exact, Exact)) {
        let none = Weight { coefficient: Exact::zero(), low, high };
        let weight = self.cells.entry(cell).or_insert(none);
        weight.coefficient = &weight.coefficient + &coefficient;
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(&self, factor: &Exact) -> Self {
        let times = |weight: &Weight| Weight {
            coefficient: &weight.coefficient * factor,
            ..weight.clone()
        };
        let cells = self.cells.iter().map(|(cell, weight)| (cell.clone(), times(weight)));
        Self { constant: &self.constant * factor, cells: cells.collect() }
    }

    /// Adds another form.
    pub fn join(&mut self, other: &Self) {
        self.constant = &self.constant + &other.constant;
        for (cell, weight) in &other.cells {
            let bounds = (weight.low.clone(), weight.high.clone());
            self.add_cell(cell.clone(), weight.coefficient.clone(), bounds);
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.join(other);
        sum
    }

    /// The number, where no cell is hidden.
    fn known(&self) -> Option<&Exact> {
        self.cells.values().all(|weight| weight.coefficient.is_zero()).then_some(&self.constant)
    }

    /// The hidden cells, and how often each counts.
    pub fn weights(&self) -> impl Iterator<Item = (HiddenCell, Exact)> + '_ {
        self.cells.iter().map(|(cell, weight)| (cell.clone(), weight.coefficient.clone()))
    }

    /// Whether there is no constant.
    pub fn is_bare(&self) -> bool {
        self.constant.is_zero()
    }

    /// The least and the most that it can be.
    pub fn range(&self) -> (Exact, Exact) {
        let (mut least, mut most) = (self.constant.clone(), self.constant.clone());
        for Weight { coefficient, low, high } in self.cells.values() {
            let (down, up) = if coefficient.is_negative() { (high, low) } else { (low, high) };
            least = &least + &(coefficient * down);
            most = &most + &(coefficient * up);
        }
        (least, most)
    }
}

/// The least of `above / below` where `below` is positive, over all that the cells can be.
///
/// A linear-fractional function takes its least value at a corner of the box. From the value λ at one corner, the corner at
/// which `above − λ below` is least has a smaller quotient, or there is none: W. Dinkelbach, "On nonlinear fractional
/// programming", Management Science 13 (1967), 492–498. In exact arithmetic it ends at the least value itself.
fn least_quotient(above: &Affine, below: &Affine) -> Result<Exact, MaybeZero> {
    let cells: BTreeMap<&HiddenCell, (&Exact, &Exact)> = (above.cells.iter().chain(&below.cells))
        .map(|(cell, weight)| (cell, (&weight.low, &weight.high)))
        .collect();
    let zero = Exact::zero();
    let of = |form: &Affine, cell: &HiddenCell| -> Exact {
        form.cells.get(cell).map_or(zero.clone(), |weight| weight.coefficient.clone())
    };
    let cells: Vec<(Exact, Exact, &Exact, &Exact)> = cells
        .iter()
        .map(|(cell, (low, high))| (of(above, cell), of(below, cell), *low, *high))
        .collect();
    let mut least: Option<Exact> = None;
    loop {
        let (mut top, mut bottom) = (above.constant.clone(), below.constant.clone());
        for (a, b, low, high) in &cells {
            let slope = match &least {
                Some(least) => a - &(least * b),
                None => a.clone(),
            };
            let value = if slope.is_negative() { high } else { low };
            top = &top + &(a * value);
            bottom = &bottom + &(b * value);
        }
        let found = top.checked_div(&bottom).ok_or(MaybeZero)?;
        if least.as_ref().is_some_and(|least| found >= *least) {
            return Ok(found);
        }
        least = Some(found);
    }
}

impl Form {
    /// A number that is known.
    pub fn known(number: Exact) -> Self {
        Self::Affine(Affine::constant(number))
    }

    /// How many hidden cells it depends on.
    pub fn count(&self) -> usize {
        self.cells().len()
    }

    /// How many of those the report hides itself.
    pub fn ours(&self) -> usize {
        self.cells().iter().filter(|cell| cell.column.starts_with(OURS)).count()
    }

    fn cells(&self) -> BTreeSet<HiddenCell> {
        match self {
            Self::Affine(affine) => affine.cells.keys().cloned().collect(),
            Self::Quotient(above, below) => {
                above.cells.keys().chain(below.cells.keys()).cloned().collect()
            }
            Self::Range(_, _, cells) => cells.clone(),
        }
    }

    /// The least and the most that it can be.
    ///
    /// # Errors
    /// A divisor may be 0.
    pub fn range(&self) -> Result<(Exact, Exact), MaybeZero> {
        match self {
            Self::Affine(affine) => Ok(affine.range()),
            Self::Range(low, high, _) => Ok((low.clone(), high.clone())),
            Self::Quotient(above, below) => {
                let (low, high) = below.range();
                let zero = Exact::zero();
                if low <= zero && zero <= high {
                    return Err(MaybeZero);
                }
                let minus = -Exact::one();
                let (above, below) = match low.is_negative() {
                    true => (above.times(&minus), below.times(&minus)),
                    false => (above.clone(), below.clone()),
                };
                let least = least_quotient(&above, &below)?;
                let most = -least_quotient(&above.times(&minus), &below)?;
                Ok((least, most))
            }
        }
    }

    /// What lies between two ends and depends on the same cells.
    #[must_use]
    pub fn within(&self, low: Exact, high: Exact) -> Self {
        Self::Range(low, high, self.cells())
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(&self, factor: &Exact) -> Self {
        match self {
            Self::Affine(affine) => Self::Affine(affine.times(factor)),
            Self::Quotient(above, below) => Self::Quotient(above.times(factor), below.clone()),
            Self::Range(low, high, cells) => {
                let (low, high) = (low * factor, high * factor);
                let (low, high) = if low <= high { (low, high) } else { (high, low) };
                Self::Range(low, high, cells.clone())
            }
        }
    }

    /// The result of an operation: a form where it is one, else the interval of all results.
    ///
    /// # Errors
    /// A divisor may be 0.
    pub fn combine(operator: Operator, a: &Self, b: &Self) -> Result<Self, MaybeZero> {
        use Operator::{Add, Divide, Multiply, Subtract};
        let constant = |form: &Self| match form {
            Self::Affine(affine) => affine.known().cloned(),
            _ => None,
        };
        let made = match (operator, a, b, constant(a), constant(b)) {
            (Subtract, _, _, _, _) => {
                return Self::combine(Add, a, &b.times(&-Exact::one()));
            }
            (Add, Self::Affine(x), Self::Affine(y), ..) => Some(Self::Affine(x.plus(y))),
            (Add, Self::Quotient(n, d), _, _, Some(c))
            | (Add, _, Self::Quotient(n, d), Some(c), _) => {
                Some(Self::Quotient(n.plus(&d.times(&c)), d.clone()))
            }
            (Add, Self::Quotient(n, d), Self::Quotient(m, e), ..) if d == e => {
                Some(Self::Quotient(n.plus(m), d.clone()))
            }
            (Multiply, form, _, _, Some(c)) | (Multiply, _, form, Some(c), _) => {
                Some(form.times(&c))
            }
            (Divide, form, _, _, Some(c)) => {
                Some(form.times(&Exact::one().checked_div(&c).ok_or(MaybeZero)?))
            }
            (Divide, Self::Affine(n), Self::Affine(d), ..) => {
                Some(Self::Quotient(n.clone(), d.clone()))
            }
            (Divide, Self::Quotient(n, d), Self::Quotient(m, e), ..) if d == e => {
                Some(Self::Quotient(n.clone(), m.clone()))
            }
            (Divide, _, Self::Quotient(n, d), Some(c), _) => {
                Some(Self::Quotient(d.times(&c), n.clone()))
            }
            _ => None,
        };
        match made {
            Some(form) => Ok(form),
            None => {
                let (low, high) = interval(operator, &a.range()?, &b.range()?)?;
                Ok(Self::Range(low, high, a.cells().union(&b.cells()).cloned().collect()))
            }
        }
    }
}

/// Interval arithmetic (R. E. Moore, *Interval Analysis*, 1966).
///
/// # Errors
/// The divisor's interval holds 0.
pub fn interval(
    operator: Operator,
    (a, b): &(Exact, Exact),
    (c, d): &(Exact, Exact),
) -> Result<(Exact, Exact), MaybeZero> {
    let zero = Exact::zero();
    if operator == Operator::Divide && *c <= zero && zero <= *d {
        return Err(MaybeZero);
    }
    let mut ends = Vec::new();
    for left in [a, b] {
        for right in [c, d] {
            ends.push(match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide => left.checked_div(right).ok_or(MaybeZero)?,
            });
        }
    }
    let ends = ends.iter().min().cloned().zip(ends.iter().max().cloned());
    ends.ok_or(MaybeZero)
}
