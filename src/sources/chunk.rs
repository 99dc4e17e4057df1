//! A chunk of a file, parsed: columns of integers, texts that are new, cells that contradict their type.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr_iter;

use super::cells::{Dictionary, Markers, Recent, is_code, typed, ungrouped};
use super::csv::{Chunk, Table, split, stray_quote};
use super::declare::ColumnType;
use super::ignore::Test;
use super::vocabulary;
use crate::diag::{Cell, Code, Diagnostic, counted};
use crate::frame::{Checkpoint, Mark, Part};

/// Columns at the left in which the label of a total is looked for.
const LABELS: usize = 4;
/// Rows of a chunk that are taken for totals at most.
const MOST_TOTALS: usize = 1000;

/// A column that is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) header: String,
    pub(super) position: usize,
    pub(super) kind: Option<ColumnType>,
    pub(super) unit: Option<String>,
    pub(super) thousands: Option<char>,
    /// The power of ten by which its numbers are multiplied, where it is declared.
    pub(super) power: Option<i32>,
    /// Cells that stand for others, with their index in the declaration.
    pub(super) replace: BTreeMap<Vec<u8>, (Vec<u8>, usize)>,
    pub(super) markers: Markers,
}

pub(super) struct Layout {
    pub(super) kept: Vec<Kept>,
    pub(super) header: Vec<String>,
    pub(super) ignore: Option<Test>,
}

/// A cell that contradicts its column's type.
#[derive(Clone, Debug)]
pub(super) struct Contradiction {
    pub(super) count: u64,
    pub(super) place: Cell,
}

/// One block of one column, parsed.
pub(super) struct ParsedColumn {
    pub(super) part: Part,
    pub(super) range: Option<(i64, i64)>,
    pub(super) scale: u32,
    pub(super) texts: Vec<Vec<u8>>,
    pub(super) known: u64,
    pub(super) contradictions: BTreeMap<Vec<u8>, Contradiction>,
    /// Whether digits with a leading zero were met: a code, and no number.
    pub(super) code: bool,
    /// The signs that were met, by their index among the column's.
    pub(super) met: BTreeSet<u32>,
    /// The replacements that were met, likewise.
    pub(super) replaced: BTreeSet<usize>,
}

pub(super) struct Parsed {
    pub(super) index: usize,
    pub(super) checkpoint: Checkpoint,
    pub(super) ignored: u64,
    /// Rows by their offset whose label reads as a total.
    pub(super) totals: Vec<(u64, String)>,
    pub(super) columns: Vec<ParsedColumn>,
    pub(super) faults: Vec<Diagnostic>,
}

impl Layout {
    /// Whether a row, as its cells by position, never counts.
    pub(super) fn ignores<'c>(&self, cell: &dyn Fn(usize) -> &'c [u8]) -> bool {
        let text = |column: usize| std::str::from_utf8(cell(column)).unwrap_or("");
        self.ignore.as_ref().is_some_and(|test| test.holds(&text))
    }
}

/// What makes a whole chunk unreadable: bytes that are no UTF-8, or a stray quotation mark.
pub(super) fn chunk_fault(path: &str, chunk: &Chunk) -> Option<Diagnostic> {
    if let Err(error) = std::str::from_utf8(&chunk.bytes) {
        let at = error.valid_up_to();
        let byte = chunk.bytes.get(at).copied().unwrap_or(0);
        let place = place(path, chunk, at, 1);
        return Some(Diagnostic::error(Code::BadEncoding, format!("the byte 0x{byte:02x} is not UTF-8")).at(place).hint(
            "save the file as UTF-8; a spreadsheet's \"CSV\" is often Windows-1252, its \"CSV UTF-8\" is not",
        ));
    }
    let at = stray_quote(&chunk.bytes)?;
    let error = Diagnostic::error(
        Code::StrayQuote,
        "a quotation mark inside a cell that is not quoted, or text after a closing one",
    );
    Some(
        error
            .at(place(path, chunk, at, 1))
            .hint("quote the whole cell and double the marks inside it: `\"5\"\" pipe\"`"),
    )
}

