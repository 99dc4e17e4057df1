//! `figures.json` and `figures.csv`: every figure and point, for machines.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

use super::Inputs;
use crate::document::csv;
use crate::figures::{Counts, Figure, Point, Series};
use crate::value::Value;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    made_by: &'static str,
    report: &'a str,
    date: String,
    language: &'a str,
    rounding: &'static str,
    figures: Vec<Entry<'a>>,
    series: Vec<SeriesEntry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    label: &'a str,
    value: String,
    shown: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    provenance: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[String; 2]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rounded_root: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Input<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    uses: &'a [String],
    sources: Vec<&'a str>,
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(rename = "from")]
    frame: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    columns: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lookups: Vec<LookedUp<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_missing: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_suppressed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_undecided: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_sha256: Option<String>,
}

/// A column that is looked up in another dataset.
#[derive(Serialize)]
struct LookedUp<'a> {
    column: &'a str,
    #[serde(rename = "from")]
    dataset: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct SeriesEntry<'a> {
    id: &'a str,
    label: &'a str,
    keys: &'a [String],
    values: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_without_key: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_sha256: Option<String>,
    points: Vec<PointEntry<'a>>,
}

#[derive(Serialize)]
struct PointEntry<'a> {
    keys: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u64>,
    values: Vec<Option<Entry<'a>>>,
}

pub(super) fn json(inputs: &Inputs<'_>) -> Vec<u8> {
    let report = Report {
        schema: "tieout figures 1",
        made_by: super::MADE_BY,
        report: &inputs.spec.name,
        date: inputs.spec.date.to_string(),
        language: &inputs.spec.language,
        rounding: inputs.spec.rounding.name(),
        figures: inputs
            .figures
            .figures
            .values()
            .map(|figure| entry(figure, inputs, true))
            .collect(),
        series: inputs.figures.series.values().map(|series| series_entry(series, inputs)).collect(),
    };
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Lines::default());
    // into memory, of texts and whole numbers alone: nothing of it can fail
    if report.serialize(&mut writer).is_err() {
        return Vec::new();
    }
    bytes.push(b'\n');
    bytes
}

/// How deep in the file what stands inside begins a line of its own: figures and their fields do, and points, each whole.
const LINED: usize = 4;

/// JSON in lines down to a depth, so that it can be read and compared, and is not mostly blanks.
#[derive(Default)]
struct Lines {
    depth: usize,
    empty: bool,
}

impl Lines {
    fn begin<W: io::Write + ?Sized>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.empty = true;
        writer.write_all(sign)
    }

    fn end<W: io::Write + ?Sized>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        let lined = self.depth <= LINED && !self.empty;
        self.depth -= 1;
        self.empty = false;
        if lined {
            self.line(writer)?;
        }
        writer.write_all(sign)
    }

    fn line<W: io::Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }

    fn part<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.empty = false;
        let sign: &[u8] = match (first, self.depth <= LINED) {
            (true, _) => b"",
            (false, true) => b",",
            (false, false) => b", ",
        };
        writer.write_all(sign)?;
        if self.depth <= LINED { self.line(writer) } else { Ok(()) }
    }
}

