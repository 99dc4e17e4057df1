//! `datapackage.json`: every table of the bundle with its fields, keys, constraints and digest (Data Package 2.0).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Bundle, Inputs};
use crate::digest::sha256;
use crate::frame::{Frame, Stands};
use crate::sources::{Constraints, Source};

/// Adds the description of all tables that the bundle holds.
pub(super) fn add(inputs: &Inputs<'_>, bundle: &mut Bundle) {
    let tables = bundle.iter().filter(|(path, _)| path.ends_with(".csv"));
    let resources: Vec<Value> =
        tables.filter_map(|(path, bytes)| resource(inputs, path, bytes)).collect();
    let mut package = object([
        ("$schema", json!("https://datapackage.org/profiles/2.0/datapackage.json")),
        ("name", json!(name(&inputs.spec.name))),
        ("title", json!(inputs.document.title.plain)),
        ("created", json!(format!("{}T00:00:00Z", inputs.spec.date))),
    ]);
    let contributors = inputs.spec.authors.iter();
    let contributors: Vec<Value> =
        contributors.map(|author| json!({ "title": author, "roles": ["creator"] })).collect();
    if let Some(licence) = &inputs.spec.licence {
        package.insert("licenses".into(), licences(licence).into());
    }
    if !contributors.is_empty() {
        package.insert("contributors".into(), contributors.into());
    }
    let mut cited: BTreeMap<&str, &Source> = BTreeMap::new();
    for figure in inputs.figures.all() {
        let sources = figure.sources.iter().filter_map(|id| inputs.sources.sources.get(id));
        cited.extend(sources.map(|source| (source.id.as_str(), source)));
    }
    let sources: Vec<Value> = cited.values().map(|source| reference(source)).collect();
    if !sources.is_empty() {
        package.insert("sources".into(), sources.into());
    }
    package.insert("resources".into(), resources.into());
    let mut bytes = serde_json::to_vec_pretty(&package).unwrap_or_default();
    bytes.push(b'\n');
    bundle.insert("datapackage.json".into(), bytes);
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// The name of a package or resource: lower case, digits, `-`, `.` and `_`.
fn name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
    text.to_lowercase().chars().map(plain).collect()
}

fn reference(source: &Source) -> Value {
    let title = match &source.title {
        Some(title) => format!("{}: {title}", source.publisher),
        None => source.publisher.clone(),
    };
    let mut entry = object([("title", json!(title))]);
    if let Some(url) = &source.url {
        entry.insert("path".into(), json!(url));
    }
    if let Some(version) = &source.version {
        entry.insert("version".into(), json!(version));
    }
    entry.into()
}

fn resource(inputs: &Inputs<'_>, path: &str, bytes: &[u8]) -> Option<Value> {
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(bytes);
    let headers: Vec<String> = reader.headers().ok()?.iter().map(str::to_string).collect();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
    let of = path.strip_prefix("evidence/").and_then(|name| name.strip_suffix(".csv"));
    let frame = of.and_then(|id| inputs.frames.get(&inputs.rows.get(id)?.frame));
    // tables of points mark what is not there as readers see it
    let marks = if path == "figures.csv" { &[""][..] } else { &["", "[c]", "[x]", "[z]"] };
    let signs = frame.map_or_else(|| marks.iter().map(ToString::to_string).collect(), signs);
    let fields = headers.iter().enumerate().map(|(column, header)| {
        let cells = records.iter().filter_map(|record| record.get(column));
        let kind = kind(cells.filter(|cell| !signs.contains(&cell.to_string())));
        let mut field = object([("name", json!(header)), ("type", json!(kind))]);
        let declared = frame.and_then(|frame| declared(inputs, frame, header));
        let limits = match (path, header.as_str()) {
            ("figures.csv", "id") => object([("required", json!(true)), ("unique", json!(true))]),
            _ => declared.map(|own| limits(own, kind)).unwrap_or_default(),
        };
        if !limits.is_empty() {
            field.insert("constraints".into(), limits.into());
        }
        field
    });
    let fields: Vec<Value> = fields.map(Value::from).collect();
    let mut schema = object([("fields", fields.into()), ("missingValues", json!(signs))]);
    if path == "figures.csv" {
        schema.insert("primaryKey".into(), json!(["id"]));
    }
    let mut entry = object([
        ("name", json!(name(path.trim_end_matches(".csv")))),
        ("path", json!(path)),
        ("type", json!("table")),
        ("format", json!("csv")),
        ("mediatype", json!("text/csv")),
        ("encoding", json!("utf-8")),
        ("bytes", json!(bytes.len())),
        ("hash", json!(format!("sha256:{}", sha256(bytes)))),
    ]);
    let provenance = frame.and_then(|frame| frame.provenance.as_ref());
    if let Some(source) = provenance.and_then(|own| inputs.sources.sources.get(&own.source)) {
        entry.insert("sources".into(), json!([reference(source)]));
        let licences = licences(&source.licence);
        if !licences.is_empty() {
            entry.insert("licenses".into(), licences.into());
        }
    }
    entry.insert("schema".into(), schema.into());
    Some(entry.into())
}

