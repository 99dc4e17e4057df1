//! A CSV stream to chunks of whole records, and a chunk to its records.
//!
//! Chunks are cut where no quotation is open, so that they can be parsed side by side; the bytes are hashed as they go
//! by. Line ends may be LF, CRLF or, throughout a file, bare CR. RFC 4180 is meant strictly: a quotation mark inside an
//! unquoted cell, or one that is never closed, is a fault and not a guess.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

use crate::digest::Hasher;

/// Bytes of a chunk, where lines allow it.
const CHUNK: usize = 256 * 1024;
/// Bytes that a record may have.
const MAX_RECORD: usize = 16 * 1024 * 1024;

/// What stops the reading of a file.
#[derive(Debug)]
pub(super) enum Fault {
    Read(io::Error),
    /// A quotation opened on this line is never closed.
    Unclosed {
        line: u64,
    },
    /// A record that begins on this line is larger than any real one.
    Huge {
        line: u64,
    },
    /// A byte order mark of UTF-16.
    Utf16,
}

/// Whole records, as they stand in the file.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) index: usize,
    pub(super) bytes: Vec<u8>,
    /// Offset of the first byte in the file.
    pub(super) byte: u64,
    /// Line of the first byte, from 1.
    pub(super) line: u64,
    /// What ends a line.
    pub(super) newline: u8,
}

/// A stream of chunks.
pub(super) struct Feed<'r> {
    reader: Box<dyn Read + Send + 'r>,
    hasher: Hasher,
    carry: Vec<u8>,
    byte: u64,
    line: u64,
    newline: Option<u8>,
    ended: bool,
    index: usize,
    /// A buffer that was used and is given back.
    spare: Vec<u8>,
}

impl<'r> Feed<'r> {
    pub(super) fn new(reader: Box<dyn Read + Send + 'r>) -> Self {
        let (hasher, carry) = (Hasher::default(), Vec::new());
        Self {
            reader,
            hasher,
            carry,
            byte: 0,
            line: 1,
            newline: None,
            ended: false,
            index: 0,
            spare: Vec::new(),
        }
    }

    /// The next whole records, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, Fault> {
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut target = CHUNK;
        loop {
            self.fill(&mut buffer, target)?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let newline = *self.newline.get_or_insert_with(|| line_end(&buffer));
            let (end, open) = last_record_end(&buffer, newline);
            match (end, open) {
                // a stray mark is told by the parser, who knows better where it is
                (_, Some(open)) if self.ended && stray_quote(&buffer).is_none() => {
                    return Err(Fault::Unclosed { line: self.line_at(&buffer, open, newline) });
                }
                _ if self.ended => {
                    let end = buffer.len();
                    return Ok(Some(self.cut(buffer, end, newline)));
                }
                (Some(end), _) => return Ok(Some(self.cut(buffer, end, newline))),
                (None, _) if buffer.len() > MAX_RECORD => {
                    return Err(Fault::Huge { line: self.line });
                }
                (None, _) => target = (buffer.len() * 2).min(MAX_RECORD + 1),
            }
        }
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<(), Fault> {
        while buffer.len() < target && !self.ended {
            let start = buffer.len();
            buffer.resize(target, 0);
            let count = loop {
                match self.reader.read(&mut buffer[start..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other.map_err(Fault::Read)?,
                }
            };
            buffer.truncate(start + count);
            self.hasher.update(&buffer[start..]);
            self.ended = count == 0;
            if self.byte == 0 && start == 0 {
                if buffer.starts_with(&[0xff, 0xfe]) || buffer.starts_with(&[0xfe, 0xff]) {
                    return Err(Fault::Utf16);
                }
                if buffer.starts_with("\u{feff}".as_bytes()) {
                    buffer.drain(..3);
                    self.byte = 3;
                }
            }
        }
        Ok(())
    }

    fn cut(&mut self, mut buffer: Vec<u8>, end: usize, newline: u8) -> Chunk {
        self.carry.extend_from_slice(&buffer[end..]);
        buffer.truncate(end);
        let chunk =
            Chunk { index: self.index, byte: self.byte, line: self.line, newline, bytes: buffer };
        self.index += 1;
        self.byte += chunk.bytes.len() as u64;
        self.line += memchr_iter(newline, &chunk.bytes).count() as u64;
        chunk
    }

    /// Takes back a buffer that is not needed any more.
    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        self.spare = buffer;
    }

    fn line_at(&self, buffer: &[u8], at: usize, newline: u8) -> u64 {
        self.line + memchr_iter(newline, &buffer[..at]).count() as u64
    }

    /// Digest and length of the file, of which every byte must have been taken.
    pub(super) fn finish(self) -> (String, u64) {
        (self.hasher.finish(), self.byte)
    }
}

/// LF wherever there is one; CR in a file that has only those.
pub(super) fn line_end(buffer: &[u8]) -> u8 {
    if memchr(b'\n', buffer).is_none() && memchr(b'\r', buffer).is_some() { b'\r' } else { b'\n' }
}

