//! JSON and JSON Lines: records as rows, numbers as they are written, each row with the line on which it begins.
//!
//! A record is an object, whose keys are columns (those of objects in it joined by a dot), or a list, whose first one is the header.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Grid, Item, Line, MOST_CELLS, text, too_large};
use crate::diag::{Cell, Code, Diagnostic, list};
use crate::sources::Dataset;
use crate::text::Passage;

/// Objects in objects up to which columns are made of them.
const MOST_LEVELS: usize = 20;

/// The entries of an object in their order.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(String, &RawValue)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    if entries.iter().any(|(known, _)| *known == key) {
                        return Err(de::Error::custom(format!(
                            "the key `{key}` stands twice in a record"
                        )));
                    }
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// The cells of a JSON file, or of one record a line.
pub(super) fn read(dataset: &Dataset, bytes: &[u8], lines: bool) -> Result<Grid, Diagnostic> {
    let path = &dataset.path;
    let text = text::decoded(dataset, bytes)?;
    let mut table = Columns { path, columns: IndexMap::new(), rows: Vec::new(), cells: 0 };
    if lines {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line_number = number as u64 + 1;
            let record: &RawValue =
                serde_json::from_str(line).map_err(|error| broken(path, line_number, &error))?;
            table.record(record, line_number as u32)?;
        }
        return table.grid();
    }
    let whole: &RawValue =
        serde_json::from_str(&text).map_err(|error| broken(path, error.line() as u64, &error))?;
    let records = records(dataset, whole, dataset.shape.records.as_ref())?;
    let (mut line, mut counted) = (1, 0);
    for record in records {
        let start = record.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text.as_bytes()[counted..start].iter().filter(|byte| **byte == b'\n').count();
        counted = start;
        table.record(record, line as u32)?;
    }
    table.grid()
}

/// The lists in a JSON file that could be its records, by their path; none where it is a list itself.
pub(super) fn lists(bytes: &[u8]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if let Ok(whole) = serde_json::from_slice::<&RawValue>(bytes)
        && whole.get().starts_with('{')
    {
        look(whole, "", 0, &mut found);
    }
    found
}

fn look(value: &RawValue, path: &str, level: usize, found: &mut Vec<(String, usize)>) {
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        if items.first().is_some_and(|item| item.get().starts_with(['{', '['])) {
            found.push((path.to_string(), items.len()));
        }
    } else if level < MOST_LEVELS
        && let Ok(Entries(entries)) = serde_json::from_str(value.get())
    {
        for (key, value) in entries {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            look(value, &path, level + 1, found);
        }
    }
}

/// The records of a file: the list that it is, or the one at a declared path.
fn records<'a>(
    dataset: &Dataset,
    whole: &'a RawValue,
    at: Option<&Passage>,
) -> Result<Vec<&'a RawValue>, Diagnostic> {
    let mut value = whole;
    for key in at.iter().flat_map(|at| at.words.trim().split('.')) {
        let entries = serde_json::from_str::<Entries<'a>>(value.get()).map(|entries| entries.0);
        let found = entries.ok().and_then(|entries| {
            entries.into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
        });
        value = found.ok_or_else(|| lost(dataset, whole, at))?;
    }
    serde_json::from_str(value.get()).map_err(|_| lost(dataset, whole, at))
}

/// There are no records where they are said to be.
fn lost(dataset: &Dataset, whole: &RawValue, at: Option<&Passage>) -> Diagnostic {
    let path = &dataset.path;
    let found = lists(whole.get().as_bytes());
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let (message, span) = match at {
        Some(at) => (format!("`{path}` has no list of records at `{}`", at.words), at.span),
        None => (format!("`{path}` is no list of records"), dataset.file_span),
    };
    let error = Diagnostic::error(Code::Layout, message).at(span);
    match names.first() {
        Some(first) => {
            error.hint(format!("it holds lists at {}: declare `records: {first}`", list(&names, 5)))
        }
        None => error.hint("it holds no list of objects; save the table that is needed as CSV"),
    }
}

