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

use indexmap::IndexMap;

pub use column::{Cell, Column, Mark, Meaning, Packed, Part};
pub use compile::{Compiler, Scope, Typed, TypedKind};
pub use fold::{Fold, FoldKind, Partial, Payload};
pub use program::{NumberId, Program, TruthId};
pub use scan::{Group, Key, Partials, Query, scan};

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
    /// The file, of a dataset.
    pub provenance: Option<Provenance>,
}

impl Frame {
    /// Block and offset in it of a row.
    pub fn locate(&self, row: u64) -> (usize, usize) {
        let block = self.blocks.partition_point(|block| block.row + block.rows <= row);
        let start = self.blocks.get(block).map_or(0, |block| block.row);
        (block, (row - start) as usize)
    }

    /// The line of the file on which a row begins.
    pub fn line(&self, row: u64) -> u64 {
        let (block, offset) = self.locate(row);
        self.blocks.get(block).map_or(0, |block| block.line_of(offset))
    }

    /// The cell of a column in a row.
    pub fn cell(&self, column: &Column, row: u64) -> Cell {
        let (block, offset) = self.locate(row);
        column.cell(block, offset)
    }

    /// The index of a column.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.get_index_of(name)
    }
}
