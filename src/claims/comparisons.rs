//! Checks of figures that compare: unequal stretches of time, units that are there only once, rows of a ratio, a rank that hangs on
//! one row. They look at the rows that figures use, up to a bound.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::guards::{covers_in_words, days_of};
use crate::diag::{Code, Diagnostic, Diagnostics, counted, list};
use crate::exact::Exact;
use crate::figures::{Figure, Figures, Shower, rows};
use crate::frame::{Cell, Column, Frame, Meaning};
use crate::language::{Compare, Expr, Function, Kind, Operator};
use crate::spec::{Origin, SeriesOrigin, Spec};
use crate::value::{Period, Value};

/// Figures with more rows are not looked through row by row.
pub(super) const MOST_ROWS: usize = 20_000;
/// A base below this is small.
const SMALL: i128 = 30;

pub(super) struct Comparisons<'a> {
    pub(super) spec: &'a Spec,
    pub(super) figures: &'a Figures,
    pub(super) frames: &'a BTreeMap<String, Frame>,
    pub(super) shower: Shower<'a>,
    pub(super) threads: NonZeroUsize,
}

impl Comparisons<'_> {
    /// Looks at every figure of the report.
    pub(super) fn run(&self, diagnostics: &mut Diagnostics) {
        for (id, declared) in &self.spec.figures {
            let Some(figure) = self.figures.figures.get(id) else { continue };
            let Origin::Recipe(recipe) = &declared.origin else { continue };
            let found = match (&recipe.from, &recipe.value.kind) {
                (None, Kind::Pair { function, from, to }) => {
                    self.pair(figure, *function, (from, to))
                }
                (None, Kind::Binary(Operator::Subtract, to, from)) => {
                    self.pair(figure, Function::Change, (from, to))
                }
                (None, Kind::Binary(Operator::Divide, above, below)) => {
                    self.ratio(figure, (above, below))
                }
                (Some((from, _)), value) => {
                    self.over_series(figure, from, value, recipe.filter.as_ref())
                }
                _ => Vec::new(),
            };
            for diagnostic in found {
                diagnostics.push(diagnostic.at(declared.span));
            }
        }
    }

    fn pair(
        &self,
        figure: &Figure,
        function: Function,
        (from, to): (&Expr, &Expr),
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let (Some(from), Some(to)) = (self.figures.cited(from), self.figures.cited(to)) else {
            return found;
        };
        found.extend(self.unequal_time(figure, from, to));
        if function == Function::PercentChange
            && let Some(number) = from.value.number()
            && number.measure.unit.as_ref().is_none_or(|unit| !unit.chars().all(char::is_uppercase))
            && number.measure.scale == crate::value::Scale::Plain
            && number.value.is_integer()
            && number.value < Exact::from(SMALL)
        {
            let message = format!(
                "`{}` is growth from {}, so few that one more or less would change it",
                figure.id,
                self.shower.figure(from)
            );
            found.push(
                Diagnostic::warning(Code::SmallBase, message)
                    .hint("say the difference, or both numbers"),
            );
        }
        found.extend(self.changed_units(figure, from, to));
        found
    }

    /// A part of a year against a whole one.
    fn unequal_time(&self, figure: &Figure, from: &Figure, to: &Figure) -> Option<Diagnostic> {
        let covers = |figure: &Figure| figure.covers.iter().copied().collect::<Vec<Period>>();
        let (a, b) = (covers(from), covers(to));
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let (first, second) = (days_of(&a), days_of(&b));
        if first.max(second) * 10 <= first.min(second) * 11 {
            return None;
        }
        let message = format!(
            "`{}` compares unequal time: `{}` covers {}, `{}` {}",
            figure.id,
            from.id,
            covers_in_words(&a, self.shower),
            to.id,
            covers_in_words(&b, self.shower)
        );
        Some(
            Diagnostic::warning(Code::PartPeriod, message)
                .hint("compare equal stretches, or say in words that they are not"),
        )
    }

    /// Values of a key column that only one of two totals has.
    fn changed_units(&self, figure: &Figure, from: &Figure, to: &Figure) -> Option<Diagnostic> {
        let (a, b) = (self.figures.selected.get(&from.id)?, self.figures.selected.get(&to.id)?);
        let several = |figure: &Figure| {
            figure
                .counts
                .as_ref()
                .is_some_and(|counts| counts.rows.is_none_or(|rows| rows.used > 1))
        };
        if !(several(from) && several(to)) {
            return None;
        }
        // of two tables, the keys that both have
        let frames = [
            self.figures.frame(self.frames, &a.frame)?,
            self.figures.frame(self.frames, &b.frame)?,
        ];
        let (first, second) = (self.rows(&from.id)?, self.rows(&to.id)?);
        for name in frames[0].key.iter().filter(|name| frames[1].key.contains(name)) {
            let columns = frames.map(|frame| {
                let column = frame.columns.get(name);
                column.filter(|column| matches!(column.meaning, Meaning::Text(_)))
            });
            let [Some(one), Some(other)] = columns else { continue };
            let values = |frame: &Frame, column: &Column, rows: &[u64]| -> BTreeSet<String> {
                rows.iter().map(|row| frame.cell(column, *row).to_string()).collect()
            };
            let (a, b) = (values(frames[0], one, &first), values(frames[1], other, &second));
            let (gone, new): (Vec<&String>, Vec<&String>) =
                (a.difference(&b).collect(), b.difference(&a).collect());
            // totals over different groups on purpose share none
            if (gone.is_empty() && new.is_empty()) || a.is_disjoint(&b) {
                continue;
            }
            let side = |values: &[&String], id: &str| match values {
                [] => None,
                values => Some(format!("only in `{id}`: {}", list(values, 3))),
            };
            let sides: Vec<String> =
                [side(&gone, &from.id), side(&new, &to.id)].into_iter().flatten().collect();
            let message = format!(
                "`{}` compares totals over different values of `{name}`; {}",
                figure.id,
                sides.join("; ")
            );
            return Some(Diagnostic::warning(Code::ChangedUnits, message).hint("sum only those that are there both times, or say in words that they are not the same"));
        }
        None
    }

    fn rows(&self, id: &str) -> Option<Vec<u64>> {
        let set = rows(self.figures, self.frames, id, MOST_ROWS + 1, self.threads)?;
        (set.rows.len() <= MOST_ROWS).then_some(set.rows)
    }

    /// Two sums of which one uses rows that the other does not.
    fn ratio(&self, figure: &Figure, (above, below): (&Expr, &Expr)) -> Vec<Diagnostic> {
        let found = || {
            let (above, below) = (self.figures.cited(above)?, self.figures.cited(below)?);
            let (a, b) =
                (self.figures.selected.get(&above.id)?, self.figures.selected.get(&below.id)?);
            let few = |figure: &Figure| {
                figure
                    .counts
                    .as_ref()
                    .is_some_and(|counts| counts.rows.is_none_or(|rows| rows.used > 1))
            };
            if a.frame != b.frame {
                return self.changed_units(figure, below, above);
            }
            if !few(above) || !few(below) {
                return None;
            }
            let frame = self.figures.frame(self.frames, &a.frame)?;
            let (first, second) = (self.rows(&above.id)?, self.rows(&below.id)?);
            let base: BTreeSet<u64> = second.iter().copied().collect();
            let outside = first.iter().filter(|row| !base.contains(row)).count();
            let disjoint = first.iter().all(|row| !base.contains(row));
            if outside > 0 && !disjoint {
                let rows = counted(outside as u64, "row");
                let message = format!(
                    "`{}` divides sums over different rows: `{}` uses {rows} that `{}` does not",
                    figure.id, above.id, below.id
                );
                return Some(
                    Diagnostic::warning(Code::RatioRows, message)
                        .hint("give both the same conditions"),
                );
            }
            let measure = |figure: &Figure| {
                let Some(Origin::Recipe(recipe)) =
                    self.spec.figures.get(&figure.id).map(|f| &f.origin)
                else {
                    return None;
                };
                summed(&recipe.value).map(str::to_string)
            };
            self.half_known(figure, frame, &first, (&measure(above)?, &measure(below)?))
        };
        found().into_iter().collect()
    }

    /// Rows in which one of two columns is known and the other is not.
    fn half_known(
        &self,
        figure: &Figure,
        frame: &Frame,
        rows: &[u64],
        (above, below): (&str, &str),
    ) -> Option<Diagnostic> {
        if above == below {
            return None;
        }
        let (a, b) = (frame.columns.get(above)?, frame.columns.get(below)?);
        // a hidden cell has a value, whatever it is
        let known = |cell: Cell| !matches!(cell, Cell::Missing);
        let (mut without_base, mut without_part) = (Vec::new(), Vec::new());
        for row in rows {
            match (known(frame.cell(a, *row)), known(frame.cell(b, *row))) {
                (true, false) => without_base.push(frame.line(*row)),
                (false, true) => without_part.push(frame.line(*row)),
                _ => {}
            }
        }
        let (lines, what) = match (without_base.is_empty(), without_part.is_empty()) {
            (false, _) => (without_base, format!("`{above}` is known and `{below}` is not")),
            (true, false) => (without_part, format!("`{below}` is known and `{above}` is not")),
            (true, true) => return None,
        };
        let message = format!(
            "`{}` divides sums over different rows: in {} {what} (line {})",
            figure.id,
            counted(lines.len() as u64, "row"),
            list_lines(&lines)
        );
        Some(
            Diagnostic::warning(Code::RatioRows, message)
                .hint(format!("add `{above} is known and {below} is known` to the condition")),
        )
    }

    /// Figures over series: a rank that one row decides, a count of groups that leaves out those without rows. A ratio of two sums.
    fn over_series(
        &self,
        figure: &Figure,
        from: &str,
        value: &Kind,
        filter: Option<&Expr>,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let (_, base) = self.spec.chain(from);
        if let Kind::Binary(Operator::Divide, above, below) = value
            && let (Some(a), Some(b)) = (summed(above), summed(below))
            && let Some(frame) = self.figures.frame(self.frames, base)
            && let Some(rows) = self.rows(&figure.id)
        {
            found.extend(self.half_known(figure, frame, &rows, (a, b)));
        }
        let Some(series) = self.figures.series.get(base) else { return found };
        let declared = self.spec.series.get(base).map(|series| &series.origin);
        let Some(SeriesOrigin::Grouped { from: (below, _), values, .. }) = declared else {
            return found;
        };
        let over_rows = self.frames.contains_key(self.spec.chain(below).1);
        let few = |expr: &Expr| matches!(&expr.kind, Kind::Compare(Compare::Less | Compare::LessOrEqual, a, b) if matches!(&a.kind, Kind::Name(name) if name == "value") && matches!(b.kind, Kind::Number { .. }));
        let counts = match value {
            Kind::Call { function: Function::Count, filter: inner, .. } => {
                let inner = inner.as_deref().is_some_and(few);
                inner || filter.is_some_and(few)
            }
            _ => false,
        };
        if counts && over_rows {
            let message = format!(
                "`{}` counts groups with few; groups without a row are not in `{base}` and are not counted",
                figure.id
            );
            found.push(
                Diagnostic::warning(Code::AbsentGroups, message)
                    .hint("say so in words, or add a list of all groups to the data"),
            );
        }
        let top = filter.is_some_and(|filter| matches!(&filter.kind, Kind::Compare(Compare::Equal, a, b)
            if matches!(&a.kind, Kind::Name(name) if name == "rank") && matches!(&b.kind, Kind::Number { value, .. } if *value == Exact::one())));
        if top
            && over_rows
            && let [(_, sum)] = &values[..]
            && let Some(column) = summed(sum)
        {
            found.extend(self.one_row(figure, series, self.spec.chain(below).1, column));
        }
        found
    }

    /// The first of a ranking without its largest row.
    fn one_row(
        &self,
        figure: &Figure,
        series: &crate::figures::Series,
        frame: &str,
        column: &str,
    ) -> Option<Diagnostic> {
        let mut ranked: Vec<_> =
            series.points.iter().filter(|point| point.rank.is_some()).collect();
        ranked.sort_by_key(|point| point.place);
        let [first, second, ..] = &ranked[..] else { return None };
        let value = |point: &crate::figures::Point| -> Option<Exact> {
            Some(point.values.first()?.figure()?.value.number()?.value.clone())
        };
        let (top, next) = (value(first)?, value(second)?);
        // lowest first: a row that goes makes the first lower still
        if top < next {
            return None;
        }
        let rows = self.rows(&first.values.first()?.figure()?.id)?;
        if rows.len() < 2 {
            return None;
        }
        let frame = self.frames.get(frame)?;
        let cells = frame.columns.get(column)?;
        let number = |row: &u64| match frame.cell(cells, *row) {
            Cell::Known(Value::Number(number)) => Some((number.value, *row)),
            _ => None,
        };
        let (largest, row) = rows.iter().filter_map(number).max()?;
        if &top - &largest >= next {
            return None;
        }
        let name = self.shower.key(first.keys.first()?);
        let other = self.shower.key(second.keys.first()?);
        let message = format!(
            "`{}`: {name} is first only by one row (line {}); without it {other} is",
            figure.id,
            frame.line(row)
        );
        Some(
            Diagnostic::warning(Code::OneRowDecides, message)
                .hint("look at that row, and say in words that it decides"),
        )
    }
}

/// The column that an expression sums, and nothing else.
pub(super) fn summed(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        Kind::Call { function: Function::Sum, arguments, filter: None, .. } => {
            match &arguments.first()?.kind {
                Kind::Name(name) => Some(name),
                _ => None,
            }
        }
        _ => None,
    }
}

fn list_lines(lines: &[u64]) -> String {
    let shown: Vec<String> = lines.iter().take(5).map(u64::to_string).collect();
    let more = if lines.len() > 5 { " …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
