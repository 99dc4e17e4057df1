//! Two editions of a briefing: for each figure what moved, and why.
//!
//! A figure as published differs from today's because its file holds other rows (new ones, or revised ones), because its
//! recipe is another, because what it is made from moved, or because it is shown in another way. What the old recipe gives
//! on today's file tells the first from the second, and is the restated figure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::bundle::{Bundle, Lock, PLACE_IN};
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
    /// Rows of each figure or series; nothing of a lock.
    pub rows: BTreeMap<String, Rows>,
}

/// Rows without their places.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    /// The names of their columns.
    head: Vec<String>,
    /// How often each occurs.
    all: BTreeMap<Vec<String>, usize>,
}

impl Rows {
    /// Those of a point; all of them where its keys are none of their columns, or where it is seen against all of them.
    fn of(&self, figure: &Published) -> BTreeMap<Vec<String>, usize> {
        let place = |(name, key): &(String, String)| {
            Some((self.head.iter().position(|head| head == name)?, key.clone()))
        };
        let keys: Option<Vec<(usize, String)>> = figure.keys.iter().map(place).collect();
        let total = figure.recipe.as_ref().is_some_and(|recipe| recipe.contains("total("));
        let Some(keys) = keys.filter(|_| !total) else { return self.all.clone() };
        let own = |row: &Vec<String>| keys.iter().all(|(at, key)| row.get(*at) == Some(key));
        let found: BTreeMap<Vec<String>, usize> =
            self.all.iter().filter(|(row, _)| own(row)).map(|(row, n)| (row.clone(), *n)).collect();
        // a key that is written in another way in the file
        let known =
            self.all.keys().any(|row| keys.iter().any(|(at, key)| row.get(*at) == Some(key)));
        if found.is_empty() && !known { self.all.clone() } else { found }
    }
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
    /// The keys of a point, each with the name of its column.
    pub keys: Vec<(String, String)>,
    /// What readers are told of it beside its value: by name.
    pub told: BTreeMap<&'static str, String>,
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
    /// The same rows and recipe, whose columns are declared in another way.
    Declared,
    /// What readers are told of it beside its value: its quotation, sources, unit, label.
    Told {
        /// What was told and is not any more, a line each.
        before: Vec<String>,
        /// What was not told.
        after: Vec<String>,
    },
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
            Self::Declared => "its data are declared in another way",
            Self::Told { .. } => "described in another way",
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
            Self::Recipe { before, after } if before == after => before
                .iter()
                .map(|recipe| format!("{recipe}: a selection or parameter of it is another"))
                .collect(),
            Self::Told { before, after } => {
                let lines = |sign: &'static str, all: &[String]| -> Vec<String> {
                    all.iter().map(|line| format!("{sign} {line}")).collect()
                };
                [lines("−", before), lines("+", after)].concat()
            }
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
                recipe_sha256: recipe.clone(),
                rows_sha256: rows.clone(),
                ..Published::default()
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
            edition.add(figure, None, Vec::new());
        }
        for series in json.get("series")?.as_array()? {
            let names = list(series, "keys");
            for point in series.get("points").and_then(Value::as_array).into_iter().flatten() {
                let keys: Vec<(String, String)> =
                    names.iter().cloned().zip(list(point, "keys")).collect();
                let values = point.get("values").and_then(Value::as_array).into_iter().flatten();
                for value in values.filter(|value| value.is_object()) {
                    edition.add(value, Some(series), keys.clone());
                }
            }
        }
        if let Some(page) = bundle.get("index.html") {
            let page = String::from_utf8_lossy(page);
            // what the author wrote, before the methods link to figures for other reasons
            let body = page.split("<section id=\"data\"").next().unwrap_or(&page);
            for (figures, words) in claims(body) {
                for figure in figures {
                    edition.words.entry(figure).or_default().push(plain(words));
                }
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

    fn add(&mut self, figure: &Value, series: Option<&Value>, keys: Vec<(String, String)>) {
        let own = |name: &str| text(figure, name);
        let of_series = |name: &str| series.and_then(|series| text(series, name));
        let input = figure.get("input").and_then(|input| text(input, "rows_sha256"));
        let Some(id) = own("id") else { return };
        let told = ["label", "unit", "quote", "caveat"].map(|name| Some((name, own(name)?)));
        let sources = Some(("sources", list(figure, "sources").join(", ")));
        let published = Published {
            label: own("label").unwrap_or_else(|| id.clone()),
            value: own("value").unwrap_or_default(),
            shown: own("shown").unwrap_or_default(),
            recipe: own("recipe").or_else(|| of_series("recipe")),
            recipe_sha256: own("recipe_sha256")
                .or_else(|| of_series("recipe_sha256"))
                .unwrap_or_default(),
            rows_sha256: input.or_else(|| of_series("rows_sha256")).unwrap_or_default(),
            uses: list(figure, "uses"),
            keys,
            told: told.into_iter().chain([sources]).flatten().collect(),
        };
        self.figures.insert(id, published);
    }
}

fn list(of: &Value, name: &str) -> Vec<String> {
    let all = of.get(name).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|own| own.as_str().map(str::to_string)).collect()
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_string)
}

