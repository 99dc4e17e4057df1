//! Declarations, resolved: each source with its dates read, each dataset with its conditions parsed.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::grid::{Area, Shape};
use super::package;
use super::raw::{RawColumn, RawConstraints, RawDataset, RawDisclosure, RawLookup, RawSource};
use super::vocabulary;
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::disclosure::{Guard, Rule};
use crate::exact::Exact;
use crate::frame::{Sign, Stands};
use crate::language::{self, Expr};
use crate::spec::decode::{Glossary, Section, decode};
use crate::spec::yaml;
use crate::text::{Passage, Span, TextId, Texts};
use crate::value::{Grain, PartialDate};

/// A cited publication.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id: the folder's name, or the key in `sources.yaml`.
    pub id: String,
    /// Title, where it is known.
    pub title: Option<String>,
    /// Who published it.
    pub publisher: String,
    /// Where.
    pub url: Option<String>,
    /// When.
    pub published: Option<PartialDate>,
    /// When it was read.
    pub accessed: Option<PartialDate>,
    /// Licence.
    pub licence: String,
    /// The publisher's version.
    pub version: Option<String>,
    /// Where it was really read.
    pub via: Option<Via>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// Where a source was really read.
#[derive(Clone, Debug)]
pub struct Via {
    /// Who holds the copy.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
}

/// Who typed a table.
#[derive(Clone, Debug)]
pub struct Transcribed {
    /// An organisation.
    pub by: String,
    /// When.
    pub on: PartialDate,
}

/// The declared type of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnType {
    /// Whole numbers.
    Integer,
    /// Decimal numbers.
    Decimal,
    /// Percentages, with or without their sign.
    Percent,
    /// Texts.
    Text,
    /// ISO dates.
    Date,
    /// `true`, `false`, `yes`, `no`.
    Boolean,
    /// Periods, with the reading of `2010-11` where one is declared.
    Period(Option<Grain>),
}

/// What every cell of a column must be.
#[derive(Clone, Debug, Default)]
pub struct Constraints {
    /// No cell is missing.
    pub required: Option<Span>,
    /// No value stands twice.
    pub unique: Option<Span>,
    /// The least that a number may be.
    pub minimum: Option<(Exact, Span)>,
    /// The most that a number may be.
    pub maximum: Option<(Exact, Span)>,
    /// The only values that there may be.
    pub values: Vec<(String, Span)>,
}

/// A declared column.
#[derive(Clone, Debug)]
pub struct ColumnDeclaration {
    /// Its letter in the file, from 1, where it is named by that.
    pub letter: Option<(u32, Span)>,
    /// Header in the file.
    pub from: String,
    /// Where the header, or the column, is named.
    pub span: Span,
    /// Declared type.
    pub kind: Option<ColumnType>,
    /// Declared unit.
    pub unit: Option<String>,
    /// The sign between groups of three digits.
    pub thousands: Option<char>,
    /// The power of ten by which its numbers are multiplied, where it is declared.
    pub power: Option<i32>,
    /// What every cell must be.
    pub constraints: Constraints,
    /// Texts that stand for others, with where each is declared.
    pub replace: Vec<(String, String, Span)>,
    /// Signs in its cells.
    pub signs: Vec<Sign>,
    /// Whether its cells are about single people.
    pub personal: bool,
}

/// A column that is looked up in another dataset, as declared.
#[derive(Clone, Debug)]
pub struct LookupDeclaration {
    /// The other dataset, and where it is named.
    pub dataset: (String, Span),
    /// Our columns that hold its key; those of the same names where there are none.
    pub by: Vec<(String, Span)>,
    /// Its column.
    pub column: (String, Span),
    /// Keys that it does not have.
    pub unmatched: Vec<(String, Span)>,
    /// Where it is declared.
    pub span: Span,
}

