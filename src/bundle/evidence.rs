//! `evidence/ID.csv`: the rows of each computed figure and series, as published, with file and line.

use std::collections::BTreeMap;

use super::{Bundle, Inputs};
use crate::document::{RowTable, csv};
use crate::figures::{RowSet, key_slug};
use crate::frame::{Column, Frame, Lookup};

/// Rows that are written out; where there are more, equal ones are written once, with their number.
pub const MOST_ROWS: usize = 10_000;
/// Between the name of a column that was looked up and the file that it was looked up in: the header of the rows' lines there.
pub const PLACE_IN: &str = ": place in ";
/// Rows that the page shows.
const SHOWN_ROWS: usize = 200;

/// Adds the files; returns the rows that the page shows, by figure and series.
pub(super) fn add(inputs: &Inputs<'_>, bundle: &mut Bundle) -> BTreeMap<String, RowTable> {
    let mut shown = BTreeMap::new();
    for (id, set) in inputs.rows {
        let collapsed = set.rows.len() > MOST_ROWS;
        let table = if collapsed { counted(inputs, id) } else { listed(inputs, set) };
        let Some((head, rows)) = table else { continue };
        let table = RowTable {
            head: head.clone(),
            rows: rows.iter().take(SHOWN_ROWS).cloned().collect(),
            points: if collapsed { Vec::new() } else { points(inputs, id, set) },
            total: rows.len(),
            collapsed,
        };
        shown.insert(id.clone(), table);
        bundle.insert(format!("evidence/{id}.csv"), csv(head, rows.into_iter()));
    }
    shown
}

/// The point of a series that each of its shown rows is in.
fn points(inputs: &Inputs<'_>, id: &str, set: &RowSet) -> Vec<Option<String>> {
    let (Some(series), Some(frame)) =
        (inputs.figures.series.get(id), inputs.figures.frame(inputs.frames, &set.frame))
    else {
        return Vec::new();
    };
    let keys: Option<Vec<&Column>> = series.keys.iter().map(|key| frame.columns.get(key)).collect();
    let Some(keys) = keys else { return Vec::new() };
    let point = |row: &u64| {
        let slugs = keys.iter().map(|column| key_slug(&frame.cell(column, *row).to_string()));
        Some(format!("{id}/{}", slugs.collect::<Vec<_>>().join("/")))
    };
    set.rows.iter().take(SHOWN_ROWS).map(point).collect()
}

type Rows = (Vec<String>, Vec<Vec<String>>);

/// Every row: of a dataset as published, of a series as computed.
fn listed(inputs: &Inputs<'_>, set: &RowSet) -> Option<Rows> {
    if let Some(frame) = inputs.frames.get(&set.frame) {
        return Some(published(inputs, frame, set));
    }
    let frame = inputs.figures.frames.get(&set.frame)?;
    let head = std::iter::once("series".to_string()).chain(frame.columns.keys().cloned()).collect();
    let rows = set.rows.iter().map(|row| {
        let cells = frame.columns.values().map(|column| frame.cell(column, *row).to_string());
        std::iter::once(set.frame.clone()).chain(cells).collect()
    });
    Some((head, rows.collect()))
}

fn published(inputs: &Inputs<'_>, frame: &Frame, set: &RowSet) -> Rows {
    let provenance = frame.provenance.as_ref();
    let path = provenance.map_or("", |provenance| provenance.path.as_str());
    let headers = provenance.map(|provenance| &provenance.headers);
    let header = |name: &String| {
        let published = headers.and_then(|headers| headers.get(name));
        published.filter(|header| !header.is_empty()).unwrap_or(name).clone()
    };
    let mut names: Vec<String> = frame.key.clone();
    names.extend(provenance.and_then(|provenance| provenance.source_column.clone()));
    names.extend(set.columns.iter().cloned());
    names.retain(|name| !frame.personal.contains(name));
    let mut columns: Vec<(usize, String)> = Vec::new();
    for name in names {
        if let Some(position) = frame.header.iter().position(|known| *known == name)
            && !columns.iter().any(|(known, _)| *known == position)
        {
            columns.push((position, header(&name)));
        }
    }
    columns.sort();
    let place = if frame.sheet().is_some() { "cells" } else { "line" };
    let positions: Vec<usize> = columns.iter().map(|(position, _)| *position).collect();
    // a column that is looked up stands with the place from which its cell is
    let looked_up: Vec<(&String, &Lookup)> =
        set.columns.iter().filter_map(|name| Some((name, frame.lookups.get(name)?))).collect();
    let file = |lookup: &Lookup| {
        let provenance = inputs.frames.get(&lookup.dataset).and_then(|f| f.provenance.as_ref());
        provenance.map_or_else(|| lookup.dataset.clone(), |provenance| provenance.path.clone())
    };
    let head = ["file", place]
        .map(str::to_string)
        .into_iter()
        .chain(columns.iter().map(|(_, header)| header.clone()))
        .chain(looked_up.iter().flat_map(|(name, lookup)| {
            [(*name).clone(), format!("{name}{PLACE_IN}{}", file(lookup))]
        }))
        .collect();
    let records = inputs.records.get(&set.frame);
    let rows = set.rows.iter().map(|row| {
        let record = records.and_then(|records| records.get(row));
        let cells = columns.iter().map(|(position, _)| {
            record.and_then(|record| record.cells.get(*position)).cloned().unwrap_or_default()
        });
        let line = frame.cells_of(*row, &positions);
        let found = looked_up.iter().flat_map(|(name, lookup)| {
            let there = lookup.rows.get(*row as usize).copied().flatten();
            let place = there.and_then(|there| {
                let other = inputs.frames.get(&lookup.dataset)?;
                let column = other.header.iter().position(|own| *own == lookup.column);
                Some(other.cells_of(u64::from(there), &column.into_iter().collect::<Vec<_>>()))
            });
            [frame.cell(&frame.columns[*name], *row).to_string(), place.unwrap_or_default()]
        });
        [path.to_string(), line].into_iter().chain(cells).chain(found).collect()
    });
    (head, rows.collect())
}

/// Equal rows once, in canonical text, with their number.
fn counted(inputs: &Inputs<'_>, id: &str) -> Option<Rows> {
    let collapsed = inputs.collapsed.get(id)?;
    let head =
        std::iter::once("rows".to_string()).chain(collapsed.columns.iter().cloned()).collect();
    let mut rows = collapsed.rows.clone();
    rows.sort();
    let rows = rows
        .into_iter()
        .map(|(cells, count)| std::iter::once(count.to_string()).chain(cells).collect());
    Some((head, rows.collect()))
}
