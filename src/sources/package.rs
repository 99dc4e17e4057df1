//! A data package as a source: `datapackage.json` (Data Package 1 and 2) says what `source.yaml` would.

use serde::Deserialize;

use super::header::slug;
use super::raw::{RawColumn, RawConstraints, RawDataset, RawSource};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::spec::decode::{Section, decode};
use crate::spec::yaml::Node;
use crate::text::Passage;

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Package {
    title: Option<Passage>,
    name: Option<Passage>,
    homepage: Option<Passage>,
    version: Option<Passage>,
    created: Option<Passage>,
    #[serde(default)]
    contributors: Vec<Contributor>,
    #[serde(default)]
    sources: Vec<Reference>,
    #[serde(default)]
    licenses: Vec<Reference>,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Contributor {
    title: Option<Passage>,
    organization: Option<Passage>,
    role: Option<Passage>,
    #[serde(default)]
    roles: Vec<Passage>,
}

/// A source or a licence.
#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Reference {
    title: Option<Passage>,
    name: Option<Passage>,
    path: Option<Passage>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Resource {
    name: Option<Passage>,
    title: Option<Passage>,
    #[serde(default)]
    path: Vec<Passage>,
    encoding: Option<Passage>,
    hash: Option<Passage>,
    dialect: Option<Dialect>,
    schema: Option<Schema>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Dialect {
    delimiter: Option<Passage>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default, rename = "primaryKey")]
    primary_key: Vec<Passage>,
    #[serde(default, rename = "missingValues")]
    missing_values: Vec<Passage>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Field {
    name: Passage,
    #[serde(rename = "type")]
    kind: Option<Passage>,
    #[serde(rename = "groupChar")]
    group: Option<Passage>,
    #[serde(rename = "bareNumber")]
    bare: Option<Passage>,
    #[serde(rename = "decimalChar")]
    decimal: Option<Passage>,
    format: Option<Passage>,
    #[serde(default, rename = "trueValues")]
    true_values: Vec<Passage>,
    #[serde(default, rename = "falseValues")]
    false_values: Vec<Passage>,
    constraints: Option<Limits>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "$open")]
struct Limits {
    required: Option<Passage>,
    unique: Option<Passage>,
    minimum: Option<Passage>,
    maximum: Option<Passage>,
    #[serde(default, rename = "enum")]
    values: Vec<Passage>,
}

/// The declaration that a data package is.
pub(super) fn source(node: &Node, diagnostics: &mut Diagnostics) -> Option<RawSource> {
    let package: Package = decode(node, diagnostics)?;
    let published = |contributor: &&Contributor| {
        let mut roles = contributor.role.iter().chain(&contributor.roles);
        roles.any(|role| role.words == "publisher")
    };
    let named = |contributor: &Contributor| {
        contributor.title.clone().or_else(|| contributor.organization.clone())
    };
    let contributors = package.contributors.iter();
    let publisher = contributors
        .clone()
        .find(published)
        .and_then(named)
        .or_else(|| contributors.clone().find_map(named))
        .or_else(|| package.sources.iter().find_map(|source| source.title.clone()));
    let licence = package.licenses.iter().find_map(|licence| {
        licence.name.clone().or_else(|| licence.title.clone()).or_else(|| licence.path.clone())
    });
    let mut lacks = |what: &str, hint: &str| {
        let error =
            Diagnostic::error(Code::MissingField, format!("the data package names no {what}"));
        diagnostics.push(error.at(node.span).hint(hint));
    };
    if publisher.is_none() {
        lacks(
            "publisher",
            "write a `source.yaml` beside it, which is then read instead; a package names it under `contributors`",
        );
    }
    if licence.is_none() {
        lacks(
            "licence",
            "write a `source.yaml` beside it, which is then read instead; a package names it under `licenses`",
        );
    }
    let url = package
        .homepage
        .or_else(|| package.sources.iter().find_map(|source| source.path.clone()))
        .filter(|url| url.words.starts_with("http"));
    // a moment is more than is asked for
    let published = package.created.map(|created| {
        let day = created.words.split('T').next().unwrap_or_default().to_string();
        Passage::verbatim(day, created.span)
    });
    let fields = package.resources.iter().flat_map(|resource| &resource.schema);
    for field in fields.flat_map(|schema| &schema.fields) {
        let format = field
            .format
            .iter()
            .filter(|f| !matches!(f.words.as_str(), "default" | "any" | "email" | "uri" | "uuid"));
        for passage in format.chain(&field.true_values).chain(&field.false_values).take(1) {
            let message = format!(
                "how `{}` is written, `{}`, is not read from a data package",
                field.name.words, passage.words
            );
            diagnostics.push(
                Diagnostic::error(Code::UnknownField, message)
                    .at(passage.span)
                    .hint("write a `source.yaml` beside it, which is then read instead, and declare the column as text"),
            );
        }
    }
    let datasets = package.resources.into_iter().filter_map(dataset).collect();
    Some(RawSource {
        title: package.title.or(package.name),
        publisher: publisher?,
        url,
        published,
        accessed: None,
        licence: licence?,
        version: package.version,
        via: None,
        note: None,
        datasets: Section(datasets),
    })
}

/// A resource with a table schema; others are no tables.
fn dataset(resource: Resource) -> Option<(Passage, RawDataset)> {
    let schema = resource.schema?;
    let path = resource.path.first()?.clone();
    let named = resource.name.as_ref().unwrap_or(&path);
    let name = Passage::verbatim(slug(&named.words), named.span);
    let decimal = schema.fields.iter().find_map(|field| field.decimal.clone());
    let columns = schema.fields.into_iter().map(column).collect();
    let key = schema.primary_key.iter();
    let plain = |sign: &Passage| !sign.words.trim().is_empty();
    let hash = resource.hash.and_then(|hash| {
        let digest = hash.words.strip_prefix("sha256:")?.to_string();
        Some(Passage::verbatim(digest, hash.span))
    });
    let utf8 = |encoding: &Passage| encoding.words.to_lowercase().replace('-', "") == "utf8";
    let dataset = RawDataset {
        sha256: hash,
        label: resource.title,
        decimal,
        encoding: resource.encoding.filter(|encoding| !utf8(encoding)),
        delimiter: resource
            .dialect
            .and_then(|dialect| dialect.delimiter)
            .filter(|sign| sign.words != ","),
        columns: Section(columns),
        key: key.map(|key| Passage::verbatim(slug(&key.words), key.span)).collect(),
        missing: schema.missing_values.into_iter().filter(plain).collect(),
        ..RawDataset::of(path)
    };
    Some((name, dataset))
}

fn column(field: Field) -> (Passage, RawColumn) {
    let bare = field.bare.is_none_or(|bare| bare.words != "false");
    let kind = field.kind.and_then(|kind| {
        let word = match kind.words.as_str() {
            "integer" | "year" => "integer",
            "number" if bare => "decimal",
            "number" => "percent",
            "string" => "text",
            "date" => "date",
            "boolean" => "boolean",
            "yearmonth" => "period(month)",
            _ => return None,
        };
        Some(Passage::verbatim(word, kind.span))
    });
    let constraints = field.constraints.map(|limits| RawConstraints {
        required: limits.required,
        unique: limits.unique,
        minimum: limits.minimum,
        maximum: limits.maximum,
        values: limits.values,
    });
    let name = Passage::verbatim(slug(&field.name.words), field.name.span);
    let from = Some(field.name);
    (name, RawColumn { from, kind, thousands: field.group, constraints, ..RawColumn::default() })
}
