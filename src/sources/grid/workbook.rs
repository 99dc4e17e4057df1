//! Workbooks: cells as text, numbers as their shortest decimals, dates as ISO; and what a spreadsheet hides.
//!
//! Cells are read by `calamine`. What it does not tell (hidden rows and columns, formulas without a value) is looked for in the
//! sheet's XML. A hostile file is an error: sizes are counted before anything is read whole.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek};

use calamine::{
    Data, DataRef, ExcelDateTime, Ods, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsx,
};
use memchr::memmem;

use super::{Grid, Item, Line, MOST_BYTES, MOST_CELLS, letters, too_large};
use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::frame::quoted;
use crate::sources::Dataset;
use crate::sources::header::{normal, one_line};
use crate::text::unescape_markup;

/// Rows that a sheet can have.
const MOST_ROWS: u32 = 1 << 20;

/// What the XML of a sheet tells and its cells do not.
#[derive(Default)]
struct Unseen {
    rows: BTreeSet<u32>,
    columns: BTreeSet<u32>,
    /// Whether a filter hides some of the rows.
    filtered: bool,
    /// Cells with a formula and no value.
    formulas: Vec<String>,
}

pub(super) fn xlsx(dataset: &Dataset, bytes: &[u8], diagnostics: &mut Diagnostics) -> Option<Grid> {
    let path = &dataset.path;
    diagnostics.take(measured(path, bytes))?;
    let book = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(path, &error));
    let mut book = diagnostics.take(book)?;
    let sheet = diagnostics.take(chosen(dataset, book.sheets_metadata()))?;
    let unseen = diagnostics.take(sheet_xml(path, bytes, &sheet).map(|xml| xlsx_unseen(&xml)))?;
    let mut lines: Vec<Line> = Vec::new();
    let mut cells = 0;
    let mut reader = diagnostics
        .take(book.worksheet_cells_reader(&sheet).map_err(|error| broken(path, &error)))?;
    loop {
        let cell = match reader.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(error) => {
                diagnostics.push(broken(path, &error));
                return None;
            }
        };
        let item = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => Item { text: one_line(text), typed: false },
            other => item(&other.clone().into()),
        };
        let (row, column) = cell.get_position();
        if lines.last().is_none_or(|line| line.number != row + 1) {
            lines.push(Line { number: row + 1, cells: Vec::new() });
        }
        let Some(line) = lines.last_mut() else { continue };
        let place = column as usize;
        cells += (place + 1).saturating_sub(line.cells.len());
        if cells > MOST_CELLS || row >= MOST_ROWS {
            diagnostics.push(too_large(path));
            return None;
        }
        if line.cells.len() <= place {
            line.cells.resize(place + 1, Item::default());
        }
        line.cells[place] = item;
    }
    lines.sort_by_key(|line| line.number);
    if let Some(first) = unseen.formulas.first() {
        let shown: Vec<&str> = unseen.formulas.iter().map(String::as_str).collect();
        let message = format!("formulas without a value in {}", list(&shown, 8));
        diagnostics.push(
            Diagnostic::error(Code::FormulaCell, message)
                .in_file(format!("{path} {}!{first}", quoted(&sheet)))
                .hint("open the file in a spreadsheet program and save it, so that it holds the results"),
        );
        return None;
    }
    Some(shown(dataset, Grid { sheet: Some(sheet), lines }, &unseen, diagnostics))
}

pub(super) fn xls(dataset: &Dataset, bytes: &[u8], diagnostics: &mut Diagnostics) -> Option<Grid> {
    let book = Xls::new(Cursor::new(bytes)).map_err(|error| broken(&dataset.path, &error));
    if !dataset.shape.hidden {
        let message = format!(
            "whether `{}` hides rows or columns cannot be seen: all are read",
            dataset.path
        );
        diagnostics.push(Diagnostic::warning(Code::HiddenCells, message).at(dataset.file_span).hint(
            "open it in a spreadsheet program and look, or save it as XLSX; `hidden: include` says that all rows count",
        ));
    }
    whole(dataset, diagnostics.take(book)?, diagnostics)
}

