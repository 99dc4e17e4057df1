//! Parquet: rows as they are stored, decimals exact, doubles as their shortest decimal. A cargo feature.

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, Row};

use super::workbook::decimal;
use super::{Grid, Item, Line, MOST_CELLS, too_large};
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::sources::Dataset;
use crate::value::Date;

/// The cells of a Parquet file.
pub(super) fn read(dataset: &Dataset, bytes: &[u8]) -> Result<Grid, Diagnostic> {
    let path = &dataset.path;
    let broken = |error: &dyn std::fmt::Display| {
        Diagnostic::error(Code::BadWorkbook, format!("`{path}` cannot be read as Parquet: {error}"))
            .in_file(path)
            .hint("download it again, or save the table as CSV")
    };
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes))
        .map_err(|error| broken(&error))?;
    let metadata = reader.metadata().file_metadata();
    let width = metadata.schema().get_fields().len();
    let rows = usize::try_from(metadata.num_rows()).unwrap_or(usize::MAX);
    if rows.saturating_mul(width) > MOST_CELLS {
        return Err(too_large(path));
    }
    let names = metadata.schema().get_fields().iter();
    let header = names.map(|field| Item { text: field.name().to_string(), typed: false });
    let mut lines = vec![Line { number: 0, cells: header.collect() }];
    for row in reader.get_row_iter(None).map_err(|error| broken(&error))? {
        let row: Row = row.map_err(|error| broken(&error))?;
        let cells = row.get_column_iter().map(|(_, field)| item(field)).collect();
        // a Parquet file has no lines: rows are counted from 1
        lines.push(Line { number: lines.len() as u32, cells });
    }
    Ok(Grid { sheet: None, lines })
}

fn item(field: &Field) -> Item {
    let day = |days: i64| Date::from_days(days).map_or(days.to_string(), |date| date.to_string());
    let time = |seconds: i64| {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        match rest {
            0 => day(days),
            rest => {
                format!("{} {:02}:{:02}:{:02}", day(days), rest / 3600, rest / 60 % 60, rest % 60)
            }
        }
    };
    let (text, typed) = match field {
        Field::Null => (String::new(), false),
        Field::Str(text) => (text.trim().to_string(), false),
        Field::Bool(value) => (value.to_string(), true),
        Field::Byte(n) => (n.to_string(), true),
        Field::Short(n) => (n.to_string(), true),
        Field::Int(n) => (n.to_string(), true),
        Field::Long(n) => (n.to_string(), true),
        Field::UByte(n) => (n.to_string(), true),
        Field::UShort(n) => (n.to_string(), true),
        Field::UInt(n) => (n.to_string(), true),
        Field::ULong(n) => (n.to_string(), true),
        // the shortest decimal of a float is that of seven digits or so, not of its double
        Field::Float(value) => (value.to_string(), true),
        Field::Double(value) => (decimal(*value), true),
        Field::Decimal(value) => {
            let scale = value.scale().max(0).unsigned_abs();
            (Exact::from_bytes(value.data(), scale).fixed(scale), true)
        }
        Field::Date(days) => (day(i64::from(*days)), true),
        Field::TimestampMillis(n) => (time(n.div_euclid(1000)), true),
        Field::TimestampMicros(n) => (time(n.div_euclid(1_000_000)), true),
        other => (other.to_string(), false),
    };
    Item { text, typed }
}
