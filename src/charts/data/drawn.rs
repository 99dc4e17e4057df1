//! The points of a series as a chart has them: a row for each strand, a column for each key.

use std::collections::BTreeSet;

use super::choose::{Chooser, scaled, scaled_ends};
use super::{Mark, Strand};
use crate::charts::palette::COLOURS;
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::figures::{Point, PointValue, Series, Shower, key_slug};
use crate::spec::ChartKind;
use crate::text::Span;
use crate::value::{Scale, Value};

/// The points of a chart as a table: a row for each strand, a column for each key.
pub(super) struct Drawn<'a> {
    pub(super) keys: Vec<&'a Value>,
    pub(super) names: Vec<String>,
    /// Their names as the spec has them.
    pub(super) ids: Vec<String>,
    pub(super) rows: Vec<Vec<Option<&'a PointValue>>>,
    pub(super) measure: String,
    /// Whether the strands are the second key of the series.
    pub(super) by_key: bool,
    /// Whether some of the second keys are not drawn.
    pub(super) left_out: bool,
    pub(super) series: &'a Series,
}

impl<'a> Drawn<'a> {
    pub(super) fn new(chooser: &Chooser<'_>, series: &'a Series) -> Result<Self, Diagnostic> {
        let two_keys = series.keys.len() > 1;
        let several = series.values.len() > 1;
        // of a series by two keys with one value, `values` chooses among the second
        let indices = match two_keys && !several {
            true => vec![0],
            false => chosen_values(chooser, series)?,
        };
        if two_keys && indices.len() > 1 {
            return Err(chooser
                .error("two keys and several values are too much for one chart")
                .hint("choose a value with `values:`"));
        }
        if (two_keys || indices.len() > 1) && !chooser.chart.kind.takes_several() {
            return Err(one_strand(chooser, series));
        }
        let drawn = match two_keys {
            true => Self::by_second_key(chooser, series, indices[0])?,
            false => Self::by_value(chooser, series, &indices)?,
        };
        let keys = drawn.keys.iter().map(|key| series.key(key, chooser.shower).to_string());
        // a histogram shows no keys
        let keys = keys.filter(|_| chooser.chart.kind != ChartKind::Histogram);
        let mut seen = BTreeSet::new();
        for shown in keys {
            if !seen.insert(shown.clone()) {
                let message = format!("two keys read alike: `{shown}`");
                return Err(chooser
                    .error(&message)
                    .hint("name each key once, and give figures labels of their own"));
            }
        }
        Ok(drawn)
    }

    fn by_value(
        chooser: &Chooser<'_>,
        series: &'a Series,
        indices: &[usize],
    ) -> Result<Self, Diagnostic> {
        let points: Vec<&Point> = match chooser.chart.keys.as_slice() {
            [] => series.points.iter().collect(),
            keys => chosen(series, keys, chooser.shower)?,
        };
        let row = |index: &usize| points.iter().map(|point| Some(&point.values[*index])).collect();
        let id = |index: &usize| Some(series.values.get_index(*index)?.0.clone());
        Ok(Self {
            keys: points.iter().map(|point| &point.keys[0]).collect(),
            names: indices.iter().map(|index| series.values[*index].clone()).collect(),
            ids: indices.iter().filter_map(id).collect(),
            rows: indices.iter().map(row).collect(),
            measure: match indices {
                [one] => series.values[*one].clone(),
                _ => series.label.clone(),
            },
            by_key: false,
            left_out: false,
            series,
        })
    }

    fn by_second_key(
        chooser: &Chooser<'_>,
        series: &'a Series,
        index: usize,
    ) -> Result<Self, Diagnostic> {
        let across = series.across(index);
        let chart = chooser.chart;
        let columns = chosen_keys(chooser, series, &across.first, &chart.keys)?;
        let choice: &[(String, Span)] = if series.values.len() > 1 { &[] } else { &chart.values };
        let strands = chosen_keys(chooser, series, &across.second, choice)?;
        let row =
            |strand: &usize| columns.iter().map(|column| across.cells[*column][*strand]).collect();
        let name = |strand: &usize| series.key(across.second[*strand], chooser.shower).to_string();
        Ok(Self {
            names: strands.iter().map(name).collect(),
            ids: strands.iter().map(|strand| across.second[*strand].to_string()).collect(),
            rows: strands.iter().map(row).collect(),
            keys: columns.iter().map(|column| across.first[*column]).collect(),
            // of several values, the one that is drawn names the chart
            measure: match series.values.len() {
                1 => series.label.clone(),
                _ => series.values[index].clone(),
            },
            by_key: true,
            left_out: strands.len() < across.second.len(),
            series,
        })
    }

    pub(super) fn strands(&self, shower: &Shower<'_>) -> Vec<Strand> {
        let mark = |value: &Option<&PointValue>| {
            let figure = value.and_then(PointValue::figure);
            Mark {
                shown: figure.map(|figure| shower.figure(figure)),
                value: figure.and_then(scaled),
                ends: figure.and_then(scaled_ends),
                figure: figure.map(|figure| figure.id.clone()),
                hidden: value.is_some_and(PointValue::is_hidden),
            }
        };
        let strand = |(name, row): (&String, &Vec<Option<&PointValue>>)| Strand {
            name: name.clone(),
            marks: row.iter().map(mark).collect(),
        };
        self.names.iter().zip(&self.rows).map(strand).collect()
    }