/// A table of a source's file, as declared.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name, unique in the project.
    pub name: String,
    /// Its source.
    pub source: String,
    /// Path of the file from the project's folder.
    pub path: String,
    /// Where the file is named.
    pub file_span: Span,
    /// The shape of the table in it.
    pub shape: Shape,
    /// Pinned digest.
    pub sha256: Option<(String, Span)>,
    /// What readers read.
    pub label: Option<String>,
    /// The place that its rows are about.
    pub place: Option<String>,
    /// Declared columns by our name.
    pub columns: IndexMap<String, ColumnDeclaration>,
    /// Key columns.
    pub key: Vec<(String, Span)>,
    /// Rows that never count.
    pub ignore: Option<Expr>,
    /// Conditions on every row, with their text.
    pub rules: Vec<(String, Expr)>,
    /// Signs in the cells of every column.
    pub signs: Vec<Sign>,
    /// Columns that are looked up in other datasets.
    pub lookup: IndexMap<String, LookupDeclaration>,
    /// The dataset that it is declared like.
    pub like: Option<(String, Span)>,
    /// The column of periods that its rows cover.
    pub covers: Option<(String, Span)>,
    /// Column of source ids.
    pub source_column: Option<(String, Span)>,
    /// Who typed it.
    pub transcribed: Option<Transcribed>,
    /// Which of its numbers are too small to be told, with where columns of numbers are named.
    pub disclosure: Option<(Guard, Vec<(String, Span)>)>,
    /// Where it is declared.
    pub span: Span,
}

/// All that a project declares.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Sources by id.
    pub sources: BTreeMap<String, Source>,
    /// Datasets by name.
    pub datasets: BTreeMap<String, Dataset>,
    /// Names of datasets whose declaration is wrong, which was said.
    pub failed: BTreeSet<String>,
}

impl Sources {
    /// The dataset of a name.
    ///
    /// # Errors
    /// There is none.
    pub fn dataset(&self, name: &str) -> Result<&Dataset, Diagnostic> {
        self.datasets.get(name).ok_or_else(|| {
            let message = format!("there is no dataset `{name}`");
            let known = self.datasets.keys().map(String::as_str);
            Diagnostic::error(Code::UnknownFrame, message).did_you_mean(name, known)
        })
    }

    /// The dataset that a declaration names. One whose own declaration is wrong was told of.
    pub(crate) fn named(
        &self,
        (name, span): (&str, Span),
        diagnostics: &mut Diagnostics,
    ) -> Option<&Dataset> {
        let found = self.dataset(name);
        if found.is_err() && self.failed.contains(name) {
            return None;
        }
        diagnostics.take(found.map_err(|error| error.at(span)))
    }
}

/// Reads every declaration: `data/**/source.yaml`, whose folder is the id, `data/**/sources.yaml`, whose keys are, and
/// `data/**/datapackage.json`, whose folder is.
pub fn declare(texts: &Texts, files: &[TextId]) -> Outcome<Sources> {
    let mut diagnostics = Diagnostics::default();
    let mut sources = Sources::default();
    for id in files {
        let path = texts.get(*id).path.as_str();
        let Some(node) = yaml::parse(texts, *id, &mut diagnostics) else { continue };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if path.ends_with("/datapackage.json") {
            let name = folder.rsplit('/').next().unwrap_or(folder).to_string();
            if let Some(raw) = package::source(&node, &mut diagnostics) {
                add(&mut sources, name, node.span, folder, raw, &mut diagnostics);
            }
        } else if path.ends_with("/sources.yaml") {
            let raw = decode::<Section<RawSource>>(&node, &mut diagnostics).unwrap_or_default();
            for (name, raw) in raw.0 {
                add(&mut sources, name.words.clone(), name.span, folder, raw, &mut diagnostics);
            }
        } else if let Some(raw) = decode::<RawSource>(&node, &mut diagnostics) {
            let name = folder.rsplit('/').next().unwrap_or(folder).to_string();
            add(&mut sources, name, node.span, folder, raw, &mut diagnostics);
        }
    }
    alike(&mut sources, &mut diagnostics);
    unlisted(&sources, &mut diagnostics);
    unguarded(&sources, &mut diagnostics);
    Outcome::new(sources, diagnostics)
}

