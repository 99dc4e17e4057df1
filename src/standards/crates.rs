//! `ro-crate-metadata.json`: the bundle as a research object for archives, with each figure's making (RO-Crate 1.1,
//! <https://w3id.org/ro/crate/1.1>, and Process Run Crate 0.5, <https://w3id.org/ro/wfrun/process/0.5>).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Inputs, Made, VERSION, base, file, licence_address, link, object, several, stated_licence,
    title,
};
use crate::digest::sha256;

/// The author of a briefing that names none.
const NOBODY: &str = "Author not stated";
/// Where the profile of the crate is.
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
/// Sums are made last, over this file too; so they are named here without one.
const SUMS: &str = "SHA256SUMS";

/// The crate's metadata, over all files of the bundle.
pub fn ro_crate(inputs: &Inputs<'_>, bundle: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": link("./"),
            "conformsTo": link("https://w3id.org/ro/crate/1.1"),
        }),
        root(inputs, bundle),
        json!({ "@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5" }),
        licence(inputs),
        json!({
            "@id": tool(),
            "@type": "SoftwareApplication",
            "name": "tieout",
            "url": tool(),
            "softwareVersion": VERSION,
        }),
    ];
    graph.extend(organisations(inputs).into_iter().map(|name| {
        json!({ "@id": organisation(name), "@type": "Organization", "name": name, "url": organisation(name) })
    }));
    graph.extend(bundle.iter().map(|(path, bytes)| part(path, Some(bytes))));
    graph.push(part(SUMS, None));
    graph.extend(inputs.cited().into_values().map(|own| {
        let published = own.published.map(|date| date.to_string());
        Value::from(object([
            ("@id", json!(format!("#source-{}", own.id))),
            ("@type", json!("CreativeWork")),
            ("name", json!(title(own))),
            ("url", json!(own.url)),
            ("datePublished", json!(published)),
            ("version", json!(own.version)),
            ("publisher", link(&organisation(&own.publisher))),
            ("license", json!(stated_licence(own))),
        ]))
    }));
    graph.extend(inputs.files().into_iter().map(|(path, own)| {
        let cited = inputs.cited().into_keys();
        let cited = cited.filter(|id| inputs.files_of(id).iter().any(|file| file.path == path));
        Value::from(object([
            ("@id", json!(data(path))),
            ("@type", json!("CreativeWork")),
            ("name", json!(path)),
            ("sha256", json!(own.sha256)),
            ("isBasedOn", several(cited.map(|id| link(&format!("#source-{id}"))).collect())),
        ]))
    }));
    graph.push(run(inputs));
    for own in inputs.made() {
        made(inputs, &own, &mut graph);
    }
    let context =
        json!(["https://w3id.org/ro/crate/1.1/context", { "sha256": "http://schema.org/sha256" }]);
    file(&json!({ "@context": context, "@graph": graph }))
}

/// Where a version of tieout is published, as packages of Rust are.
fn tool() -> String {
    format!("https://crates.io/crates/tieout/{VERSION}")
}

/// The id of an organisation.
fn organisation(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("#organisation-{}", name.chars().map(plain).collect::<String>())
}

fn data(path: &str) -> String {
    format!("#file-{}", path.replace(['/', ' '], "-"))
}

/// Authors and publishers, each once.
fn organisations<'a>(inputs: &Inputs<'a>) -> Vec<&'a str> {
    let authors = inputs.spec.authors.iter().map(String::as_str);
    let nobody = inputs.spec.authors.is_empty().then_some(NOBODY);
    let cited = inputs.cited();
    let publishers = cited.values().map(|source| source.publisher.as_str());
    let mut names: Vec<&str> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for name in authors.chain(nobody).chain(publishers) {
        let id = organisation(name);
        if !known.contains(&id) {
            known.push(id);
            names.push(name);
        }
    }
    names
}

/// Who made the briefing: its authors; where it names none, a placeholder that says so, since the profile demands one.
fn makers(inputs: &Inputs<'_>) -> Value {
    let authors = inputs.spec.authors.iter().map(|name| link(&organisation(name)));
    let authors: Vec<Value> = authors.collect();
    if authors.is_empty() { link(&organisation(NOBODY)) } else { several(authors) }
}

fn root(inputs: &Inputs<'_>, bundle: &BTreeMap<String, Vec<u8>>) -> Value {
    let sums = std::iter::once(link(SUMS));
    let parts: Vec<Value> = bundle.keys().map(|path| link(&id_of(path))).chain(sums).collect();
    let actions = inputs.made().into_iter().map(|own| link(&format!("#make-{}", own.id())));
    let actions: Vec<Value> = std::iter::once(link("#run")).chain(actions).collect();
    json!({
        "@id": "./",
        "@type": "Dataset",
        "name": inputs.document.title.plain,
        "description": "A briefing with every figure's value, recipe and rows, and the sources that they rest on.",
        "datePublished": inputs.spec.date.to_string(),
        "license": link(&licence_id(inputs)),
        "conformsTo": link(PROFILE),
        "mainEntity": link("index.html"),
        "author": makers(inputs),
        "publisher": makers(inputs),
        "hasPart": parts,
        "mentions": actions,
    })
}

