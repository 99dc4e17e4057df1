//! Two editions of a briefing: for each figure what moved, and why.
//!
//! A figure as published differs from today's because its file holds other rows (new ones, or revised ones), because its
//! recipe is another, because what it is made from moved, or because it is shown in another way. What the old recipe gives
//! on today's file tells the first from the second, and is the restated figure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::verify::tied_words;
use crate::bundle::{Bundle, Lock};
use crate::text::unescape_markup;

/// Rows that are told of one figure.
const TOLD: usize = 6;

/// What one edition says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edition {
    /// Its date, where it says so.
    pub date: Option<String>,
    /// Figures and points by id.
    pub figures: BTreeMap<String, Published>,
    /// Words tied to each figure or point, in the order of the text; nothing of a lock.
    pub words: BTreeMap<String, Vec<String>>,
    /// Rows of each figure or series without their places, with how often each occurs; nothing of a lock.
    pub rows: BTreeMap<String, BTreeMap<Vec<String>, usize>>,
}

/// A figure as an edition has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Published {
    /// Its label; the id of what has none.
    pub label: String,
    /// Its value, exactly.
    pub value: String,
    /// As printed.
    pub shown: String,
    /// The recipe, where the edition holds it.
    pub recipe: Option<String>,
    /// SHA-256 of the recipe.
    pub recipe_sha256: String,
    /// SHA-256 of the rows.
    pub rows_sha256: String,
    /// What it is made from.
    pub uses: Vec<String>,
}

/// What differs of one figure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// As published; nothing where it is new.
    pub before: Option<String>,
    /// What the published recipe gives on today's files; nothing where that is not known.
    pub restated: Option<String>,
    /// As it is now; nothing where it is gone.
    pub after: Option<String>,
    /// Whether the text of the earlier edition cites it.
    pub cited: bool,
    /// Why, in the order in which causes act.
    pub causes: Vec<Cause>,
}

/// Why a figure differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "cause")]
pub enum Cause {
    /// It was not there.
    New,
    /// It is not there any more.
    Gone,
    /// Its rows are those of before and others.
    NewData {
        /// The first rows that came.
        came: Vec<String>,
        /// How many came.
        rows: usize,
    },
    /// Rows of before are not there, or have other values.
    Revised {
        /// The first rows that went.
        went: Vec<String>,
        /// The first rows that came.
        came: Vec<String>,
        /// How many went, and came.
        rows: (usize, usize),
    },
    /// Its rows are others; which ones the earlier record does not hold.
    OtherRows,
    /// Another recipe.
    Recipe {
        /// The old one, where it is known.
        before: Option<String>,
        /// The new one.
        after: Option<String>,
    },
    /// Figures that it is made from moved.
    MadeFrom {
        /// Their ids.
        moved: Vec<String>,
    },
    /// A quoted, entered or outside value that was typed anew.
    Typed,
    /// The same value, shown in another way.
    Shown,
    /// Other words are tied to it.
    Words {
        /// The words of before that are not there any more.
        before: Vec<String>,
        /// The words that were not there.
        after: Vec<String>,
    },
}

