//! What a claim is about: its figures, and what each of them is.

use crate::figures::{Figure, Figures, Point, Series};
use crate::language::{Expr, Function, Kind, Operator};
use crate::spec::{Origin, Reference, SeriesOrigin, Spec};
use crate::value::{Period, Scale, Value};

/// What a figure is, as far as words about it are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    /// A value of its own.
    Value,
    /// A difference of two values: its sign is a direction.
    Change,
    /// A percentage change: doubled is +100%.
    PercentChange,
    /// A quotient of two values: above 1 is a rise.
    Ratio,
    /// A place in an order.
    Rank,
}

/// A figure with what the claim needs to know of it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) figure: &'a Figure,
    pub(super) sort: Sort,
    /// The series and the point, of a point.
    pub(super) point: Option<(&'a Series, &'a Point, usize)>,
    /// The series that a rank is of, and whether its rank 1 is the lowest.
    pub(super) ranked: Option<(&'a Series, bool)>,
    /// Whether it counts rows.
    pub(super) counts_rows: bool,
    /// What a change is between: from, to.
    pub(super) sides: Option<(&'a Expr, &'a Expr)>,
}

impl<'a> Subject<'a> {
    /// The subject of a reference to a figure that was found.
    pub(super) fn of(
        spec: &'a Spec,
        figures: &'a Figures,
        reference: &Reference,
        figure: &'a Figure,
    ) -> Self {
        let expr = match spec.figures.get(&reference.id).map(|figure| &figure.origin) {
            Some(Origin::Recipe(recipe)) => Some(&recipe.value),
            Some(_) => None,
            None => match spec.series.get(&reference.id).map(|series| &series.origin) {
                Some(
                    SeriesOrigin::Grouped { values, .. } | SeriesOrigin::Aligned { values, .. },
                ) => {
                    let name = reference.keys.last();
                    let named = values.iter().find(|(value, _)| Some(value) == name);
                    named.or(values.first()).map(|(_, expr)| expr)
                }
                _ => None,
            },
        };
        let point = figures.series.get(&reference.id).and_then(|series| {
            let (point, place) = series.placed(&reference.keys)?;
            Some((series, point, place))
        });
        let counts_rows = expr.is_some_and(|expr| {
            matches!(&expr.kind, Kind::Call { function: Function::Count, arguments, .. } if arguments.is_empty())
        });
        let from = match spec.figures.get(&reference.id).map(|figure| &figure.origin) {
            Some(Origin::Recipe(recipe)) => recipe.from.as_ref(),
            _ => None,
        };
        let ranked = from.and_then(|(from, _)| {
            let base = spec.chain(from).1;
            Some((figures.series.get(base)?, spec.series.get(base)?.lowest_first))
        });
        let sides = expr.filter(|_| from.is_none()).and_then(|expr| match &expr.kind {
            Kind::Pair { from, to, .. } => Some((&**from, &**to)),
            Kind::Binary(Operator::Subtract, to, from) => Some((&**from, &**to)),
            _ => None,
        });
        let sort = expr.map_or(Sort::Value, sort);
        Self { figure, sort, point, ranked, counts_rows, sides }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.figure.value, Value::Number(_))
    }

    pub(super) fn is_percent(&self) -> bool {
        self.figure.value.number().is_some_and(|number| number.measure.scale == Scale::Percent)
    }

    /// The point before this one: the same keys but for the last period, which is the one before.
    pub(super) fn earlier(&self, steps: usize) -> Option<&'a Figure> {
        let line = self.line()?;
        let (_, point, place) = self.point?;
        let at = line.iter().position(|other| std::ptr::eq(*other, point))?;
        line.get(at.checked_sub(steps)?)?.values.get(place)?.figure()
    }

    /// The point of its line in a year.
    pub(super) fn in_period(&self, period: Period) -> Option<&'a Figure> {
        let (_, _, place) = self.point?;
        let day = period.days().0.days();
        let at = |point: &&&Point| point.keys.iter().find_map(time) == Some(day);
        self.line()?.iter().find(at)?.values.get(place)?.figure()
    }

    /// The points up to this one: from another figure, from a year, or from the first.
    pub(super) fn steps(
        &self,
        first: Option<&Subject<'_>>,
        since: Option<Period>,
    ) -> Vec<&'a Figure> {
        let Some((_, _, place)) = self.point else { return Vec::new() };
        let line = self.line().unwrap_or_default();
        let figures = line.into_iter().filter_map(|point| point.values.get(place)?.figure());
        let begins =
            |figure: &&Figure| match (first, since.and_then(|period| self.in_period(period))) {
                (Some(first), _) => std::ptr::eq(*figure, first.figure),
                (None, Some(year)) => std::ptr::eq(*figure, year),
                (None, None) => true,
            };
        let mut steps: Vec<&Figure> = figures.skip_while(|figure| !begins(figure)).collect();
        let end = steps.iter().position(|figure| std::ptr::eq(*figure, self.figure));
        steps.truncate(end.map_or(0, |end| end + 1));
        steps
    }

    /// The points that differ from this one in their period only, in its order; all points, where no key is a period.
    pub(super) fn line(&self) -> Option<Vec<&'a Point>> {
        let (series, point, _) = self.point?;
        let period = point.keys.iter().position(is_time);
        let same = |other: &&Point| match period {
            None => true,
            Some(period) => point
                .keys
                .iter()
                .zip(&other.keys)
                .enumerate()
                .all(|(index, (a, b))| index == period || a == b),
        };
        let mut line: Vec<&Point> = series.points.iter().filter(same).collect();
        if let Some(period) = period {
            line.sort_by(|a, b| time(&a.keys[period]).cmp(&time(&b.keys[period])));
        }
        Some(line)
    }

    /// The points of its series that are of the same time; all points, where no other key than a period tells them apart.
    pub(super) fn neighbours(&self) -> Option<Vec<&'a Figure>> {
        let (series, point, place) = self.point?;
        let points = series.points.iter().filter(|other| alongside(point, other));
        let values = points.filter_map(|other| other.values.get(place));
        Some(values.filter_map(|value| value.figure()).collect())
    }

    /// Whether another is among them.
    pub(super) fn is_beside(&self, other: &Subject<'_>) -> bool {
        let (Some(own), Some(other)) = (self.point, other.point) else { return false };
        std::ptr::eq(own.0, other.0) && own.2 == other.2 && alongside(own.1, other.1)
    }

    /// Whether the points of its line follow each other in time.
    pub(super) fn is_timed(&self) -> bool {
        self.point.is_some_and(|(_, point, _)| point.keys.iter().any(is_time))
    }
}

