//! The rows of a dataset as a sheet.

use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet, XlsxError};

use super::formula::{self, Area, Column, Holds, Reason, has_day};
use super::index::live;
use super::is_year;
use super::names::{Names, has_curly, letters};
use crate::exact::Exact;
use crate::figures::{Used, UsedRows};
use crate::frame::{Cell, Frame, Meaning};
use crate::value::{Date, Period, Value};

/// Rows of the sheet, from 0: headers as published, names, the first row of the dataset.
const PUBLISHED: u32 = 3;
const NAMES: u32 = 4;
const FIRST: u32 = 5;
/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;
/// The longest text that a cell takes, in UTF-16 units.
const LONGEST: usize = 32_767;

/// A cell of the sheet.
enum Written {
    Nothing,
    Number(Exact),
    Text(String),
    Day(Date),
    /// A formula over another cell of its row, of which no result is stored.
    Live(String),
}

/// The sheet of a dataset's rows, with what formulas call its columns; or why there is none.
pub(super) fn sheet(
    frame: &Frame,
    used: &Used,
    names: &mut Names,
) -> Result<(Option<Worksheet>, Result<Area, Reason>), XlsxError> {
    let columns: Vec<(&String, &crate::frame::Column)> =
        used.columns.iter().filter_map(|name| frame.columns.get_key_value(name)).collect();
    // what stands in each row before its cells, and its cells
    let (first, rows): (_, Vec<(Written, Vec<Cell>)>) = match &used.rows {
        UsedRows::TooMany(count) => {
            let reason =
                format!("its dataset has too many rows for a sheet: {count} different ones");
            return Ok((None, Err(reason)));
        }
        UsedRows::Each(rows) => {
            let row = |row: &u64| {
                let cells = columns.iter().map(|(_, column)| frame.cell(column, *row)).collect();
                let line = match frame.sheet() {
                    Some(_) => {
                        let positions = columns.iter().filter_map(|(name, _)| {
                            frame.header.iter().position(|own| own == *name)
                        });
                        Written::Text(frame.cells_of(*row, &positions.collect::<Vec<_>>()))
                    }
                    None => Written::Number(Exact::from(i128::from(frame.line(*row)))),
                };
                (line, cells)
            };
            let place = if frame.sheet().is_some() { "cells" } else { "line" };
            (place, rows.iter().map(row).collect())
        }
        UsedRows::Collapsed(rows) => {
            let count = |count: &u64| Written::Number(Exact::from(i128::from(*count)));
            ("rows", rows.iter().map(|(cells, n)| (count(n), cells.clone())).collect())
        }
    };
    let mut sheet = Worksheet::new();
    let name = names.sheet(&frame.name);
    sheet.set_name(&name)?;
    let bold = Format::new().set_bold();
    let provenance = frame.provenance.as_ref();
    let file = provenance.map_or("", |own| own.path.as_str());
    write_text(&mut sheet, 0, 0, &format!("{}: {file}", frame.name))?;
    sheet.write_string(
        1,
        0,
        provenance.map_or(String::new(), |own| format!("SHA-256 {}", own.sha256)),
    )?;
    let some = match &used.rows {
        UsedRows::Each(rows) => {
            format!("{} of its {} rows, which figures use", rows.len(), frame.rows)
        }
        _ => {
            "the rows that figures use; equal ones stand once, with how many there are".to_string()
        }
    };
    sheet.write_string(2, 0, some)?;
    sheet.write_string_with_format(NAMES, 0, first, &bold)?;
    let last = FIRST + (rows.len() as u32).max(1) - 1;
    let range = |column: u16| {
        let letters = letters(column);
        let sheet = name.replace('\'', "''");
        format!("='{sheet}'!${letters}${}:${letters}${}", FIRST + 1, last + 1)
    };
    let mut area = Area { rows: rows.len(), ..Area::default() };
    area.place = names.define(&format!("{}.{first}", frame.name), range(0));
    area.weight = matches!(used.rows, UsedRows::Collapsed(_)).then(|| area.place.clone());
    for (row, (place, _)) in (FIRST..).zip(&rows) {
        write(&mut sheet, row, 0, place)?;
    }
    let mut next = 1u16;
    for (position, (name, column)) in columns.iter().enumerate() {
        let cells: Vec<&Cell> = rows.iter().map(|(_, cells)| &cells[position]).collect();
        let published = next;
        let mut add = |suffix: &str, written: Vec<Written>, sheet: &mut Worksheet| {
            let place = next;
            next += 1;
            sheet.write_string_with_format(NAMES, place, format!("{name}{suffix}"), &bold)?;
            sheet.set_column_width(place, 16)?;
            for (row, own) in (FIRST..).zip(&written) {
                write(sheet, row, place, own)?;
            }
            Ok::<_, XlsxError>(
                names.define(&format!("{}.{name}{suffix}", frame.name), range(place)),
            )
        };
        let header = provenance.and_then(|own| own.headers.get(*name));
        let Some(plain) =
            cells.iter().map(|cell| plain(cell, &column.meaning)).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let own = add("", plain, &mut sheet)?;
        // the cells of the column, from row to row
        let letters = letters(published);
        let beside = || (FIRST + 1..).map(|row| format!("${letters}{row}"));
        let holds = match &column.meaning {
            Meaning::Number { .. } | Meaning::Exact(..) => Holds::Number,
            Meaning::Text(_) => Holds::Text(
                cells
                    .iter()
                    .any(|cell| matches!(cell, Cell::Known(Value::Text(text)) if has_curly(text))),
            ),
            Meaning::Period(periods) if periods.iter().all(is_year) => Holds::Years,
            Meaning::Period(periods) => {
                let days = |last: bool| {
                    let day = |(at, cell): (String, &&Cell)| match cell {
                        Cell::Known(Value::Period(period)) => {
                            let (first, end) = period.days();
                            let day = formula::day(if last { end } else { first }).ok()?;
                            let own = formula::text(&period.to_string());
                            Some(Written::Live(format!("IF(EXACT({at},{own}),{day},NA())")))
                        }
                        _ => Some(Written::Nothing),
                    };
                    beside().zip(&cells).map(day).collect::<Option<Vec<_>>>()
                };
                // days that a spreadsheet does not have stand nowhere
                let (first, last) = match (days(false), days(true)) {
                    (Some(first), Some(last)) => {
                        let first = add(".first", first, &mut sheet)?;
                        (first, add(".last", last, &mut sheet)?)
                    }
                    _ => (String::new(), String::new()),
                };
                Holds::Periods(first, last, periods.clone())
            }
            Meaning::Date => Holds::Date,
            Meaning::Boolean => Holds::Boolean,
        };
        let partly = cells.iter().any(|cell| !matches!(cell, Cell::Known(_)));
        let state = partly.then(|| {
            let state = |(at, cell): (String, &&Cell)| {
                let word = if **cell == Cell::Suppressed { "hidden" } else { "missing" };
                Written::Live(format!("IF({at}<>\"\",\"\",\"{word}\")"))
            };
            add(".state", beside().zip(&cells).map(state).collect(), &mut sheet)
        });
        let state = state.transpose()?;
        let (mut ends, mut shut) = (None, false);
        match &used.rows {
            UsedRows::Each(numbers) => {
                if let Some((least, most)) = bounds(frame, column, numbers, beside()) {
                    let least = add(".least", least, &mut sheet)?;
                    ends = Some((least, add(".most", most, &mut sheet)?));
                }
            }
            // equal rows do not say which sign hides a cell
            _ => shut = cells.contains(&&Cell::Suppressed),
        }
        if let Some(header) = header.filter(|header| header != name) {
            write_text(&mut sheet, PUBLISHED, published, header)?;
        }
        area.columns.insert(
            (*name).clone(),
            Column { name: own, holds, partly, state, ends, shut, vague: false },
        );
    }
    sheet.set_freeze_panes(FIRST, 1)?;
    Ok((Some(sheet), Ok(area)))
}

