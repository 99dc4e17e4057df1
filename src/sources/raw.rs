//! `source.yaml` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::decode::{Glossary, Section};
use crate::text::Passage;

/// A source: a cited publication, with its files or without any.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawSource {
    /// Title of the publication; leave it out where it is not known, and the page says so.
    pub(super) title: Option<Passage>,
    /// Who published it.
    pub(super) publisher: Passage,
    /// Where it is.
    pub(super) url: Option<Passage>,
    /// When it was published: 2025, 2025-03 or 2025-03-06.
    pub(super) published: Option<Passage>,
    /// When it was read.
    pub(super) accessed: Option<Passage>,
    /// Its licence, e.g. OGL-UK-3.0, or `none stated`.
    pub(super) licence: Passage,
    /// The publisher's own version, edition or reference.
    pub(super) version: Option<Passage>,
    /// Where it was really read, if elsewhere.
    pub(super) via: Option<RawVia>,
    /// What a reader must know of it.
    pub(super) note: Option<Passage>,
    /// Tables in its files.
    #[serde(default)]
    pub(super) datasets: Section<RawDataset>,
}

/// Where a source was really read.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawVia {
    /// Who holds the copy.
    pub(super) name: Passage,
    /// Where the copy is.
    pub(super) url: Option<Passage>,
}

/// A table read from a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawDataset {
    /// The file, beside `source.yaml`.
    pub(super) file: Passage,
    /// SHA-256 of the file; `tieout source pin` writes it.
    pub(super) sha256: Option<Passage>,
    /// A dataset whose columns, key, signs and rules this one has, too; what is declared here comes first.
    pub(super) like: Option<Passage>,
    /// The column of periods that says what time a row covers, where there are several.
    pub(super) covers: Option<Passage>,
    /// The file in a zip archive; needed where there are several.
    pub(super) member: Option<Passage>,
    /// Where the records of a JSON file are, where it is no list itself: `result.records`.
    pub(super) records: Option<Passage>,
    /// The sheet of a workbook; needed where there are several.
    pub(super) sheet: Option<Passage>,
    /// The cells that hold the table, its header included: A7:H60, A7:H or A7.
    pub(super) range: Option<Passage>,
    /// Rows of the header (1 unless given; several are joined), or `none`.
    pub(super) header: Option<Passage>,
    /// Rows at the end that hold something and are no data.
    pub(super) skip_footer: Option<Passage>,
    /// Columns in which a blank cell means the one above it.
    #[serde(default)]
    pub(super) fill_down: Vec<Passage>,
    /// Columns that become rows, by a pattern of their headers: `{year}`, or `{*} {year}`, where `{*}` stays a column.
    pub(super) unpivot: Option<Passage>,
    /// `true` cuts notes from cells and headers: [note 3], England1.
    pub(super) strip_notes: Option<Passage>,
    /// The sign between cells: `;`, `tab` or `|`.
    pub(super) delimiter: Option<Passage>,
    /// The sign around cells that hold the sign between them, where it is not `"`.
    pub(super) quote: Option<Passage>,
    /// How the file's characters are written, where it is not UTF-8: windows-1252, macintosh, utf-16le.
    pub(super) encoding: Option<Passage>,
    /// The sign before decimals, where it is a comma.
    pub(super) decimal: Option<Passage>,
    /// `include` counts hidden rows of a workbook.
    pub(super) hidden: Option<Passage>,
    /// What readers read instead of the name.
    pub(super) label: Option<Passage>,
    /// The place that its rows are about, e.g. UK: stands in the subtitles of charts.
    pub(super) place: Option<Passage>,
    /// Columns by our name for them; those not named here get their header's slug and an inferred type.
    #[serde(default)]
    pub(super) columns: Section<RawColumn>,
    /// Columns that are looked up in other datasets, by the key that those declare.
    #[serde(default)]
    pub(super) lookup: Section<RawLookup>,
    /// Columns whose values together name a row; duplicates are an error.
    #[serde(default)]
    pub(super) key: Vec<Passage>,
    /// Rows that never count, e.g. `outcome = 'Total'`. Decided on text, before types.
    pub(super) ignore_rows: Option<Passage>,
    /// Conditions that every row must meet.
    #[serde(default)]
    pub(super) rules: Vec<Passage>,
    /// Markers for missing cells, in every column. An empty cell is always missing.
    #[serde(default)]
    pub(super) missing: Vec<Passage>,
    /// Markers for cells that the publisher hides, in every column, with what each can stand for.
    #[serde(default)]
    pub(super) suppressed: Glossary,
    /// Signs beside values, in every column, with what each means: `{ "[p]": provisional, "[r]": revised }`.
    #[serde(default)]
    pub(super) shorthand: Glossary,
    /// The column that names the source of each row.
    pub(super) source_column: Option<Passage>,
    /// Who typed the table, where it is not the publisher's file.
    pub(super) transcribed: Option<RawTranscribed>,
    /// Which numbers of people are too small to be told: `under5`, `under10`, `round5`, `nhs-digital`, or a rule of your own.
    pub(super) disclosure: Option<RawDisclosure>,
}