/// One past the last line end outside quotations, and the quotation mark that is open at the end.
fn last_record_end(buffer: &[u8], newline: u8) -> (Option<usize>, Option<usize>) {
    let mut end = None;
    let mut outside = Some(0);
    let mut opened = 0;
    for quote in memchr_iter(b'"', buffer) {
        match outside {
            Some(start) => {
                if let Some(at) = memrchr(newline, &buffer[start..quote]) {
                    end = Some(start + at + 1);
                }
                outside = None;
                opened = quote;
            }
            None => outside = Some(quote + 1),
        }
    }
    match outside {
        Some(start) => (memrchr(newline, &buffer[start..]).map(|at| start + at + 1).or(end), None),
        None => (end, Some(opened)),
    }
}

/// The first quotation mark that RFC 4180 does not allow where it stands.
pub(super) fn stray_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(offset) = memchr(b'"', &bytes[at..]) {
        let open = at + offset;
        let starts_cell = open == 0 || matches!(bytes[open - 1], b',' | b'\n' | b'\r');
        if !starts_cell {
            return Some(open);
        }
        let mut close = open + 1;
        loop {
            close += memchr(b'"', &bytes[close..])?;
            if bytes.get(close + 1) == Some(&b'"') {
                close += 2;
            } else {
                break;
            }
        }
        if !matches!(bytes.get(close + 1), None | Some(b',' | b'\n' | b'\r')) {
            return Some(close);
        }
        at = close + 1;
    }
    None
}

/// A record: its cells, and its first byte in the chunk.
pub(super) enum Row<'a> {
    /// Cells of a line without quotation marks.
    Plain(&'a [u8], &'a [usize]),
    /// Cells with quotations undone.
    Quoted(&'a ByteRecord),
}

impl<'a> Row<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(_, ends) => ends.len(),
            Self::Quoted(record) => record.len(),
        }
    }

    /// A cell without the spaces around it; empty where the row is too short.
    pub(super) fn cell(&self, index: usize) -> &'a [u8] {
        let cell = match self {
            Self::Plain(line, ends) => {
                let start = if index == 0 {
                    0
                } else {
                    ends.get(index - 1).map_or(line.len(), |end| end + 1)
                };
                ends.get(index).map_or(&line[..0], |end| &line[start..*end])
            }
            Self::Quoted(record) => record.get(index).unwrap_or(b""),
        };
        trimmed_cell(cell)
    }
}

/// A cell without the spaces around it, no-break spaces included.
fn trimmed_cell(mut cell: &[u8]) -> &[u8] {
    let plain = |byte: &u8| (b'!'..0x80).contains(byte);
    if cell.first().is_some_and(plain) && cell.last().is_some_and(plain) {
        return cell;
    }
    loop {
        cell = cell.trim_ascii();
        let inner = cell.strip_prefix("\u{a0}".as_bytes()).unwrap_or(cell);
        let inner = inner.strip_suffix("\u{a0}".as_bytes()).unwrap_or(inner);
        if inner.len() == cell.len() {
            return cell;
        }
        cell = inner;
    }
}

/// Calls `visit` with each record of a chunk and its first byte; blank lines are no records.
pub(super) fn records(bytes: &[u8], newline: u8, mut visit: impl FnMut(Row<'_>, usize) -> bool) {
    if memchr(b'"', bytes).is_none() {
        plain_records(bytes, newline, visit);
        return;
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(newline))
        .buffer_capacity(64 * 1024)
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let mut start = record.position().map_or(0, |position| position.byte() as usize);
        while bytes.get(start).is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            start += 1;
        }
        if newline == b'\n'
            && record.get(record.len() - 1).is_some_and(|last| last.ends_with(b"\r"))
        {
            record = trimmed(&record);
        }
        let blank = record.iter().all(|cell| cell.trim_ascii().is_empty());
        if !blank && !visit(Row::Quoted(&record), start) {
            return;
        }
    }
}

/// A record without the CR that a CRLF leaves on its last cell.
fn trimmed(record: &ByteRecord) -> ByteRecord {
    let last = record.len() - 1;
    record
        .iter()
        .enumerate()
        .map(
            |(index, cell)| {
                if index == last { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell }
            },
        )
        .collect()
}

fn plain_records(bytes: &[u8], newline: u8, mut visit: impl FnMut(Row<'_>, usize) -> bool) {
    let mut ends = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let end = memchr(newline, &bytes[start..]).map_or(bytes.len(), |at| start + at);
        let line = &bytes[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !is_blank(line) {
            ends.clear();
            ends.extend(memchr_iter(b',', line));
            ends.push(line.len());
            if !visit(Row::Plain(line, &ends), start) {
                return;
            }
        }
        start = end + 1;
    }
}

/// A line without anything but spaces and commas is no row: spreadsheets leave such lines behind.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b',' | b' ' | b'\t' | b'\r'))
}