/// A file that is declared twice, and once without disclosure control, is told as it is.
fn unguarded(sources: &Sources, diagnostics: &mut Diagnostics) {
    let all = || sources.datasets.values();
    for open in all().filter(|dataset| dataset.disclosure.is_none()) {
        let other = all().find(|other| other.path == open.path && other.disclosure.is_some());
        if let Some(other) = other {
            let message = format!(
                "`{}` is under disclosure control, and `{}` reads the same file without",
                other.name, open.name
            );
            let error = Diagnostic::error(Code::Disclosure, message).at(open.span);
            diagnostics
                .push(error.related(other.span, "the other").hint("declare `disclosure:` in both"));
        }
    }
}

/// A column that counts the same as one under disclosure control, and is not: it would be told as it is.
fn unlisted(sources: &Sources, diagnostics: &mut Diagnostics) {
    for dataset in sources.datasets.values() {
        let Some((guard, _)) = &dataset.disclosure else { continue };
        let unit = |name: &String| dataset.columns.get(name)?.unit.clone();
        let units: Vec<String> = guard.counts.iter().filter_map(unit).collect();
        let same = dataset.columns.iter().filter(|(name, column)| {
            let unit = column.unit.as_ref();
            !guard.counts.contains(name) && unit.is_some_and(|unit| units.contains(unit))
        });
        for (name, column) in same {
            let message = format!(
                "`{name}` of `{}` counts the same as columns under disclosure control, and is not among them",
                dataset.name
            );
            let error = Diagnostic::error(Code::Disclosure, message).at(column.span);
            let all = guard.counts.iter().chain([name]).map(String::as_str).collect::<Vec<_>>();
            diagnostics.push(error.hint(format!("write `counts: [{}]`", all.join(", "))));
        }
    }
}

/// Gives datasets what is declared of those that they are like.
fn alike(sources: &mut Sources, diagnostics: &mut Diagnostics) {
    let likes = sources.datasets.values().filter_map(|dataset| {
        let (like, span) = dataset.like.clone()?;
        Some((dataset.name.clone(), like, span))
    });
    for (name, like, span) in likes.collect::<Vec<_>>() {
        let Some(other) = sources.named((&like, span), diagnostics).cloned() else { continue };
        if other.like.is_some() {
            let message = format!("`{like}` is itself declared like another dataset");
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message)
                    .at(span)
                    .hint("name the dataset that has the columns"),
            );
            continue;
        }
        let Some(dataset) = sources.datasets.get_mut(&name) else { continue };
        for (column, declared) in other.columns {
            dataset.columns.entry(column).or_insert(declared);
        }
        for sign in other.signs {
            if dataset.signs.iter().all(|own| own.text != sign.text) {
                dataset.signs.push(sign);
            }
        }
        if dataset.key.is_empty() {
            dataset.key = other.key;
        }
        if dataset.rules.is_empty() {
            dataset.rules = other.rules;
        }
        dataset.ignore = dataset.ignore.take().or(other.ignore);
        dataset.covers = dataset.covers.take().or(other.covers);
        dataset.disclosure = dataset.disclosure.take().or(other.disclosure);
        let personal = dataset.columns.values().any(|column| column.personal);
        if let Some((guard, _)) = &mut dataset.disclosure {
            guard.rows |= personal;
        }
    }
}

