//! Delimited text in any declared encoding, and compressed files.

use std::io::{Cursor, Read};

use csv::ReaderBuilder;

use super::{Grid, Item, Line, MOST_BYTES, MOST_CELLS, too_large};
use crate::diag::{Cell, Code, Diagnostic};
use crate::sources::Dataset;

/// The bytes in a gzip file.
pub(super) fn gunzip(path: &str, bytes: &[u8]) -> Result<Vec<u8>, Diagnostic> {
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(MOST_BYTES + 1);
    if let Err(error) = reader.read_to_end(&mut unpacked) {
        let message = format!("`{path}` cannot be unpacked: {error}");
        return Err(Diagnostic::error(Code::BadWorkbook, message)
            .in_file(path)
            .hint("download it again; the file is broken or cut off"));
    }
    if unpacked.len() as u64 > MOST_BYTES {
        return Err(too_large(path));
    }
    Ok(unpacked)
}

/// The names of the files in a zip archive.
pub(super) fn members(path: &str, bytes: &[u8]) -> Result<Vec<String>, Diagnostic> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(path, &error))?;
    let mut names = Vec::new();
    for name in archive.file_names() {
        let name = name.map_err(|error| broken(path, &error))?;
        // folders, and what a Mac leaves beside each file
        if !name.ends_with('/') && !name.starts_with("__MACOSX/") {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The bytes of a file in a zip archive.
pub(super) fn member(path: &str, bytes: &[u8], name: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(path, &error))?;
    let file = archive.by_name(name).map_err(|error| broken(path, &error))?;
    let mut unpacked = Vec::new();
    let read = file.take(MOST_BYTES + 1).read_to_end(&mut unpacked);
    read.map_err(|error| broken(path, &error))?;
    match unpacked.len() as u64 > MOST_BYTES {
        true => Err(too_large(path)),
        false => Ok(unpacked),
    }
}

fn broken(path: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error(Code::BadWorkbook, format!("`{path}` cannot be unpacked: {error}"))
        .in_file(path)
        .hint("download it again; the file is broken, or it is encrypted")
}

/// The cells of a text file.
pub(super) fn read(dataset: &Dataset, name: &str, bytes: &[u8]) -> Result<Grid, Diagnostic> {
    let path = &dataset.path;
    let text = decoded(dataset, bytes)?;
    let tabs = name.to_lowercase().ends_with(".tsv");
    let delimiter = dataset.shape.delimiter.unwrap_or(if tabs { b'\t' } else { b',' });
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quote(dataset.shape.quote.unwrap_or(b'"'))
        .from_reader(text.as_bytes());
    let mut grid = Grid::default();
    let mut record = csv::StringRecord::new();
    let (mut line, mut counted, mut cells) = (1, 0, 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(grid),
            Err(error) => {
                let message = format!("`{path}` cannot be read: {error}");
                return Err(Diagnostic::error(Code::BadEncoding, message).in_file(path));
            }
        }
        let mut start = record.position().map_or(0, |position| position.byte() as usize);
        while text.as_bytes().get(start).is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            start += 1;
        }
        line += lines(&text.as_bytes()[counted..start]);
        counted = start;
        cells += record.len();
        if cells > MOST_CELLS {
            return Err(too_large(path));
        }
        let item = |cell: &str| Item { text: cell.trim().to_string(), typed: false };
        grid.lines.push(Line { number: line, cells: record.iter().map(item).collect() });
    }
}

/// Line ends: LF, CRLF, or CR alone.
fn lines(bytes: &[u8]) -> u32 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let alone = |at: &usize| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (feeds + (0..bytes.len()).filter(alone).count()) as u32
}

/// The characters of a file: as declared, or UTF-8, or UTF-16 where its first bytes say so.
pub(super) fn decoded(dataset: &Dataset, bytes: &[u8]) -> Result<String, Diagnostic> {
    let path = &dataset.path;
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let declared = dataset.shape.encoding;
    let encoding = marked.or(declared).unwrap_or(encoding_rs::UTF_8);
    let (text, _, broken) = encoding.decode(bytes);
    if !broken {
        return Ok(text.into_owned());
    }
    let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), |_| 0);
    let line = u64::from(lines(&bytes[..at])) + 1;
    let byte = bytes.get(at).copied().unwrap_or(0);
    let message = format!("the byte 0x{byte:02x} is not {}", encoding.name());
    let one = bytes.get(at..at + 1).unwrap_or(&[]);
    let guess = encoding_rs::WINDOWS_1252.decode(one).0;
    Err(Diagnostic::error(Code::BadEncoding, message).at(Cell::line(path, line)).hint(format!(
        "declare how it is written: `encoding: windows-1252` reads it as `{guess}`, `encoding: macintosh` as `{}`",
        encoding_rs::MACINTOSH.decode(one).0
    )))
}
