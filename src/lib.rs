//! tieout.
pub mod diag;
pub mod digest;
pub mod exact;
pub mod figures;
pub mod frame;
pub mod language;
pub mod locale;
pub mod sources;
pub mod spec;
pub mod text;
pub mod value;