fn add(
    sources: &mut Sources,
    id: String,
    span: Span,
    folder: &str,
    raw: RawSource,
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = sources.sources.get(&id) {
        let message = format!("the source `{id}` is declared twice");
        diagnostics.push(
            Diagnostic::error(Code::BadId, message).at(span).related(first.span, "first here"),
        );
        return;
    }
    let url = address(&raw.url, diagnostics);
    let via_url = raw.via.as_ref().and_then(|via| address(&via.url, diagnostics));
    let mut date = |passage: &Option<Passage>| {
        let passage = passage.as_ref()?;
        let date = PartialDate::parse(passage.words.trim());
        if date.is_none() {
            let message = format!("`{}` is not a date", passage.words);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message)
                    .at(passage.span)
                    .hint("write 2025, 2025-03 or 2025-03-06"),
            );
        }
        date
    };
    let words = |passage: &Option<Passage>| passage.as_ref().map(|passage| passage.words.clone());
    let source = Source {
        id: id.clone(),
        title: words(&raw.title),
        publisher: raw.publisher.words.clone(),
        url,
        published: date(&raw.published),
        accessed: date(&raw.accessed),
        licence: raw.licence.words.clone(),
        version: words(&raw.version),
        via: raw.via.as_ref().map(|via| Via { name: via.name.words.clone(), url: via_url.clone() }),
        note: words(&raw.note),
        span,
    };
    sources.sources.insert(id.clone(), source);
    for (name, raw) in raw.datasets.0 {
        let Some(dataset) = dataset(&id, folder, &name, raw, diagnostics) else {
            sources.failed.insert(name.words);
            continue;
        };
        if let Some(first) = sources.datasets.get(&dataset.name) {
            let message =
                format!("the dataset `{}` is declared twice in this project", dataset.name);
            diagnostics.push(
                Diagnostic::error(Code::BadId, message)
                    .at(name.span)
                    .related(first.span, "first here"),
            );
            continue;
        }
        sources.datasets.insert(dataset.name.clone(), dataset);
    }
}

fn dataset(
    source: &str,
    folder: &str,
    name: &Passage,
    raw: RawDataset,
    diagnostics: &mut Diagnostics,
) -> Option<Dataset> {
    if !crate::spec::is_id(&name.words) {
        let message = format!("`{}` is not a dataset's name", name.words);
        diagnostics.push(
            Diagnostic::error(Code::BadId, message)
                .at(name.span)
                .hint("use lower-case letters, digits and `_`"),
        );
        return None;
    }
    let ignore = raw.ignore_rows.as_ref().map(language::parse_condition).transpose();
    let ignore = diagnostics.take(ignore)?;
    let mut rules = Vec::new();
    for rule in &raw.rules {
        if let Some(expr) = diagnostics.take(language::parse_condition(rule)) {
            rules.push((rule.words.clone(), expr));
        }
    }
    let mut columns = IndexMap::new();
    for (column, raw) in &raw.columns.0 {
        columns.insert(column.words.clone(), column_declaration(column, raw, diagnostics));
    }
    let disclosure = raw.disclosure.as_ref().and_then(|raw| guard(raw, &columns, diagnostics));
    if raw.disclosure.is_some() && disclosure.is_none() {
        return None;
    }
    let transcribed = raw.transcribed.as_ref().and_then(|raw| {
        let on = PartialDate::parse(raw.on.words.trim());
        if on.is_none() {
            let message = format!("`{}` is not a date", raw.on.words);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message).at(raw.on.span).hint("write 2025-04-13"),
            );
        }
        Some(Transcribed { by: raw.by.words.clone(), on: on? })
    });
    let path = join(folder, &raw.file.words);
    let Some(path) = path else {
        let message = format!("`{}` leaves the source's folder", raw.file.words);
        diagnostics.push(
            Diagnostic::error(Code::OutsideProject, message)
                .at(raw.file.span)
                .hint("keep the file beside its `source.yaml`"),
        );
        return None;
    };
    Some(Dataset {
        name: name.words.clone(),
        source: source.to_string(),
        path,
        file_span: raw.file.span,
        shape: shape(&raw, diagnostics),
        sha256: raw.sha256.as_ref().map(|pin| (pin.words.to_lowercase(), pin.span)),
        label: raw.label.as_ref().map(|label| label.words.clone()),
        place: raw.place.as_ref().map(|place| place.words.clone()),
        columns,
        key: raw.key.iter().map(|key| (key.words.clone(), key.span)).collect(),
        ignore,
        rules,
        signs: signs(&raw.missing, &raw.suppressed, &raw.shorthand, diagnostics),
        lookup: raw.lookup.0.iter().map(|(name, raw)| lookup(name, raw)).collect(),
        like: raw.like.as_ref().map(|like| (like.words.trim().to_string(), like.span)),
        covers: raw.covers.as_ref().map(|column| (column.words.clone(), column.span)),
        source_column: raw.source_column.as_ref().map(|column| (column.words.clone(), column.span)),
        transcribed,
        disclosure,
        span: name.span,
    })
}

