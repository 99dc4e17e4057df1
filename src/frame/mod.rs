//! The query core: tables as columns of integers, and one door to them, [`scan`].
//!
//! In: a [`Frame`] (a dataset, or a series), a compiled [`Program`] of row expressions, and queries (filter, group,
//! folds). Out: mergeable [`Partials`] of integers. Value, counts, digest and listing of a figure all come from the
//! same scan; nothing else can select a row.

mod column;
mod compare;
mod compile;
mod fold;
mod program;
mod scan;
mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::disclosure::Guard;
use crate::exact::Exact;
use crate::value::Value;

pub use column::{Cell, Column, Mark, Meaning, Packed, Part, Sign, Stands};
pub(crate) use compare::period_like;
pub use compile::{Compiler, Scope, Typed, TypedKind};
pub use fold::{Fold, FoldKind, HiddenValue, Partial, Payload, Undecided};
pub use program::{NumberId, Program, TruthId};
pub use scan::{Group, Key, Partials, Query, scan};
pub use table::{Places, Table};
pub(crate) use table::{letters, quoted};

/// Where the rows of a block begin in their file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Number of the block's first row, from 0.
    pub row: u64,
    /// Rows in the block.
    pub rows: u64,
    /// Line of the file on which the block begins, from 1.
    pub line: u64,
    /// Byte of the file at which the block begins.
    pub byte: u64,
    /// Bytes of the block.
    pub bytes: u64,
    /// Lines from the block's first to each row's; nothing where every line is a row.
    pub lines: Option<Box<[u32]>>,
}

impl Checkpoint {
    /// The line of the file on which a row of the block begins, by its offset in the block.
    pub fn line_of(&self, offset: usize) -> u64 {
        let lines = self.lines.as_ref().and_then(|lines| lines.get(offset));
        self.line + lines.map_or(offset as u64, |line| u64::from(*line))
    }
}

/// The file that a dataset was read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// Id of the source.
    pub source: String,
    /// Path from the project's folder.
    pub path: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Rows that the declaration ignores.
    pub ignored: u64,
    /// Column that names each row's source.
    pub source_column: Option<String>,
    /// The columns' headers as published, by our name.
    pub headers: IndexMap<String, String>,
    /// The table as it was read, where the file is no plain CSV.
    pub table: Option<Arc<Table>>,
}

/// Where the cells of a column come from that is looked up in another dataset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lookup {
    /// The other dataset.
    pub dataset: String,
    /// Its column.
    pub column: String,
    /// Its source.
    pub source: String,
    /// For each row here its row there; none where there is none.
    pub rows: Vec<Option<u32>>,
}

/// A table of typed columns, in blocks of rows.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Name of the dataset or series.
    pub name: String,
    /// The columns that something named, in the order of the file.
    pub columns: IndexMap<String, Column>,
    /// Names of all columns of the file, also of those that nothing names.
    pub header: Vec<String>,
    /// The blocks, in order.
    pub blocks: Vec<Checkpoint>,
    /// Rows in all.
    pub rows: u64,
    /// Columns whose values together name a row.
    pub key: Vec<String>,
    /// Columns that are looked up in other datasets, by name; they are among `columns`.
    pub lookups: IndexMap<String, Lookup>,
    /// Rows whose label reads as a total, with it.
    pub totals: Vec<(u64, String)>,
    /// The file, of a dataset.
    pub provenance: Option<Provenance>,
    /// Which of its numbers are too small to be told.
    pub guard: Option<Guard>,
    /// Columns about single people: they can be counted, and reach no bundle.
    pub personal: BTreeSet<String>,
}

impl Frame {
    /// Block and offset in it of a row.
    pub fn locate(&self, row: u64) -> (usize, usize) {
        let block = self.blocks.partition_point(|block| block.row + block.rows <= row);
        let start = self.blocks.get(block).map_or(0, |block| block.row);
        (block, (row - start) as usize)
    }

    /// The line of the file on which a row begins; of a workbook, the row of its sheet.
    pub fn line(&self, row: u64) -> u64 {
        let line = self.read_line(row);
        self.table().map_or(line, |table| table.places.row(line))
    }

    /// The line on which a row begins in what was read: the file, or the table that was made of it.
    pub(crate) fn read_line(&self, row: u64) -> u64 {
        let (block, offset) = self.locate(row);
        self.blocks.get(block).map_or(0, |block| block.line_of(offset))
    }

    /// What was read in place of the file, where that is no plain CSV.
    pub(crate) fn table(&self) -> Option<&Table> {
        self.provenance.as_ref()?.table.as_deref()
    }

    /// The sheet of a workbook that the rows are from.
    pub fn sheet(&self) -> Option<&str> {
        self.table()?.places.sheet.as_deref()
    }

    /// The cells of a row in columns of the file: `Table_16!A12:D12` of a workbook, a line of any other file.
    pub fn cells_of(&self, row: u64, columns: &[usize]) -> String {
        self.run_of((row, row), columns)
    }

    /// The same of rows that follow each other, from one to another.
    pub fn run_of(&self, (first, last): (u64, u64), columns: &[usize]) -> String {
        let (from, to) = (self.line(first), self.line(last));
        let Some(table) = self.table().filter(|table| table.places.sheet.is_some()) else {
            return if from == to { from.to_string() } else { format!("{from}–{to}") };
        };
        let places = &table.places;
        let lines = [self.read_line(first), self.read_line(last)];
        let across = lines
            .iter()
            .flat_map(|line| columns.iter().filter_map(|column| places.column(*line, *column)));
        let across: Vec<u32> = across.collect();
        let sheet = places.sheet_name();
        match (across.iter().min(), across.iter().max()) {
            (Some(left), Some(right)) if left == right && from == to => {
                format!("{sheet}!{}{from}", letters(*left))
            }
            (Some(left), Some(right)) => {
                format!("{sheet}!{}{from}:{}{to}", letters(*left), letters(*right))
            }
            _ => format!("{sheet}!{from}:{to}"),
        }
    }

    /// The cell of a column in a row.
    pub fn cell(&self, column: &Column, row: u64) -> Cell {
        let (block, offset) = self.locate(row);
        column.cell(block, offset)
    }

    /// The known number of a cell.
    pub fn number(&self, column: &Column, row: u64) -> Option<Exact> {
        match self.cell(column, row) {
            Cell::Known(Value::Number(number)) => Some(number.value),
            _ => None,
        }
    }

    /// A cell as text with its signs: the one that hides it, or those beside its value.
    pub fn signed(&self, column: &Column, row: u64) -> String {
        let (block, offset) = self.locate(row);
        let signs: Vec<&str> =
            column.signs_at(block, offset).map(|sign| sign.text.as_str()).collect();
        match self.cell(column, row) {
            Cell::Suppressed if !signs.is_empty() => signs.join(" "),
            cell if signs.is_empty() => cell.to_string(),
            cell => format!("{cell} {}", signs.join(" ")),
        }
    }

    /// The index of a column.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.get_index_of(name)
    }
}
