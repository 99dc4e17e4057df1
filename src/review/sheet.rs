//! The referencing sheet: a row for each item with empty columns for the verdict, as CSV, and read back.
//!
//! After the practice of audit offices, where somebody who did not write a report checks each of its sentences against
//! the evidence: US GAO, "Fact-based information", WatchBlog 2019.

use std::collections::BTreeMap;

use super::ledger::may_review;
use super::{Fingerprint, Item, Ledger, Review, SignOff, State, Verdict};
use crate::diag::{Cell, Code, Diagnostic, Diagnostics, Outcome};
use crate::document::csv;
use crate::spec::Spec;
use crate::value::Date;

/// The columns, in their order; the last four are the reviewer's.
const COLUMNS: [&str; 13] = [
    "report",
    "item",
    "needs eyes because",
    "sentence",
    "words",
    "value",
    "made by",
    "source",
    "rows",
    "checked by",
    "checked on",
    "verdict",
    "note",
];

/// Digits of a fingerprint's digest that name it in a sheet.
const DIGITS: usize = 16;

/// The name of an item in a sheet.
fn name(fingerprint: &Fingerprint) -> String {
    fingerprint.sha256()[..DIGITS].to_string()
}

/// A text that no spreadsheet program takes for a formula.
fn inert(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '−', '@', '\t', '\r']);
    if runs { format!("'{text}") } else { text.to_string() }
}

/// The sheet of these items as CSV: UTF-8, LF, with what was found of each so far.
pub fn sheet<'i>(report: &str, items: impl IntoIterator<Item = &'i (Item, State)>) -> Vec<u8> {
    let row = |(item, state): &(Item, State)| {
        let known = match state {
            State::Agreed(off) | State::Disagreed(off) => Some(off),
            _ => None,
        };
        let of = |field: &dyn Fn(&SignOff) -> String| known.map_or_else(String::new, field);
        vec![
            report.to_string(),
            name(&item.fingerprint),
            state.reasons().join("; "),
            item.sentence.clone(),
            item.fingerprint.words.clone(),
            item.shown.clone(),
            item.made.join("; "),
            item.sources.join("; "),
            item.rows.join("; "),
            of(&|off| off.by.clone()),
            of(&|off| off.on.to_string()),
            of(&|off| off.verdict.name().to_string()),
            of(&|off| off.note.clone().unwrap_or_default()),
        ]
    };
    let rows = items.into_iter().map(row);
    let rows = rows.map(|row| row.iter().map(|cell| inert(cell)).collect());
    csv(COLUMNS.map(str::to_string).to_vec(), rows)
}

/// New sign-offs of each report, each with the fingerprint of the lapsed one whose place it takes.
pub type Read = BTreeMap<String, Vec<(SignOff, Option<Fingerprint>)>>;

/// Reads the verdicts of a sheet that was filled in. Rows without a verdict say nothing; what stands in the ledgers already
/// is not new.
///
/// # Errors
/// No such sheet; a row whose item is no longer what it was; a verdict without a name or day; a reviewer who may not be
/// one. All of them at once.
pub fn verdicts(
    path: &str,
    content: &[u8],
    reports: &[(&Spec, &Review, &Ledger)],
) -> Outcome<Read> {
    let mut diagnostics = Diagnostics::default();
    let mut read = Read::new();
    let text = String::from_utf8_lossy(content);
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    // what spreadsheet programs of some countries make of commas
    let delimiter =
        if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let head: Vec<String> = match reader.headers() {
        Ok(head) => head.iter().map(|name| name.trim().to_lowercase()).collect(),
        Err(_) => Vec::new(),
    };
    let column = |name: &str| head.iter().position(|known| known == name);
    let wanted = ["report", "item", "checked by", "checked on", "verdict"];
    if let Some(missing) = wanted.iter().find(|name| column(name).is_none()) {
        let message = format!("`{path}` has no column `{missing}`");
        let error = Diagnostic::error(Code::Review, message).in_file(path);
        diagnostics.push(error.hint("fill in a sheet that `tieout review --sheet DIR` wrote"));
        return Outcome::new(read, diagnostics);
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let error = Diagnostic::error(Code::Review, format!("`{path}`: {error}"));
                diagnostics.push(error.in_file(path).hint("save the sheet as CSV, UTF-8"));
                continue;
            }
        };
        let line = record.position().map_or(0, |place| line_of(text, place.byte() as usize));
        let cell = |name: &str| {
            let cell = column(name).and_then(|index| record.get(index)).unwrap_or_default();
            cell.strip_prefix('\'').unwrap_or(cell).trim().to_string()
        };
        let given = cell("verdict");
        if given.is_empty() {
            continue;
        }
        match row(&cell, reports) {
            Ok(None) => {}
            Ok(Some((report, off, lapsed))) => {
                read.entry(report).or_default().push((off, lapsed));
            }
            Err(wrong) => {
                for (message, hint) in wrong {
                    let error = Diagnostic::error(Code::Review, message).hint(hint);
                    diagnostics.push(error.at(Cell::line(path, line)));
                }
            }
        }
    }
    Outcome::new(read, diagnostics)
}