/// The least and the most that each cell of a column can be, where the publisher says what some hidden ones can be.
fn bounds(
    frame: &Frame,
    column: &crate::frame::Column,
    rows: &[u64],
    beside: impl Iterator<Item = String>,
) -> Option<(Vec<Written>, Vec<Written>)> {
    let (mut least, mut most, mut some) = (Vec::new(), Vec::new(), false);
    for (row, at) in rows.iter().zip(beside) {
        let (block, offset) = frame.locate(*row);
        let ends = match frame.cell(column, *row) {
            Cell::Known(_) => [at.clone(), at],
            Cell::Suppressed => match column.bounds(block, offset) {
                Some((low, high)) => {
                    some = true;
                    [low, high]
                        .map(|end| format!("IF(ISNUMBER({at}),{at},{})", formula::number(end)))
                }
                None => [String::new(), String::new()],
            },
            Cell::Missing => [String::new(), String::new()],
        };
        let [low, high] = ends.map(|end| match end.is_empty() {
            true => Written::Nothing,
            false => Written::Live(end),
        });
        least.push(low);
        most.push(high);
    }
    some.then_some((least, most))
}

/// Whether a number has no more digits than a spreadsheet keeps.
fn fits(number: &Exact) -> bool {
    let Some(decimals) = number.decimals() else { return false };
    let digits: String = number.fixed(decimals).chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len() <= DIGITS
}

