//! Rows as published: read again, block by block, from where a checkpoint says they are.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::csv::{line_end, records as csv_records};
use crate::frame::Frame;

/// A row of a file, as published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Number of the row in its frame.
    pub row: u64,
    /// Line on which it begins; of a workbook, the row of its sheet.
    pub line: u64,
    /// Its cells, in the order of the file's columns, without the spaces around them.
    pub cells: Vec<String>,
}

/// A file that can be read from anywhere in it.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Reads `rows` (in rising order) of a frame from its file.
///
/// # Errors
/// Where the file cannot be read, or has become another one: fewer bytes, or no row on a line that had one.
pub fn records(frame: &Frame, rows: &[u64], file: &mut dyn ReadSeek) -> io::Result<Vec<Record>> {
    let mut made = frame.table().map(|table| Cursor::new(table.csv.as_slice()));
    let file = match &mut made {
        Some(table) => table as &mut dyn ReadSeek,
        None => file,
    };
    let mut found = Vec::with_capacity(rows.len());
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let (index, _) = frame.locate(*first);
        let Some(block) = frame.blocks.get(index) else { break };
        let count = rest.partition_point(|row| *row < block.row + block.rows);
        let (here, later) = rest.split_at(count);
        rest = later;
        let mut bytes = vec![0; block.bytes as usize];
        file.seek(SeekFrom::Start(block.byte))?;
        file.read_exact(&mut bytes)?;
        let newline = line_end(&bytes);
        let mut wanted = here.iter().copied().peekable();
        let (mut line, mut counted) = (block.line, 0);
        csv_records(&bytes, newline, |row, start| {
            line += memchr::memchr_iter(newline, &bytes[counted..start]).count() as u64;
            counted = start;
            if let Some(number) =
                wanted.peek().copied().filter(|number| frame.read_line(*number) == line)
            {
                let cells = (0..row.len())
                    .map(|i| String::from_utf8_lossy(row.cell(i)).into_owned())
                    .collect();
                found.push(Record { row: number, line: frame.line(number), cells });
                wanted.next();
            }
            wanted.peek().is_some()
        });
        if wanted.peek().is_some() {
            return Err(io::Error::other("the file changed while it was read"));
        }
    }
    Ok(found)
}
