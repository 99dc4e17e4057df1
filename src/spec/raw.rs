//! The report spec as it is written: one type per entry, every field optional that YAML lets be left out.
//!
//! The JSON schema that editors use is generated from these types, so that they cannot disagree.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::decode::{Glossary, Section};
use crate::text::Passage;

/// A report: `reports/NAME.yaml`, with its body in `reports/NAME.md`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawReport {
    /// Title of the briefing. May hold claims, as any text here may.
    pub(super) title: Passage,
    /// A line below the title.
    pub(super) subtitle: Option<Passage>,
    /// Language of the briefing, of its numbers and of its words: en-GB or fr.
    pub(super) language: Option<Passage>,
    /// Date of the briefing, e.g. 2025-04-13. No clock is ever read.
    pub(super) date: Passage,
    /// Organisations that publish the briefing, or none.
    #[serde(default)]
    pub(super) authors: Vec<RawAuthor>,
    /// Licence of the briefing: an SPDX identifier such as CC-BY-4.0, or words. Sources keep their own.
    pub(super) licence: Option<Passage>,
    /// Who may sign the report off: names that are no author's. Anybody but an author where this is left out.
    #[serde(default)]
    pub(super) reviewers: Vec<RawReviewer>,
    /// How ties are rounded: half-up (away from zero, the default) or half-even.
    pub(super) rounding: Option<Passage>,
    /// How bad a rule about words is, by its name: error, warning or off. See docs/words.md.
    #[serde(default)]
    pub(super) severity: Section<Passage>,
    /// The theme of the page: `templates/themes/NAME.yaml`.
    pub(super) theme: Option<Passage>,
    /// Whether the methods are printed with the briefing: true unless given.
    pub(super) print_methods: Option<bool>,
    /// Key figures below the title.
    #[serde(default)]
    pub(super) cards: Vec<RawCard>,
    /// Parameters, used as `$name` in recipes and `[=](param:name)` in the text, with their defaults.
    #[serde(default)]
    pub(super) parameters: Section<Passage>,
    /// Named filters over a dataset or another selection.
    #[serde(default)]
    pub(super) selections: Section<RawSelection>,
    /// Figures: a recipe on one line, or the long form.
    #[serde(default)]
    pub(super) figures: Section<RawFigure>,
    /// Series: figures along one or two keys.
    #[serde(default)]
    pub(super) series: Section<RawSeries>,
    /// Charts, drawn from series.
    #[serde(default)]
    pub(super) charts: Section<RawChart>,
    /// Tables, made of series or figures.
    #[serde(default)]
    pub(super) tables: Section<RawTable>,
    /// Equations between figures that must hold exactly, e.g. `total = part + part`.
    #[serde(default)]
    pub(super) checks: Vec<Passage>,
    /// What others said (a newspaper, a minister): checked like the report's own words, and never an error.
    #[serde(default)]
    pub(super) claims: Section<RawOutside>,
}

/// What somebody else said.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawOutside {
    /// Who said it.
    pub(super) who: Passage,
    /// Id of the source that it was read in.
    pub(super) source: Option<Passage>,
    /// When it was said: 2025, 2025-04 or 2025-04-13.
    pub(super) on: Option<Passage>,
    /// The words, tied to figures by links.
    pub(super) words: Passage,
    /// Whether these are the report's own words for it; printed without quotation marks.
    #[serde(default)]
    pub(super) paraphrase: bool,
    /// Why nothing in it can be tied to a figure.
    pub(super) untied: Option<Passage>,
    /// What a reader should know beside the verdict.
    pub(super) note: Option<Passage>,
}

/// An organisation that publishes the briefing.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawAuthor {
    /// Its name.
    pub(super) name: Passage,
}

/// Who may sign a report off.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawReviewer {
    /// The name, as it stands in the ledger.
    pub(super) name: Passage,
    /// A minisign public key; the reviewer's sign-offs count only with a signature by it.
    pub(super) key: Option<Passage>,
}

/// A named filter.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawSelection {
    /// What readers and reviewers read instead of the id.
    pub(super) label: Option<Passage>,
    /// A dataset, selection or series.
    pub(super) from: Passage,
    /// Which rows.
    #[serde(rename = "where")]
    pub(super) filter: Option<Passage>,
    /// Columns computed row by row.
    #[serde(default)]
    pub(super) add: Section<Passage>,
}

