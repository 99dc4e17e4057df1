//! Publishers' files to frames: what a `source.yaml` declares, read as declared, and refused where it is not so.
//!
//! In: declarations, and a file's bytes as a stream. Out: [`Source`]s and [`Frame`](crate::frame::Frame)s. A file is
//! read once, hashed in the same pass, and only the columns that something names are kept.

mod cells;
mod csv;
mod declare;
mod ignore;
mod load;
mod raw;
mod rows;

pub use declare::{
    ColumnDeclaration, ColumnType, Dataset, Source, Sources, Transcribed, Via, declare,
};
pub(crate) use load::row_place;
pub use load::{Open, Wanted, load};
pub(crate) use raw::schema;
pub use rows::{ReadSeek, Record, records};