impl Formatter for Lines {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

fn entry<'a>(figure: &'a Figure, inputs: &Inputs<'a>, with_rows: bool) -> Entry<'a> {
    let number = figure.value.number();
    let rows = |id: &str| inputs.digests.get(id).cloned();
    Entry {
        id: &figure.id,
        label: &figure.label,
        value: figure.value.to_string(),
        shown: inputs.shower.figure(figure).to_string(),
        format: figure.format.map(|format| format.to_string()),
        unit: number.and_then(|number| number.measure.unit_name()),
        provenance: figure.provenance.name(),
        bounds: number
            .and_then(|number| number.bounds.as_ref())
            .map(|(low, high)| [low.to_string(), high.to_string()]),
        rounded_root: number.is_some_and(|number| number.rounded_root),
        recipe: figure.recipe.as_ref().map(|recipe| recipe.canonical.as_str()),
        recipe_sha256: figure.recipe.as_ref().map(|recipe| recipe.sha256.as_str()),
        input: figure.counts.as_ref().map(|counts| {
            let id = figure.id.split('/').next().unwrap_or(&figure.id);
            input(id, counts, inputs, with_rows.then(|| rows(id)).flatten())
        }),
        quote: figure.quote.as_ref().map(|quote| quote.words.as_str()),
        at: figure.quote.as_ref().and_then(|quote| quote.at.as_deref()),
        reason: figure.reason.as_deref(),
        uses: &figure.uses,
        sources: figure.sources.iter().map(String::as_str).collect(),
    }
}

fn input<'a>(
    id: &str,
    counts: &'a Counts,
    inputs: &Inputs<'a>,
    rows_sha256: Option<String>,
) -> Input<'a> {
    let provenance = inputs.frames.get(&counts.frame).and_then(|frame| frame.provenance.as_ref());
    let selected = inputs.figures.selected.get(id);
    let own = inputs.frames.get(&counts.frame);
    let columns = selected.into_iter().flat_map(|selected| &selected.columns);
    let looked_up = columns.filter_map(|column| {
        let lookup = own?.lookups.get(column)?;
        let there = inputs.frames.get(&lookup.dataset).and_then(|f| f.provenance.as_ref());
        Some(LookedUp {
            column,
            dataset: &lookup.dataset,
            file: there.map(|provenance| provenance.path.as_str()),
            sha256: there.map(|provenance| provenance.sha256.as_str()),
        })
    });
    Input {
        frame: &counts.frame,
        file: provenance.map(|provenance| provenance.path.as_str()),
        sheet: inputs.frames.get(&counts.frame).and_then(|frame| frame.sheet()),
        sha256: provenance.map(|provenance| provenance.sha256.as_str()),
        columns: selected
            .map(|selected| selected.columns.iter().map(String::as_str).collect())
            .unwrap_or_default(),
        lookups: looked_up.collect(),
        rows_total: counts.rows.map(|rows| rows.total),
        rows_used: counts.rows.map(|rows| rows.used),
        rows_missing: counts.rows.map(|rows| rows.missing),
        rows_suppressed: counts.rows.map(|rows| rows.suppressed),
        rows_undecided: counts.rows.map(|rows| rows.undecided),
        rows_sha256: rows_sha256.filter(|_| !inputs.figures.withheld.contains(&counts.frame)),
    }
}

fn series_entry<'a>(series: &'a Series, inputs: &Inputs<'a>) -> SeriesEntry<'a> {
    let point = |point: &'a Point| PointEntry {
        keys: point.keys.iter().map(Value::to_string).collect(),
        rank: point.rank,
        place: point.place,
        values: point
            .values
            .iter()
            .map(|value| value.figure().map(|figure| entry(figure, inputs, false)))
            .collect(),
    };
    let selected = inputs.figures.selected.get(&series.id);
    let withheld = selected.is_some_and(|own| inputs.figures.withheld.contains(&own.frame));
    SeriesEntry {
        id: &series.id,
        label: &series.label,
        keys: &series.keys,
        values: series.values.keys().map(String::as_str).collect(),
        recipe: series.recipe.as_ref().map(|recipe| recipe.canonical.as_str()),
        recipe_sha256: series.recipe.as_ref().map(|recipe| recipe.sha256.as_str()),
        rows_without_key: (!series.counts_cases).then_some(series.without_key),
        rows_sha256: inputs.digests.get(&series.id).filter(|_| !withheld).cloned(),
        points: series.points.iter().map(point).collect(),
    }
}

/// One line a figure or point.
pub(super) fn csv_table(inputs: &Inputs<'_>) -> Vec<u8> {
    let head = [
        "id",
        "label",
        "value",
        "shown",
        "unit",
        "provenance",
        "rows_used",
        "rows_total",
        "recipe",
        "sources",
    ];
    let rows = inputs.figures.all().map(|figure| {
        let entry = entry(figure, inputs, false);
        let (used, total) = figure
            .counts
            .as_ref()
            .and_then(|counts| counts.rows)
            .map_or((String::new(), String::new()), |rows| {
                (rows.used.to_string(), rows.total.to_string())
            });
        vec![
            entry.id.to_string(),
            entry.label.to_string(),
            entry.value,
            entry.shown,
            entry.unit.unwrap_or_default(),
            entry.provenance.to_string(),
            used,
            total,
            entry.recipe.unwrap_or_default().to_string(),
            entry.sources.join(" "),
        ]
    });
    csv(head.map(str::to_string).to_vec(), rows)
}