fn broken(path: &str, line: u64, error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_string();
    Diagnostic::error(Code::BadWorkbook, format!("`{path}` is no JSON that can be read: {message}"))
        .at(Cell::line(path, line))
        .hint("download it again, or have a look at this line; JSON Lines files end with `.jsonl`")
}

/// Rows while their columns are not all known.
struct Columns<'p> {
    path: &'p str,
    columns: IndexMap<String, ()>,
    rows: Vec<Line>,
    cells: usize,
}

impl Columns<'_> {
    fn record(&mut self, record: &RawValue, line: u32) -> Result<(), Diagnostic> {
        let mut row = Line { number: line, cells: Vec::new() };
        match record.get().as_bytes().first() {
            Some(b'{') => self.object(record, "", 0, &mut row)?,
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(record.get())
                    .map_err(|error| broken(self.path, u64::from(line), &error))?;
                let cells = items.into_iter().map(|item| self.item(item, line));
                row.cells = cells.collect::<Result<_, _>>()?;
                if self.columns.is_empty() {
                    let names = row.cells.into_iter().map(|cell| (cell.text, ()));
                    self.columns.extend(names);
                    return Ok(());
                }
            }
            _ => {
                let message = format!("`{}` is neither an object nor a list", short(record.get()));
                return Err(Diagnostic::error(Code::Layout, message)
                    .at(Cell::line(self.path, u64::from(line)))
                    .hint("each record of the table is an object, `{\"area\": \"Leeds\", \"cases\": 3}`"));
            }
        }
        self.cells += row.cells.len().max(self.columns.len());
        if self.cells > MOST_CELLS {
            return Err(too_large(self.path));
        }
        self.rows.push(row);
        Ok(())
    }

    fn object(
        &mut self,
        value: &RawValue,
        prefix: &str,
        level: usize,
        row: &mut Line,
    ) -> Result<(), Diagnostic> {
        let line = u64::from(row.number);
        let Entries(entries) =
            serde_json::from_str(value.get()).map_err(|error| broken(self.path, line, &error))?;
        for (key, value) in entries {
            let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            if value.get().starts_with('{') && level < MOST_LEVELS {
                self.object(value, &name, level + 1, row)?;
                continue;
            }
            let item = self.item(value, row.number)?;
            let index = match self.columns.get_index_of(&name) {
                Some(index) => index,
                None => self.columns.insert_full(name, ()).0,
            };
            if row.cells.len() <= index {
                row.cells.resize(index + 1, Item::default());
            }
            row.cells[index] = item;
        }
        Ok(())
    }

    /// A value as a cell: a text without its quotation marks, null as nothing, all else as it is written.
    fn item(&self, value: &RawValue, line: u32) -> Result<Item, Diagnostic> {
        let raw = value.get();
        let (text, typed) = match raw.as_bytes().first() {
            Some(b'"') => {
                let text: String = serde_json::from_str(raw)
                    .map_err(|error| broken(self.path, u64::from(line), &error))?;
                (text.trim().to_string(), false)
            }
            Some(b'n') => (String::new(), false),
            _ => (raw.to_string(), true),
        };
        Ok(Item { text, typed })
    }

    fn grid(self) -> Result<Grid, Diagnostic> {
        let width = self.columns.len();
        let names = self.columns.into_keys().map(|text| Item { text, typed: false });
        let mut lines = vec![Line { number: 0, cells: names.collect() }];
        lines.extend(self.rows);
        if width.saturating_mul(lines.len()) > MOST_CELLS {
            return Err(too_large(self.path));
        }
        for line in lines.iter_mut().filter(|line| line.cells.len() < width) {
            line.cells.resize(width, Item::default());
        }
        Ok(Grid { sheet: None, lines })
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
