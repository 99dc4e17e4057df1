//! Charts: points of a series to a drawing in SVG.
//!
//! In: labels and values that are figures already. Out: SVG text. Ticks and the placing of labels are ours, in integers;
//! plotters draws, through a backend of ours that writes real text, classes for colours, and a title and description.

mod bar;
mod svg;
mod ticks;
mod width;

use crate::diag::{Code, Diagnostic, Outcome};
use crate::exact::Exact;
use crate::figures::{Figure, Figures, Point, Series, Shower, Shown, key_slug};
use crate::locale::Locale;
use crate::spec::{Chart, ChartKind};
use crate::text::Span;
use crate::value::Format;

pub use ticks::ticks;

/// One mark of a chart.
#[derive(Clone, Debug)]
pub struct Datum {
    /// Its key.
    pub label: Shown,
    /// Its value as printed; none where there is none.
    pub shown: Option<Shown>,
    /// Its value in the unit of the axis: 47 for 47%.
    pub value: Option<Exact>,
    /// The id of the figure.
    pub figure: Option<String>,
}

/// What a chart draws.
#[derive(Clone, Debug)]
pub struct Data {
    /// The marks, in order.
    pub marks: Vec<Datum>,
    /// Header of the keys.
    pub key: String,
    /// What the values are.
    pub measure: String,
    /// The format of the axis.
    pub format: Format,
}

/// Words that a drawing carries for those who cannot see it.
#[derive(Clone, Debug)]
pub struct Words {
    /// Id that is unique on the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// Description: the alternative text.
    pub description: String,
}

/// Takes the data of a chart from its series.
pub fn data(
    id: &str,
    chart: &Chart,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Outcome<Option<Data>> {
    let mut diagnostics = crate::diag::Diagnostics::default();
    let value = diagnostics.take(select(id, chart, figures, shower)).flatten();
    Outcome::new(value, diagnostics)
}

fn select(
    id: &str,
    chart: &Chart,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Result<Option<Data>, Diagnostic> {
    let (name, span) = &chart.series;
    let Some(series) = figures.find_series((name, *span))? else { return Ok(None) };
    let error = |message: String| Diagnostic::error(Code::ChartData, message).at(chart.span);
    if series.keys.len() > 1 {
        return Err(error(format!("chart `{id}`: bars go by one key, and `{name}` has two"))
            .hint("make a series by one of them, or a table"));
    }
    let index = match &chart.value {
        None if series.values.len() == 1 => 0,
        None => {
            let names: Vec<&str> = series.values.keys().map(String::as_str).collect();
            return Err(error(format!("chart `{id}`: `{name}` has several values"))
                .hint(format!("choose one with `value:`: {}", names.join(", "))));
        }
        Some((value, span)) => series.values.get_index_of(value).ok_or_else(|| {
            Diagnostic::error(Code::ChartData, format!("`{name}` has no value `{value}`"))
                .at(*span)
                .did_you_mean(value, series.values.keys().map(String::as_str))
        })?,
    };
    let marks = marks(chart, series, index, shower)?;
    let formats: Vec<Format> = series
        .points
        .iter()
        .filter_map(|p| p.values[index].figure())
        .filter_map(|f| f.format)
        .collect();
    let Some(format) = formats.first().copied() else {
        return Err(error(format!("chart `{id}`: no point of `{name}` has a number"))
            .hint("a chart needs at least one known value"));
    };
    Ok(Some(Data {
        marks,
        key: series.keys[0].replace('_', " "),
        measure: series.values[index].clone(),
        format,
    }))
}

fn marks(
    chart: &Chart,
    series: &Series,
    index: usize,
    shower: &Shower<'_>,
) -> Result<Vec<Datum>, Diagnostic> {
    let datum = |point: &Point| {
        let figure = point.values[index].figure();
        let scaled = |f: &Figure| {
            let number = f.value.number()?;
            let factor = match f.format {
                Some(Format::Per(n)) => Exact::from(i128::from(n)),
                Some(format) => Exact::power_of_ten(format.digits().0),
                None => Exact::one(),
            };
            Some(&number.value * &factor)
        };
        Datum {
            label: shower.key(&point.keys[0]),
            shown: figure.map(|f| shower.figure(f)),
            value: figure.and_then(scaled),
            figure: figure.map(|f| f.id.clone()),
        }
    };
    if chart.keys.is_empty() {
        return Ok(series.points.iter().map(datum).collect());
    }
    chosen(series, &chart.keys).map(|points| points.into_iter().map(datum).collect())
}

/// The points of the keys that an author lists, in that order.
pub(crate) fn chosen<'s>(
    series: &'s Series,
    keys: &[(String, Span)],
) -> Result<Vec<&'s Point>, Diagnostic> {
    keys.iter()
        .map(|(key, span)| {
            let wanted: Vec<String> = key.split(['/', ',']).map(key_slug).collect();
            let whole = vec![key_slug(key)];
            let is_it = |point: &&Point| [&wanted, &whole].contains(&&series.slugs(point));
            series.points.iter().find(is_it).ok_or_else(|| {
                let all: Vec<String> =
                    series.points.iter().map(|point| series.slugs(point).join("/")).collect();
                Diagnostic::error(Code::ChartData, format!("`{}` has no point `{key}`", series.id))
                    .at(*span)
                    .did_you_mean(key, all.iter().map(String::as_str))
            })
        })
        .collect()
}

/// Draws a chart. The bytes depend on nothing but the arguments.
pub fn draw(kind: ChartKind, data: &Data, words: &Words, locale: &Locale) -> String {
    match kind {
        ChartKind::Bar => bar::draw(data, words, locale),
    }
}