/// A figure: computed from data, derived from figures, quoted from a source, or entered by hand.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawFigure {
    /// The recipe, or the printed value of a quoted or entered figure.
    pub(super) value: Option<Passage>,
    /// A dataset, selection or series.
    pub(super) from: Option<Passage>,
    /// Which rows.
    #[serde(rename = "where")]
    pub(super) filter: Option<Passage>,
    /// How it prints: integer, decimal(1), percent, points, currency, per(100000), days, words, million(1), billion(1).
    #[serde(rename = "as")]
    pub(super) format: Option<Passage>,
    /// What it is, for tables and the methods section.
    pub(super) label: Option<Passage>,
    /// What a reader must know; printed wherever the figure is explained.
    pub(super) caveat: Option<Passage>,
    /// Other spellings of a text figure.
    #[serde(default)]
    pub(super) also: Vec<Passage>,
    /// Whether the source only repeats what another published, which was not seen.
    #[serde(default)]
    pub(super) second_hand: bool,
    /// What a quoted or entered share is taken of, in words: `of` beside it must say the same.
    pub(super) of: Option<Passage>,
    /// Let an empty selection count as 0.
    #[serde(default)]
    pub(super) allow_empty: bool,
    /// Words of the source in which the value stands.
    pub(super) quote: Option<Passage>,
    /// Id of the source that is quoted.
    pub(super) source: Option<Passage>,
    /// Where in the source: a page, paragraph or table.
    pub(super) at: Option<Passage>,
    /// The period that a quoted or entered value is about, or a list of them: 2024, 2024 Q1, 2023/24.
    #[serde(default)]
    pub(super) period: Vec<Passage>,
    /// Which organisation entered the number.
    pub(super) by: Option<Passage>,
    /// When it was entered.
    pub(super) on: Option<Passage>,
    /// Why it is entered and not computed.
    pub(super) reason: Option<Passage>,
}

/// Figures along one or two keys.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawSeries {
    /// The recipe of its value.
    pub(super) value: Option<Passage>,
    /// Several values by name.
    #[serde(default)]
    pub(super) values: Section<Passage>,
    /// A dataset, selection or series.
    pub(super) from: Option<Passage>,
    /// Which rows.
    #[serde(rename = "where")]
    pub(super) filter: Option<Passage>,
    /// One or two columns.
    #[serde(default)]
    pub(super) by: Vec<Passage>,
    /// How its values print.
    #[serde(rename = "as")]
    pub(super) format: Option<Passage>,
    /// `highest first` (the default) or `lowest first`: what rank 1 is.
    pub(super) order: Option<Passage>,
    /// Figures that make the series, for files with one column each.
    #[serde(default)]
    pub(super) figures: Vec<Passage>,
    /// Of a series made of other series: keys that are not in all of them, and are left out.
    #[serde(default)]
    pub(super) unmatched: Vec<Passage>,
    /// What it is.
    pub(super) label: Option<Passage>,
    /// Labels of the values, or of the second keys, by name.
    #[serde(default)]
    pub(super) labels: Section<Passage>,
    /// What a reader must know.
    pub(super) caveat: Option<Passage>,
}

/// A chart of a series.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawChart {
    /// The kind of chart.
    pub(super) kind: RawChartKind,
    /// Let bars lie: for long labels. Bars lie by themselves where labels would not fit.
    #[serde(default)]
    pub(super) horizontal: bool,
    /// The series.
    pub(super) series: Passage,
    /// Which of the series' values, or which keys of its second `by`, in order; all of them unless given.
    #[serde(default)]
    pub(super) values: Vec<Passage>,
    /// The value of the series that stacked values add up to; it is checked, and not drawn.
    pub(super) whole: Option<Passage>,
    /// A headline that says what the chart shows.
    pub(super) title: Passage,
    /// What is measured, where and when; made from the recipe where it is not given.
    pub(super) subtitle: Option<Passage>,
    /// What somebody who cannot see the chart must know.
    pub(super) alt: Passage,
    /// The keys to draw, in order; all of them unless given.
    #[serde(default)]
    pub(super) keys: Vec<Passage>,
    /// Strands of a line or slope chart that stand out; the others are grey.
    #[serde(default)]
    pub(super) highlight: Vec<Passage>,
    /// What the axis measures, where the unit of the values does not say it.
    pub(super) axis: Option<Passage>,
    /// Whether the axis of lines and dots begins at zero: true unless given. Bars always do.
    pub(super) zero: Option<bool>,
    /// A line across the chart at the value of a figure.
    pub(super) reference: Option<RawReferenceLine>,
    /// Words at keys of the chart.
    #[serde(default)]
    pub(super) annotations: Vec<RawAnnotation>,
    /// A note below the chart.
    pub(super) note: Option<Passage>,
    /// Refused, with the reason.
    #[schemars(skip)]
    pub(super) scale: Option<Passage>,
}

