//! Columns looked up in another dataset: many rows here to one row there, by the key that the other declares.

use std::collections::{BTreeMap, HashMap};

use super::checks::row_place;
use super::declare::{Dataset, LookupDeclaration};
use crate::diag::{Code, Diagnostic, Diagnostics, counted, first};
use crate::disclosure::Guard;
use crate::frame::{Cell, Column, Frame, Lookup, Mark, Part};
use crate::text::Span;

/// Adds the columns to a frame that its declaration looks up in others, as far as `wanted` names them.
///
/// Keys that the other does not have are an error unless they are listed; then the cells are missing.
pub fn attach(
    frame: &mut Frame,
    dataset: &Dataset,
    others: &BTreeMap<String, Frame>,
    wanted: &dyn Fn(&str) -> bool,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (name, declared) in dataset.lookup.iter().filter(|(name, _)| wanted(name)) {
        if frame.columns.contains_key(name) || frame.header.iter().any(|own| own == name) {
            let message = format!("`{}` has a column `{name}` of its own", dataset.name);
            diagnostics.push(Diagnostic::error(Code::BadId, message).at(declared.span).hint(
                "give the column that is looked up another name, and write `column:` under it",
            ));
            continue;
        }
        if declared.dataset.0 == dataset.name {
            let message = format!("`{}` looks up a column in itself", dataset.name);
            diagnostics.push(
                Diagnostic::error(Code::Cycle, message)
                    .at(declared.dataset.1)
                    .hint("name another dataset; the column is here already"),
            );
            continue;
        }
        // one that could not be read was told of
        let Some(other) = others.get(&declared.dataset.0) else { continue };
        let found = column(frame, dataset, declared, other, &mut diagnostics);
        if let Some((column, lookup)) = diagnostics.take(found).flatten() {
            let personal = other.personal.contains(&lookup.column);
            if personal {
                frame.personal.insert(name.clone());
            }
            let counts = |guard: &Option<Guard>, name: &str| {
                guard.as_ref().is_some_and(|guard| guard.counts.iter().any(|own| own == name))
            };
            let by = if declared.by.is_empty() {
                other.key.clone()
            } else {
                declared.by.iter().map(|(name, _)| name.clone()).collect()
            };
            let rules = (other.guard.as_ref(), frame.guard.as_ref());
            let weaker = matches!(rules, (Some(a), Some(b)) if a.rule != b.rule);
            if counts(&other.guard, &lookup.column)
                || by.iter().any(|name| counts(&frame.guard, name))
                || weaker
            {
                let message = format!(
                    "`{name}` is looked up across disclosure control: a number of cases, by one, or under another rule"
                );
                let error = Diagnostic::error(Code::Disclosure, message).at(declared.span);
                diagnostics
                    .push(error.hint(
                        "look up groups only, and give both datasets the same `disclosure:`",
                    ));
            }
            match (&other.guard, &mut frame.guard) {
                (None, None) => {}
                (None, Some(own)) => own.rows |= personal,
                (Some(other), Some(own)) => {
                    own.rows |= personal || other.rows;
                }
                (Some(_), None) => {
                    let message = format!(
                        "`{name}` is of `{}`, which is under disclosure control, and `{}` is not",
                        other.name, dataset.name
                    );
                    let error = Diagnostic::error(Code::Disclosure, message).at(declared.span);
                    diagnostics.push(error.hint("declare `disclosure:` here, too"));
                }
            }
            frame.columns.insert(name.clone(), column);
            frame.lookups.insert(name.clone(), lookup);
        }
    }
    diagnostics
}

type Found = Result<Option<(Column, Lookup)>, Diagnostic>;