impl RawDataset {
    /// A file of which nothing is declared.
    pub(super) fn of(file: Passage) -> Self {
        Self {
            file,
            sha256: None,
            like: None,
            covers: None,
            member: None,
            records: None,
            sheet: None,
            range: None,
            header: None,
            skip_footer: None,
            fill_down: Vec::new(),
            unpivot: None,
            strip_notes: None,
            delimiter: None,
            quote: None,
            encoding: None,
            decimal: None,
            hidden: None,
            label: None,
            place: None,
            columns: Default::default(),
            lookup: Default::default(),
            key: Vec::new(),
            ignore_rows: None,
            rules: Vec::new(),
            missing: Vec::new(),
            suppressed: Default::default(),
            shorthand: Default::default(),
            source_column: None,
            transcribed: None,
            disclosure: None,
        }
    }
}

/// Disclosure control of a dataset. A word alone is a preset.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawDisclosure {
    /// A preset: under5, under10, round5 or nhs-digital.
    pub(super) value: Option<Passage>,
    /// Numbers that are not told: `1..4`.
    pub(super) suppress: Option<Passage>,
    /// What other numbers are rounded to the nearest multiple of.
    pub(super) round: Option<Passage>,
    /// Columns that hold numbers of cases. Where there is none, each row is a case.
    #[serde(default)]
    pub(super) counts: Vec<Passage>,
}

/// A column of another dataset, whose declared key names one row of it for each row here.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawLookup {
    /// The other dataset, which declares a `key`.
    #[serde(rename = "in")]
    pub(super) dataset: Passage,
    /// Our columns that hold its key, in the order of that; those of the same names unless given.
    #[serde(default)]
    pub(super) by: Vec<Passage>,
    /// Its column; the one of the same name unless given.
    pub(super) column: Option<Passage>,
    /// Keys that it does not have, where the looked-up cell is then missing.
    #[serde(default)]
    pub(super) unmatched: Vec<Passage>,
}

/// Who typed a table, and when.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawTranscribed {
    /// An organisation.
    pub(super) by: Passage,
    /// A date.
    pub(super) on: Passage,
}

/// A column.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct RawColumn {
    /// Its header in the file; our name's own spelling unless given.
    pub(super) from: Option<Passage>,
    /// Its letter in the sheet or file, where headers lie or repeat: `D`.
    pub(super) column: Option<Passage>,
    /// integer, decimal, percent, text, date, boolean, period, period(month) or period(financial-year).
    #[serde(rename = "type")]
    pub(super) kind: Option<Passage>,
    /// What one unit of it is: a word, or a currency code.
    pub(super) unit: Option<Passage>,
    /// The sign between groups of three digits, where the file has one: `,`, `'` or a space.
    pub(super) thousands: Option<Passage>,
    /// What every cell of it must be.
    pub(super) constraints: Option<RawConstraints>,
    /// `true`: its cells are about single people. They can be counted, and reach no bundle.
    pub(super) personal: Option<Passage>,
    /// What its numbers are in: `scale: 1000000` of a column in millions. A power of ten.
    pub(super) scale: Option<Passage>,
    /// Texts that stand for others: `{ Gwent Co.: Gwent }`.
    #[serde(default)]
    pub(super) replace: Section<Passage>,
    /// Markers for missing cells in this column.
    #[serde(default)]
    pub(super) missing: Vec<Passage>,
    /// Markers for cells that the publisher hides, with what each can stand for: `{ "<5": 1..4, "[c]": any }`.
    #[serde(default)]
    pub(super) suppressed: Glossary,
    /// Signs beside values, with what each means: `{ "[p]": provisional, "[r]": revised }`.
    #[serde(default)]
    pub(super) shorthand: Glossary,
}

/// What every cell of a column must be: the constraints of Table Schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct RawConstraints {
    /// `true`: no cell is missing.
    pub(super) required: Option<Passage>,
    /// `true`: no value stands twice.
    pub(super) unique: Option<Passage>,
    /// The least that a number may be.
    pub(super) minimum: Option<Passage>,
    /// The most that a number may be.
    pub(super) maximum: Option<Passage>,
    /// The only values that there may be.
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<Passage>,
}

/// The JSON schema of `source.yaml`.
pub(crate) fn schema() -> serde_json::Value {
    crate::spec::raw::schema::<RawSource>("tieout source")
}