/// The rule of a dataset, and its columns that hold numbers of cases.
fn guard(
    raw: &RawDisclosure,
    columns: &IndexMap<String, ColumnDeclaration>,
    diagnostics: &mut Diagnostics,
) -> Option<(Guard, Vec<(String, Span)>)> {
    let mut wrong = |passage: &Passage, what: &str, hint: String| {
        let message = format!("`{}` {what}", passage.words);
        diagnostics.push(Diagnostic::error(Code::BadValue, message).at(passage.span).hint(hint));
    };
    let own = "write a preset, or `{ suppress: 1..4 }`, `{ round: 5 }`, or both";
    let presets = Rule::presets().collect::<Vec<_>>().join(", ");
    let rule = match (&raw.value, &raw.suppress, &raw.round) {
        (Some(name), None, None) => {
            let rule = Rule::preset(name.words.trim());
            if rule.is_none() {
                wrong(
                    name,
                    "is no rule of disclosure control",
                    format!("presets: {presets}; {own}"),
                );
            }
            rule?
        }
        (Some(name), ..) => {
            wrong(name, "beside a rule of your own", own.into());
            return None;
        }
        (None, None, None) => {
            let span = raw.counts.first()?;
            wrong(span, "without a rule", format!("presets: {presets}; {own}"));
            return None;
        }
        (None, suppress, round) => {
            let whole = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n <= 1_000_000);
            let most = |words: &Passage| {
                let (least, most) = words.words.split_once("..")?;
                (least.trim() == "1").then(|| whole(most)).flatten().filter(|most| *most >= 1)
            };
            let hide = match suppress {
                None => 0,
                Some(words) => match most(words) {
                    Some(most) => most,
                    None => {
                        wrong(
                            words,
                            "does not say which numbers are hidden",
                            "write `1..4`".into(),
                        );
                        return None;
                    }
                },
            };
            let round = match round {
                None => 0,
                Some(words) => match whole(&words.words).filter(|step| *step >= 2) {
                    Some(step) => step,
                    None => {
                        wrong(words, "is nothing to round to", "write 5 or 10".into());
                        return None;
                    }
                },
            };
            Rule { name: "own".into(), hide, round }
        }
    };
    let named: Vec<(String, Span)> =
        raw.counts.iter().map(|column| (column.words.trim().to_string(), column.span)).collect();
    let counts: Vec<String> = named.iter().map(|(name, _)| name.clone()).collect();
    let rows = counts.is_empty() || columns.values().any(|column| column.personal);
    Some((Guard { rule, counts, rows }, named))
}

fn lookup(name: &Passage, raw: &RawLookup) -> (String, LookupDeclaration) {
    let named = |passage: &Passage| (passage.words.trim().to_string(), passage.span);
    let declared = LookupDeclaration {
        dataset: named(&raw.dataset),
        by: raw.by.iter().map(named).collect(),
        column: named(raw.column.as_ref().unwrap_or(name)),
        unmatched: raw.unmatched.iter().map(named).collect(),
        span: name.span,
    };
    (name.words.clone(), declared)
}

