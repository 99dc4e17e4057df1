//! `sources.csl.json`: the cited sources for reference managers (CSL-JSON, <https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html>).

use serde_json::{Value, json};

use super::{Inputs, file, object, parts, stated_licence, title};
use crate::sources::Source;
use crate::value::PartialDate;

/// Every cited source, by id.
pub fn csl(inputs: &Inputs<'_>) -> Vec<u8> {
    let entry = |source: &Source| {
        let files = inputs.files_of(&source.id).into_iter();
        let mut notes: Vec<String> =
            files.map(|own| format!("{}, SHA-256 {}", own.path, own.sha256)).collect();
        let kind = match (notes.is_empty(), &source.url) {
            (false, _) => "dataset",
            (true, Some(_)) => "webpage",
            (true, None) => "document",
        };
        if let Some(via) = &source.via {
            notes.push(format!("read in {}", via.name));
        }
        notes.extend(stated_licence(source).map(|licence| format!("licence: {licence}")));
        let date = |date: Option<PartialDate>| {
            date.map_or(Value::Null, |date| json!({ "date-parts": [parts(date)] }))
        };
        Value::from(object([
            ("id", json!(source.id)),
            ("type", json!(kind)),
            ("title", json!(title(source))),
            ("author", json!([{ "literal": source.publisher }])),
            ("publisher", json!(source.publisher)),
            ("issued", date(source.published)),
            ("accessed", date(source.accessed)),
            ("version", json!(source.version)),
            ("URL", json!(source.url)),
            ("note", json!(notes.join("; "))),
        ]))
    };
    file(&inputs.cited().into_values().map(entry).collect())
}
