//! Publishers' files to frames: what a `source.yaml` declares, read as declared, and refused where it is not so.
//!
//! In: declarations, and a file's bytes as a stream. Out: [`Source`]s and [`Frame`](crate::frame::Frame)s. A file is
//! read once, hashed in the same pass, and only the columns that something names are kept.

mod cells;
mod checks;
mod chunk;
mod column;
mod csv;
mod declare;
mod grid;
mod header;
mod ignore;
mod load;
mod lookup;
mod package;
mod propose;
mod raw;
mod rows;
mod vocabulary;

pub(crate) use checks::row_place;
pub use declare::{
    ColumnDeclaration, ColumnType, Constraints, Dataset, LookupDeclaration, Source, Sources,
    Transcribed, Via, declare,
};
pub use grid::{Area, Shape};
pub(crate) use header::slug;
pub use load::{Open, Wanted, load};
pub use lookup::attach;
pub use propose::{Proposal, propose};
pub(crate) use raw::schema;
pub use rows::{ReadSeek, Record, records};
pub(crate) use vocabulary::{is_unit, legend};