/// What is said of the shape of a table.
fn shape(raw: &RawDataset, diagnostics: &mut Diagnostics) -> Shape {
    let mut refuse = |passage: &Passage, what: &str, hint: &str| {
        let message = format!("`{}` is {what}", passage.words);
        diagnostics.push(Diagnostic::error(Code::BadValue, message).at(passage.span).hint(hint));
    };
    let mut shape = Shape {
        member: raw.member.clone(),
        records: raw.records.clone(),
        sheet: raw.sheet.clone(),
        fill_down: raw.fill_down.clone(),
        unpivot: raw.unpivot.clone(),
        ..Shape::default()
    };
    if let Some(passage) = &raw.range {
        match Area::parse(&passage.words) {
            Some(area) => shape.range = Some((area, passage.span)),
            None => refuse(passage, "no range of cells", "write A7:H60, A7:H or A7"),
        }
    }
    if let Some(passage) = &raw.header {
        match passage.words.trim() {
            "none" => shape.header = Some(0),
            rows => match rows.parse().ok().filter(|rows| (1..=20).contains(rows)) {
                Some(rows) => shape.header = Some(rows),
                None => refuse(passage, "no number of header rows", "write 1, 2, … or `none`"),
            },
        }
    }
    if let Some(passage) = &raw.skip_footer {
        match passage.words.trim().parse() {
            Ok(rows) => shape.skip_footer = rows,
            Err(_) => {
                refuse(passage, "no number of rows", "write how many rows at the end are no data")
            }
        }
    }
    if let Some(passage) = &raw.strip_notes {
        shape.strip_notes = truth(passage, &mut refuse);
    }
    if let Some(passage) = &raw.quote {
        match passage.words.as_bytes() {
            [one] if !one.is_ascii_alphanumeric() && !one.is_ascii_whitespace() => {
                shape.quote = Some(*one);
            }
            _ => refuse(passage, "no sign around cells", "write `\"'\"` or `\"|\"`"),
        }
    }
    if let Some(passage) = &raw.delimiter {
        match passage.words.as_str() {
            "tab" | "\t" | "\\t" => shape.delimiter = Some(b'\t'),
            one if one.len() == 1 && !one.contains(['"', '\n']) => {
                shape.delimiter = one.bytes().next();
            }
            _ => refuse(passage, "no sign between cells", "write `;`, `tab` or `|`"),
        }
    }
    if let Some(passage) = &raw.encoding {
        shape.encoding = encoding_rs::Encoding::for_label(passage.words.trim().as_bytes());
        if shape.encoding.is_none() {
            refuse(
                passage,
                "no encoding that is known",
                "write windows-1252, macintosh, utf-16le, iso-8859-2 …",
            );
        }
    }
    if let Some(passage) = &raw.decimal {
        match passage.words.as_str() {
            "," => shape.decimal_comma = true,
            "." => {}
            _ => refuse(passage, "no sign before decimals", "write `\",\"`, or leave it out"),
        }
    }
    if let Some(passage) = &raw.hidden {
        match passage.words.trim() {
            "include" => shape.hidden = true,
            _ => refuse(passage, "no choice", "write `include`, or leave it out"),
        }
    }
    shape
}

/// A path below a folder; `None` where it is absolute or goes up.
fn join(folder: &str, file: &str) -> Option<String> {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let plain = !file.is_empty()
        && parts.iter().all(|part| !matches!(*part, "" | "." | "..") && !part.contains(':'));
    plain.then(|| format!("{folder}/{}", parts.join("/")))
}

