//! Files that are no plain CSV, as cells of text: workbooks, other delimiters and encodings, compressed files; and tables whose
//! layout is declared.
//!
//! In: the bytes of a file and what its declaration says of its shape. Out: a [`Table`], the same rows as plain CSV with the place
//! of each in the file, which is then read as any other.

mod json;
mod layout;
#[cfg(feature = "parquet")]
mod parquet;
mod text;
mod workbook;

use std::borrow::Cow;

use layout::without_notes;
pub(super) use layout::{fill, headers};

use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::digest::Hasher;
use crate::frame::{Places, Table, letters};
use crate::sources::Dataset;
use crate::text::{Passage, Span};

/// Bytes that a file may have, also when it is not compressed any more.
const MOST_BYTES: u64 = 1 << 30;
/// Cells that a sheet may have, empty ones between others included.
const MOST_CELLS: usize = 20_000_000;

/// What a declaration says of the shape of a table.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The file in a zip archive.
    pub member: Option<Passage>,
    /// Where the records of a JSON file are, where it is no list itself: keys joined by dots.
    pub records: Option<Passage>,
    /// The sheet of a workbook.
    pub sheet: Option<Passage>,
    /// The cells that hold it: `A7:H60`, `A7:H`, `A7`.
    pub range: Option<(Area, Span)>,
    /// Rows of the header; none where it has none.
    pub header: Option<usize>,
    /// Rows at its end that hold something and are no data.
    pub skip_footer: usize,
    /// Columns in which a blank cell means the one above.
    pub fill_down: Vec<Passage>,
    /// Columns that become rows.
    pub unpivot: Option<Passage>,
    /// Whether notes are cut from its cells: `[note 3]`, `England1`.
    pub strip_notes: bool,
    /// The sign between cells.
    pub delimiter: Option<u8>,
    /// The sign around cells.
    pub quote: Option<u8>,
    /// How its characters are written.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Whether a comma stands before decimals.
    pub decimal_comma: bool,
    /// Whether hidden rows and columns count.
    pub hidden: bool,
}

/// A stretch of cells, from 1; an end that is left out is the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Area {
    /// First row and column.
    pub first: (u32, u32),
    /// Last row and column.
    pub last: (Option<u32>, Option<u32>),
}

impl Area {
    /// Reads `A7:H60`, `A7:H` or `A7`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('$', "").to_uppercase();
        let (first, last) =
            text.split_once(':').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let (column, row) = reference(first)?;
        let last = match last.map(reference) {
            None => (None, None),
            Some(None) => return None,
            Some(Some((column, row))) => (row, Some(column)),
        };
        let area = Self { first: (row?, column), last };
        let rising = last.0.is_none_or(|row| row >= area.first.0)
            && last.1.is_none_or(|column| column >= area.first.1);
        rising.then_some(area)
    }
}

/// `AB12` is column 28, row 12; `AB` has no row.
fn reference(text: &str) -> Option<(u32, Option<u32>)> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let column = text.as_bytes()[..letters].iter().try_fold(0_u32, |sum, letter| {
        sum.checked_mul(26)?.checked_add(u32::from(letter - b'A') + 1)
    })?;
    let row = match &text[letters..] {
        "" => None,
        digits => Some(digits.parse().ok().filter(|row| *row > 0)?),
    };
    (letters > 0 && column <= 16_384).then_some((column, row))
}

/// The number of a column by its letter.
pub(super) fn column(letter: &str) -> Option<u32> {
    reference(letter).filter(|(_, row)| row.is_none()).map(|(column, _)| column)
}

/// One cell of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Item {
    pub(super) text: String,
    /// Whether the file stores it as a number, date or truth value.
    pub(super) typed: bool,
}

/// One row of a file.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its number in the sheet, or its line in the file.
    pub(super) number: u32,
    pub(super) cells: Vec<Item>,
}

