//! Folds over hidden cells: sums and means as forms of them, the least, the greatest and quantiles as ranges.

use std::sync::Arc;

use super::evaluate::{quantile, sums};
use super::term::{Reading, Unit};
use crate::exact::Exact;
use crate::frame::{Frame, HiddenValue, Partial, Payload};
use crate::hidden::{Affine, Form, HiddenCell};
use crate::value::Number;

/// A fold's value where some cells are hidden; nothing where it is not declared what they can be, or where the value is no
/// such form.
pub(super) fn number(
    partial: &Partial,
    reading: &Reading,
    frame: Option<&Frame>,
) -> Option<Number> {
    let frame = frame?;
    let (unit, hidden) = match reading {
        Reading::Sum(unit)
        | Reading::Mean(unit)
        | Reading::Least(unit)
        | Reading::Greatest(unit) => (unit, &partial.hidden),
        Reading::Quantile(unit, ..) => (unit, &partial.hidden),
        Reading::One(unit) if partial.rows == 1 => (unit, &partial.hidden),
        _ => return None,
    };
    let values: Option<Vec<Affine>> =
        hidden.iter().map(|value| affine(value, unit, frame)).collect();
    let values = values?;
    let sum = |known: Exact| {
        let mut sum = Affine::constant(known);
        values.iter().for_each(|value| sum.join(value));
        sum
    };
    let (form, measure) = match reading {
        Reading::Sum(_) => (Form::Affine(sum(sums(partial, unit).0)), unit.measure().no_year()),
        Reading::One(_) => (Form::Affine(sum(Exact::zero())), unit.measure()),
        Reading::Mean(_) => {
            let rows = Exact::from(i128::from(partial.known() + partial.suppressed));
            let part = Exact::one().checked_div(&rows)?;
            (Form::Affine(sum(sums(partial, unit).0).times(&part)), unit.measure_of_mean())
        }
        _ => {
            // each row's value lies between ends of its own, and all of these rise with every value
            let ends: Vec<(Exact, Exact)> = values.iter().map(Affine::range).collect();
            let at = |end: fn(&(Exact, Exact)) -> &Exact| {
                let hidden = ends.iter().map(|ends| (end(ends).clone(), 1));
                let mut all: Vec<(Exact, u64)> = known(partial, unit).chain(hidden).collect();
                all.sort();
                Some(match reading {
                    Reading::Least(_) => all.first()?.0.clone(),
                    Reading::Greatest(_) => all.last()?.0.clone(),
                    Reading::Quantile(_, probability, kind) => quantile(&all, probability, *kind),
                    _ => return None,
                })
            };
            let measure = match reading {
                Reading::Quantile(..) => unit.measure_of_mean(),
                _ => unit.measure(),
            };
            let cells = Form::Affine(sum(Exact::zero()));
            (cells.within(at(|ends| &ends.0)?, at(|ends| &ends.1)?), measure)
        }
    };
    Number::of_form(form, measure).ok()
}

/// The known values of a fold that keeps its values, with how often each occurs.
fn known<'p>(partial: &'p Partial, unit: &'p Unit) -> Box<dyn Iterator<Item = (Exact, u64)> + 'p> {
    match &partial.payload {
        Payload::Histogram(counts) => {
            Box::new(counts.iter().map(|(integer, count)| (unit.value(*integer), *count)))
        }
        Payload::Extremes(Some((least, most))) => {
            Box::new([least, most].into_iter().map(|integer| (unit.value(*integer), 1)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// A row's value as a form of its hidden cells, whose bounds are declared.
fn affine(value: &HiddenValue, unit: &Unit, frame: &Frame) -> Option<Affine> {
    let (constant, cells) = value.sum.as_ref()?;
    let mut affine = Affine::constant(match unit {
        Unit::Scaled(scale, _) => Exact::scaled(*constant, *scale),
        Unit::Coded(_) => Exact::zero(),
    });
    let (block, offset) = frame.locate(value.row);
    for (index, count) in cells {
        let (name, column) = frame.columns.get_index(*index)?;
        // a node's integer is its value in the scale of the node, a column's in that of the column
        let own = match (unit, &column.meaning) {
            (Unit::Scaled(scale, _), crate::frame::Meaning::Number { scale: own, .. }) => {
                Exact::power_of_ten(i64::from(*own) - i64::from(*scale))
            }
            _ => Exact::one(),
        };
        let bounds = column.bounds(block, offset)?.clone();
        let cell =
            HiddenCell { column: Arc::from(format!("{}.{name}", frame.name)), row: value.row };
        affine.add_cell(cell, Exact::from(*count) * own, bounds);
    }
    Some(affine)
}
