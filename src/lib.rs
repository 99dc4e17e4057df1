//! tieout.
pub mod diag;
pub mod digest;
pub mod exact;
pub mod language;
pub mod locale;
pub mod text;
pub mod value;
