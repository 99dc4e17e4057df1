//! Files that are no plain CSV, as cells of text: workbooks, other delimiters and encodings, compressed files; and tables whose
//! layout is declared.
//!
//! In: the bytes of a file and what its declaration says of its shape. Out: a [`Table`], the same rows as plain CSV with the place
//! of each in the file, which is then read as any other.

mod layout;
mod text;
mod workbook;

use std::borrow::Cow;

use layout::without_notes;
pub(super) use layout::{fill, headers};

use crate::diag::{Code, Diagnostic, Diagnostics};
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
        && shape.encoding.is_none()
        && !shape.decimal_comma;
    !plain
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
        Some(
            "json" | "jsonl" | "ndjson" | "parquet" | "zip" | "xlsb" | "numbers" | "pdf" | "docx",
        ) => Format::Other,
        _ => Format::Text,
    }
}

/// A file's bytes, unpacked where it is compressed.
pub(super) fn unpacked<'b>(path: &str, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>, Diagnostic> {
    match compressed(path) {
        true => text::gunzip(path, bytes).map(Cow::Owned),
        false => Ok(Cow::Borrowed(bytes)),
    }
}

/// Reads a file to a table.
pub(super) fn read(
    dataset: &Dataset,
    bytes: &[u8],
    diagnostics: &mut Diagnostics,
) -> Option<Table> {
    let path = &dataset.path;
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    let (sha256, length) = (hasher.finish(), bytes.len() as u64);
    let bytes = diagnostics.take(unpacked(path, bytes))?;
    let grid = cells(dataset, &bytes, diagnostics)?;
    let (csv, places) = layout::table(dataset, grid, diagnostics)?;
    Some(Table { csv, sha256, bytes: length, places })
}

/// The cells of a file that is not compressed.
pub(super) fn cells(
    dataset: &Dataset,
    bytes: &[u8],
    diagnostics: &mut Diagnostics,
) -> Option<Grid> {
    let path = &dataset.path;
    Some(match format(path) {
        Format::Text => diagnostics.take(text::read(dataset, bytes))?,
        Format::Xlsx => workbook::xlsx(dataset, bytes, diagnostics)?,
        Format::Xls => workbook::xls(dataset, bytes, diagnostics)?,
        Format::Ods => workbook::ods(dataset, bytes, diagnostics)?,
        Format::Other => {
            let message = format!("files like `{path}` are not read");
            let error = Diagnostic::error(Code::BadWorkbook, message).at(dataset.file_span);
            diagnostics.push(
                error.hint("save the table as CSV, XLSX or ODS; of an archive, unpack the file"),
            );
            return None;
        }
    })
}

/// The sheets of a workbook that can be seen; none of another file.
pub(super) fn sheets(path: &str, bytes: &[u8]) -> Result<Vec<String>, Diagnostic> {
    match format(path) {
        Format::Text | Format::Other => Ok(Vec::new()),
        Format::Xlsx => workbook::sheets::<calamine::Xlsx<_>>(path, bytes),
        Format::Xls => workbook::sheets::<calamine::Xls<_>>(path, bytes),
        Format::Ods => workbook::sheets::<calamine::Ods<_>>(path, bytes),
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