/// The line on which a record begins: its position is where the one before ended.
fn line_of(text: &str, byte: usize) -> u64 {
    let rest = &text.as_bytes()[byte.min(text.len())..];
    let ends = rest.iter().take_while(|c| matches!(c, b'\r' | b'\n')).count();
    let before = &text.as_bytes()[..(byte + ends).min(text.len())];
    1 + before.iter().filter(|c| **c == b'\n').count() as u64
}

type New = (String, SignOff, Option<Fingerprint>);

/// The sign-off of one row; nothing where it is known already.
fn row(
    cell: &dyn Fn(&str) -> String,
    reports: &[(&Spec, &Review, &Ledger)],
) -> Result<Option<New>, Vec<(String, String)>> {
    let name = cell("report");
    let Some((spec, review, ledger)) = reports.iter().find(|(spec, ..)| spec.name == name) else {
        let known: Vec<&str> = reports.iter().map(|(spec, ..)| spec.name.as_str()).collect();
        return Err(vec![(
            format!("there is no report `{name}`"),
            format!("reports: {}", known.join(", ")),
        )]);
    };
    let wanted = cell("item");
    let found = review.items.iter().find(|(item, _)| self::name(&item.fingerprint) == wanted);
    let Some((item, state)) = found else {
        return Err(vec![(
            format!("`{}` is no longer what this row was about", cell("sentence")),
            "it changed since the sheet was written: write a new one and check it again".into(),
        )]);
    };
    let mut wrong = Vec::new();
    // what the reviewer read must be what is signed
    let read = [
        ("sentence", item.sentence.clone()),
        ("words", item.fingerprint.words.clone()),
        ("value", item.shown.clone()),
        ("made by", item.made.join("; ")),
        ("source", item.sources.join("; ")),
    ];
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, own) in read {
        let read = cell(name);
        let own = inert(&own);
        if !read.is_empty() && plain(&read) != plain(own.strip_prefix('\'').unwrap_or(&own)) {
            wrong.push((
                format!("the sheet says `{read}` under `{name}`, where the report has `{own}`"),
                "a verdict holds for what the sheet said: write a new one and check it again"
                    .into(),
            ));
        }
    }
    let verdict = Verdict::parse(&cell("verdict"));
    if verdict.is_none() {
        wrong.push((
            format!("`{}` is no verdict", cell("verdict")),
            "write `agreed` or `disagreed`, or leave it empty".into(),
        ));
    }
    let by = cell("checked by");
    if let Err(error) = may_review(&by, spec) {
        wrong.push(error);
    }
    let on = Date::parse(&cell("checked on"));
    if on.is_none() {
        wrong.push((
            format!("`{}` is no day", cell("checked on")),
            "write it as 2025-04-13; tell a spreadsheet program that the column is text".into(),
        ));
    }
    let (Some(verdict), Some(on), true) = (verdict, on, wrong.is_empty()) else {
        return Err(wrong);
    };
    let note = Some(cell("note")).filter(|note| !note.is_empty());
    let fingerprint = item.fingerprint.clone();
    let off = SignOff { fingerprint, verdict, by, on, note, signature: None };
    let known = |known: &SignOff| SignOff { signature: None, ..known.clone() } == off;
    if ledger.sign_offs.iter().any(known) && !matches!(state, State::Unproven(_)) {
        return Ok(None);
    }
    let lapsed = match state {
        State::Lapsed(before, _) => Some(before.fingerprint.clone()),
        _ => None,
    };
    Ok(Some((spec.name.clone(), off, lapsed)))
}
