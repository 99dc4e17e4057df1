//! Tables: points of a series, or figures, as rows of shown values.

use super::{Grid, GridCell, Text};
use crate::charts::{Data, chosen};
use crate::diag::{Code, Diagnostic};
use crate::figures::{Figures, Point, PointValue, Series, Shower, Shown};
use crate::spec::{Reference, Table, TableRows};

/// What a cell without a value shows, and a hidden one (the Analysis Function's shorthand).
pub(super) const NOT_AVAILABLE: &str = "[x]";
pub(super) const HIDDEN: &str = "[c]";

/// The data of a chart as a table.
pub(super) fn of_chart(data: &Data) -> Grid {
    let rows = data.marks.iter().map(|mark| {
        let header = GridCell::header(mark.label.to_string());
        let value = GridCell {
            shown: mark.shown.as_ref().map_or(NOT_AVAILABLE.to_string(), Shown::to_string),
            figure: mark.figure.clone(),
            numeric: true,
        };
        vec![header, value]
    });
    let rows: Vec<Vec<GridCell>> = rows.collect();
    let missing = data.marks.iter().any(|mark| mark.shown.is_none());
    Grid {
        head: vec![Text::of(&capital(&data.key)), Text::of(&data.measure)],
        headers: 1,
        rows,
        marks: (missing, false),
    }
}

/// A declared table: its grid, how many points it leaves out, and the ids of the figures that it shows.
pub(super) fn of_table(
    id: &str,
    table: &Table,
    columns: Vec<Text>,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Result<Option<(Grid, usize)>, Diagnostic> {
    let (default, grid, more) = match &table.rows {
        TableRows::Figures(members) => {
            let mut rows = Vec::new();
            for (member, span) in members {
                let reference = Reference::parse(member, *span);
                let Some(figure) = figures.find(&reference)? else { return Ok(None) };
                let header = GridCell::header(figure.label.clone());
                let numeric = figure.value.number().is_some();
                let shown = shower.figure(figure).to_string();
                rows.push(vec![
                    header,
                    GridCell { shown, figure: Some(figure.id.clone()), numeric },
                ]);
            }
            (
                vec![Text::of("Figure"), Text::of("Value")],
                Grid { head: Vec::new(), headers: 1, rows, marks: (false, false) },
                0,
            )
        }
        TableRows::Series(name, span) => {
            let Some(series) = figures.find_series((name, *span))? else { return Ok(None) };
            series_grid(table, series, shower)?
        }
    };
    let width = default.len();
    if !columns.is_empty() && columns.len() != width {
        let message = format!("table `{id}` has {width} columns and {} headers", columns.len());
        return Err(Diagnostic::error(Code::ChartData, message)
            .at(table.span)
            .hint("give a header for each column, or none"));
    }
    let head = if columns.is_empty() { default } else { columns };
    Ok(Some((Grid { head, ..grid }, more)))
}

fn series_grid(
    table: &Table,
    series: &Series,
    shower: &Shower<'_>,
) -> Result<(Vec<Text>, Grid, usize), Diagnostic> {
    let mut points: Vec<&Point> = if table.keys.is_empty() {
        series.points.iter().collect()
    } else {
        chosen(series, &table.keys)?
    };
    let all = points.len();
    if let Some(top) = table.top {
        points.sort_by_key(|point| point.place.unwrap_or(u64::MAX));
        points.truncate(top);
    }
    let more = all - points.len();
    let cell = |value: &PointValue| {
        let figure = value.figure();
        let absent = if value.is_hidden() { HIDDEN } else { NOT_AVAILABLE };
        GridCell {
            shown: figure.map_or(absent.to_string(), |figure| shower.figure(figure).to_string()),
            figure: figure.map(|figure| figure.id.clone()),
            numeric: figure.is_none_or(|figure| figure.value.number().is_some()),
        }
    };
    let rows = points.iter().map(|point| {
        let keys = point.keys.iter().map(|key| GridCell::header(shower.key(key).to_string()));
        keys.chain(point.values.iter().map(cell)).collect()
    });
    let rows: Vec<Vec<GridCell>> = rows.collect();
    let values = || points.iter().flat_map(|point| &point.values);
    let marks =
        (values().any(|v| matches!(v, PointValue::Missing)), values().any(PointValue::is_hidden));
    let keys = series.keys.iter().map(|key| capital(&key.replace('_', " ")));
    let head = keys.chain(series.values.values().cloned()).map(|words| Text::of(&words)).collect();
    Ok((head, Grid { head: Vec::new(), headers: series.keys.len(), rows, marks }, more))
}

/// With its first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