impl Line {
    /// How many cells hold something.
    pub(super) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.text.is_empty()).count()
    }

    /// Whether a cell holds something.
    fn holds(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cell| !cell.text.is_empty())
    }
}

/// The cells of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    /// The sheet that they are from.
    pub(super) sheet: Option<String>,
    pub(super) lines: Vec<Line>,
}

impl Grid {
    /// Cuts notes from all cells that are texts.
    pub(super) fn strip_notes(&mut self) {
        let cells = self.lines.iter_mut().flat_map(|line| &mut line.cells);
        cells.filter(|cell| !cell.typed).for_each(|cell| cell.text = without_notes(&cell.text));
    }
}

/// Whether a dataset's file is read as a grid: what is no plain CSV, or has a layout.
pub(super) fn applies(dataset: &Dataset) -> bool {
    let shape = &dataset.shape;
    let plain = shape.range.is_none()
        && shape.header.is_none()
        && shape.skip_footer == 0
        && shape.fill_down.is_empty()
        && shape.unpivot.is_none()
        && !shape.strip_notes
        && shape.delimiter.is_none()
        && shape.quote.is_none()
        && shape.encoding.is_none()
        && !shape.decimal_comma;
    !plain
        || shape.member.is_some()
        || shape.records.is_some()
        || !matches!(format(&dataset.path), Format::Text)
        || compressed(&dataset.path)
        || dataset.path.to_lowercase().ends_with(".tsv")
}

fn compressed(path: &str) -> bool {
    path.to_lowercase().ends_with(".gz")
}

/// The kinds of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Text,
    Xlsx,
    Xls,
    Ods,
    Json,
    JsonLines,
    Zip,
    Parquet,
    /// One that is not read.
    Other,
}

fn format(path: &str) -> Format {
    let lower = path.to_lowercase();
    let name = lower.strip_suffix(".gz").unwrap_or(&lower);
    match name.rsplit('.').next() {
        Some("xlsx" | "xlsm") => Format::Xlsx,
        Some("xls") => Format::Xls,
        Some("ods") => Format::Ods,
        Some("json" | "geojson") => Format::Json,
        Some("jsonl" | "ndjson") => Format::JsonLines,
        Some("zip") => Format::Zip,
        Some("parquet") => Format::Parquet,
        Some("xlsb" | "numbers" | "pdf" | "docx" | "7z" | "rar" | "tar") => Format::Other,
        _ => Format::Text,
    }
}

/// A file as it is read: unpacked, with the name that says what it is.
pub(super) struct Opened<'b> {
    name: String,
    bytes: Cow<'b, [u8]>,
}

impl Opened<'_> {
    /// The name of what was unpacked.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Unpacks a file where it is compressed: gzip, or the file of a zip archive that `member` names.
pub(super) fn opened<'b>(
    path: &str,
    bytes: &'b [u8],
    member: Option<&Passage>,
) -> Result<Opened<'b>, Diagnostic> {
    if compressed(path) {
        let name = path[..path.len() - 3].to_string();
        return Ok(Opened { name, bytes: Cow::Owned(text::gunzip(path, bytes)?) });
    }
    if format(path) != Format::Zip {
        return match member {
            None => Ok(Opened { name: path.to_string(), bytes: Cow::Borrowed(bytes) }),
            Some(member) => {
                let message =
                    format!("`{path}` is no archive, and has no member `{}`", member.words);
                Err(Diagnostic::error(Code::BadWorkbook, message)
                    .at(member.span)
                    .hint("delete `member:`; it names a file in a zip archive"))
            }
        };
    }
    let names = text::members(path, bytes)?;
    let chosen = match member {
        Some(member) => names.iter().find(|name| **name == member.words.trim()),
        None if names.len() == 1 => names.first(),
        None => None,
    };
    let Some(name) = chosen else {
        let message = match member {
            Some(member) => format!("`{path}` has no file `{}`", member.words),
            None => format!("`{path}` is an archive of {} files", names.len()),
        };
        let error = Diagnostic::error(Code::BadWorkbook, message);
        let error = match member {
            Some(member) => {
                error.at(member.span).did_you_mean(&member.words, names.iter().map(String::as_str))
            }
            None => error.in_file(path),
        };
        return Err(error.hint(format!("name one with `member:`; it holds {}", list(&names, 12))));
    };
    let bytes = Cow::Owned(text::member(path, bytes, name)?);
    Ok(Opened { name: name.clone(), bytes })
}

