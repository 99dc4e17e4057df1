//! Points: how they are named, found and ranked, and how a series is a frame for the recipes that stand on it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::{Figure, Point, PointValue, Series};
use crate::diag::{Code, Diagnostic, list, nearest};
use crate::exact::Exact;
use crate::frame::{Checkpoint, Column, Frame, Mark, Meaning, Part, Sign, Stands};
use crate::text::Span;
use crate::value::{Measure, Value};

/// A key in the form that links use: lower case, apostrophes dropped, other signs as hyphens.
pub fn key_slug(key: &str) -> String {
    let mut slug = String::new();
    // the minus of a number is no hyphen between words
    let negative =
        key.strip_prefix(['-', '−']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if negative.is_some() {
        slug.push('-');
    }
    for c in negative.unwrap_or(key).to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !matches!(c, '\'' | '\u{2019}' | '\u{2018}')
            && !slug.ends_with('-')
            && !slug.is_empty()
        {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_string()
}

impl Series {
    /// The link form of a point's keys.
    pub fn slugs(&self, point: &Point) -> Vec<String> {
        match &point.member {
            Some(member) => vec![member.clone()],
            None => point.keys.iter().map(|key| key_slug(&key.to_string())).collect(),
        }
    }

    /// The figure of a point, by keys in link form or as text, then by the value's name where there are several.
    ///
    /// # Errors
    /// There is no such point or value, or the point has none.
    pub fn point(&self, keys: &[String], span: Span) -> Result<&Figure, Diagnostic> {
        let error = |code, message: String| Diagnostic::error(code, message).at(span);
        let wanted: Vec<String> = keys.iter().map(|key| key_slug(key)).collect();
        let (count, several) = (self.keys.len(), self.values.len() > 1);
        if wanted.len() != count + usize::from(several) {
            let mut parts: Vec<&str> = self.keys.iter().map(String::as_str).collect();
            parts.extend(several.then_some("value"));
            let shape = parts.join("/");
            return Err(error(
                Code::UnknownFigure,
                format!("a point of `{0}` is `{0}/{shape}`", self.id),
            )
            .hint("name every key"));
        }
        let value = match wanted.get(count) {
            None => 0,
            Some(name) => {
                self.values.keys().position(|value| key_slug(value) == *name).ok_or_else(|| {
                    error(Code::UnknownFigure, format!("`{}` has no value `{name}`", self.id))
                        .did_you_mean(name, self.values.keys().map(String::as_str))
                })?
            }
        };
        let Some(point) = self.places.get(&wanted[..count]).map(|place| &self.points[*place])
        else {
            let all: Vec<String> =
                self.points.iter().map(|point| self.slugs(point).join("/")).collect();
            let key = wanted[..count].join("/");
            let base = error(Code::UnknownFigure, format!("`{}` has no point `{key}`", self.id));
            return Err(match nearest(&key, all.iter().map(String::as_str)) {
                Some(near) => base.hint(format!("did you mean `{}/{near}`?", self.id)),
                None => base.hint(format!("points: {}", list(&all, 12))),
            });
        };
        point.values[value].figure().ok_or_else(|| {
            error(
                Code::EmptySelection,
                format!("the point `{}/{}` has no value", self.id, wanted.join("/")),
            )
            .hint("the rows behind it have no known value; cite another point, or say so in words")
        })
    }

    /// The point and value that keys in link form name.
    pub(crate) fn placed(&self, keys: &[String]) -> Option<(&Point, usize)> {
        let keys: Vec<String> = keys.iter().map(|key| key_slug(key)).collect();
        let count = self.keys.len().min(keys.len());
        let point = &self.points[*self.places.get(&keys[..count])?];
        let value = match keys.get(count) {
            None => 0,
            Some(name) => self.values.keys().position(|value| key_slug(value) == *name)?,
        };
        Some((point, value))
    }

    /// Ranks the points by their first value, and makes sure that no two look alike in a link.
    pub(super) fn rank(&mut self, lowest_first: bool) -> Result<(), Diagnostic> {
        let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for (index, point) in self.points.iter().enumerate() {
            if let Some(other) = seen.insert(self.slugs(point), index) {
                let names = |point: &Point| {
                    point.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                };
                let message = format!(
                    "`{}` and `{}` look alike in a link",
                    names(&self.points[other]),
                    names(point)
                );
                return Err(Diagnostic::error(Code::BadId, message)
                    .at(self.span)
                    .hint("bring them to one spelling in a selection"));
            }
        }
        self.places = seen;
        let value = |point: &Point| -> Option<(Exact, Exact)> {
            let figure = point.values.first()?.figure()?;
            figure.value.number().map(|number| match number.hidden {
                Some(_) => number.range(),
                None => (number.value.clone(), number.value.clone()),
            })
        };
        let ends: Vec<Option<(Exact, Exact)>> = self.points.iter().map(value).collect();
        // what is hidden without bounds can have any place, and with it all others
        let unbounded =
            |point: &Point| matches!(point.values.first(), Some(PointValue::Suppressed));
        let unbounded = self.points.iter().filter(|point| unbounded(point)).count() as u64;
        // a place that depends on what hidden cells are lies between two
        let uncertain = |(index, (low, high)): (usize, &(Exact, Exact))| {
            let overlaps = |(other, ends): (usize, &Option<(Exact, Exact)>)| {
                other != index
                    && ends
                        .as_ref()
                        .is_some_and(|(a, b)| (low != high || a != b) && a <= high && low <= b)
            };
            unbounded > 0 || ends.iter().enumerate().any(overlaps)
        };
        let between = |(low, high): &(Exact, Exact)| {
            let known = || ends.iter().flatten();
            let ahead = known().filter(|(a, b)| if lowest_first { b < low } else { a > high });
            let behind = known().filter(|(a, b)| if lowest_first { a > high } else { b < low });
            let all = known().count() as u64 + unbounded;
            (ahead.count() as u64 + 1, all - behind.count() as u64)
        };
        let mut order: Vec<(Exact, usize)> = ends
            .iter()
            .enumerate()
            .filter_map(|(index, ends)| Some((ends.as_ref()?.0.clone(), index)))
            .collect();
        order.sort_by(|a, b| {
            let by_value = if lowest_first { a.0.cmp(&b.0) } else { b.0.cmp(&a.0) };
            by_value.then(a.1.cmp(&b.1))
        });
        let mut rank = 0;
        for (place, (value, index)) in order.iter().enumerate() {
            if place == 0 || order[place - 1].0 != *value {
                rank = place as u64 + 1;
            }
            let Some(own) = ends[*index].as_ref() else { continue };
            let point = &mut self.points[*index];
            if uncertain((*index, own)) {
                point.places_between = Some(between(own));
            } else {
                (point.rank, point.place) = (Some(rank), Some(place as u64 + 1));
            }
        }
        if unbounded > 0 {
            let all = order.len() as u64 + unbounded;
            let hidden =
                |point: &&mut Point| matches!(point.values.first(), Some(PointValue::Suppressed));
            self.points.iter_mut().filter(hidden).for_each(|p| p.places_between = Some((1, all)));
        }
        Ok(())
    }
}

/// A series as a frame: its keys, its values, and (with one value) `rank` and `place`.
pub fn series_frame(series: &Series) -> Frame {
    let mut columns = IndexMap::new();
    for (index, key) in series.keys.iter().enumerate() {
        columns.insert(
            key.clone(),
            column(series.points.iter().map(|point| Some(&point.keys[index])).collect(), None),
        );
    }
    for (index, name) in series.values.keys().enumerate() {
        let figures: Vec<&PointValue> =
            series.points.iter().map(|point| &point.values[index]).collect();
        // what is hidden says what the values are, too
        let like = figures.iter().find_map(|value| value.figure()).map(|figure| &figure.value);
        let mut column = column(
            figures.iter().map(|value| known(value).map(|figure| &figure.value)).collect(),
            like,
        );
        hide(&mut column, figures.into_iter().map(hidden));
        columns.insert(name.clone(), column);
    }
    if series.values.len() == 1 {
        for (name, of) in
            [("rank", Point::rank as fn(&Point) -> Option<u64>), ("place", Point::place)]
        {
            if columns.contains_key(name) {
                continue;
            }
            let numbers: Vec<Option<i64>> =
                series.points.iter().map(|point| of(point).map(|n| n as i64)).collect();
            let meaning = Meaning::Number { scale: 0, percent: false, unit: None };
            let mut column = integers(meaning, &numbers);
            let between = |(least, most): (u64, u64)| {
                Some((Exact::from(i128::from(least)), Exact::from(i128::from(most))))
            };
            hide(&mut column, series.points.iter().map(|point| point.places_between.map(between)));
            columns.insert(name.to_string(), column);
        }
    }
    let rows = series.points.len() as u64;
    let block = Checkpoint { row: 0, rows, line: 0, byte: 0, bytes: 0, lines: None };
    Frame {
        name: series.id.clone(),
        header: columns.keys().cloned().collect(),
        columns,
        blocks: if rows > 0 { vec![block] } else { Vec::new() },
        rows,
        key: series.keys.clone(),
        lookups: IndexMap::new(),
        totals: Vec::new(),
        provenance: None,
        guard: None,
        personal: BTreeSet::new(),
    }
}

impl Point {
    fn rank(&self) -> Option<u64> {
        self.rank
    }

    fn place(&self) -> Option<u64> {
        self.place
    }
}

fn integers(meaning: Meaning, values: &[Option<i64>]) -> Column {
    let marks = values
        .iter()
        .map(|value| if value.is_some() { Mark::Known as u8 } else { Mark::Missing as u8 })
        .collect();
    Column::from_parts(
        meaning,
        [Part::new(values.iter().map(|value| value.unwrap_or(0)).collect(), marks)],
    )
}

/// The figure of a point whose value depends on no hidden cell.
fn known(value: &PointValue) -> Option<&Figure> {
    let hidden = |figure: &&Figure| figure.value.number().is_some_and(|n| n.hidden.is_some());
    value.figure().filter(|figure| !hidden(figure))
}

/// The ends between which a hidden value lies, where they are known; nothing where it is not hidden.
fn hidden(value: &PointValue) -> Option<Option<(Exact, Exact)>> {
    match value {
        PointValue::Suppressed => Some(None),
        PointValue::Figure(figure) => {
            let number = figure.value.number().filter(|number| number.hidden.is_some())?;
            Some(Some(number.range()))
        }
        PointValue::Missing => None,
    }
}

/// Marks what is hidden, with the ends between which it lies where they are known.
fn hide(column: &mut Column, values: impl Iterator<Item = Option<Option<(Exact, Exact)>>>) {
    let mut signs = Vec::new();
    let Some(part) = column.parts.first_mut() else { return };
    let Some(marks) = &mut part.marks else { return };
    for (row, (mark, value)) in marks.iter_mut().zip(values).enumerate() {
        let Some(bounds) = value else { continue };
        *mark = Mark::Suppressed as u8;
        if bounds.is_some() {
            signs.push((row as u32, column.signs.len() as u32));
            column.signs.push(Sign {
                text: "[c]".into(),
                stands: Stands::Hidden(bounds),
                met: true,
            });
        }
    }
    part.signs = signs.into_boxed_slice();
}

/// A column of values of one type.
fn column(values: Vec<Option<&Value>>, like: Option<&Value>) -> Column {
    let first = values.iter().flatten().next().copied().or(like);
    match first {
        Some(Value::Number(number)) => numbers(&values, &number.measure),
        Some(Value::Period(_)) => coded(
            &values,
            |value| if let Value::Period(p) = value { Some(*p) } else { None },
            Meaning::Period,
        ),
        Some(Value::Date(_)) => {
            let days: Vec<Option<i64>> = values
                .iter()
                .map(|value| match value {
                    Some(Value::Date(date)) => Some(date.days()),
                    _ => None,
                })
                .collect();
            integers(Meaning::Date, &days)
        }
        Some(Value::Boolean(_)) => {
            let flags: Vec<Option<i64>> = values
                .iter()
                .map(|value| match value {
                    Some(Value::Boolean(flag)) => Some(i64::from(*flag)),
                    _ => None,
                })
                .collect();
            integers(Meaning::Boolean, &flags)
        }
        _ => coded(&values, |value| Some(value.to_string()), Meaning::Text),
    }
}

fn coded<T: Ord + Clone>(
    values: &[Option<&Value>],
    read: impl Fn(&Value) -> Option<T>,
    meaning: impl Fn(Vec<T>) -> Meaning,
) -> Column {
    let read: Vec<Option<T>> = values.iter().map(|value| value.and_then(&read)).collect();
    let mut all: Vec<T> = read.iter().flatten().cloned().collect();
    all.sort();
    all.dedup();
    let codes: Vec<Option<i64>> = read
        .iter()
        .map(|value| value.as_ref().and_then(|v| all.binary_search(v).ok()).map(|code| code as i64))
        .collect();
    integers(meaning(all), &codes)
}

/// Numbers as fixed point where all are finite decimals that fit, else as codes into their sorted list.
fn numbers(values: &[Option<&Value>], measure: &Measure) -> Column {
    let exact: Vec<Option<Exact>> = values
        .iter()
        .map(|value| value.and_then(|v| v.number()).map(|n| n.value.clone()))
        .collect();
    let scale = exact
        .iter()
        .flatten()
        .map(Exact::decimals)
        .try_fold(0, |most, decimals| decimals.map(|d| d.max(most)));
    let percent = measure.scale == crate::value::Scale::Percent;
    if let (Some(scale), crate::value::Scale::Plain) = (scale, measure.scale) {
        let factor = Exact::power_of_ten(i64::from(scale));
        let fixed: Option<Vec<Option<i64>>> = exact
            .iter()
            .map(|value| match value {
                None => Some(None),
                Some(value) => i64::try_from((value * &factor).to_i128()?).ok().map(Some),
            })
            .collect();
        if let Some(fixed) = fixed {
            return integers(
                Meaning::Number { scale, percent, unit: measure.unit.clone() },
                &fixed,
            );
        }
    }
    let mut all: Vec<Exact> = exact.iter().flatten().cloned().collect();
    all.sort();
    all.dedup();
    let codes: Vec<Option<i64>> = exact
        .iter()
        .map(|value| value.as_ref().and_then(|v| all.binary_search(v).ok()).map(|code| code as i64))
        .collect();
    integers(Meaning::Exact(all, measure.clone()), &codes)
}
