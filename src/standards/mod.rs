//! A briefing in the words of others: what libraries, archives and search engines read.
//!
//! In: a finished document with its figures and sources. Out: CSL-JSON and `CITATION.cff` for who cites, PROV-JSON and
//! RO-Crate for who archives, schema.org JSON-LD for who searches. All say the same: which files were read, which figures
//! were made of them by which recipe, and who published what. Nothing depends on a clock: times are the report's date.

mod citation;
mod crates;
mod csl;
mod json_ld;
mod prov;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

pub use citation::citation;
pub use crates::ro_crate;
pub use csl::csl;
pub use json_ld::json_ld;
pub use prov::prov;

use crate::document::{Document, NoteContent};
use crate::figures::{Figure, Figures, Series, Shower};
use crate::frame::{Frame, Provenance};
use crate::sources::{Source, Sources};
use crate::spec::Spec;
use crate::value::PartialDate;

/// The version of tieout.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is described.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Its figures.
    pub figures: &'a Figures,
    /// Datasets as read.
    pub frames: &'a BTreeMap<String, Frame>,
    /// The briefing.
    pub document: &'a Document,
    /// How values print.
    pub shower: Shower<'a>,
}

impl<'a> Inputs<'a> {
    /// Sources that figures rest on or that the text cites, by id.
    fn cited(&self) -> BTreeMap<&'a str, &'a Source> {
        let of_figures = self.figures.all().flat_map(|figure| figure.sources.iter());
        let of_notes = self.document.notes.iter().filter_map(|note| match &note.content {
            NoteContent::Source(citation) => Some(&citation.id),
            _ => None,
        });
        let ids = of_figures.chain(of_notes);
        let found = ids.filter_map(|id| self.sources.sources.get(id));
        found.map(|source| (source.id.as_str(), source)).collect()
    }

    /// The files that figures were computed from, by path, each with its source.
    fn files(&self) -> BTreeMap<&'a str, &'a Provenance> {
        let frames = self.figures.selected.values().flat_map(|selected| {
            let own = self.frames.get(&selected.frame);
            let columns = selected.columns.iter();
            let lookups = columns.filter_map(move |name| own?.lookups.get(name));
            own.into_iter().chain(lookups.filter_map(|lookup| self.frames.get(&lookup.dataset)))
        });
        let files = frames.filter_map(|frame| frame.provenance.as_ref());
        files.map(|provenance| (provenance.path.as_str(), provenance)).collect()
    }

    /// The files that figures were computed from which rest on a source, by path.
    fn files_of(&self, source: &str) -> Vec<&'a Provenance> {
        let made = self.made();
        let of = |own: &&Provenance| {
            own.source == source
                || made.iter().any(|made| {
                    self.file(made.id()).is_some_and(|file| file.path == own.path)
                        && made.sources().contains(source)
                })
        };
        self.files().into_values().filter(of).collect()
    }

    /// The file of the rows of a figure or series.
    fn file(&self, id: &str) -> Option<&'a Provenance> {
        let selected = self.figures.selected.get(id)?;
        self.frames.get(&selected.frame)?.provenance.as_ref()
    }

    /// Figures and series, in their order.
    fn made(&self) -> Vec<Made<'a>> {
        let figures = self.figures.figures.values().map(Made::Figure);
        figures.chain(self.figures.series.values().map(Made::Series)).collect()
    }

    /// The day of the report as a moment.
    fn moment(&self) -> String {
        format!("{}T00:00:00+00:00", self.spec.date)
    }
}

/// A figure or a series.
#[derive(Clone, Copy)]
enum Made<'a> {
    Figure(&'a Figure),
    Series(&'a Series),
}

impl<'a> Made<'a> {
    fn id(&self) -> &'a str {
        match self {
            Self::Figure(figure) => &figure.id,
            Self::Series(series) => &series.id,
        }
    }

    fn label(&self) -> &'a str {
        match self {
            Self::Figure(figure) => &figure.label,
            Self::Series(series) => &series.label,
        }
    }

    /// How it was made: a recipe, a quotation, a reason.
    fn recipe(&self) -> Option<&'a str> {
        match self {
            Self::Figure(figure) => {
                let recipe = figure.recipe.as_ref().map(|recipe| recipe.canonical.as_str());
                let quote = figure.quote.as_ref().map(|quote| quote.words.as_str());
                recipe.or(quote).or(figure.reason.as_deref())
            }
            Self::Series(series) => series.recipe.as_ref().map(|recipe| recipe.canonical.as_str()),
        }
    }

    /// Figures and series that it is made from.
    fn uses(&self) -> BTreeSet<&'a str> {
        match self {
            Self::Figure(figure) => figure.uses.iter().map(String::as_str).collect(),
            Self::Series(series) => {
                series.figures().flat_map(|figure| figure.uses.iter().map(String::as_str)).collect()
            }
        }
    }

    fn sources(&self) -> BTreeSet<&'a str> {
        match self {
            Self::Figure(figure) => figure.sources.iter().map(String::as_str).collect(),
            Self::Series(series) => {
                let all = series.figures().flat_map(|figure| figure.sources.iter());
                all.map(String::as_str).collect()
            }
        }
    }

    /// Its exact value; of a series the number of its points.
    fn value(&self) -> String {
        match self {
            Self::Figure(figure) => figure.value.to_string(),
            Self::Series(series) => format!("{} points", series.points.len()),
        }
    }

    fn unit(&self) -> Option<String> {
        match self {
            Self::Figure(figure) => figure.value.number()?.measure.unit_name(),
            Self::Series(_) => None,
        }
    }
}

/// The base of an id that may name a point.
fn base(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// An object of the entries that have a value, in this order.
fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
    entries.map(|(key, value)| (key.to_string(), value)).collect()
}

/// JSON as a file's bytes.
fn file(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// One value by itself, several as a list, none as nothing.
fn several(mut values: Vec<Value>) -> Value {
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => values.into(),
    }
}

/// A reference to an entity of the same document.
fn link(id: &str) -> Value {
    json!({ "@id": id })
}

/// Year, and month and day where they are known.
fn parts(date: PartialDate) -> Vec<i64> {
    date.to_string().split('-').filter_map(|part| part.parse().ok()).collect()
}

/// A source's title; its publisher where none is recorded.
fn title(source: &Source) -> &str {
    source.title.as_deref().unwrap_or(&source.publisher)
}

/// A source's licence, where one is stated.
fn stated_licence(source: &Source) -> Option<&str> {
    let stated = !source.licence.is_empty() && !source.licence.eq_ignore_ascii_case("none stated");
    stated.then_some(source.licence.as_str())
}

/// The address of a licence, where its name is an identifier of SPDX's form.
fn licence_address(licence: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    let is_id = !licence.is_empty() && licence.chars().all(plain) && licence.contains('-');
    is_id.then(|| format!("https://spdx.org/licenses/{licence}"))
}