/// The files of an archive; none of another file.
pub(super) fn members(path: &str, bytes: &[u8]) -> Result<Vec<String>, Diagnostic> {
    match format(path) {
        Format::Zip => text::members(path, bytes),
        _ => Ok(Vec::new()),
    }
}

/// The lists of a JSON file that could be its records, with their lengths; none of another file, or of one that is a list.
pub(super) fn lists(opened: &Opened<'_>) -> Vec<(String, usize)> {
    match format(&opened.name) {
        Format::Json => json::lists(&opened.bytes),
        _ => Vec::new(),
    }
}

/// Reads a file to a table.
pub(super) fn read(
    dataset: &Dataset,
    bytes: &[u8],
    diagnostics: &mut Diagnostics,
) -> Option<Table> {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    let (sha256, length) = (hasher.finish(), bytes.len() as u64);
    let opened = opened(&dataset.path, bytes, dataset.shape.member.as_ref());
    let grid = cells(dataset, &diagnostics.take(opened)?, diagnostics)?;
    let (csv, places) = layout::table(dataset, grid, diagnostics)?;
    Some(Table { csv, sha256, bytes: length, places })
}

/// The cells of a file that is unpacked.
pub(super) fn cells(
    dataset: &Dataset,
    opened: &Opened<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Grid> {
    let (name, bytes) = (&opened.name, &*opened.bytes);
    Some(match format(name) {
        Format::Text => diagnostics.take(text::read(dataset, name, bytes))?,
        Format::Xlsx => workbook::xlsx(dataset, bytes, diagnostics)?,
        Format::Xls => workbook::xls(dataset, bytes, diagnostics)?,
        Format::Ods => workbook::ods(dataset, bytes, diagnostics)?,
        Format::Json => diagnostics.take(json::read(dataset, bytes, false))?,
        Format::JsonLines => diagnostics.take(json::read(dataset, bytes, true))?,
        #[cfg(feature = "parquet")]
        Format::Parquet => diagnostics.take(parquet::read(dataset, bytes))?,
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => {
            let message = "this tieout was built without Parquet";
            let error = Diagnostic::error(Code::BadWorkbook, message).at(dataset.file_span);
            diagnostics.push(error.hint(
                "build it with `cargo build --release --features parquet`, or save the table as CSV",
            ));
            return None;
        }
        Format::Zip | Format::Other => {
            let message = format!("files like `{name}` are not read");
            let error = Diagnostic::error(Code::BadWorkbook, message).at(dataset.file_span);
            diagnostics.push(
                error.hint("save the table as CSV, XLSX, ODS or JSON; of an archive in an archive, unpack the file"),
            );
            return None;
        }
    })
}

/// The sheets of a workbook that can be seen; none of another file.
pub(super) fn sheets(path: &str, opened: &Opened<'_>) -> Result<Vec<String>, Diagnostic> {
    match format(&opened.name) {
        Format::Xlsx => workbook::sheets::<calamine::Xlsx<_>>(path, &opened.bytes),
        Format::Xls => workbook::sheets::<calamine::Xls<_>>(path, &opened.bytes),
        Format::Ods => workbook::sheets::<calamine::Ods<_>>(path, &opened.bytes),
        _ => Ok(Vec::new()),
    }
}

fn too_large(path: &str) -> Diagnostic {
    Diagnostic::error(
        Code::BadWorkbook,
        format!("`{path}` is larger than 1 GiB when it is unpacked"),
    )
    .in_file(path)
    .hint("save the table that is needed alone, as CSV")
}