pub(super) fn ods(dataset: &Dataset, bytes: &[u8], diagnostics: &mut Diagnostics) -> Option<Grid> {
    let path = &dataset.path;
    diagnostics.take(measured(path, bytes))?;
    let content = diagnostics.take(member(path, bytes, "content.xml"))?;
    let book = Ods::new(Cursor::new(bytes)).map_err(|error| broken(path, &error));
    let grid = whole(dataset, diagnostics.take(book)?, diagnostics)?;
    let unseen = ods_unseen(&content, grid.sheet.as_deref().unwrap_or(""));
    Some(shown(dataset, grid, &unseen, diagnostics))
}

/// A sheet that is read whole.
fn whole<R: Read + Seek, B: Reader<R>>(
    dataset: &Dataset,
    mut book: B,
    diagnostics: &mut Diagnostics,
) -> Option<Grid>
where
    B::Error: std::fmt::Display,
{
    let path = &dataset.path;
    let sheet = diagnostics.take(chosen(dataset, book.sheets_metadata()))?;
    let range =
        diagnostics.take(book.worksheet_range(&sheet).map_err(|error| broken(path, &error)))?;
    let (top, left) = range.start().unwrap_or((0, 0));
    if range.height().saturating_mul(range.width() + left as usize) > MOST_CELLS {
        diagnostics.push(too_large(path));
        return None;
    }
    let blank = || std::iter::repeat_n(Item::default(), left as usize);
    let lines = range.rows().enumerate().map(|(index, row)| Line {
        number: top + index as u32 + 1,
        cells: blank().chain(row.iter().map(item)).collect(),
    });
    Some(Grid { lines: lines.collect(), sheet: Some(sheet) })
}

/// A cell as text.
fn item(cell: &Data) -> Item {
    let (text, typed) = match cell {
        Data::Empty => (String::new(), false),
        Data::String(text) => (one_line(text), false),
        Data::Error(error) => (error.to_string(), false),
        Data::Int(value) => (value.to_string(), true),
        Data::Float(value) => (decimal(*value), true),
        Data::Bool(value) => (value.to_string(), true),
        Data::DateTime(value) => (date(value), true),
        Data::DateTimeIso(text) | Data::DurationIso(text) => (text.clone(), true),
    };
    Item { text, typed }
}

/// The sheets that can be seen.
pub(super) fn sheets<'b, B>(path: &str, bytes: &'b [u8]) -> Result<Vec<String>, Diagnostic>
where
    B: Reader<Cursor<&'b [u8]>>,
    B::Error: std::fmt::Display,
{
    let book = B::new(Cursor::new(bytes)).map_err(|error| broken(path, &error))?;
    Ok(seen(book.sheets_metadata()).map(|sheet| sheet.name.clone()).collect())
}

/// The tables that can be seen.
fn seen(sheets: &[Sheet]) -> impl Iterator<Item = &Sheet> {
    let table = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
    sheets.iter().filter(table).filter(|sheet| sheet.visible == SheetVisible::Visible)
}

/// The sheet that is declared, or the only one that there is to see.
fn chosen(dataset: &Dataset, sheets: &[Sheet]) -> Result<String, Diagnostic> {
    let tables = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<&str> = tables.map(|sheet| sheet.name.as_str()).collect();
    match &dataset.shape.sheet {
        Some(wanted) => {
            let found = names.iter().find(|name| normal(name) == normal(&wanted.words));
            found.map(|name| (*name).to_string()).ok_or_else(|| {
                let message = format!("`{}` has no sheet `{}`", dataset.path, wanted.words);
                Diagnostic::error(Code::UnknownSheet, message)
                    .at(wanted.span)
                    .did_you_mean(&wanted.words, names.iter().copied())
                    .hint(format!("sheets: {}", names.join(", ")))
            })
        }
        None => match &seen(sheets).collect::<Vec<_>>()[..] {
            [only] => Ok(only.name.clone()),
            _ => Err(Diagnostic::error(
                Code::UnknownSheet,
                format!("`{}` has {} sheets", dataset.path, names.len()),
            )
            .at(dataset.file_span)
            .hint(format!("say which: `sheet: {}`", names.first().unwrap_or(&"NAME")))
            .hint(format!("sheets: {}", list(&names, 20)))),
        },
    }
}

