//! The formula of each figure and point, over the rows of datasets and the points of series.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::{Area, Cited, Column, Holds, KeyCell, Reason, Scalar, Writer};
use super::index::{HEAD, at, cell, cells};
use super::names::{Names, has_curly};
use super::{Areas, Inputs, Row, RowOrigin, is_open, is_year};
use crate::figures::{Figure, PointValue, Provenance, Series, key_slug};
use crate::frame::Meaning;
use crate::language::{Expr, Key};
use crate::spec::{Inlined, SeriesOrigin};

impl Inputs<'_> {
    /// The points of a series as rows for other recipes.
    pub(super) fn series_area(&self, series: &Series, rows: &[Row<'_>], names: &mut Names) -> Area {
        let own = format!("{}/", series.id);
        let first =
            rows.iter().find(|row| row.id.starts_with(&own)).map_or(HEAD + 1, |row| row.number);
        let length = series.points.len() as u32;
        let block = |place: u32| (first + place * length, first + (place + 1) * length - 1);
        let place = names.define(&format!("{}.points", series.id), cells(at::ID, block(0)));
        let mut area = Area { rows: series.points.len(), place, ..Area::default() };
        let frame = self.figures.frames.get(&series.id);
        let unsure = series.points.iter().any(|point| point.rank.is_none());
        let mut add = |name: &str,
                       (column, place): (u16, u32),
                       open: (bool, bool),
                       names: &mut Names| {
            let Some(held) = frame.and_then(|frame| frame.columns.get(name)) else { return };
            let mut define = |suffix: &str, column: u16| {
                names.define(&format!("{}.{name}{suffix}", series.id), cells(column, block(place)))
            };
            let own = define("", column);
            let (partly, most) = open;
            let ends = most.then(|| (own.clone(), define(".most", at::COMPUTED_MOST)));
            let ranks = [at::RANK, at::PLACE].contains(&column);
            let holds = match &held.meaning {
                Meaning::Text(texts) => Holds::Text(texts.iter().any(|text| has_curly(text))),
                Meaning::Period(periods) if periods.iter().all(is_year) => Holds::Years,
                // the days of other periods stand nowhere in this sheet
                Meaning::Period(periods) => {
                    Holds::Periods(String::new(), String::new(), periods.clone())
                }
                Meaning::Date => Holds::Date,
                Meaning::Boolean => Holds::Boolean,
                Meaning::Number { .. } | Meaning::Exact(..) => Holds::Number,
            };
            area.columns.insert(
                name.to_string(),
                Column {
                    name: own,
                    holds,
                    partly,
                    state: None,
                    ends,
                    shut: ranks && unsure,
                    vague: partly || most,
                },
            );
        };
        for (place, key) in series.keys.iter().enumerate() {
            add(key, (at::KEYS[place.min(1)], 0), (false, false), names);
        }
        for (place, name) in series.values.keys().enumerate() {
            let figures = || series.points.iter().map(|point| point.values[place].figure());
            let partly = figures().any(|figure| figure.is_none());
            let open = figures().flatten().any(is_open);
            add(name, (at::COMPUTED, place as u32), (partly, open), names);
        }
        if series.values.len() == 1 {
            add("rank", (at::RANK, 0), (false, false), names);
            add("place", (at::PLACE, 0), (false, false), names);
        }
        area
    }

    /// The formula of each row, or why it has none: what is made of rows without one has none either.
    pub(super) fn formulas<'r, 'a>(
        &self,
        rows: &'r [Row<'a>],
        areas: &Areas,
    ) -> Vec<(&'r Row<'a>, Result<Scalar, Reason>)> {
        let places = rows.iter().map(|row| (row.id.as_str(), row.number)).collect();
        let mut without: BTreeSet<&str> = BTreeSet::new();
        loop {
            let made: Vec<(&Row<'a>, Result<Scalar, Reason>)> = rows
                .iter()
                .map(|row| match row.figure {
                    Some(figure) => (row, self.formula(row, figure, (&places, &without), areas)),
                    None => (row, Err("no value".to_string())),
                })
                .collect();
            let none = made.iter().filter(|(row, made)| made.is_err() && row.figure.is_some());
            let none: BTreeSet<&str> = none.map(|(row, _)| row.id.as_str()).collect();
            if none == without {
                return made;
            }
            without = none;
        }
    }

    fn formula(
        &self,
        row: &Row<'_>,
        figure: &Figure,
        (places, without): (&BTreeMap<&str, u32>, &BTreeSet<&str>),
        areas: &Areas,
    ) -> Result<Scalar, Reason> {
        let open = is_open(figure);
        let at = |figure: &Figure| {
            let row = places
                .get(figure.id.as_str())
                .ok_or_else(|| "it is made of what has no row".to_string())?;
            let given = matches!(figure.provenance, Provenance::Quoted | Provenance::Entered);
            if !given && without.contains(figure.id.as_str()) {
                return Err(format!("it is made of {}, which has none", figure.id));
            }
            let most = is_open(figure).then(|| cell(at::COMPUTED_MOST, *row));
            Ok(match figure.provenance {
                // what is given is taken as it is
                Provenance::Quoted | Provenance::Entered => {
                    Scalar { least: cell(at::VALUE, *row), most: None }
                }
                _ => Scalar { least: cell(at::COMPUTED, *row), most },
            })
        };
        let cited = |name: &str, keys: &[Key]| {
            let found = match keys {
                [] => self.figures.figures.get(name),
                keys => {
                    let keys: Vec<String> = keys.iter().map(|key| key.text.clone()).collect();
                    self.figures
                        .series
                        .get(name)
                        .and_then(|series| series.point(&keys, figure.span).ok())
                }
            };
            found.map_or_else(|| Err(format!("it is made of {name}, which has no value")), at)
        };
        let over = |expr: &Expr, cited: &Cited<'_>| {
            let expr = self.spec.inlined_derived(expr);
            Writer { area: None, cited, filters: &[], keys: Vec::new(), open }.write(&expr)
        };
        let over_rows = |asked: &Inlined, value: usize, keys: Vec<KeyCell<'_>>| {
            let points = format!("{}/", asked.frame);
            if let Some(point) = without.iter().find(|id| id.starts_with(&points)) {
                return Err(format!("it is made of {point}, which has none"));
            }
            let area = match areas.get(&asked.frame) {
                Some(Ok(area)) => area,
                Some(Err(reason)) => return Err(reason.clone()),
                None => return Err("its rows are on no sheet".to_string()),
            };
            let value = asked.values.get(value).ok_or_else(|| "it has no recipe".to_string())?;
            Writer { area: Some(area), cited: &cited, filters: &asked.filters, keys, open }
                .write(value)
        };
        let made = match &row.origin {
            RowOrigin::Given => {
                return Err(match figure.provenance {
                    Provenance::Quoted => "quoted: see its source".into(),
                    _ => "entered by hand".into(),
                });
            }
            RowOrigin::Recipe(recipe) => match &recipe.from {
                None => over(&recipe.value, &cited),
                Some((from, _)) => {
                    let asked =
                        self.spec.inlined(from, recipe.filter.as_ref(), &[], &[&recipe.value]);
                    over_rows(&asked, 0, Vec::new())
                }
            },
            RowOrigin::Grouped(series, place) => {
                let Some(SeriesOrigin::Grouped { from, filter, by, values }) =
                    self.spec.series.get(&series.id).map(|own| &own.origin)
                else {
                    return Err("it has no recipe".into());
                };
                let values: Vec<&Expr> = values.iter().map(|(_, value)| value).collect();
                let asked = self.spec.inlined(&from.0, filter.as_ref(), by, &values);
                let keys = asked.by.iter().zip(at::KEYS);
                let keys =
                    keys.map(|(expr, column)| KeyCell { expr, cell: cell(column, row.number) });
                over_rows(&asked, *place, keys.collect())
            }
            RowOrigin::Aligned(value, point) => {
                let own = |name: &str, keys: &[Key]| match self.figures.series.get(name) {
                    Some(series) if keys.is_empty() => {
                        let keys = point.keys.iter().map(ToString::to_string).collect::<Vec<_>>();
                        let found = series.points.iter().find(|other| {
                            other.keys.iter().map(ToString::to_string).eq(keys.iter().cloned())
                        });
                        let figure = found
                            .and_then(|other| other.values.first())
                            .and_then(PointValue::figure);
                        figure.map_or_else(|| Err(format!("{name} has no value there")), at)
                    }
                    _ => cited(name, keys),
                };
                over(value, &own)
            }
            RowOrigin::Member(id) => {
                let member = self.figures.figures.iter().find(|(own, _)| key_slug(own) == *id);
                member.map_or_else(
                    || Err("it is made of what has no row".to_string()),
                    |(_, figure)| at(figure),
                )
            }
        };
        let made = made.map_err(|reason| format!("no formula: {reason}"))?;
        match (open, &made.most) {
            (true, None) => Err("no formula: it depends on hidden cells".into()),
            _ => Ok(made),
        }
    }
}
