//! Checks of the rows that figures add up: totals among them, several units, series whose years are not whole.

use std::collections::{BTreeMap, BTreeSet};

use super::comparisons::{Comparisons, MOST_ROWS, summed};
use super::guards::covers_in_words;
use crate::diag::{Code, Diagnostic, Diagnostics, counted, first};
use crate::exact::Exact;
use crate::figures::{RowSet, Series, small_row_sets};
use crate::frame::{Cell, Column, Frame, Meaning};
use crate::language::{Expr, Function, Kind};
use crate::spec::{Origin, SeriesOrigin};
use crate::text::Span;
use crate::value::{Period, Value};

/// A figure or series over a dataset, with the rows that it uses.
struct Used<'a> {
    id: &'a str,
    span: Span,
    frame: &'a Frame,
    rows: Vec<u64>,
    /// Names of its keys, of a series.
    keys: Vec<&'a str>,
    /// The column that it sums, where it does nothing else.
    summed: Option<(&'a str, &'a Column)>,
}

impl Used<'_> {
    /// Whether a cell that it uses is hidden: its amounts are then not told.
    fn hides(&self, column: &Column) -> bool {
        self.rows.iter().any(|row| self.frame.cell(column, *row) == Cell::Suppressed)
    }
}

impl Comparisons<'_> {
    /// Looks at the rows of every figure and series over a dataset.
    pub(super) fn rows_added_up(&self, diagnostics: &mut Diagnostics) {
        // all rows by one scan of each dataset
        let mut sets = small_row_sets(self.figures, self.frames, MOST_ROWS + 1, self.threads);
        sets.retain(|_, set| set.rows.len() <= MOST_ROWS);
        let mut rows = |id: &str| sets.remove(id).unwrap_or_default();
        for (id, declared) in &self.spec.figures {
            let Origin::Recipe(recipe) = &declared.origin else { continue };
            let used = self.used(rows(id), (id, declared.span), &[&recipe.value], Vec::new());
            if let Some(used) = used {
                self.look(&used, diagnostics);
            }
        }
        for (id, declared) in &self.spec.series {
            let SeriesOrigin::Grouped { by, values, .. } = &declared.origin else { continue };
            let values: Vec<&Expr> = values.iter().map(|(_, value)| value).collect();
            let keys = by.iter().map(|(key, _)| key.as_str()).collect();
            if let Some(used) = self.used(rows(id), (id, declared.span), &values, keys) {
                self.look(&used, diagnostics);
            }
            if let Some(series) = self.figures.series.get(id) {
                self.part_years(series).into_iter().for_each(|found| diagnostics.push(found));
            }
        }
    }

    fn used<'u>(
        &'u self,
        set: RowSet,
        (id, span): (&'u str, Span),
        values: &[&'u Expr],
        keys: Vec<&'u str>,
    ) -> Option<Used<'u>> {
        if !values.iter().any(|value| aggregates(value)) {
            return None;
        }
        let (frame, rows) = (self.frames.get(&set.frame)?, set.rows);
        let summed = match values {
            [value] => summed(value).and_then(|name| Some((name, frame.columns.get(name)?))),
            _ => None,
        };
        Some(Used { id, span, frame, rows, keys, summed })
    }

    fn look(&self, used: &Used<'_>, diagnostics: &mut Diagnostics) {
        let found = self.totals(used).or_else(|| self.sum_of_others(used));
        for diagnostic in found.into_iter().chain(self.units(used)) {
            diagnostics.push(diagnostic.at(used.span));
        }
    }

    /// Rows labelled as totals beside the rows that they add up.
    fn totals(&self, used: &Used<'_>) -> Option<Diagnostic> {
        let frame = used.frame;
        let totals: BTreeMap<u64, &str> =
            frame.totals.iter().map(|(row, label)| (*row, label.as_str())).collect();
        let (total, other): (Vec<u64>, Vec<u64>) =
            used.rows.iter().partition(|row| totals.contains_key(row));
        if total.is_empty() || other.is_empty() {
            return None;
        }
        let labels: BTreeSet<String> =
            total.iter().map(|row| format!("`{}`", totals[row])).collect();
        let labels: Vec<String> = labels.into_iter().collect();
        let places: Vec<String> = total.iter().map(|row| frame.line(*row).to_string()).collect();
        let line = if total.len() == 1 { "line" } else { "lines" };
        let among = format!("{} ({line} {})", first(&labels, 3), first(&places, 5));
        let message = format!(
            "`{}` takes {} with {} that {}: {among}{}",
            used.id,
            counted(other.len() as u64, "row"),
            counted(total.len() as u64, "row"),
            if total.len() == 1 { "looks like a total" } else { "look like totals" },
            self.effect(used, &total)
        );
        Some(Diagnostic::warning(Code::TotalRows, message).hint(
            "leave them out: `ignore_rows: area = 'Total'` in `source.yaml`, or a condition; if they are no totals, `severity: { total-rows: off }`",
        ))
    }

    /// What a sum is with some rows, and without them.
    fn effect(&self, used: &Used<'_>, without: &[u64]) -> String {
        let Some((_, column)) = used.summed.filter(|_| used.keys.is_empty()) else {
            return String::new();
        };
        if used.hides(column) {
            return String::new();
        }
        let sum = |rows: &mut dyn Iterator<Item = &u64>| -> Exact {
            rows.filter_map(|row| number(used.frame, column, *row)).sum()
        };
        let all = sum(&mut used.rows.iter());
        let rest = &all - &sum(&mut without.iter());
        let doubles = if all == &rest * &Exact::from(2) { ", doubled" } else { "" };
        let show = |value: &Exact| self.shower.locale.digits(value, value.decimals().unwrap_or(0));
        let them = if without.len() == 1 { "it" } else { "them" };
        format!("; with {them} the sum is {}{doubles}, without {them} {}", show(&all), show(&rest))
    }

    /// A row without such a label whose value is the sum of all others.
    fn sum_of_others(&self, used: &Used<'_>) -> Option<Diagnostic> {
        let (_, column) = used.summed.filter(|_| used.keys.is_empty() && used.rows.len() > 3)?;
        let values =
            used.rows.iter().filter_map(|row| Some((number(used.frame, column, *row)?, *row)));
        let values: Vec<(Exact, u64)> = values.collect();
        let (largest, row) = values.iter().max()?;
        let sum: Exact = values.iter().map(|(value, _)| value.clone()).sum();
        let several = values.iter().filter(|(value, _)| !value.is_zero()).count() > 3;
        // small numbers add up to one of them by chance
        if !several || *largest < Exact::from(15) || sum != largest * &Exact::from(2) {
            return None;
        }
        let message = format!(
            "`{}` adds up a row (line {}) that is the sum of all others{}",
            used.id,
            used.frame.line(*row),
            self.effect(used, &[*row])
        );
        Some(Diagnostic::warning(Code::TotalRows, message).hint(
            "if it is their total, leave it out: a condition, or `ignore_rows:` in `source.yaml`",
        ))
    }

    /// Rows of several units in one sum.
    fn units(&self, used: &Used<'_>) -> Option<Diagnostic> {
        let (_, summed) = used.summed.filter(|(_, column)| !used.hides(column))?;
        for (name, column) in &used.frame.columns {
            let is_text = matches!(column.meaning, Meaning::Text(_));
            if !is_text || !crate::sources::is_unit(name) || used.keys.contains(&name.as_str()) {
                continue;
            }
            let mut units: BTreeMap<String, (u64, Exact)> = BTreeMap::new();
            for row in &used.rows {
                if let Some(value) = number(used.frame, summed, *row) {
                    let unit = used.frame.cell(column, *row).to_string();
                    let entry = units.entry(unit).or_insert((0, Exact::zero()));
                    entry.0 += 1;
                    entry.1 = &entry.1 + &value;
                }
            }
            if units.len() < 2 {
                continue;
            }
            let show =
                |value: &Exact| self.shower.locale.digits(value, value.decimals().unwrap_or(0));
            let parts = units.iter().map(|(unit, (rows, sum))| {
                format!("`{unit}` {} ({})", show(sum), counted(*rows, "row"))
            });
            let parts: Vec<String> = parts.collect();
            let message = format!(
                "`{}` adds up rows of {} values of `{name}`: {}",
                used.id,
                units.len(),
                first(&parts, 4)
            );
            return Some(
                Diagnostic::warning(Code::MixedUnits, message)
                    .hint(format!("add a condition on `{name}`, or group by it")),
            );
        }
        None
    }

    /// A first or last point that covers fewer periods than the others.
    fn part_years(&self, series: &Series) -> Option<Diagnostic> {
        if series.keys.len() != 1 || series.points.len() < 3 {
            return None;
        }
        let covers: Vec<(&Value, Vec<Period>)> = series
            .points
            .iter()
            .filter_map(|point| {
                let figure = point.figures().next()?;
                Some((point.keys.first()?, figure.covers.iter().copied().collect()))
            })
            .collect();
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, periods) in &covers {
            *lengths.entry(periods.len()).or_default() += 1;
        }
        let (usual, count) = lengths.iter().max_by_key(|(length, count)| (**count, **length))?;
        if *usual < 2 || count * 2 < covers.len() {
            return None;
        }
        let ends = [covers.first()?, covers.last()?];
        let (key, periods) = ends.into_iter().find(|(_, periods)| periods.len() < *usual)?;
        let message = format!(
            "the point {} of `{}` covers {} of {usual} periods: {}",
            self.shower.key(key),
            series.id,
            periods.len(),
            covers_in_words(periods, self.shower)
        );
        Some(Diagnostic::warning(Code::PartPeriod, message).at(series.span).hint(
            "it is lower for that alone: leave it out with a condition, or say so in a `caveat:`",
        ))
    }
}

fn number(frame: &Frame, column: &Column, row: u64) -> Option<Exact> {
    match frame.cell(column, row) {
        Cell::Known(Value::Number(number)) => Some(number.value),
        _ => None,
    }
}

/// Whether an expression puts rows together.
fn aggregates(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Call { function: Function::Minimum | Function::Maximum, .. } => false,
        Kind::Call { function, .. } if function.sort() == crate::language::Sort::Aggregate => true,
        Kind::Call { arguments, .. } => arguments.iter().any(aggregates),
        Kind::Negate(a) => aggregates(a),
        Kind::Binary(_, a, b) => aggregates(a) || aggregates(b),
        Kind::Pair { from, to, .. } => aggregates(from) || aggregates(to),
        _ => false,
    }
}
