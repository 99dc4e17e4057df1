//! `CITATION.cff`: how to cite the briefing (Citation File Format 1.2.0, <https://citation-file-format.github.io/>).

use super::{Inputs, parts, title};
use crate::sources::Source;
use crate::value::PartialDate;

/// Licences of texts and data that the format knows by these names.
const LICENCES: [&str; 11] = [
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-NC-ND-4.0",
    "OGL-UK-3.0",
    "ODbL-1.0",
    "MIT",
    "Apache-2.0",
];

/// The file; none where the report names no author, whom the format demands.
pub fn citation(inputs: &Inputs<'_>) -> Option<Vec<u8>> {
    let spec = inputs.spec;
    if spec.authors.is_empty() {
        return None;
    }
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = String::from("cff-version: 1.2.0\n");
    out.push_str(
        "message: \"If you use this briefing, please cite it as below.\"\ntype: dataset\n",
    );
    out.push_str(&format!("title: {}\n", quoted(&inputs.document.title.plain)));
    out.push_str(&format!("date-released: \"{}\"\n", spec.date));
    out.push_str("authors:\n");
    spec.authors.iter().for_each(|name| out.push_str(&format!("  - name: {}\n", quoted(name))));
    let known = spec.licence.as_ref().filter(|licence| LICENCES.contains(&licence.as_str()));
    known.into_iter().for_each(|licence| out.push_str(&format!("license: {licence}\n")));
    let cited = inputs.cited();
    if !cited.is_empty() {
        out.push_str("references:\n");
    }
    for source in cited.into_values() {
        out.push_str(&reference(source, inputs));
    }
    Some(out.into_bytes())
}

fn reference(source: &Source, inputs: &Inputs<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let read = !inputs.files_of(&source.id).is_empty();
    let mut out = format!("  - type: {}\n", if read { "data" } else { "generic" });
    let mut field = |name: &str, value: String| out.push_str(&format!("    {name}: {value}\n"));
    field("title", quoted(title(source)));
    field("authors", format!("[{{ name: {} }}]", quoted(&source.publisher)));
    if let Some(url) = &source.url {
        field("url", quoted(url));
    }
    if let Some(version) = &source.version {
        field("version", quoted(version));
    }
    // dates are days in this format; less than a day is a year and a month
    match source.published {
        Some(PartialDate::Day(day)) => field("date-published", quoted(&day.to_string())),
        Some(date) => {
            for (name, part) in ["year", "month"].into_iter().zip(parts(date)) {
                field(name, part.to_string());
            }
        }
        None => {}
    }
    if let Some(PartialDate::Day(day)) = source.accessed {
        field("date-accessed", quoted(&day.to_string()));
    }
    out
}
