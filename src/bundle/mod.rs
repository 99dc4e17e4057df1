//! All files of one edition, as a map from path to bytes, and its lock.
//!
//! In: a finished document, its figures, the pages. Out: a [`Bundle`], which the command line writes as a whole.

mod evidence;
mod figures;
mod lock;
mod package;
mod write;

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::digest::sha256;
use crate::document::{Document, RowTable};
use crate::figures::{Collapsed, Figures, RowSet, Shower};
use crate::frame::Frame;
use crate::review::Review;
use crate::sources::{Record, Sources};
use crate::spec::Spec;
use crate::standards;

pub use evidence::{MOST_ROWS, PLACE_IN};
pub use lock::{Lock, drift};
pub use write::{Written, read_bundle, write_bundle, write_text};

/// The name and version of what makes bundles.
pub const MADE_BY: &str = concat!("tieout ", env!("CARGO_PKG_VERSION"));

/// Files of an edition, by their path in it.
pub type Bundle = BTreeMap<String, Vec<u8>>;

/// What a bundle is assembled from.
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Its figures.
    pub figures: &'a Figures,
    /// Datasets as read.
    pub frames: &'a BTreeMap<String, Frame>,
    /// The document.
    pub document: &'a Document,
    /// How far its review has come.
    pub review: &'a Review,
    /// How values print.
    pub shower: Shower<'a>,
    /// Rows of figures and series, up to one more than are written out.
    pub rows: &'a BTreeMap<String, RowSet>,
    /// Those rows as published, by dataset and number.
    pub records: &'a BTreeMap<String, BTreeMap<u64, Record>>,
    /// Texts to keep in `spec/`, by path.
    pub texts: BTreeMap<String, String>,
    /// Rows of figures and series, collapsed.
    pub collapsed: &'a BTreeMap<String, Collapsed>,
    /// Digests of those rows.
    pub digests: &'a BTreeMap<String, String>,
    /// The workbook.
    pub workbook: Vec<u8>,
}

impl<'a> Inputs<'a> {
    /// What the standards describe.
    pub fn standards(&self) -> standards::Inputs<'a> {
        let Self { spec, sources, figures, frames, document, shower, .. } = *self;
        standards::Inputs { spec, sources, figures, frames, document, shower }
    }
}

/// Assembles the bundle of an edition with its Markdown twin; its page is made of the rows that it shows, by figure and
/// series.
///
/// # Errors
/// The page cannot be made.
pub fn assemble(
    inputs: Inputs<'_>,
    markdown: Vec<u8>,
    page: impl FnOnce(&BTreeMap<String, RowTable>) -> Result<Vec<u8>, Diagnostic>,
) -> Result<Bundle, Diagnostic> {
    let mut bundle = Bundle::new();
    let shown = evidence::add(&inputs, &mut bundle);
    for chart in &inputs.document.charts {
        bundle.insert(format!("charts/{}.svg", chart.id), chart.picture.file.clone().into_bytes());
        bundle.insert(format!("charts/{}.csv", chart.id), chart.data.csv());
    }
    for table in &inputs.document.tables {
        bundle.insert(format!("tables/{}.csv", table.id), table.data.csv());
    }
    bundle.insert("figures.json".into(), figures::json(&inputs));
    bundle.insert("figures.csv".into(), figures::csv_table(&inputs));
    bundle.insert("evidence.xlsx".into(), inputs.workbook.clone());
    package::add(&inputs, &mut bundle);
    for (path, text) in &inputs.texts {
        bundle.insert(format!("spec/{path}"), text.clone().into_bytes());
    }
    bundle.insert("index.html".into(), page(&shown)?);
    bundle.insert("briefing.md".into(), markdown);
    let described = inputs.standards();
    bundle.insert("sources.csl.json".into(), standards::csl(&described));
    bundle.extend(standards::citation(&described).map(|file| ("CITATION.cff".into(), file)));
    bundle.insert("prov.json".into(), standards::prov(&described));
    let crates = standards::ro_crate(&described, &bundle);
    bundle.insert("ro-crate-metadata.json".into(), crates);
    let sums: String =
        bundle.iter().map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes))).collect();
    bundle.insert("SHA256SUMS".into(), sums.into_bytes());
    Ok(bundle)
}
