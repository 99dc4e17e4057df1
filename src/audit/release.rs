//! A new release of a table against the one that is pinned: rows added, removed, revised; figures and claims that move.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims::{Finding, Verdict, Verdicts};
use crate::figures::{Figure, Figures, Shower};
use crate::frame::{Column, Frame};

/// A row that only one release has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its key; all its cells where the table declares none.
    pub key: String,
    /// Its line in the file; of a workbook, the row of its sheet.
    pub line: u64,
}

/// A cell that has another value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revision {
    /// The key of its row.
    pub key: String,
    /// Its column.
    pub column: String,
    /// Its line in the new file.
    pub line: u64,
    /// What it was, and is.
    pub values: (String, String),
}

/// What differs between two releases of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// Columns that only the new one has, and those that only the old one has.
    pub columns: (Vec<String>, Vec<String>),
    /// Rows that only the new one has.
    pub added: Vec<Row>,
    /// Rows that only the old one has.
    pub removed: Vec<Row>,
    /// Cells of rows that both have.
    pub revised: Vec<Revision>,
    /// Rows that are the same in all columns that both have.
    pub same: u64,
}

/// Compares two releases of a table: by its declared key; rows without one are the same if all their cells are.
pub fn changes(old: &Frame, new: &Frame) -> Changes {
    let only = |one: &Frame, other: &Frame| -> Vec<String> {
        one.header.iter().filter(|name| !other.header.contains(name)).cloned().collect()
    };
    let mut changes = Changes { columns: (only(new, old), only(old, new)), ..Changes::default() };
    let shared: Vec<(&String, &Column, &Column)> = old
        .columns
        .iter()
        .filter_map(|(name, column)| Some((name, column, new.columns.get(name)?)))
        .collect();
    let keyed = !old.key.is_empty() && old.key == new.key;
    let names: Vec<&String> = match keyed {
        true => old.key.iter().collect(),
        false => shared.iter().map(|(name, ..)| *name).collect(),
    };
    // rows that are alike in every cell are matched in their order
    let keys = |frame: &Frame| -> BTreeMap<(String, u64), u64> {
        let columns: Vec<&Column> =
            names.iter().filter_map(|name| frame.columns.get(*name)).collect();
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        let rows = (0..frame.rows).map(|row| {
            let cells = columns.iter().map(|column| match keyed {
                true => frame.cell(column, row).to_string(),
                false => frame.signed(column, row),
            });
            let key = cells.collect::<Vec<_>>().join(", ");
            let count = seen.entry(key.clone()).or_insert(0);
            *count += 1;
            ((key, *count), row)
        });
        rows.collect()
    };
    let (before, after) = (keys(old), keys(new));
    let one = |frame: &Frame, key: &(String, u64), row: u64| Row {
        key: key.0.clone(),
        line: frame.line(row),
    };
    for (key, row) in &after {
        let Some(earlier) = before.get(key) else {
            changes.added.push(one(new, key, *row));
            continue;
        };
        let count = changes.revised.len();
        for (name, a, b) in &shared {
            let values = (old.signed(a, *earlier), new.signed(b, *row));
            if values.0 != values.1 {
                let (key, column) = (key.0.clone(), (*name).clone());
                changes.revised.push(Revision { key, column, line: new.line(*row), values });
            }
        }
        changes.same += u64::from(changes.revised.len() == count);
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key));
    changes.removed = gone.map(|(key, row)| one(old, key, *row)).collect();
    changes.added.sort_by_key(|row| row.line);
    changes.removed.sort_by_key(|row| row.line);
    changes.revised.sort_by_key(|revision| revision.line);
    changes
}

/// A figure or point whose value moves; none on a side where it is not there, or cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// As printed, before and after.
    pub shown: (Option<String>, Option<String>),
}

/// The figures and points that move, in the order of the report.
pub fn moved(old: &Figures, new: &Figures, shower: &Shower<'_>) -> Vec<Moved> {
    let before: BTreeMap<&str, &Figure> =
        old.all().map(|figure| (figure.id.as_str(), figure)).collect();
    let after: BTreeMap<&str, &Figure> =
        new.all().map(|figure| (figure.id.as_str(), figure)).collect();
    let mut seen = BTreeSet::new();
    let ids = old.all().chain(new.all()).map(|figure| figure.id.as_str());
    ids.filter(|id| seen.insert(*id))
        .filter_map(|id| {
            let (before, after) = (before.get(id), after.get(id));
            let value = |figure: &&Figure| figure.value.to_string();
            if before.map(value) == after.map(value) {
                return None;
            }
            let shown = |figure: &&Figure| shower.figure(figure).to_string();
            Some(Moved { id: id.to_string(), shown: (before.map(shown), after.map(shown)) })
        })
        .collect()
}

/// The claims that the new release makes wrong, with what is found of them then.
pub fn broken<'v>(old: &Verdicts, new: &'v Verdicts) -> Vec<&'v Verdict> {
    let wrong = |verdict: &Verdict| verdict.finding == Finding::Wrong;
    let before: BTreeSet<_> =
        old.claims.iter().filter(|v| wrong(v)).map(|v| (v.span.start, v.words.clone())).collect();
    let fresh = |verdict: &&Verdict| !before.contains(&(verdict.span.start, verdict.words.clone()));
    new.claims.iter().filter(|verdict| wrong(verdict)).filter(fresh).collect()
}