impl Cause {
    /// Its name for readers, with the figures behind it.
    pub fn in_words(&self) -> String {
        match self {
            Self::MadeFrom { moved } => format!("made from {}", moved.join(", ")),
            other => other.name().to_string(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::New => "new figure",
            Self::Gone => "gone",
            Self::NewData { .. } => "new data",
            Self::Revised { .. } => "revised history",
            Self::OtherRows => "other rows",
            Self::Recipe { .. } => "changed recipe",
            Self::MadeFrom { .. } => "made from figures that moved",
            Self::Typed => "typed anew",
            Self::Shown => "shown in another way",
            Self::Words { .. } => "changed words",
        }
    }

    /// What is behind it, a line each.
    pub fn details(&self) -> Vec<String> {
        let quoted = |words: &[String]| {
            words.iter().map(|words| format!("“{words}”")).collect::<Vec<_>>().join(", ")
        };
        let more =
            |told: usize, rows: usize| (rows > told).then(|| format!("… and {} more", rows - told));
        match self {
            Self::NewData { came, rows } => {
                came.iter().map(|row| format!("+ {row}")).chain(more(came.len(), *rows)).collect()
            }
            Self::Revised { went, came, rows } => went
                .iter()
                .map(|row| format!("− {row}"))
                .chain(more(went.len(), rows.0))
                .chain(came.iter().map(|row| format!("+ {row}")))
                .chain(more(came.len(), rows.1))
                .collect(),
            Self::Recipe { before, after } => {
                let line = |sign: &str, recipe: &Option<String>| {
                    recipe.as_ref().map(|recipe| format!("{sign} {recipe}"))
                };
                line("−", before).into_iter().chain(line("+", after)).collect()
            }
            Self::Words { before, after } => {
                let line = |sign: &str, words: &[String]| {
                    (!words.is_empty()).then(|| format!("{sign} {}", quoted(words)))
                };
                line("−", before).into_iter().chain(line("+", after)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Edition {
    /// What a lock holds: values and digests.
    pub fn of_lock(lock: &Lock) -> Self {
        let figures = lock.figures().iter().map(|(id, [value, shown, recipe, rows])| {
            let published = Published {
                label: id.clone(),
                value: value.clone(),
                shown: shown.clone(),
                recipe: None,
                recipe_sha256: recipe.clone(),
                rows_sha256: rows.clone(),
                uses: Vec::new(),
            };
            (id.clone(), published)
        });
        Self { figures: figures.collect(), ..Self::default() }
    }

    /// What a bundle holds; `None` where it is none.
    pub fn of_bundle(bundle: &Bundle) -> Option<Self> {
        let json: Value = serde_json::from_slice(bundle.get("figures.json")?).ok()?;
        let mut edition = Self { date: text(&json, "date"), ..Self::default() };
        for figure in json.get("figures")?.as_array()? {
            edition.add(figure, None);
        }
        for series in json.get("series")?.as_array()? {
            let points = series.get("points").and_then(Value::as_array).into_iter().flatten();
            let values = points.filter_map(|point| point.get("values")?.as_array()).flatten();
            values
                .filter(|value| value.is_object())
                .for_each(|value| edition.add(value, Some(series)));
        }
        if let Some(page) = bundle.get("index.html") {
            let page = String::from_utf8_lossy(page);
            // what the author wrote, before the methods link to figures for other reasons
            let body = page.split("<section id=\"data\"").next().unwrap_or(&page);
            for link in tied_words(body).filter(|link| link.class == "claim") {
                edition.words.entry(link.target.to_string()).or_default().push(plain(link.words));
            }
        }
        for (path, bytes) in bundle {
            let id = path.strip_prefix("evidence/").and_then(|path| path.strip_suffix(".csv"));
            if let Some(id) = id {
                edition.rows.insert(id.to_string(), rows(bytes));
            }
        }
        Some(edition)
    }

    fn add(&mut self, figure: &Value, series: Option<&Value>) {
        let own = |name: &str| text(figure, name);
        let of_series = |name: &str| series.and_then(|series| text(series, name));
        let input = figure.get("input").and_then(|input| text(input, "rows_sha256"));
        let Some(id) = own("id") else { return };
        let uses = figure.get("uses").and_then(Value::as_array).into_iter().flatten();
        let published = Published {
            label: own("label").unwrap_or_else(|| id.clone()),
            value: own("value").unwrap_or_default(),
            shown: own("shown").unwrap_or_default(),
            recipe: own("recipe").or_else(|| of_series("recipe")),
            recipe_sha256: own("recipe_sha256")
                .or_else(|| of_series("recipe_sha256"))
                .unwrap_or_default(),
            rows_sha256: input.or_else(|| of_series("rows_sha256")).unwrap_or_default(),
            uses: uses.filter_map(|id| id.as_str().map(str::to_string)).collect(),
        };
        self.figures.insert(id, published);
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_string)
}

/// Words of a page without markup.
fn plain(html: &str) -> String {
    let mut words = String::new();
    let mut tag = false;
    for c in html.chars() {
        match c {
            '<' => tag = true,
            '>' => tag = false,
            c if !tag => words.push(c),
            _ => {}
        }
    }
    unescape_markup(&words)
}

/// The rows of an evidence file without their places.
fn rows(bytes: &[u8]) -> BTreeMap<Vec<String>, usize> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let head: Vec<String> =
        reader.headers().map(|head| head.iter().map(str::to_string).collect()).unwrap_or_default();
    // the file and the line, or the cells: where a row stands, and not what it says
    let places = usize::from(head.first().is_some_and(|name| name == "file")) * 2;
    let mut found = BTreeMap::new();
    for record in reader.records().filter_map(Result::ok) {
        let cells: Vec<String> = record.iter().skip(places).map(str::to_string).collect();
        *found.entry(cells).or_insert(0) += 1;
    }
    found
}

/// What differs between two editions. `restated` is what the earlier edition's recipes give on today's files.
pub fn compare(before: &Edition, restated: Option<&Edition>, after: &Edition) -> Vec<Change> {
    let ids: BTreeSet<&String> = before.figures.keys().chain(after.figures.keys()).collect();
    let moved: BTreeSet<&str> = ids
        .iter()
        .filter(|id| {
            let value =
                |edition: &Edition| edition.figures.get(**id).map(|figure| figure.value.clone());
            value(before) != value(after)
        })
        .map(|id| id.as_str())
        .collect();
    let mut changes = Vec::new();
    for id in ids {
        let (old, new) = (before.figures.get(id), after.figures.get(id));
        let again = restated.and_then(|edition| edition.figures.get(id));
        let causes = match (old, new) {
            (None, _) => vec![Cause::New],
            (_, None) => vec![Cause::Gone],
            (Some(old), Some(new)) => {
                let mut causes = causes((id, old, new), again, (before, restated, after), &moved);
                causes.extend(words(before, after, id));
                causes
            }
        };
        if causes.is_empty() {
            continue;
        }
        let shown = |figure: Option<&Published>| figure.map(|figure| figure.shown.clone());
        let label = new.or(old).map_or_else(String::new, |figure| figure.label.clone());
        changes.push(Change {
            id: id.clone(),
            label,
            before: shown(old),
            restated: shown(again),
            after: shown(new),
            cited: before.words.contains_key(id),
            causes,
        });
    }
    changes
}

fn causes(
    (id, old, new): (&str, &Published, &Published),
    again: Option<&Published>,
    (before, restated, after): (&Edition, Option<&Edition>, &Edition),
    moved: &BTreeSet<&str>,
) -> Vec<Cause> {
    let mut causes = Vec::new();
    let base = id.split('/').next().unwrap_or(id);
    // the rows of a point are among those of its series: only one whose value moves is told
    let point = base != id;
    let same_value = old.value == new.value;
    if !(point && same_value) {
        let today = restated.and_then(|edition| edition.rows.get(base)).or_else(|| {
            (old.recipe_sha256 == new.recipe_sha256).then(|| after.rows.get(base)).flatten()
        });
        match (before.rows.get(base), today) {
            (Some(was), Some(is)) => causes.extend(of_rows(was, is)),
            _ if old.rows_sha256 != new.rows_sha256 && old.recipe_sha256 == new.recipe_sha256 => {
                causes.push(Cause::OtherRows);
            }
            _ => {}
        }
    }
    let renamed = old.recipe_sha256 != new.recipe_sha256;
    if renamed && !(point && same_value && again.is_none_or(|again| again.value == new.value)) {
        causes.push(Cause::Recipe { before: old.recipe.clone(), after: new.recipe.clone() });
    }
    let inputs: Vec<String> =
        new.uses.iter().filter(|used| moved_within(moved, used)).cloned().collect();
    if !same_value && !inputs.is_empty() {
        causes.push(Cause::MadeFrom { moved: inputs });
    }
    if causes.is_empty() && !same_value {
        causes.push(Cause::Typed);
    }
    if same_value && old.shown != new.shown {
        causes.push(Cause::Shown);
    }
    causes
}

/// Whether a figure moved, or a point of a series.
fn moved_within(moved: &BTreeSet<&str>, used: &str) -> bool {
    let point = format!("{used}/");
    moved.contains(used)
        || moved.range(point.as_str()..).next().is_some_and(|id| id.starts_with(&point))
}

/// Why rows are others: some came, or some went.
fn of_rows(was: &BTreeMap<Vec<String>, usize>, is: &BTreeMap<Vec<String>, usize>) -> Option<Cause> {
    let only = |one: &BTreeMap<Vec<String>, usize>, other: &BTreeMap<Vec<String>, usize>| {
        let rows = one.iter().flat_map(|(row, count)| {
            let more = count.saturating_sub(other.get(row).copied().unwrap_or(0));
            std::iter::repeat_n(row.join(" | "), more)
        });
        rows.collect::<Vec<String>>()
    };
    let (mut went, mut came) = (only(was, is), only(is, was));
    let rows = (went.len(), came.len());
    went.truncate(TOLD);
    came.truncate(TOLD);
    match rows {
        (0, 0) => None,
        (0, rows) => Some(Cause::NewData { came, rows }),
        rows => Some(Cause::Revised { went, came, rows }),
    }
}

/// The words tied to a figure that only one of two editions has.
fn words(before: &Edition, after: &Edition, id: &str) -> Option<Cause> {
    // a lock holds no words
    if before.words.is_empty() || after.words.is_empty() {
        return None;
    }
    let only = |one: &Edition, other: &Edition| {
        let mut rest = other.words.get(id).cloned().unwrap_or_default();
        let own = one.words.get(id).into_iter().flatten();
        let own = own.filter(|words| match rest.iter().position(|other| other == *words) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        });
        own.cloned().collect::<Vec<String>>()
    };
    let (was, is) = (only(before, after), only(after, before));
    (!was.is_empty() || !is.is_empty()).then_some(Cause::Words { before: was, after: is })
}

/// The figures of the earlier edition that today's files would print otherwise, those that its text cites first.
pub fn restatements(
    before: &Edition,
    restated: &Edition,
) -> Vec<(String, Published, Option<Published>)> {
    let mut found: Vec<(String, Published, Option<Published>)> = before
        .figures
        .iter()
        .filter_map(|(id, old)| {
            let now = restated.figures.get(id);
            (now.map(|now| &now.shown) != Some(&old.shown))
                .then(|| (id.clone(), old.clone(), now.cloned()))
        })
        .collect();
    found.sort_by_key(|(id, ..)| (!before.words.contains_key(id), id.clone()));
    found
}