/// The cells of a chunk, by row and column.
pub(super) struct Table<'c> {
    bytes: std::borrow::Cow<'c, [u8]>,
    /// First byte and end of each cell, row after row.
    cells: Vec<(u32, u32)>,
    width: usize,
    /// For each row its first byte in the chunk, and its line counted from the chunk's first.
    pub(super) rows: Vec<(u32, u32)>,
    /// Rows of another width: how many cells, and the first byte.
    pub(super) ragged: Vec<(usize, usize)>,
}

impl Table<'_> {
    /// The memory of the cells' places, for the next chunk.
    pub(super) fn into_cells(self) -> Vec<(u32, u32)> {
        self.cells
    }

    /// A cell without the spaces around it.
    pub(super) fn cell(&self, row: usize, column: usize) -> &[u8] {
        let (start, end) = self.cells[row * self.width + column];
        trimmed_cell(&self.bytes[start as usize..end as usize])
    }
}

/// Splits a chunk into rows of `width` cells; `cells` lends its memory.
pub(super) fn split(
    bytes: &[u8],
    newline: u8,
    width: usize,
    mut cells: Vec<(u32, u32)>,
) -> Table<'_> {
    cells.clear();
    if memchr(b'"', bytes).is_some() {
        return split_quoted(bytes, newline, width, cells);
    }
    let (mut rows, mut ragged) = (Vec::with_capacity(bytes.len() / 32), Vec::new());
    let (mut start, mut row_start, mut line, mut row_cells) = (0usize, 0usize, 0u32, 0usize);
    let ends = memchr2_iter(b',', newline, bytes)
        .chain((bytes.last() != Some(&newline)).then_some(bytes.len()));
    for end in ends {
        cells.push((start as u32, end as u32));
        start = end + 1;
        if bytes.get(end) == Some(&b',') {
            continue;
        }
        let found = cells.len() - row_cells;
        let blank = is_blank(&bytes[row_start..end]);
        if blank || found != width {
            cells.truncate(row_cells);
            if !blank {
                ragged.push((found, row_start));
            }
        } else {
            rows.push((row_start as u32, line));
            row_cells = cells.len();
        }
        row_start = start;
        line += 1;
    }
    Table { bytes: bytes.into(), cells, width, rows, ragged }
}

/// The same where cells are quoted: their texts are put together anew, without the quotation marks.
fn split_quoted(bytes: &[u8], newline: u8, width: usize, cells: Vec<(u32, u32)>) -> Table<'_> {
    let mut table =
        Table { bytes: Vec::new().into(), cells, width, rows: Vec::new(), ragged: Vec::new() };
    let mut texts: Vec<u8> = Vec::with_capacity(bytes.len());
    let (mut counted, mut line) = (0, 0);
    records(bytes, newline, |row, start| {
        line += memchr_iter(newline, &bytes[counted..start]).count() as u32;
        counted = start;
        if row.len() != width {
            table.ragged.push((row.len(), start));
            return true;
        }
        table.rows.push((start as u32, line));
        for index in 0..width {
            let from = texts.len() as u32;
            texts.extend_from_slice(row.cell(index));
            table.cells.push((from, texts.len() as u32));
        }
        true
    });
    table.bytes = texts.into();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], newline: u8) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        records(bytes, newline, |row, _| {
            rows.push(
                (0..row.len()).map(|i| String::from_utf8_lossy(row.cell(i)).into_owned()).collect(),
            );
            true
        });
        rows
    }

    #[test]
    fn line_ends_of_every_kind() {
        let expected = vec![vec!["a".to_string(), "b".into()], vec!["1".into(), "2".into()]];
        assert_eq!(all(b"a,b\n1,2\n", b'\n'), expected);
        assert_eq!(all(b"a,b\r\n\r\n1,2", b'\n'), expected);
        assert_eq!(all(b"a,b\r1,2\r", b'\r'), expected);
        assert_eq!(all(b"a,\"b\"\r\n\"1\",\"2\"\r\n", b'\n'), expected);
    }

    #[test]
    fn quotation_marks_are_strict() {
        assert_eq!(stray_quote(b"a,\"b \"\"c\"\"\nd\",e\n"), None);
        assert_eq!(stray_quote(b"a,b\"c\n"), Some(3));
        assert_eq!(stray_quote(b"\"a\"b,c\n"), Some(2));
    }

    #[test]
    fn chunks_end_between_records() {
        let mut text = String::from("a,b\n");
        for row in 0..60_000 {
            text.push_str(&format!("{row},\"x\ny\"\n"));
        }
        let mut feed = Feed::new(Box::new(text.as_bytes()));
        let (mut whole, mut next_line) = (Vec::new(), 1);
        while let Ok(Some(chunk)) = feed.next() {
            assert_eq!((chunk.line, chunk.byte), (next_line, whole.len() as u64));
            assert_eq!(stray_quote(&chunk.bytes), None);
            next_line += memchr_iter(b'\n', &chunk.bytes).count() as u64;
            whole.extend(chunk.bytes);
        }
        assert_eq!(whole, text.as_bytes());
        assert_eq!(feed.finish().0, crate::digest::sha256(text.as_bytes()));
    }
}