/// A line across a chart.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawReferenceLine {
    /// The figure at whose value it stands.
    pub(super) figure: Passage,
    /// What it is; the figure's label unless given.
    pub(super) label: Option<Passage>,
}

/// Words at a key of a chart.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawAnnotation {
    /// The key.
    pub(super) at: Passage,
    /// At most 50 characters, with a `cite:` of the source or a `fig:` of the figure that they state.
    pub(super) words: Passage,
}

/// The kinds of chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawChartKind {
    /// Bars from zero, one a key.
    Bar,
    /// Bars side by side, for up to four strands: several values, or a second key.
    GroupedBar,
    /// Bars on top of each other: parts of a whole.
    StackedBar,
    /// The same, each as long as the others.
    StackedPercent,
    /// Lines along periods, dates or numbers, each labelled where it ends.
    Line,
    /// Areas along periods, dates or numbers, one on the other.
    Area,
    /// Dots in rows, one row a key.
    Dot,
    /// Dots on stems from zero, one a key.
    Lollipop,
    /// Lines from one of two periods to the other.
    Slope,
    /// Small multiples: a small plot for each strand, on one scale.
    Multiples,
    /// How many values of the series lie in each of some ranges.
    Histogram,
    /// Refused, with the reason.
    #[schemars(skip)]
    Pie,
}

/// A table of a series or of figures.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawTable {
    /// The series.
    pub(super) series: Option<Passage>,
    /// Figures, one a row.
    #[serde(default)]
    pub(super) figures: Vec<Passage>,
    /// Outside claims by id, or `all`: each with its verdict.
    #[serde(default)]
    pub(super) claims: Vec<Passage>,
    /// What the table shows.
    pub(super) caption: Passage,
    /// Headers of the columns, in order.
    #[serde(default)]
    pub(super) columns: Vec<Passage>,
    /// The keys to show, in order; all of them unless given.
    #[serde(default)]
    pub(super) keys: Vec<Passage>,
    /// Let the second key of the series go across: a column for each.
    #[serde(default)]
    pub(super) across: bool,
    /// `given` (the default: as the keys are, or as listed), `highest first` or `lowest first`.
    pub(super) order: Option<Passage>,
    /// Only the first so many, by place.
    pub(super) top: Option<u64>,
    /// A last row: the figures that the columns add up to, which is checked.
    pub(super) total: Option<RawTotal>,
    /// A note below the table.
    pub(super) note: Option<Passage>,
}

/// The last row of a table.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawTotal {
    /// Its header: Total unless given.
    pub(super) label: Option<Passage>,
    /// A figure for each column of values.
    pub(super) figures: Vec<Passage>,
}

/// A key figure below the title.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RawCard {
    /// The claim, e.g. `"[5,598](fig:dtn_2024)"`.
    pub(super) value: Passage,
    /// What it is, in words.
    pub(super) label: Passage,
}

impl JsonSchema for Passage {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl<T: JsonSchema> JsonSchema for Section<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("SectionOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": entry })
    }
}

impl JsonSchema for Glossary {
    fn schema_name() -> Cow<'static, str> {
        "Glossary".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<Passage>();
        json_schema!({ "anyOf": [
            { "type": "array", "items": word },
            { "type": "object", "additionalProperties": word },
        ] })
    }
}

/// The JSON schema of a spec type: what serde reads, with the short forms that the decoder adds.
pub(crate) fn schema<T: JsonSchema>(title: &str) -> serde_json::Value {
    let mut schema =
        schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    let mut value = schema.to_value();
    loosen(&mut value);
    value
}

/// Closes every object to unknown fields, and lets a text stand for a list of one and for an object's `value`.
fn loosen(value: &mut serde_json::Value) {
    let Some(object) = value.as_object_mut() else {
        if let Some(list) = value.as_array_mut() {
            list.iter_mut().for_each(loosen);
        }
        return;
    };
    object.values_mut().for_each(loosen);
    let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or("").to_string();
    if kind == "object" && object.contains_key("properties") {
        object.insert("additionalProperties".into(), false.into());
    }
    let short = kind == "array"
        || (kind == "object" && object.get("properties").is_some_and(|p| p.get("value").is_some()));
    let whole = object.contains_key("definitions");
    if short && !whole {
        let long = std::mem::take(object);
        let text = serde_json::json!({ "type": ["string", "number", "boolean"] });
        object.insert("anyOf".into(), serde_json::json!([text, long]));
    }
}