/// The claims of a page, in order: the figures that each is tied to, and its words with their markup.
fn claims(page: &str) -> impl Iterator<Item = (Vec<String>, &str)> {
    page.split("<a class=\"claim\" ").skip(1).filter_map(|link| {
        let (attributes, rest) = link.split_once('>')?;
        let value = |name: &str| {
            attributes.split_once(&format!("{name}=\""))?.1.split_once('"').map(|(value, _)| value)
        };
        let target = value("href")?.strip_prefix("#fig-")?;
        let figures = value("data-figures").unwrap_or(target);
        let figures = figures.split(' ').map(unescape_markup).collect();
        Some((figures, rest.split_once("</a>")?.0))
    })
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
fn rows(bytes: &[u8]) -> Rows {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let head: Vec<String> =
        reader.headers().map(|head| head.iter().map(str::to_string).collect()).unwrap_or_default();
    // the file and the line, or the cells, and those of lookups: where a row stands, and not what it says
    let places = usize::from(head.first().is_some_and(|name| name == "file")) * 2;
    let says = |at: &usize| *at >= places && !head[*at].contains(PLACE_IN);
    let kept: Vec<usize> = (0..head.len()).filter(says).collect();
    let of =
        |all: &dyn Fn(usize) -> String| kept.iter().map(|at| all(*at)).collect::<Vec<String>>();
    let mut all = BTreeMap::new();
    for record in reader.records().filter_map(Result::ok) {
        let cells = of(&|at| record.get(at).unwrap_or_default().to_string());
        *all.entry(cells).or_insert(0) += 1;
    }
    Rows { head: of(&|at| head[at].clone()), all }
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
            (Some(was), Some(is)) => causes.extend(of_rows(&was.of(old), &is.of(old))),
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
        let computed = !new.recipe_sha256.is_empty();
        causes.push(if computed { Cause::Declared } else { Cause::Typed });
    }
    if same_value && old.shown != new.shown {
        causes.push(Cause::Shown);
    }
    let lines = |one: &Published, other: &Published| -> Vec<String> {
        let only = one.told.iter().filter(|(name, text)| other.told.get(*name) != Some(text));
        // a label that nobody wrote is made from the recipe, and from the labels of what it is made from
        let unwritten = renamed || !new.uses.is_empty();
        only.filter(|(name, _)| !(unwritten && **name == "label"))
            .map(|(name, text)| format!("{name}: {text}"))
            .collect()
    };
    let (was, is) = (lines(old, new), lines(new, old));
    // a lock tells nothing
    let other = !was.is_empty() || !is.is_empty();
    if other && !old.told.is_empty() && !(point && same_value) {
        causes.push(Cause::Told { before: was, after: is });
    }
    causes
}

/// Whether nothing of what a figure or series was published from was revised: only rows came.
pub fn only_grew(changes: &[Change], id: &str) -> bool {
    let of = |change: &&Change| {
        change.id.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    changes.iter().filter(of).flat_map(|change| &change.causes).all(|cause| match cause {
        Cause::MadeFrom { moved } => moved.iter().all(|id| only_grew(changes, id)),
        Cause::Revised { .. } | Cause::OtherRows | Cause::Typed | Cause::Declared | Cause::Gone => {
            false
        }
        _ => true,
    })
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
