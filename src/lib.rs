//! tieout builds briefings whose every figure ties out to its source.
//!
//! Data flows one way, through these stages:
//!
//! 1. [`spec`]: a YAML spec and a Markdown body to a resolved report; recipes are read by [`language`];
//! 2. [`sources`]: publishers' files to typed tables, which [`frame`] keeps and scans;
//! 3. [`figures`]: recipes over tables to exact values with their provenance;
//! 4. [`claims`]: the author's words against the figures;
//! 5. [`charts`] and [`document`]: drawings, tables, notes and methods in reading order;
//! 6. [`review`]: who checked what of it, and what needs eyes;
//! 7. [`standards`]: what libraries, archives and search engines read;
//! 8. [`recheck`] and [`workbook`]: what readers compute the figures again with, in the page and in a spreadsheet;
//! 9. [`render`]: HTML and Markdown;
//! 10. [`bundle`]: every file of the edition, and the lock.
//!
//! [`pipeline`] runs them and alone reads files; [`cli`] writes and prints. The ground below all stages is [`diag`],
//! [`text`], [`exact`], [`hidden`], [`value`], [`digest`], [`world`] and [`locale`].

pub mod diag;
pub mod digest;
pub mod disclosure;
pub mod exact;
pub mod hidden;
pub mod locale;
pub mod text;
pub mod value;
pub mod world;

pub mod language;

pub mod spec;

pub mod frame;

pub mod sources;

pub mod figures;

pub mod claims;

pub mod charts;

pub mod document;

pub mod review;

pub mod standards;

pub mod recheck;

pub mod workbook;

pub mod render;

pub mod audit;
pub mod bundle;

pub mod pipeline;

pub mod cli;
