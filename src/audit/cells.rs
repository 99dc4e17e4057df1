//! A bundle's workbook against the one that was made again: every cell and formula that differs.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Reader, Xlsx, XlsxError};

use super::verify::Strictness;
use crate::frame::{letters, quoted};

/// What another version may write in another way: how a value is computed, and what is said of it.
const COMPUTED: [&str; 5] = ["computed here", "check", "how it was made", "rank", "place"];

/// The header of a sheet's first column, above its figures or rows.
const FIRST: [&str; 4] = ["figure", "line", "cells", "rows"];

/// Cells by what names them: their address; for another version, their row and header.
type Cells = BTreeMap<String, String>;

/// The cells and formulas that differ; of a workbook that another version made, the values alone, wherever they stand.
pub(super) fn cells(claim: &[u8], made: &[u8], strictness: Strictness) -> Vec<String> {
    let read = |bytes| match strictness {
        Strictness::Bytes => by_address(bytes),
        Strictness::Meaning => by_header(bytes),
    };
    let (a, b) = match (read(claim), read(made)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return vec![format!("cannot be read: {error}")],
    };
    let mut what = Vec::new();
    for (place, made) in &b {
        match a.get(place) {
            Some(claim) if claim == made => {}
            Some(claim) => what.push(format!("{place}: `{claim}` here, `{made}` made again")),
            None => what.push(format!("{place}: is not there; `{made}` made again")),
        }
    }
    for (place, claim) in a.iter().filter(|(place, _)| !b.contains_key(*place)) {
        what.push(format!("{place}: `{claim}` here, and is not made again"));
    }
    if what.is_empty() && strictness == Strictness::Bytes {
        what.push("the same cells, written in another way".to_string());
    }
    what
}

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

fn by_address(bytes: &[u8]) -> Result<Cells, XlsxError> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes))?;
    let mut cells = Cells::new();
    for sheet in book.sheet_names() {
        let name = |start: Option<(u32, u32)>, row: usize, column: usize| {
            let (first, left) = start.unwrap_or((0, 0));
            format!(
                "{}!{}{}",
                quoted(&sheet),
                letters(left + column as u32 + 1),
                first + row as u32 + 1
            )
        };
        let values = book.worksheet_range(&sheet)?;
        for (row, column, cell) in values.used_cells() {
            cells.insert(name(values.start(), row, column), cell.to_string());
        }
        let formulas = book.worksheet_formula(&sheet)?;
        for (row, column, formula) in formulas.used_cells().filter(|(.., own)| !own.is_empty()) {
            cells.insert(name(formulas.start(), row, column), format!("={formula}"));
        }
    }
    Ok(cells)
}

fn by_header(bytes: &[u8]) -> Result<Cells, XlsxError> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes))?;
    let mut cells = Cells::new();
    for sheet in book.sheet_names() {
        let values = book.worksheet_range(&sheet)?;
        let rows: Vec<Vec<String>> =
            values.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let head = rows
            .iter()
            .position(|row| row.first().is_some_and(|first| FIRST.contains(&first.as_str())));
        let Some((head, rows)) = head.and_then(|at| rows[at..].split_first()) else { continue };
        for (number, row) in rows.iter().enumerate() {
            // rows that a wide table became have one line, and equal ones a number of rows: their place tells them apart
            let own = match head.first().is_some_and(|first| first == "figure") {
                true => row[0].clone(),
                false => format!("row {}", number + 1),
            };
            for (header, cell) in head.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                if !COMPUTED.contains(&header.as_str()) {
                    cells.insert(format!("{sheet}, {header} of {own}"), cell.clone());
                }
            }
        }
    }
    Ok(cells)
}