    /// The strands that the author highlights, by their names or as `values` names them.
    pub(super) fn highlight(&self, chooser: &Chooser<'_>) -> Result<Vec<usize>, Diagnostic> {
        let mut found = Vec::new();
        for named in &chooser.chart.highlight {
            let (name, span) = named;
            let by =
                |names: &[String]| names.iter().position(|known| key_slug(known) == key_slug(name));
            let index = by(&self.names).or_else(|| by(&self.ids)).ok_or_else(|| {
                chooser
                    .error(&format!("no strand `{name}`"))
                    .at(*span)
                    .did_you_mean(name, self.ids.iter().map(String::as_str))
            })?;
            chooser.name_once(&mut found, index, named)?;
        }
        if found.len() > COLOURS {
            let message =
                format!("{} strands stand out, where there are {COLOURS} colours", found.len());
            return Err(chooser.error(&message).hint("highlight fewer"));
        }
        Ok(found)
    }
}

/// An error for a kind that shows one strand.
fn one_strand(chooser: &Chooser<'_>, series: &Series) -> Diagnostic {
    let names: Vec<&str> = series.values.keys().map(String::as_str).collect();
    let hint = match series.keys.len() {
        1 => format!(
            "choose one with `values:` ({}), or use `kind: grouped-bar` or `line`",
            names.join(", ")
        ),
        _ => "use `kind: grouped-bar`, `stacked-bar` or `line`, or make a series by one key".into(),
    };
    let kind = chooser.chart.kind.name();
    let message = format!("a {kind} shows one strand, and `{}` has several", series.id);
    chooser.error(&message).hint(hint)
}

/// The values of the series that the chart names, or all.
fn chosen_values(chooser: &Chooser<'_>, series: &Series) -> Result<Vec<usize>, Diagnostic> {
    if chooser.chart.values.is_empty() {
        let whole = chooser.chart.whole.as_ref().map(|(name, _)| name);
        let names = series.values.keys().enumerate();
        return Ok(names
            .filter(|(_, name)| Some(*name) != whole)
            .map(|(index, _)| index)
            .collect());
    }
    let mut indices = Vec::new();
    for named in &chooser.chart.values {
        let index = value_index(series, &named.0, named.1)?;
        chooser.name_once(&mut indices, index, named)?;
    }
    Ok(indices)
}

pub(super) fn value_index(series: &Series, name: &str, span: Span) -> Result<usize, Diagnostic> {
    series.values.get_index_of(name).ok_or_else(|| {
        Diagnostic::error(Code::ChartData, format!("`{}` has no value `{name}`", series.id))
            .at(span)
            .did_you_mean(name, series.values.keys().map(String::as_str))
    })
}

/// Which keys the author names, in that order, or all.
fn chosen_keys(
    chooser: &Chooser<'_>,
    series: &Series,
    keys: &[&Value],
    wanted: &[(String, Span)],
) -> Result<Vec<usize>, Diagnostic> {
    if wanted.is_empty() {
        return Ok((0..keys.len()).collect());
    }
    let mut found = Vec::new();
    for named in wanted {
        let (key, span) = named;
        let index = keys
            .iter()
            .position(|known| is_key(series, known, key, chooser.shower))
            .ok_or_else(|| {
                let all: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
                chooser
                    .error(&format!("no key `{key}`"))
                    .at(*span)
                    .did_you_mean(key, all.iter().map(String::as_str))
            })?;
        chooser.name_once(&mut found, index, named)?;
    }
    Ok(found)
}

/// Whether words name a key of a series: by its label, as readers see it, or as files have it. A percentage needs its
/// sign.
pub(super) fn is_key(series: &Series, key: &Value, words: &str, shower: &Shower<'_>) -> bool {
    if let Some(number) = key.number().filter(|number| number.measure.scale != Scale::Plain) {
        let percent = words.trim().strip_suffix('%').and_then(|digits| Exact::parse(digits.trim()));
        return percent.is_some_and(|percent| percent == &number.value * &Exact::power_of_ten(2));
    }
    let names = [series.key(key, shower).to_string(), shower.key(key).to_string(), key.to_string()];
    names.iter().any(|name| key_slug(name) == key_slug(words))
}

/// The points of the keys that an author lists, in that order, each once.
pub(crate) fn chosen<'s>(
    series: &'s Series,
    keys: &[(String, Span)],
    shower: &Shower<'_>,
) -> Result<Vec<&'s Point>, Diagnostic> {
    let mut points: Vec<&Point> = Vec::new();
    for (key, span) in keys {
        let wanted: Vec<String> = key.split(['/', ',']).map(key_slug).collect();
        let is_it = |point: &&Point| match (point.keys.as_slice(), &point.member) {
            ([_], Some(member)) => *member == key_slug(key),
            ([one], None) => is_key(series, one, key, shower),
            _ => series.slugs(point) == wanted,
        };
        let point = series.points.iter().find(is_it).ok_or_else(|| {
            let all: Vec<String> =
                series.points.iter().map(|point| series.slugs(point).join("/")).collect();
            Diagnostic::error(Code::ChartData, format!("`{}` has no point `{key}`", series.id))
                .at(*span)
                .did_you_mean(key, all.iter().map(String::as_str))
        })?;
        if points.iter().any(|known| std::ptr::eq(*known, point)) {
            let message = format!("`{key}` is named twice");
            return Err(Diagnostic::error(Code::ChartData, message).at(*span));
        }
        points.push(point);
    }
    Ok(points)
}
