//! Functions over finished values, for those who look after the fact.

mod cells;
mod cubes;
mod edition;
mod page;
mod release;
mod trace;
mod verify;

pub use edition::{Cause, Change, Edition, Published, compare, only_grew, restatements};
pub use release::{Changes, Moved, Revision, Row, broken, changes, moved};
pub use trace::{Candidate, Inputs, Near, Traced, trace};
pub use verify::{Compared, Difference, Strictness, data_files, differences, made_by};
