//! What a dataset promises of its rows: keys that name one row each, and rules.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::declare::{Constraints, Dataset};
use unicode_security::skeleton;

use crate::diag::{self, Code, Diagnostic, Diagnostics, counted, first};
use crate::frame::{
    Cell, Column, Compiler, Fold, FoldKind, Frame, Group, Key, Meaning, Partial, Partials, Payload,
    Program, Query, Scope, TypedKind, scan,
};
use crate::language::{Expr, Kind};
use crate::text::{Span, look};
use crate::value::Value;

/// Duplicate keys and broken rules; `false` where there is one.
pub(super) fn checks(
    dataset: &Dataset,
    frame: &Frame,
    threads: NonZeroUsize,
    diagnostics: &mut Diagnostics,
) -> bool {
    let scope = Scope { frame, added: Vec::new(), parameters: BTreeMap::new() };
    let mut program = Program::default();
    let mut queries = Vec::new();
    let mut rules = Vec::new();
    for (text, rule) in &dataset.rules {
        let compiled = Compiler::new(&scope, &mut program).condition(rule);
        if let Some(truth) = diagnostics.take(compiled) {
            let broken = program.negated(truth);
            queries.push(Query {
                filter: Some(broken),
                group: Vec::new(),
                folds: vec![Fold { kind: FoldKind::One, value: None, filter: None }],
            });
            rules.push((text, rule.span));
        }
    }
    let mut group = Vec::new();
    for (name, span) in &dataset.key {
        let named = Expr { kind: Kind::Name(name.clone()), span: *span };
        if let Ok(typed) = Compiler::new(&scope, &mut program).expression(&named)
            && let TypedKind::Coded(key, _) | TypedKind::Number { node: key, .. } = typed.kind
        {
            group.push(Group { key, keep_unknown: true });
        }
    }
    if !group.is_empty() {
        queries.push(Query {
            filter: None,
            group,
            folds: vec![Fold { kind: FoldKind::One, value: None, filter: None }],
        });
    }
    let results = scan(frame, &program, &queries, threads);
    for ((text, span), partials) in rules.iter().zip(&results) {
        let Some(partial) = partials.only().first().filter(|partial| partial.rows > 0) else {
            continue;
        };
        let message = format!(
            "the rule `{text}` of `{}` is broken by {}",
            dataset.name,
            counted(partial.rows, "row")
        );
        let mut error = Diagnostic::error(Code::RuleBroken, message).at(*span);
        for row in example_rows(&partial.payload) {
            error = error.related(row_place(frame, row), "this row");
        }
        diagnostics.push(error.hint("correct the rule, or name the rows in `ignore_rows:`"));
    }
    if let (Some(partials), false) = (results.get(rules.len()), dataset.key.is_empty()) {
        duplicates(dataset, frame, partials, diagnostics);
    }
    for (name, column) in &frame.columns {
        if let Some(declared) = dataset.columns.get(name) {
            constraints(frame, (name, column), &declared.constraints, diagnostics);
        }
    }
    look_alikes(dataset, frame, threads, diagnostics);
    !diagnostics.has_errors()
}

fn duplicates(
    dataset: &Dataset,
    frame: &Frame,
    partials: &Partials,
    diagnostics: &mut Diagnostics,
) {
    let doubled: Vec<(&Vec<Key>, &Partial)> = partials
        .groups
        .iter()
        .filter_map(|(keys, partial)| partial.first().filter(|p| p.rows > 1).map(|p| (keys, p)))
        .collect();
    let Some((_, partial)) = doubled.first() else { return };
    let rows = example_rows(&partial.payload);
    let names: Vec<&str> = dataset.key.iter().map(|(name, _)| name.as_str()).collect();
    let cells: Vec<String> = names
        .iter()
        .filter_map(|name| frame.columns.get(*name))
        .map(|column| frame.cell(column, rows[0]).to_string())
        .collect();
    let more = if doubled.len() > 1 {
        format!(", and {} other keys occur more than once", doubled.len() - 1)
    } else {
        String::new()
    };
    let message = format!(
        "{} rows of `{}` have the key {} = {}{more}",
        partial.rows,
        dataset.name,
        names.join(", "),
        cells.join(", ")
    );
    let mut error = Diagnostic::error(Code::DuplicateRow, message).at(dataset.key[0].1);
    for row in rows {
        error = error.related(row_place(frame, row), "a row with this key");
    }
    diagnostics.push(error.hint("add the column that tells them apart to `key:`, or name the surplus rows in `ignore_rows:`"));
}