/// A licence by its identifier; words of a publisher's own are none.
fn licences(licence: &str) -> Vec<Value> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_id = licence.chars().all(plain) && !licence.is_empty();
    is_id.then(|| json!({ "name": licence })).into_iter().collect()
}

/// What stands in cells without a value: the signs of a dataset for missing and hidden ones, and nothing.
fn signs(frame: &Frame) -> Vec<String> {
    let all = frame.columns.values().flat_map(|column| &column.signs);
    let empty = all.filter(|sign| sign.met && !matches!(sign.stands, Stands::Beside(_)));
    let mut signs: Vec<String> = empty.map(|sign| sign.text.clone()).collect();
    signs.sort();
    signs.dedup();
    signs.insert(0, String::new());
    signs
}

/// What the narrowest type is that all cells have as they stand in the file.
fn kind<'c>(cells: impl Iterator<Item = &'c str>) -> &'static str {
    let mut kind = None;
    for cell in cells.filter(|cell| !cell.is_empty()) {
        let digits = cell.strip_prefix('-').unwrap_or(cell);
        let whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let found = match digits.split_once('.') {
            _ if code => "string",
            None if whole(digits) => "integer",
            Some((a, b)) if whole(a) && whole(b) => "number",
            _ => "string",
        };
        kind = Some(match (kind, found) {
            (None, found) => found,
            (Some("integer"), "number") | (Some("number"), "integer") => "number",
            (Some(known), found) if known == found => found,
            _ => return "string",
        });
    }
    kind.unwrap_or("string")
}

/// The constraints of the column under a header.
fn declared<'a>(inputs: &Inputs<'a>, frame: &Frame, header: &str) -> Option<&'a Constraints> {
    let headers = &frame.provenance.as_ref()?.headers;
    let (name, _) = headers.iter().find(|(_, published)| *published == header)?;
    let column = inputs.sources.datasets.get(&frame.name)?.columns.get(name)?;
    // what is printed is the cell, and the constraint is on the value
    (column.power.unwrap_or(0) == 0 && column.replace.is_empty()).then_some(&column.constraints)
}

fn limits(own: &Constraints, kind: &str) -> Map<String, Value> {
    let mut limits = Map::new();
    if own.required.is_some() {
        limits.insert("required".into(), json!(true));
    }
    let ends = [("minimum", &own.minimum), ("maximum", &own.maximum)];
    for (name, end) in ends.into_iter().filter(|_| kind != "string") {
        let number = end.as_ref().and_then(|(end, _)| end.to_i128());
        if let Some(number) = number.and_then(|number| i64::try_from(number).ok()) {
            limits.insert(name.into(), json!(number));
        }
    }
    if !own.values.is_empty() && kind == "string" {
        let values: Vec<&str> = own.values.iter().map(|(value, _)| value.as_str()).collect();
        limits.insert("enum".into(), json!(values));
    }
    limits
}
