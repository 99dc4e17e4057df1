//! The page's JSON-LD for search engines: what it is, what it rests on, what it measures (<https://schema.org/Report>).

use serde_json::{Value, json};

use super::{Inputs, Made, licence_address, link, object, several, stated_licence, title};
use crate::sources::Source;
use crate::text::json_in_markup;

/// JSON-LD of the briefing, safe inside a `<script>`.
pub fn json_ld(inputs: &Inputs<'_>) -> String {
    let Inputs { spec, document, shower, .. } = inputs;
    let organisation = |name: &String| json!({ "@type": "Organization", "name": name });
    let authors: Vec<Value> = spec.authors.iter().map(organisation).collect();
    let figures = inputs.made().into_iter().filter_map(|own| {
        let Made::Figure(figure) = own else { return None };
        let mut entry = object([
            ("@type", json!("Observation")),
            ("@id", json!(format!("#fig-{}", figure.id))),
            ("name", json!(figure.label)),
            ("value", json!(shower.figure(figure).to_string())),
            ("unitText", json!(own.unit())),
        ]);
        let from: Vec<Value> =
            own.sources().iter().map(|id| link(&format!("#source-{id}"))).collect();
        entry.extend(object([("subjectOf", several(from))]));
        Some(Value::from(entry))
    });
    let authors = several(authors);
    let report = object([
        ("@context", json!("https://schema.org")),
        ("@type", json!("Report")),
        ("name", json!(document.title.plain)),
        ("inLanguage", json!(spec.language)),
        ("datePublished", json!(spec.date.to_string())),
        ("author", authors.clone()),
        ("publisher", authors),
        ("license", spec.licence.as_ref().map_or(Value::Null, |licence| self::licence(licence))),
        ("isBasedOn", inputs.cited().into_values().map(|own| based_on(own, inputs)).collect()),
        ("mentions", figures.collect()),
    ]);
    json_in_markup(&report.into())
}

fn licence(licence: &str) -> Value {
    match licence_address(licence) {
        Some(address) => json!(address),
        None => json!({ "@type": "CreativeWork", "name": licence }),
    }
}

fn based_on(source: &Source, inputs: &Inputs<'_>) -> Value {
    let files: Vec<Value> = inputs
        .files_of(&source.id)
        .into_iter()
        .map(|own| {
            let name = own.path.rsplit('/').next();
            json!({ "@type": "DataDownload", "name": name, "sha256": own.sha256 })
        })
        .collect();
    let publisher = json!({ "@type": "Organization", "name": source.publisher });
    let dataset = !files.is_empty();
    let licence = stated_licence(source).map_or(Value::Null, licence);
    Value::from(object([
        ("@type", json!(if dataset { "Dataset" } else { "CreativeWork" })),
        ("@id", json!(format!("#source-{}", source.id))),
        ("name", json!(title(source))),
        ("url", json!(source.url)),
        ("publisher", publisher.clone()),
        ("creator", if dataset { publisher } else { Value::Null }),
        ("datePublished", json!(source.published.map(|date| date.to_string()))),
        ("version", json!(source.version)),
        ("license", licence),
        ("distribution", if dataset { files.into() } else { Value::Null }),
    ]))
}