/// Leaves out what is hidden, unless the declaration says that it counts, and says so.
fn shown(
    dataset: &Dataset,
    mut grid: Grid,
    unseen: &Unseen,
    diagnostics: &mut Diagnostics,
) -> Grid {
    let area = dataset.shape.range.map(|(area, _)| area);
    let within = |row: u32| {
        area.is_none_or(|area| area.first.0 <= row && area.last.0.is_none_or(|last| row <= last))
    };
    let rows: Vec<u32> = grid
        .lines
        .iter()
        .filter(|line| unseen.rows.contains(&line.number) && within(line.number))
        .filter(|line| line.filled() > 0)
        .map(|line| line.number)
        .collect();
    let width = grid.lines.iter().map(|line| line.cells.len()).max().unwrap_or(0) as u32;
    let columns: Vec<String> = unseen
        .columns
        .iter()
        .filter(|column| {
            let across = area.is_none_or(|area| {
                area.first.1 <= **column && area.last.1.is_none_or(|last| **column <= last)
            });
            across && **column <= width
        })
        .map(|column| letters(*column))
        .collect();
    let mut said = Vec::new();
    if !rows.is_empty() {
        let filter = if unseen.filtered { " (by a filter)" } else { "" };
        said.push(format!("rows {}{filter}", list(&rows, 8)));
    }
    if !columns.is_empty() {
        said.push(format!("columns {}", list(&columns, 8)));
    }
    if dataset.shape.hidden || said.is_empty() {
        return grid;
    }
    let sheet = grid.sheet.as_deref().unwrap_or("");
    let message = format!("`{}` hides {} of `{sheet}`", dataset.path, said.join(" and "));
    diagnostics.push(Diagnostic::warning(Code::HiddenCells, message).at(dataset.file_span).hint(
        "hidden rows are left out, hidden columns are read; `hidden: include` counts the rows, too",
    ));
    grid.lines.retain(|line| !rows.contains(&line.number));
    grid
}

/// A double as its shortest decimal, of at most 15 digits, as spreadsheets show it.
pub(super) fn decimal(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let text = format!("{value:.14e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    crate::exact::Exact::parse(&format!("{digits}e{power}"))
        .map_or(text.clone(), |value| value.to_string())
}

/// A date as ISO, with its time where it has one.
fn date(value: &ExcelDateTime) -> String {
    if value.is_duration() {
        return decimal(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn broken(path: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error(Code::BadWorkbook, format!("`{path}` cannot be read as a workbook: {error}"))
        .in_file(path)
        .hint("open it in a spreadsheet program and save it again, or save the sheet as CSV")
}

/// Unpacks every part of a workbook to nowhere, to be sure that it is of a size that can be read.
fn measured(path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(path, &error))?;
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| broken(path, &error))?;
        let copied = std::io::copy(&mut member.take(left + 1), &mut std::io::sink())
            .map_err(|error| broken(path, &error))?;
        left = left.checked_sub(copied).ok_or_else(|| too_large(path))?;
    }
    Ok(())
}

fn member(path: &str, bytes: &[u8], name: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(path, &error))?;
    let mut content = Vec::new();
    let member = archive.by_name(name).map_err(|error| broken(path, &error))?;
    member.take(MOST_BYTES).read_to_end(&mut content).map_err(|error| broken(path, &error))?;
    Ok(content)
}

/// The XML of a sheet, found through the workbook's relations.
fn sheet_xml(path: &str, bytes: &[u8], sheet: &str) -> Result<Vec<u8>, Diagnostic> {
    let book = member(path, bytes, "xl/workbook.xml")?;
    let relations = member(path, bytes, "xl/_rels/workbook.xml.rels")?;
    let id = tags(&book, b"sheet").find_map(|tag| {
        let name = attribute(tag, "name")?;
        (one_line(&name) == one_line(sheet)).then(|| {
            let id = tag.windows(4).position(|part| part == b":id=")?;
            let quote = *tag.get(id + 4)?;
            let rest = &tag[id + 5..];
            let end = rest.iter().position(|byte| *byte == quote)?;
            Some(String::from_utf8_lossy(&rest[..end]).into_owned())
        })?
    });
    let target = id.and_then(|id| {
        let own = |tag: &&[u8]| attribute(tag, "Id").is_some_and(|found| found == id);
        attribute(tags(&relations, b"Relationship").find(own)?, "Target")
    });
    let Some(target) = target else { return Ok(Vec::new()) };
    let name = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_string(),
        None => format!("xl/{target}"),
    };
    member(path, bytes, &name)
}