/// A cell as the sheet holds it; nothing where no cell of a sheet can.
fn plain(cell: &Cell, meaning: &Meaning) -> Option<Written> {
    Some(match cell {
        Cell::Missing | Cell::Suppressed => Written::Nothing,
        Cell::Known(value) => match (value, meaning) {
            (Value::Number(number), _) if fits(&number.value) => {
                Written::Number(number.value.clone())
            }
            (Value::Number(_), _) => return None,
            (Value::Text(text), _) if text.encode_utf16().count() <= LONGEST => {
                Written::Text(text.clone())
            }
            (Value::Text(_), _) => return None,
            (Value::Period(Period::Year(year)), Meaning::Period(all))
                if all.iter().all(is_year) =>
            {
                Written::Number(Exact::from(i128::from(*year)))
            }
            (Value::Period(period), _) => Written::Text(period.to_string()),
            (Value::Date(date), _) if has_day(*date) => Written::Day(*date),
            (Value::Date(_), _) => return None,
            (Value::Boolean(_), _) => Written::Text(value.to_string()),
        },
    })
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, own: &Written) -> Result<(), XlsxError> {
    match own {
        Written::Nothing => Ok(()),
        Written::Number(number) => write_number(sheet, row, column, number),
        Written::Text(text) => write_text(sheet, row, column, text),
        Written::Live(text) => live(sheet, (row, column), text, &Format::new()),
        Written::Day(date) => write_day(sheet, row, column, *date),
    }
}

/// A text; one that begins like a formula keeps its quotation prefix, so that it stays a text when the cell is edited.
pub(super) fn write_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
) -> Result<(), XlsxError> {
    write_text_as(sheet, row, column, text, Format::new())
}

pub(super) fn write_text_as(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let inert = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let format = if inert { format.set_quote_prefix() } else { format };
    let text: String = match text.encode_utf16().count() <= LONGEST {
        true => text.to_string(),
        false => text.chars().take(LONGEST / 2).chain(['…']).collect(),
    };
    sheet.write_string_with_format(row, column, text, &format).map(|_| ())
}

pub(super) fn write_number(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    number: &Exact,
) -> Result<(), XlsxError> {
    sheet.write_number(row, column, number.nearest_double()).map(|_| ())
}

pub(super) fn day_format() -> Format {
    Format::new().set_num_format("yyyy-mm-dd")
}

fn write_day(sheet: &mut Worksheet, row: u32, column: u16, date: Date) -> Result<(), XlsxError> {
    let (year, month, day) = date.parts();
    let clock = |number: i8| u8::try_from(number).unwrap_or(1);
    let day =
        ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1900), clock(month), clock(day))?;
    sheet.write_datetime_with_format(row, column, &day, &day_format()).map(|_| ())
}

/// A figure's value or a key.
pub(super) fn write_value(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value,
) -> Result<(), XlsxError> {
    match value {
        Value::Number(number) => write_number(sheet, row, column, &number.value),
        Value::Period(period @ Period::Year(year)) if is_year(period) => {
            write_number(sheet, row, column, &Exact::from(i128::from(*year)))
        }
        Value::Date(date) if has_day(*date) => write_day(sheet, row, column, *date),
        other => write_text(sheet, row, column, &other.to_string()),
    }
}