fn licence_id(inputs: &Inputs<'_>) -> String {
    let address = inputs.spec.licence.as_deref().and_then(licence_address);
    address.unwrap_or_else(|| "#licence".into())
}

fn licence(inputs: &Inputs<'_>) -> Value {
    let (name, description) = match &inputs.spec.licence {
        Some(licence) => {
            (licence.as_str(), "The licence of the briefing; its sources keep their own.")
        }
        None => {
            ("No licence stated", "The briefing states no licence; its sources keep their own.")
        }
    };
    json!({ "@id": licence_id(inputs), "@type": "CreativeWork", "name": name, "description": description })
}

/// The id of a file: its path as an address.
fn id_of(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes()
        .map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A file of the bundle.
fn part(path: &str, bytes: Option<&Vec<u8>>) -> Value {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let format = match ending {
        "html" => "text/html",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "yaml" | "cff" => "application/yaml",
        "css" => "text/css",
        _ => "text/plain",
    };
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    let description = match (path, folder) {
        ("index.html", _) => "The briefing as a page",
        ("briefing.md", _) => "The briefing as Markdown",
        ("figures.json" | "figures.csv", _) => "Every figure with its value and recipe",
        ("evidence.xlsx", _) => {
            "The figures' rows, with each figure computed from them by a formula"
        }
        (SUMS, _) => "The SHA-256 of every other file",
        (_, "evidence") => "The rows of a figure or series, as published",
        (_, "charts") => "A chart, or its data",
        (_, "tables") => "The data of a table",
        (_, "spec") => "What the briefing is made from",
        _ => "A description of the bundle",
    };
    Value::from(object([
        ("@id", json!(id_of(path))),
        ("@type", json!("File")),
        ("name", json!(path)),
        ("description", json!(description)),
        ("encodingFormat", json!(format)),
        ("contentSize", json!(bytes.map(|bytes| bytes.len().to_string()))),
        ("sha256", json!(bytes.map(|bytes| sha256(bytes)))),
    ]))
}

/// The run that made the briefing.
fn run(inputs: &Inputs<'_>) -> Value {
    let spec = format!("spec/reports/{}", inputs.spec.name);
    let files = inputs.files();
    let read = files.keys().map(|path| link(&data(path)));
    let own = ["yaml", "md"].map(|kind| link(&id_of(&format!("{spec}.{kind}"))));
    let results = ["index.html", "briefing.md", "figures.json"].map(link);
    action(
        inputs,
        "#run",
        "Build the briefing",
        "Computed its figures, checked its words, rendered it.",
        (read.chain(own).collect(), Value::from(results.to_vec())),
    )
}

fn action(
    inputs: &Inputs<'_>,
    id: &str,
    name: &str,
    description: &str,
    (objects, result): (Vec<Value>, Value),
) -> Value {
    let objects = several(objects);
    Value::from(object([
        ("@id", json!(id)),
        ("@type", json!("CreateAction")),
        ("name", json!(name)),
        ("description", json!(description)),
        ("instrument", link(&tool())),
        ("agent", makers(inputs)),
        ("object", objects),
        ("result", result),
        ("startTime", json!(inputs.moment())),
        ("endTime", json!(inputs.moment())),
        ("actionStatus", json!("http://schema.org/CompletedActionStatus")),
    ]))
}

/// A figure or series with the action that made it.
fn made(inputs: &Inputs<'_>, own: &Made<'_>, graph: &mut Vec<Value>) {
    let id = own.id();
    let mut objects: Vec<Value> =
        own.uses().into_iter().map(|used| link(&format!("#fig-{}", base(used)))).collect();
    objects.extend(inputs.file(id).map(|file| link(&data(&file.path))));
    if objects.is_empty() {
        objects.extend(own.sources().into_iter().map(|id| link(&format!("#source-{id}"))));
    }
    objects.dedup();
    if let Some(recipe) = own.recipe() {
        objects.push(link(&format!("#recipe-{id}")));
        graph.push(json!({
            "@id": format!("#recipe-{id}"), "@type": "PropertyValue", "name": "recipe", "value": recipe,
        }));
    }
    let name = format!("Make figure {id}");
    let description = own.recipe().unwrap_or("figures of the report, side by side");
    let result = link(&format!("#fig-{id}"));
    graph.push(action(inputs, &format!("#make-{id}"), &name, description, (objects, result)));
    let shown = match own {
        Made::Figure(figure) => {
            let shown = inputs.shower.figure(figure);
            let rows = figure.counts.as_ref().and_then(|counts| counts.rows);
            let rows = rows.map_or(String::new(), |rows| {
                format!("; {} of {} rows used", rows.used, rows.total)
            });
            format!("Displayed as {shown}{rows}")
        }
        Made::Series(series) => format!("A series by {}", series.keys.join(", ")),
    };
    graph.push(Value::from(object([
        ("@id", json!(format!("#fig-{id}"))),
        ("@type", json!("PropertyValue")),
        ("name", json!(own.label())),
        ("propertyID", json!(id)),
        ("value", json!(own.value())),
        ("unitText", json!(own.unit())),
        ("description", json!(shown)),
    ])));
}
