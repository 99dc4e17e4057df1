//! What a dataset promises of its rows: keys that name one row each, and rules.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::declare::Dataset;
use crate::diag::{Cell, Code, Diagnostic, Diagnostics, counted};
use crate::frame::{
    Compiler, Fold, FoldKind, Frame, Group, Key, Partial, Partials, Payload, Program, Query, Scope,
    TypedKind, scan,
};
use crate::language::{Expr, Kind};

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

fn example_rows(payload: &Payload) -> Vec<u64> {
    match payload {
        Payload::One(rows) => rows.iter().map(|(row, _)| *row).collect(),
        _ => Vec::new(),
    }
}

/// The place of a row in its file.
pub(crate) fn row_place(frame: &Frame, row: u64) -> Cell {
    let path = frame.provenance.as_ref().map_or(&frame.name, |provenance| &provenance.path);
    let path = match frame.sheet() {
        Some(_) => format!("{path} {}", frame.cells_of(row, &[])),
        None => path.clone(),
    };
    Cell::line(path, frame.line(row))
}