/// The cells of a column against what they must be.
fn constraints(
    frame: &Frame,
    (name, column): (&str, &Column),
    constraints: &Constraints,
    diagnostics: &mut Diagnostics,
) {
    let rows = || (0..frame.rows).map(|row| (row, frame.cell(column, row)));
    let mut broken = |what: String, span: Span, rows: Vec<u64>| {
        let Some(first) = rows.first() else { return };
        let message = format!(
            "column `{name}` of `{}` breaks `{what}` in {}",
            frame.name,
            counted(rows.len() as u64, "row")
        );
        diagnostics.push(
            Diagnostic::error(Code::RuleBroken, message)
                .at(span)
                .related(row_place(frame, *first), "the first of them")
                .hint("correct the constraint, or name the rows in `ignore_rows:`"),
        );
    };
    let number = |cell: &Cell| match cell {
        Cell::Known(Value::Number(number)) => Some(number.value.clone()),
        _ => None,
    };
    if let Some(span) = constraints.required {
        let missing = rows().filter(|(_, cell)| *cell == Cell::Missing);
        broken("required: true".into(), span, missing.map(|(row, _)| row).collect());
    }
    if let Some(span) = constraints.unique {
        let mut seen = BTreeSet::new();
        let doubled = rows().filter(|(_, cell)| match cell {
            Cell::Known(value) => !seen.insert(value.to_string()),
            _ => false,
        });
        broken("unique: true".into(), span, doubled.map(|(row, _)| row).collect());
    }
    if let Some((least, span)) = &constraints.minimum {
        let below = rows().filter(|(_, cell)| number(cell).is_some_and(|n| n < *least));
        broken(format!("minimum: {least}"), *span, below.map(|(row, _)| row).collect());
    }
    if let Some((most, span)) = &constraints.maximum {
        let above = rows().filter(|(_, cell)| number(cell).is_some_and(|n| n > *most));
        broken(format!("maximum: {most}"), *span, above.map(|(row, _)| row).collect());
    }
    if let Some((_, span)) = constraints.values.first() {
        let allowed: BTreeSet<&str> =
            constraints.values.iter().map(|(value, _)| value.as_str()).collect();
        let other = rows().filter(|(_, cell)| match cell {
            Cell::Known(value) => !allowed.contains(value.to_string().as_str()),
            _ => false,
        });
        broken("enum".into(), *span, other.map(|(row, _)| row).collect());
    }
}

/// Texts of a column that a reader takes for the same: a condition on one of them leaves out the rows of the other.
fn look_alikes(
    dataset: &Dataset,
    frame: &Frame,
    threads: NonZeroUsize,
    diagnostics: &mut Diagnostics,
) {
    for (index, (name, column)) in frame.columns.iter().enumerate() {
        let Meaning::Text(texts) = &column.meaning else { continue };
        let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (code, text) in texts.iter().enumerate().take(MOST_TEXTS) {
            seen.entry(look(text)).or_default().push(code);
        }
        seen.retain(|_, codes| codes.len() > 1);
        if seen.is_empty() {
            continue;
        }
        let mut program = Program::default();
        let value = Some(program.column_node(index));
        let folds = vec![Fold { kind: FoldKind::Histogram, value, filter: None }];
        let query = Query { filter: None, group: Vec::new(), folds };
        let partials = scan(frame, &program, &[query], threads);
        let counts = partials.first().and_then(|partials| partials.only().first());
        let Some(Payload::Histogram(counts)) = counts.map(|partial| &partial.payload) else {
            continue;
        };
        let rows = |code: &usize| counts.get(&(*code as i128)).copied().unwrap_or(0);
        let told = seen.values().map(|codes| {
            let of = |code: &usize| {
                format!("`{}` ({})", shown(&texts[*code]), counted(rows(code), "row"))
            };
            codes.iter().map(of).collect::<Vec<_>>().join(" and ")
        });
        let told: Vec<String> = told.collect();
        let message = format!("column `{name}` holds texts that look alike: {}", first(&told, 4));
        let at = dataset.columns.get(name).map_or(dataset.span, |declared| declared.span);
        let mut error = Diagnostic::warning(Code::LookAlike, message).at(at);
        let first = seen.values().next().map(|codes| codes.iter().min_by_key(|c| rows(c)));
        if let Some(Some(code)) = first {
            let left = counted(rows(code), "row");
            error = error.hint(format!(
                "a condition on one of them leaves out the rows of the other, and groups by `{name}` have both: {left} of `{}`",
                shown(&texts[*code])
            ));
        }
        diagnostics.push(error.hint(format!(
            "bring them to one spelling: `columns: {{ {name}: {{ replace: {{ … }} }} }}`"
        )));
    }
}

/// Texts of a column that are compared at most.
const MOST_TEXTS: usize = 100_000;

/// A text with what can't be seen in it spelled out.
fn shown(text: &str) -> String {
    let sign = |c: char| match c {
        ' ' => c.to_string(),
        c if c.is_ascii() && !c.is_control() => c.to_string(),
        c if c.is_alphanumeric() && !skeleton(&c.to_string()).all(|c| c.is_ascii()) => {
            c.to_string()
        }
        c if c.is_whitespace() || c.is_control() || c.is_alphabetic() => {
            format!("{c}<U+{:04X}>", u32::from(c))
        }
        c => c.to_string(),
    };
    text.chars().map(sign).collect()
}

fn example_rows(payload: &Payload) -> Vec<u64> {
    match payload {
        Payload::One(rows) => rows.iter().map(|(row, _)| *row).collect(),
        _ => Vec::new(),
    }
}

/// The place of a row in its file.
pub(crate) fn row_place(frame: &Frame, row: u64) -> diag::Cell {
    let path = frame.provenance.as_ref().map_or(&frame.name, |provenance| &provenance.path);
    let path = match frame.sheet() {
        Some(_) => format!("{path} {}", frame.cells_of(row, &[])),
        None => path.clone(),
    };
    diag::Cell::line(path, frame.line(row))
}