fn column_declaration(
    name: &Passage,
    raw: &RawColumn,
    diagnostics: &mut Diagnostics,
) -> ColumnDeclaration {
    let kind = raw.kind.as_ref().and_then(|passage| {
        let kind = column_type(passage.words.trim());
        if kind.is_none() {
            let names = ["integer", "decimal", "percent", "text", "date", "boolean", "period"];
            let message = format!("`{}` is not a type", passage.words);
            let error = Diagnostic::error(Code::BadValue, message).at(passage.span).did_you_mean(&passage.words, names);
            diagnostics.push(error.hint("types: integer, decimal, percent, text, date, boolean, period, period(month), period(financial-year)"));
        }
        kind
    });
    let letter = raw.column.as_ref().and_then(|passage| {
        let column = super::grid::column(passage.words.trim());
        if column.is_none() {
            let message = format!("`{}` is not the letter of a column", passage.words);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message).at(passage.span).hint("write A, B … AA"),
            );
        }
        Some((column?, passage.span))
    });
    let power = raw.scale.as_ref().map(|passage| {
        let powers = -12..=12;
        let scale = Exact::parse(passage.words.trim());
        let power = powers
            .into_iter()
            .find(|power| scale.as_ref() == Some(&Exact::power_of_ten(i64::from(*power))));
        if power.is_none() {
            let message = format!("`{}` is no power of ten", passage.words);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message)
                    .at(passage.span)
                    .hint("write 1000, 1000000 or 0.01"),
            );
        }
        power.unwrap_or(0)
    });
    ColumnDeclaration {
        letter,
        from: raw.from.as_ref().map_or_else(|| name.words.clone(), |from| from.words.clone()),
        span: raw.from.as_ref().map_or(name.span, |from| from.span),
        kind,
        unit: raw.unit.as_ref().map(|unit| unit.words.clone()),
        thousands: raw.thousands.as_ref().and_then(|sign| match sign.words.as_str() {
            "," => Some(','),
            " " | "\u{a0}" | "\u{202f}" => Some(' '),
            "'" | "’" => Some('\''),
            other => {
                let error = Diagnostic::error(
                    Code::BadValue,
                    format!("`{other}` is not a thousands separator"),
                );
                diagnostics.push(error.at(sign.span).hint("write \",\", \" \" or \"'\""));
                None
            }
        }),
        power,
        constraints: raw
            .constraints
            .as_ref()
            .map(|raw| constraints(raw, diagnostics))
            .unwrap_or_default(),
        replace: raw
            .replace
            .0
            .iter()
            .map(|(from, to)| (from.words.trim().into(), to.words.trim().into(), from.span))
            .collect(),
        signs: signs(&raw.missing, &raw.suppressed, &raw.shorthand, diagnostics),
        personal: raw.personal.as_ref().is_some_and(|passage| {
            truth(passage, &mut |passage, what, hint| {
                let message = format!("`{}` is {what}", passage.words);
                let error = Diagnostic::error(Code::BadValue, message).at(passage.span);
                diagnostics.push(error.hint(hint));
            })
        }),
    }
}

fn constraints(raw: &RawConstraints, diagnostics: &mut Diagnostics) -> Constraints {
    let mut bad = |passage: &Passage, what: &str, hint: &str| {
        let message = format!("`{}` is {what}", passage.words);
        diagnostics.push(Diagnostic::error(Code::BadValue, message).at(passage.span).hint(hint));
    };
    let mut flag = |passage: &Option<Passage>| {
        let passage = passage.as_ref()?;
        truth(passage, &mut bad).then_some(passage.span)
    };
    let (required, unique) = (flag(&raw.required), flag(&raw.unique));
    let mut number = |passage: &Option<Passage>| {
        let passage = passage.as_ref()?;
        let number = quantity(&passage.words);
        if number.is_none() {
            bad(passage, "no number", "write 0, 12.5 or 100%");
        }
        Some((number?, passage.span))
    };
    let (minimum, maximum) = (number(&raw.minimum), number(&raw.maximum));
    let values = raw.values.iter();
    let values = values.map(|value| (value.words.trim().to_string(), value.span)).collect();
    Constraints { required, unique, minimum, maximum, values }
}