/// The place of some bytes of a chunk, with their line.
fn place(path: &str, chunk: &Chunk, at: usize, length: usize) -> Cell {
    let bytes = &chunk.bytes;
    let start = memchr::memrchr(chunk.newline, &bytes[..at]).map_or(0, |found| found + 1);
    let end = memchr::memchr(chunk.newline, &bytes[at..]).map_or(bytes.len(), |found| at + found);
    let from = start.max(at.saturating_sub(200));
    let to = end.min(at + length + 200);
    let before = String::from_utf8_lossy(&bytes[from..at]).into_owned();
    let meant = String::from_utf8_lossy(&bytes[at..(at + length).min(to)]).into_owned();
    let after = String::from_utf8_lossy(&bytes[(at + length).min(to)..to]).into_owned();
    let range = (before.len(), before.len() + meant.len());
    let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() as u64 + 1;
    let line = chunk.line + memchr_iter(chunk.newline, &bytes[..at]).count() as u64;
    let excerpt = format!("{before}{meant}{}", after.trim_end_matches('\r'));
    Cell { path: path.to_string(), line, column, excerpt, range }
}

/// Where a cell begins in a record.
fn cell_start(record: &[u8], position: usize) -> usize {
    let mut quoted = false;
    let mut commas = 0;
    for (at, byte) in record.iter().enumerate() {
        match byte {
            _ if commas == position => return at,
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            _ => {}
        }
    }
    0
}

pub(super) struct Parser<'a> {
    pub(super) path: &'a str,
    pub(super) layout: &'a Layout,
    pub(super) types: &'a [ColumnType],
}

/// A column of one chunk, while it is read.
struct Reading {
    values: Vec<i64>,
    marks: Vec<u8>,
    scale: u32,
    own: Dictionary,
    known: u64,
    contradictions: BTreeMap<Vec<u8>, Contradiction>,
    signs: Vec<(u32, u32)>,
    met: BTreeSet<u32>,
}

impl Reading {
    fn new(rows: usize) -> Self {
        let (values, marks, own) = (Vec::with_capacity(rows), Vec::new(), Dictionary::default());
        let (contradictions, met) = (BTreeMap::new(), BTreeSet::new());
        Self { values, marks, scale: 0, own, known: 0, contradictions, signs: Vec::new(), met }
    }

    fn push(&mut self, value: i64, mark: Mark) {
        if mark != Mark::Known || !self.marks.is_empty() {
            self.marks.resize(self.values.len(), 0);
            self.marks.push(mark as u8);
        }
        self.values.push(value);
    }

    /// Adds a fixed-point number; all of the block come to the largest scale. `false` where that overflows.
    fn number(&mut self, mantissa: i64, scale: u32) -> bool {
        let factor = |digits: u32| 10i64.checked_pow(digits);
        if scale > self.scale {
            let Some(factor) = factor(scale - self.scale) else { return false };
            if self.values.iter().any(|value| value.checked_mul(factor).is_none()) {
                return false;
            }
            self.values.iter_mut().for_each(|value| *value *= factor);
            self.scale = scale;
        }
        let Some(value) =
            factor(self.scale - scale).and_then(|factor| mantissa.checked_mul(factor))
        else {
            return false;
        };
        self.push(value, Mark::Known);
        true
    }
}

/// A number times a power of ten.
fn scaled((mantissa, scale): (i64, u32), power: i32) -> Option<(i64, u32)> {
    let left = i64::from(scale) - i64::from(power);
    match u32::try_from(left) {
        Ok(scale) => Some((mantissa, scale)),
        Err(_) => {
            let factor = 10i64.checked_pow(u32::try_from(-left).ok()?)?;
            Some((mantissa.checked_mul(factor)?, 0))
        }
    }
}

