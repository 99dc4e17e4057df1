//! tieout.
pub mod charts;
pub mod claims;
pub mod diag;
pub mod digest;
pub mod document;
pub mod exact;
pub mod figures;
pub mod frame;
pub mod language;
pub mod locale;
pub mod render;
pub mod sources;
pub mod spec;
pub mod text;
pub mod value;