/// Whether two points are of the same time, or nothing but a period tells points apart.
fn alongside(a: &Point, b: &Point) -> bool {
    let mut times = a.keys.iter().zip(&b.keys).filter(|(key, _)| is_time(key));
    a.keys.iter().all(is_time) || times.all(|(a, b)| a == b)
}

pub(super) fn is_time(key: &Value) -> bool {
    time(key).is_some()
}

/// The first day of a key in time.
pub(super) fn time(key: &Value) -> Option<i64> {
    match key {
        Value::Period(period) => Some(period.days().0.days()),
        Value::Date(date) => Some(date.days()),
        Value::Number(number)
            if number.measure.unit.as_deref() == Some(crate::value::CALENDAR_YEAR) =>
        {
            let year = i16::try_from(number.value.to_i128()?).ok()?;
            Some(Period::Year(year).days().0.days())
        }
        _ => None,
    }
}

fn sort(expr: &Expr) -> Sort {
    match &expr.kind {
        Kind::Pair { function: Function::Ratio, .. } => Sort::Ratio,
        Kind::Pair { function: Function::PercentChange, .. } => Sort::PercentChange,
        Kind::Pair { .. } => Sort::Change,
        Kind::Binary(Operator::Subtract, a, b) if varies(a) && varies(b) => Sort::Change,
        Kind::Binary(Operator::Divide, a, b) if varies(a) && varies(b) => {
            match (&a.kind, &b.kind) {
                // (b − a) / a
                (Kind::Binary(Operator::Subtract, ..), _) => Sort::PercentChange,
                _ => Sort::Value,
            }
        }
        Kind::Name(name) if name == "rank" || name == "place" => Sort::Rank,
        _ => Sort::Value,
    }
}

/// Whether an expression names a figure or column.
fn varies(expr: &Expr) -> bool {
    !expr.names().is_empty()
}