fn column(
    frame: &Frame,
    dataset: &Dataset,
    declared: &LookupDeclaration,
    other: &Frame,
    diagnostics: &mut Diagnostics,
) -> Found {
    let (other_name, span) = (&other.name, declared.dataset.1);
    if other.key.is_empty() {
        let error =
            Diagnostic::error(Code::UnmatchedKeys, format!("`{other_name}` declares no key"));
        return Err(error.at(span).hint(format!(
            "a lookup needs one row for each key: write `key: [{}]` under `{other_name}`",
            other.header.first().map_or("area", String::as_str)
        )));
    }
    let same: Vec<(String, Span)> = other.key.iter().map(|key| (key.clone(), span)).collect();
    let by = if declared.by.is_empty() { &same } else { &declared.by };
    if by.len() != other.key.len() {
        let message = format!(
            "`{other_name}` has the key {}, and {} given",
            other.key.join(", "),
            match by.len() {
                1 => "1 column is".to_string(),
                n => format!("{n} columns are"),
            }
        );
        return Err(Diagnostic::error(Code::UnmatchedKeys, message)
            .at(declared.span)
            .hint("write `by:` with a column for each column of the key"));
    }
    let columns = |frame: &Frame, names: &[(String, Span)]| -> Result<Vec<usize>, Diagnostic> {
        let index = |(name, span): &(String, Span)| {
            frame.index(name).ok_or_else(|| {
                let message = format!("`{}` has no column `{name}`", frame.name);
                let known = frame.header.iter().map(String::as_str);
                Diagnostic::error(Code::UnknownColumn, message).at(*span).did_you_mean(name, known)
            })
        };
        names.iter().map(index).collect()
    };
    let ours = columns(frame, by)?;
    let theirs = columns(other, &same)?;
    let value = columns(other, std::slice::from_ref(&declared.column))?[0];
    let rows_of: HashMap<String, u32> = (0..other.rows)
        .filter_map(|row| Some((key(other, &theirs, row)?, u32::try_from(row).ok()?)))
        .collect();
    let mut rows: Vec<Option<u32>> = Vec::with_capacity(frame.rows as usize);
    let mut unmatched: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in 0..frame.rows {
        let key = key(frame, &ours, row);
        let found = key.as_ref().and_then(|key| rows_of.get(key)).copied();
        if let (Some(key), None) = (key, found) {
            unmatched.entry(key).or_insert((0, row)).0 += 1;
        }
        rows.push(found);
    }
    report(frame, dataset, declared, &unmatched, diagnostics);
    let source = &other.columns[value];
    let column = copied(frame, other, source, &rows);
    let provenance = other.provenance.as_ref();
    let lookup = Lookup {
        dataset: other_name.clone(),
        column: declared.column.0.clone(),
        source: provenance.map_or_else(String::new, |provenance| provenance.source.clone()),
        rows,
    };
    Ok(Some((column, lookup)))
}

/// The key of a row as one text; none where a part of it is not known.
fn key(frame: &Frame, columns: &[usize], row: u64) -> Option<String> {
    let cells = columns.iter().map(|index| match frame.cell(&frame.columns[*index], row) {
        Cell::Known(value) => Some(value.to_string()),
        Cell::Missing | Cell::Suppressed => None,
    });
    Some(cells.collect::<Option<Vec<String>>>()?.join("\u{1f}"))
}

/// Keys that the other dataset does not have, and listed ones that it has.
fn report(
    frame: &Frame,
    dataset: &Dataset,
    declared: &LookupDeclaration,
    unmatched: &BTreeMap<String, (u64, u64)>,
    diagnostics: &mut Diagnostics,
) {
    let shown = |key: &str| key.replace('\u{1f}', ", ");
    let listed = |key: &str| declared.unmatched.iter().any(|(listed, _)| *listed == shown(key));
    let unlisted: Vec<(&String, &(u64, u64))> =
        unmatched.iter().filter(|(key, _)| !listed(key)).collect();
    if let Some((_, (_, row))) = unlisted.first() {
        let told: Vec<String> = unlisted
            .iter()
            .map(|(key, (rows, _))| format!("`{}` ({})", shown(key), counted(*rows, "row")))
            .collect();
        let message = format!(
            "keys of `{}` that `{}` does not have: {}",
            dataset.name,
            declared.dataset.0,
            first(&told, 6)
        );
        let keys: Vec<String> =
            unlisted.iter().take(20).map(|(key, _)| format!("\"{}\"", shown(key))).collect();
        diagnostics.push(
            Diagnostic::error(Code::UnmatchedKeys, message)
                .at(declared.span)
                .related(row_place(frame, *row), "the first row of them")
                .hint("bring them to one spelling with `replace:`, or add the rows")
                .hint(format!(
                    "or let the looked-up cell be missing there: `unmatched: [{}]`",
                    keys.join(", ")
                )),
        );
    }
    for (key, span) in &declared.unmatched {
        if !unmatched.keys().any(|unmatched| shown(unmatched) == *key) {
            let message = format!(
                "`{key}` is listed as unmatched, and `{}` has it, or no row does",
                declared.dataset.0
            );
            let error = Diagnostic::error(Code::UnmatchedKeys, message).at(*span);
            diagnostics.push(error.hint("delete it from `unmatched:`"));
        }
    }
}

/// A column of the other frame in the rows of this one.
fn copied(frame: &Frame, other: &Frame, source: &Column, rows: &[Option<u32>]) -> Column {
    let parts = frame.blocks.iter().map(|block| {
        let own = &rows[block.row as usize..(block.row + block.rows) as usize];
        let (mut values, mut marks, mut signs) = (Vec::new(), Vec::new(), Vec::new());
        for (offset, row) in own.iter().enumerate() {
            let Some(row) = row else {
                values.push(0);
                marks.push(Mark::Missing as u8);
                continue;
            };
            let (block, at) = other.locate(u64::from(*row));
            let part = &source.parts[block];
            values.push(part.values.get(at));
            marks.push(part.marks.as_ref().map_or(0, |marks| marks[at]));
            signs.extend(part.signs_at(at).map(|sign| (offset as u32, sign)));
        }
        let (part, range) = Part::new(values, marks);
        (Part { signs: signs.into_boxed_slice(), ..part }, range)
    });
    let column = Column::from_parts(source.meaning.clone(), parts);
    Column { signs: source.signs.clone(), ..column }
}