/// The start tags of a name, with any prefix.
fn tags<'x>(xml: &'x [u8], name: &'x [u8]) -> impl Iterator<Item = &'x [u8]> {
    memmem::find_iter(xml, name).filter_map(move |at| {
        let opens = at > 0 && (xml[at - 1] == b'<' || xml[at - 1] == b':');
        let ends = xml
            .get(at + name.len())
            .is_some_and(|byte| matches!(byte, b' ' | b'>' | b'/' | b'\n' | b'\r' | b'\t'));
        if !opens || !ends {
            return None;
        }
        let end = memchr::memchr(b'>', &xml[at..])?;
        Some(&xml[at..at + end])
    })
}

/// The value of an attribute of a tag.
fn attribute(tag: &[u8], name: &str) -> Option<String> {
    let tag = std::str::from_utf8(tag).ok()?;
    let mut from = 0;
    while let Some(at) = tag[from..].find(name).map(|at| from + at) {
        from = at + name.len();
        let opens = tag[..at].ends_with(char::is_whitespace);
        let Some(rest) = tag[from..].strip_prefix('=').filter(|_| opens) else { continue };
        let quote = rest.chars().next()?;
        let value = &rest[1..];
        let value = &value[..value.find(quote)?];
        return Some(unescape_markup(&value.replace("&apos;", "'")));
    }
    None
}

fn xlsx_unseen(xml: &[u8]) -> Unseen {
    let filtered = memmem::find(xml, b"<filterColumn").is_some();
    let mut unseen = Unseen { filtered, ..Unseen::default() };
    let hides = |tag: &[u8]| {
        memmem::find(tag, b"hidden").is_some()
            && attribute(tag, "hidden").is_some_and(|value| value == "1" || value == "true")
    };
    let number = |tag: &[u8], name: &str| attribute(tag, name)?.parse::<u32>().ok();
    unseen
        .rows
        .extend(tags(xml, b"row").filter(|tag| hides(tag)).filter_map(|tag| number(tag, "r")));
    for tag in tags(xml, b"col").filter(|tag| hides(tag)) {
        if let (Some(first), Some(last)) = (number(tag, "min"), number(tag, "max")) {
            unseen.columns.extend(first..=last.min(16_384));
        }
    }
    for at in memmem::find_iter(xml, b"<f") {
        if !xml.get(at + 2).is_some_and(|byte| matches!(byte, b' ' | b'>' | b'/')) {
            continue;
        }
        let Some(start) = memmem::rfind(&xml[..at], b"<c ") else { continue };
        let close = memchr::memchr(b'>', &xml[start..]).map_or(at, |close| start + close);
        let end = memmem::find(&xml[at..], b"</c>").map_or(xml.len(), |end| at + end);
        let value = memmem::find(&xml[at..end], b"<v>").map(|value| xml.get(at + value + 3));
        let filled = value.is_some_and(|first| first != Some(&b'<'));
        // a formula may give an empty text
        let text = attribute(&xml[start..close], "t").is_some_and(|kind| kind == "str");
        if !filled && !text {
            unseen.formulas.extend(attribute(&xml[start..close], "r"));
        }
    }
    unseen
}

/// Hidden and filtered rows and columns of a sheet of an OpenDocument.
fn ods_unseen(xml: &[u8], sheet: &str) -> Unseen {
    let mut unseen = Unseen::default();
    let Some(start) = memmem::find_iter(xml, b"<table:table ").find(|at| {
        let end = memchr::memchr(b'>', &xml[*at..]).unwrap_or(0);
        attribute(&xml[*at..at + end], "table:name").is_some_and(|name| name == sheet)
    }) else {
        return unseen;
    };
    let end = memmem::find(&xml[start..], b"</table:table>").map_or(xml.len(), |end| start + end);
    let xml = &xml[start..end];
    let hides =
        |tag: &[u8]| attribute(tag, "table:visibility").is_some_and(|value| value != "visible");
    let count = |name: &[u8], repeated: &str, into: &mut BTreeSet<u32>| {
        let mut at = 1_u32;
        for tag in tags(xml, name) {
            let many = attribute(tag, repeated).and_then(|many| many.parse().ok()).unwrap_or(1_u32);
            if hides(tag) {
                into.extend(at..at.saturating_add(many).min(at.saturating_add(MOST_ROWS)));
            }
            at = at.saturating_add(many);
        }
    };
    unseen.filtered = memmem::find(xml, b"table:visibility=\"filter\"").is_some();
    count(b"table-row", "table:number-rows-repeated", &mut unseen.rows);
    count(b"table-column", "table:number-columns-repeated", &mut unseen.columns);
    unseen
}