/// The signs that are declared: for missing cells, for hidden ones, beside values.
fn signs(
    missing: &[Passage],
    suppressed: &Glossary,
    shorthand: &Glossary,
    diagnostics: &mut Diagnostics,
) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    let mut add = |passage: &Passage, stands: Stands, diagnostics: &mut Diagnostics| {
        let text = passage.words.trim().to_string();
        let known = signs.iter().find(|sign| sign.text == text);
        if let Some(known) = known.filter(|known| known.stands != stands) {
            let message = format!("`{}` has two meanings", known.text);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message)
                    .at(passage.span)
                    .hint("a sign is missing, suppressed or shorthand"),
            );
            return;
        }
        signs.push(Sign { text, stands, met: false });
    };
    for passage in missing {
        add(passage, Stands::Missing, diagnostics);
    }
    for (passage, meaning) in &suppressed.0 {
        let bounds = match meaning.as_ref().map(|meaning| meaning.words.trim()) {
            None | Some("any") => None,
            Some(words) => match bounds(words) {
                Some(bounds) => Some(bounds),
                None => {
                    let message = format!("`{words}` are no bounds");
                    let span = meaning.as_ref().map_or(passage.span, |meaning| meaning.span);
                    diagnostics.push(
                        Diagnostic::error(Code::BadValue, message)
                            .at(span)
                            .hint("write the least and the most, `1..4`, or `any`"),
                    );
                    continue;
                }
            },
        };
        add(passage, Stands::Hidden(bounds), diagnostics);
    }
    for (passage, meaning) in &shorthand.0 {
        let own = meaning.as_ref().map(|meaning| meaning.words.trim().to_string());
        let words = own.or_else(|| vocabulary::beside(&passage.words).map(str::to_string));
        match words.filter(|words| !words.is_empty() && !passage.words.trim().is_empty()) {
            Some(words) => add(passage, Stands::Beside(words), diagnostics),
            None => {
                let message = format!("what `{}` means is not known", passage.words);
                diagnostics.push(
                    Diagnostic::error(Code::BadValue, message)
                        .at(passage.span)
                        .hint("say it: `shorthand: { \"[p]\": provisional }`"),
                );
            }
        }
    }
    signs
}

/// The least and the most of `1..4` or `0%..5%`.
fn bounds(words: &str) -> Option<(Exact, Exact)> {
    let (low, high) = words.split_once("..")?;
    let (low, high) = (quantity(low)?, quantity(high)?);
    (low <= high).then_some((low, high))
}

/// `12.5` or `37.5%`.
fn quantity(words: &str) -> Option<Exact> {
    let words = words.trim();
    match words.strip_suffix('%') {
        Some(digits) => Some(Exact::parse(digits.trim())? * Exact::power_of_ten(-2)),
        None => Exact::parse(words),
    }
}

/// `true` or `false`; anything else is refused, and is not so.
fn truth(passage: &Passage, refuse: &mut dyn FnMut(&Passage, &str, &str)) -> bool {
    match passage.words.trim() {
        "true" => true,
        "false" => false,
        _ => {
            refuse(passage, "neither `true` nor `false`", "write `true` or leave it out");
            false
        }
    }
}

impl Constraints {
    /// Whether there is one.
    pub(super) fn any(&self) -> bool {
        let ends = self.minimum.is_some() || self.maximum.is_some();
        self.required.is_some() || self.unique.is_some() || ends || !self.values.is_empty()
    }
}

impl ColumnType {
    /// The word for it, without the grain of a period.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Percent => "percent",
            Self::Text => "text",
            Self::Date => "date",
            Self::Boolean => "boolean",
            Self::Period(_) => "period",
        }
    }
}

fn column_type(text: &str) -> Option<ColumnType> {
    Some(match text {
        "integer" => ColumnType::Integer,
        "decimal" => ColumnType::Decimal,
        "percent" => ColumnType::Percent,
        "text" => ColumnType::Text,
        "date" => ColumnType::Date,
        "boolean" => ColumnType::Boolean,
        "period" => ColumnType::Period(None),
        "period(month)" => ColumnType::Period(Some(Grain::Month)),
        "period(financial-year)" => ColumnType::Period(Some(Grain::FinancialYear)),
        _ => return None,
    })
}

/// An address in the web, without signs that a page or Markdown would stumble over.
fn address(passage: &Option<Passage>, diagnostics: &mut Diagnostics) -> Option<String> {
    let passage = passage.as_ref()?;
    let url = passage.words.trim();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"\\`".contains(c);
    let web = url.starts_with("https://") || url.starts_with("http://");
    if !web || !url.chars().all(plain) {
        let message = format!("`{url}` is not an address in the web");
        let error = Diagnostic::error(Code::BadValue, message).at(passage.span);
        diagnostics.push(error.hint("write https://…, with %20 for a space"));
    }
    Some(url.to_string())
}