impl Parser<'_> {
    pub(super) fn chunk(
        &self,
        chunk: &Chunk,
        seeds: &[Dictionary],
        memory: &mut Vec<(u32, u32)>,
    ) -> Parsed {
        let empty = |faults| Parsed {
            index: chunk.index,
            checkpoint: Checkpoint {
                row: 0,
                rows: 0,
                line: chunk.line,
                byte: chunk.byte,
                bytes: 0,
                lines: None,
            },
            ignored: 0,
            totals: Vec::new(),
            columns: Vec::new(),
            faults,
        };
        if let Some(fault) = chunk_fault(self.path, chunk) {
            return empty(vec![fault]);
        }
        let table =
            split(&chunk.bytes, chunk.newline, self.layout.header.len(), std::mem::take(memory));
        if !table.ragged.is_empty() {
            return empty(
                table
                    .ragged
                    .iter()
                    .take(10)
                    .map(|(found, start)| self.ragged(chunk, *found, *start))
                    .collect(),
            );
        }
        let counts = |row: &usize| !self.layout.ignores(&|column| table.cell(*row, column));
        let rows: Vec<usize> = (0..table.rows.len()).filter(counts).collect();
        let columns = (0..seeds.len())
            .map(|index| self.column(index, (chunk, &table), &rows, &seeds[index]))
            .collect();
        let simple =
            rows.iter().enumerate().all(|(number, row)| table.rows[*row].1 as usize == number);
        let lines = (!simple).then(|| rows.iter().map(|row| table.rows[*row].1).collect());
        let bytes = chunk.bytes.len() as u64;
        let checkpoint = Checkpoint {
            row: 0,
            rows: rows.len() as u64,
            line: chunk.line,
            byte: chunk.byte,
            bytes,
            lines,
        };
        let ignored = (table.rows.len() - rows.len()) as u64;
        let labels = self.layout.header.len().min(LABELS);
        let total = |row: &usize| {
            let mut labels = (0..labels).map(|column| table.cell(*row, column));
            labels.find(|label| vocabulary::is_total(label))
        };
        let totals = rows.iter().enumerate().filter_map(|(offset, row)| {
            Some((offset as u64, String::from_utf8_lossy(total(row)?).into_owned()))
        });
        let totals = totals.take(MOST_TOTALS).collect();
        *memory = table.into_cells();
        Parsed { index: chunk.index, checkpoint, ignored, totals, columns, faults: Vec::new() }
    }

    fn column(
        &self,
        index: usize,
        (chunk, table): (&Chunk, &Table<'_>),
        rows: &[usize],
        seed: &Dictionary,
    ) -> ParsedColumn {
        let kept = &self.layout.kept[index];
        let kind = self.types[index];
        let coded = matches!(kind, ColumnType::Text | ColumnType::Period(_));
        let mut reading = Reading::new(rows.len());
        let new_codes = seed.texts.len() as u32;
        let mut recent = Recent::new();
        let mut code = false;
        let mut replaced = BTreeSet::new();
        for row in rows {
            let mut cell = table.cell(*row, kept.position);
            if let Some((to, index)) = kept.replace.get(cell) {
                cell = to;
                replaced.insert(*index);
            }
            let (mark, sign) = kept.markers.mark(cell);
            if mark != Mark::Known {
                reading.met.extend(sign);
                if let Some(sign) = sign.filter(|_| mark == Mark::Suppressed) {
                    reading.signs.push((reading.values.len() as u32, sign));
                }
                reading.push(0, mark);
                continue;
            }
            while let Some((rest, sign)) = kept.markers.beside(cell) {
                cell = rest;
                reading.met.insert(sign);
                reading.signs.push((reading.values.len() as u32, sign));
            }
            reading.known += 1;
            let joined = kept.thousands.and_then(|sign| ungrouped(cell, sign));
            let cell = joined.as_deref().unwrap_or(cell);
            code |= !coded && is_code(cell);
            if coded {
                let own = &mut reading.own;
                let code = recent
                    .code(cell, || seed.get(cell).unwrap_or_else(|| new_codes + own.code(cell)));
                reading.push(i64::from(code), Mark::Known);
            } else if !typed(kind, cell)
                .and_then(|number| scaled(number, kept.power.unwrap_or(0)))
                .is_some_and(|(mantissa, scale)| reading.number(mantissa, scale))
            {
                reading.push(0, Mark::Missing);
                let start = table.rows[*row].0 as usize;
                let start = start + cell_start(&chunk.bytes[start..], kept.position);
                self.contradicts(&mut reading, cell, chunk, start);
            }
        }
        let Reading { values, marks, scale, own, known, contradictions, signs, met } = reading;
        let (part, range) = Part::new(values, marks);
        let part = Part { signs: signs.into_boxed_slice(), ..part };
        ParsedColumn {
            part,
            range,
            scale,
            texts: own.texts,
            known,
            contradictions,
            code,
            met,
            replaced,
        }
    }

    fn contradicts(&self, reading: &mut Reading, cell: &[u8], chunk: &Chunk, start: usize) {
        if let Some(found) = reading.contradictions.get_mut(cell) {
            found.count += 1;
        } else if reading.contradictions.len() < 1000 {
            let offset = memchr::memmem::find(&chunk.bytes[start..], cell).unwrap_or(0);
            let place = place(self.path, chunk, start + offset, cell.len());
            reading.contradictions.insert(cell.to_vec(), Contradiction { count: 1, place });
        }
    }

    fn ragged(&self, chunk: &Chunk, found: usize, start: usize) -> Diagnostic {
        let expected = self.layout.header.len();
        let cells = counted(found as u64, "cell");
        Diagnostic::error(Code::RaggedRow, format!("a row of {cells} under a header of {expected}"))
            .at(Cell { column: 0, range: (0, 0), ..place(self.path, chunk, start, 0) })
            .hint("a text with a comma in it stands in quotation marks; a row with fewer cells has lost some")
    }
}
