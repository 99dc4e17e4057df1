//! One file to one frame: header, types, blocks side by side, dictionaries put together, keys and rules checked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::Mutex;

use indexmap::IndexMap;
use memchr::memchr_iter;

use super::cells::{Dictionary, Markers, Recent, infer, typed};
use super::csv::{Chunk, Fault, Feed, Row, Table, records, split, stray_quote};
use super::declare::{ColumnType, Dataset};
use super::ignore::{self, Test};
use crate::diag::{Cell, Code, Diagnostic, Diagnostics, Outcome, counted};
use crate::frame::{
    Checkpoint, Column, Compiler, Fold, FoldKind, Frame, Group, Key, Mark, Meaning, Part, Payload,
    Program, Provenance, Query, Scope, TypedKind, scan,
};
use crate::value::{Grain, Period};

/// What is asked of a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Names that recipes use; columns with other names are not kept.
    pub names: BTreeSet<String>,
    /// Threads to parse on. The frame does not depend on it.
    pub threads: NonZeroUsize,
}

/// Opens the file anew.
pub type Open<'o> = dyn FnMut() -> io::Result<Box<dyn Read + Send>> + 'o;

/// Reads a dataset. Errors point into the data file; there is no frame where there is one.
pub fn load(dataset: &Dataset, wanted: &Wanted, open: &mut Open<'_>) -> Outcome<Option<Frame>> {
    let mut diagnostics = Diagnostics::default();
    let mut retyped = BTreeMap::new();
    loop {
        let loader = Loader { dataset, wanted, retyped: &retyped };
        match loader.run(open, &mut diagnostics) {
            Ok(frame) => {
                let sound =
                    frame.filter(|frame| checks(dataset, frame, wanted.threads, &mut diagnostics));
                return Outcome::new(sound, diagnostics);
            }
            // the head of the file suggested another type than the rest: read it again, at most twice a column
            Err(columns) => retyped.extend(columns),
        }
    }
}

/// A column that is kept.
#[derive(Clone, Debug)]
struct Kept {
    name: String,
    header: String,
    position: usize,
    kind: Option<ColumnType>,
    unit: Option<String>,
    markers: Markers,
}

struct Layout {
    kept: Vec<Kept>,
    header: Vec<String>,
    ignore: Option<Test>,
}

struct Loader<'a> {
    dataset: &'a Dataset,
    wanted: &'a Wanted,
    /// Types that all cells of inferred columns suggest, where the first did not.
    retyped: &'a BTreeMap<String, ColumnType>,
}

/// A cell that contradicts its column's type.
#[derive(Clone, Debug)]
struct Contradiction {
    count: u64,
    place: Cell,
}

/// One block of one column, parsed.
struct ParsedColumn {
    part: Part,
    range: Option<(i64, i64)>,
    scale: u32,
    texts: Vec<Vec<u8>>,
    known: u64,
    contradictions: BTreeMap<Vec<u8>, Contradiction>,
}

struct Parsed {
    index: usize,
    checkpoint: Checkpoint,
    ignored: u64,
    columns: Vec<ParsedColumn>,
    faults: Vec<Diagnostic>,
}

impl Loader<'_> {
    /// The frame; `None` after an error; `Err` with the columns that are to be read again as another type.
    fn run(
        &self,
        open: &mut Open<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Frame>, BTreeMap<String, ColumnType>> {
        let path = &self.dataset.path;
        let mut feed = match open() {
            Ok(reader) => Feed::new(reader),
            Err(error) => {
                diagnostics
                    .push(unreadable(path, &error).related(self.dataset.file_span, "named here"));
                return Ok(None);
            }
        };
        let first = match feed.next() {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                diagnostics.push(
                    Diagnostic::error(Code::EmptyFile, format!("`{path}` is empty")).in_file(path),
                );
                return Ok(None);
            }
            Err(fault) => {
                diagnostics.push(self.fault(fault));
                return Ok(None);
            }
        };
        let Some((layout, first)) = self.layout(first, diagnostics) else { return Ok(None) };
        let mut layout = layout;
        let types = self.types(&mut layout, &first);
        let (parsed, seeded, feed) = match self.parse_all(&layout, &types, first, feed, diagnostics)
        {
            Some(result) => result,
            None => return Ok(None),
        };
        let (sha256, bytes) = feed.finish();
        self.check_pin(&sha256, diagnostics);
        self.assemble(layout, &types, (parsed, &seeded), (sha256, bytes), diagnostics)
    }

    fn fault(&self, fault: Fault) -> Diagnostic {
        let path = &self.dataset.path;
        let at_line = |line| Cell {
            path: path.clone(),
            line,
            column: 0,
            excerpt: String::new(),
            range: (0, 0),
        };
        match fault {
            Fault::Read(error) => unreadable(path, &error),
            Fault::Unclosed { line } => {
                Diagnostic::error(Code::UnclosedQuote, "a quotation mark that is never closed")
                    .at(at_line(line))
                    .hint("close it, or double it (`\"\"`) where it belongs to the text")
            }
            Fault::Huge { line } => Diagnostic::error(Code::HugeField, "a row of more than 16 MB")
                .at(at_line(line))
                .hint("look for a quotation mark on this line that is never closed"),
            Fault::Utf16 => Diagnostic::error(Code::BadEncoding, "the file is UTF-16")
                .in_file(path)
                .hint("save it as UTF-8"),
        }
    }

    /// Reads the header and takes it off the first chunk.
    fn layout(&self, mut first: Chunk, diagnostics: &mut Diagnostics) -> Option<(Layout, Chunk)> {
        let mut headers: Option<Vec<String>> = None;
        let mut end = first.bytes.len();
        let usable = chunk_fault(&self.dataset.path, &first);
        if let Some(fault) = usable {
            diagnostics.push(fault);
            return None;
        }
        records(&first.bytes, first.newline, |row, start| {
            if headers.is_none() {
                headers = Some(
                    (0..row.len())
                        .map(|i| String::from_utf8_lossy(row.cell(i)).into_owned())
                        .collect(),
                );
                return true;
            }
            end = start;
            false
        });
        let Some(headers) = headers else {
            let message = format!("`{}` holds only blank lines", self.dataset.path);
            diagnostics
                .push(Diagnostic::error(Code::EmptyFile, message).in_file(&self.dataset.path));
            return None;
        };
        let rest = first.bytes.split_off(end);
        first.line += memchr_iter(first.newline, &first.bytes).count() as u64;
        first.byte += first.bytes.len() as u64;
        first.bytes = rest;
        Some((self.columns(&headers, diagnostics)?, first))
    }

    fn columns(&self, headers: &[String], diagnostics: &mut Diagnostics) -> Option<Layout> {
        let dataset = self.dataset;
        let path = &dataset.path;
        let at = Cell {
            path: path.clone(),
            line: 1,
            column: 0,
            excerpt: headers.join(","),
            range: (0, 0),
        };
        let mut positions: BTreeMap<String, usize> = BTreeMap::new();
        for (position, header) in
            headers.iter().enumerate().filter(|(_, header)| !header.is_empty())
        {
            if let Some(first) = positions.insert(normal(header), position) {
                let message = format!(
                    "columns {} and {} are both headed `{header}`",
                    first + 1,
                    position + 1
                );
                let error = Diagnostic::error(Code::DuplicateHeader, message).at(at.clone());
                diagnostics.push(error.hint("two columns with one name cannot be told apart; ask the publisher, or cut one in a copy"));
                return None;
            }
        }
        let mut names: Vec<Option<String>> = vec![None; headers.len()];
        for (name, declared) in &dataset.columns {
            match positions.get(&normal(&declared.from)) {
                Some(position) => names[*position] = Some(name.clone()),
                None => {
                    let message = format!("`{path}` has no column `{}`", declared.from);
                    let error = Diagnostic::error(Code::UnknownColumn, message).at(declared.span);
                    let all = headers.iter().map(String::as_str);
                    diagnostics.push(
                        error
                            .did_you_mean(&declared.from, all)
                            .hint(format!("headers: {}", headers.join(", "))),
                    );
                }
            }
        }
        let names: Vec<String> = slugs(headers, names);
        let by_name: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let source_column = dataset.source_column.iter();
        for (name, span) in dataset.key.iter().chain(source_column) {
            if !by_name.contains_key(name.as_str()) {
                let message = format!("`{path}` has no column `{name}`");
                let error = Diagnostic::error(Code::UnknownColumn, message).at(*span);
                diagnostics.push(
                    error
                        .did_you_mean(name, by_name.keys().copied())
                        .hint(format!("columns: {}", names.join(", "))),
                );
            }
        }
        let ignore =
            dataset.ignore.as_ref().map(|expr| ignore::compile(expr, &by_name)).transpose();
        let ignore = diagnostics.take(ignore)?;
        if diagnostics.has_errors() {
            return None;
        }
        let needed = |name: &str| {
            self.wanted.names.contains(name)
                || dataset.key.iter().chain(&dataset.source_column).any(|(key, _)| key == name)
                || dataset
                    .rules
                    .iter()
                    .any(|(_, rule)| rule.names().iter().any(|(used, _)| *used == name))
        };
        let kept =
            names.iter().enumerate().filter(|(_, name)| needed(name)).map(|(position, name)| {
                let declared = dataset.columns.get(name);
                let own = declared.map_or(&[][..], |d| &d.missing);
                Kept {
                    name: name.clone(),
                    header: headers[position].clone(),
                    position,
                    kind: declared.and_then(|d| d.kind),
                    unit: declared.and_then(|d| d.unit.clone()),
                    markers: Markers::new(
                        dataset.missing.iter().chain(own),
                        declared.map_or(&[][..], |d| &d.suppressed),
                    ),
                }
            });
        Some(Layout { kept: kept.collect(), header: names, ignore })
    }

    /// Declared types, and those that the first chunk suggests.
    fn types(&self, layout: &mut Layout, first: &Chunk) -> Vec<ColumnType> {
        let mut samples: Vec<Vec<Vec<u8>>> = vec![Vec::new(); layout.kept.len()];
        if layout.kept.iter().any(|kept| kept.kind.is_none()) {
            records(&first.bytes, first.newline, |row, _| {
                if !ignored(layout, &row) {
                    for (sample, kept) in samples.iter_mut().zip(&layout.kept) {
                        let cell = row.cell(kept.position);
                        if kept.kind.is_none() && kept.markers.mark(cell) == Mark::Known {
                            sample.push(cell.to_vec());
                        }
                    }
                }
                true
            });
        }
        let infer_one = |(kept, sample): (&Kept, &Vec<Vec<u8>>)| match kept.kind {
            Some(kind) => kind,
            None if self.retyped.contains_key(&kept.name) => self.retyped[&kept.name],
            None => infer(sample.iter().map(Vec::as_slice)),
        };
        layout.kept.iter().zip(&samples).map(infer_one).collect()
    }

    /// Parses every chunk, side by side; `None` after a fault that stops the reading.
    fn parse_all<'r>(
        &self,
        layout: &Layout,
        types: &[ColumnType],
        first: Chunk,
        feed: Feed<'r>,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Vec<Parsed>, Vec<usize>, Feed<'r>)> {
        let parser = Parser { path: &self.dataset.path, layout, types };
        let none = vec![Dictionary::default(); types.len()];
        let first = parser.chunk(&first, &none, &mut Vec::new());
        let seeds: Vec<Dictionary> = first
            .columns
            .iter()
            .map(|column| {
                let mut seed = Dictionary::default();
                for text in &column.texts {
                    seed.code(text);
                }
                seed
            })
            .collect();
        let shared = Mutex::new((feed, None::<Fault>));
        let results = Mutex::new(vec![first]);
        let work = || {
            let (mut memory, mut used) = (Vec::new(), Vec::new());
            loop {
                let next = {
                    let Ok(mut shared) = shared.lock() else { return };
                    if shared.1.is_some() {
                        return;
                    }
                    shared.0.give_back(std::mem::take(&mut used));
                    shared.0.next().map_err(|fault| shared.1 = Some(fault))
                };
                let Ok(Some(chunk)) = next else { return };
                let parsed = parser.chunk(&chunk, &seeds, &mut memory);
                used = chunk.bytes;
                if let Ok(mut results) = results.lock() {
                    results.push(parsed);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.wanted.threads.get() {
                scope.spawn(work);
            }
            work();
        });
        let (feed, fault) = shared.into_inner().ok()?;
        let mut parsed = results.into_inner().ok()?;
        parsed.sort_by_key(|parsed| parsed.index);
        // a stray quotation mark turns everything after it inside out: only the first fault is true
        let early = parsed.iter_mut().find(|parsed| !parsed.faults.is_empty());
        let stray = early.as_ref().is_some_and(|parsed| parsed.faults[0].code == Code::StrayQuote);
        if let (Some(fault), false) = (&fault, stray) {
            let again = match fault {
                Fault::Read(error) => Fault::Read(io::Error::new(error.kind(), error.to_string())),
                Fault::Unclosed { line } => Fault::Unclosed { line: *line },
                Fault::Huge { line } => Fault::Huge { line: *line },
                Fault::Utf16 => Fault::Utf16,
            };
            diagnostics.push(self.fault(again));
        }
        let mut faults = 0;
        for diagnostic in
            parsed.iter().flat_map(|parsed| &parsed.faults).take(if stray { 1 } else { 10 })
        {
            diagnostics.push(diagnostic.clone());
            faults += 1;
        }
        let seeded = seeds.iter().map(|seed| seed.texts.len()).collect();
        (fault.is_none() && faults == 0).then_some((parsed, seeded, feed))
    }

    fn check_pin(&self, sha256: &str, diagnostics: &mut Diagnostics) {
        if let Some((pin, span)) = &self.dataset.sha256
            && pin != sha256
        {
            let message = format!("`{}` is not the file that was pinned", self.dataset.path);
            diagnostics.push(Diagnostic::error(Code::PinMismatch, message).at(*span).label(format!("the file is now {sha256}")).hint(
                "if the publisher released a new version on purpose, run `tieout source pin`; else put the old file back",
            ));
        }
    }

    fn assemble(
        &self,
        layout: Layout,
        types: &[ColumnType],
        (mut parsed, seeded): (Vec<Parsed>, &[usize]),
        (sha256, bytes): (String, u64),
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Frame>, BTreeMap<String, ColumnType>> {
        let path = &self.dataset.path;
        let ignored = parsed.iter().map(|block| block.ignored).sum();
        // the first block is kept even where it has no row: the dictionaries of the others build on its own
        let first = parsed.first().map(|block| block.index);
        parsed.retain(|block| block.checkpoint.rows > 0 || Some(block.index) == first);
        let mut row = 0;
        for block in &mut parsed {
            block.checkpoint.row = row;
            row += block.checkpoint.rows;
        }
        if let Some(unmatched) = layout.ignore.as_ref().and_then(Test::unmatched) {
            diagnostics.push(unmatched);
            return Ok(None);
        }
        if row == 0 {
            let message = format!("`{path}` has a header and no row that counts");
            diagnostics.push(Diagnostic::error(Code::EmptyFile, message).in_file(path));
            return Ok(None);
        }
        let blocks: Vec<Checkpoint> = parsed.iter().map(|block| block.checkpoint.clone()).collect();
        let mut columns = IndexMap::new();
        let mut headers = IndexMap::new();
        let mut again = BTreeMap::new();
        let mut by_column: Vec<Vec<ParsedColumn>> =
            layout.kept.iter().map(|_| Vec::new()).collect();
        for block in parsed {
            debug_assert_eq!(block.columns.len(), by_column.len());
            for (index, column) in block.columns.into_iter().enumerate() {
                by_column[index].push(column);
            }
        }
        for (((kept, kind), blocks_of), seeded) in
            layout.kept.into_iter().zip(types).zip(by_column).zip(seeded)
        {
            headers.insert(kept.name.clone(), kept.header.clone());
            match self.column(&kept, *kind, (blocks_of, *seeded), &blocks, diagnostics) {
                Made::Column(column) => {
                    columns.insert(kept.name, column);
                }
                Made::Again(kind) => {
                    again.insert(kept.name, kind);
                }
                Made::Failed => {}
            }
        }
        if diagnostics.has_errors() {
            return Ok(None);
        }
        if !again.is_empty() {
            return Err(again);
        }
        let provenance = Provenance {
            source: self.dataset.source.clone(),
            path: path.clone(),
            sha256,
            bytes,
            ignored,
            source_column: self.dataset.source_column.as_ref().map(|(name, _)| name.clone()),
            headers,
        };
        Ok(Some(Frame {
            name: self.dataset.name.clone(),
            columns,
            header: layout.header,
            blocks,
            rows: row,
            key: self.dataset.key.iter().map(|(key, _)| key.clone()).collect(),
            provenance: Some(provenance),
        }))
    }

    /// One column from its blocks.
    fn column(
        &self,
        kept: &Kept,
        kind: ColumnType,
        (mut blocks, seeded): (Vec<ParsedColumn>, usize),
        checkpoints: &[Checkpoint],
        diagnostics: &mut Diagnostics,
    ) -> Made {
        let mut contradictions: BTreeMap<Vec<u8>, Contradiction> = BTreeMap::new();
        for block in &mut blocks {
            for (text, found) in std::mem::take(&mut block.contradictions) {
                contradictions.entry(text).and_modify(|c| c.count += found.count).or_insert(found);
            }
        }
        let known: u64 = blocks.iter().map(|block| block.known).sum();
        let bad: u64 = contradictions.values().map(|c| c.count).sum();
        if bad > 0 {
            if let Some(wider) = self.wider(kept, kind, &contradictions, (known, bad)) {
                return Made::Again(wider);
            }
            diagnostics.push(contradiction(kept, kind, &contradictions, known));
            return Made::Failed;
        }
        if !matches!(kind, ColumnType::Text | ColumnType::Period(_)) {
            return self
                .numbers(kept, kind, blocks, diagnostics)
                .map_or(Made::Failed, Made::Column);
        }
        let (texts, parts) = unify(blocks, seeded);
        let texts: Vec<String> =
            texts.into_iter().map(|text| String::from_utf8_lossy(&text).into_owned()).collect();
        if let ColumnType::Period(grain) = kind {
            return self.periods(kept, grain, &texts, parts, checkpoints, diagnostics);
        }
        let all = infer(texts.iter().map(String::as_bytes));
        if kept.kind.is_none()
            && !texts.is_empty()
            && all != ColumnType::Text
            && !self.retyped.contains_key(&kept.name)
        {
            return Made::Again(all);
        }
        Made::Column(Column::from_parts(Meaning::Text(texts), parts))
    }

    /// A wider type of an inferred column, which holds the cells that contradict the narrow one, too.
    fn wider(
        &self,
        kept: &Kept,
        kind: ColumnType,
        contradictions: &BTreeMap<Vec<u8>, Contradiction>,
        (known, bad): (u64, u64),
    ) -> Option<ColumnType> {
        if kept.kind.is_some() {
            return None;
        }
        let all =
            |wider: ColumnType| contradictions.keys().all(|text| typed(wider, text).is_some());
        let period = |text: &Vec<u8>| {
            std::str::from_utf8(text)
                .is_ok_and(|text| Period::parse(text, None).is_some() || Period::is_ambiguous(text))
        };
        match kind {
            ColumnType::Integer if all(ColumnType::Decimal) => Some(ColumnType::Decimal),
            ColumnType::Integer if contradictions.keys().all(period) => {
                Some(ColumnType::Period(None))
            }
            _ if (known - bad) * 10 < known * 9 => Some(ColumnType::Text),
            _ => None,
        }
    }

    fn numbers(
        &self,
        kept: &Kept,
        kind: ColumnType,
        blocks: Vec<ParsedColumn>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Column> {
        let least = if kind == ColumnType::Percent { 2 } else { 0 };
        let scale = blocks.iter().map(|block| block.scale).max().unwrap_or(0).max(least);
        let mut parts = Vec::new();
        for block in blocks {
            match rescaled(block, scale) {
                Some(part) => parts.push(part),
                None => {
                    let message = format!("column `{}` needs more than 18 digits", kept.name);
                    let error =
                        Diagnostic::error(Code::CellType, message).in_file(&self.dataset.path);
                    diagnostics.push(error.hint("declare it as `type: text` if it is no quantity"));
                    return None;
                }
            }
        }
        let meaning = match kind {
            ColumnType::Date => Meaning::Date,
            ColumnType::Boolean => Meaning::Boolean,
            _ => Meaning::Number {
                scale,
                percent: kind == ColumnType::Percent,
                unit: kept.unit.clone(),
            },
        };
        Some(Column::from_parts(meaning, parts))
    }

    fn periods(
        &self,
        kept: &Kept,
        grain: Option<Grain>,
        texts: &[String],
        parts: Vec<RangedPart>,
        checkpoints: &[Checkpoint],
        diagnostics: &mut Diagnostics,
    ) -> Made {
        let grain = match grain.or_else(|| told_grain(texts)) {
            None if texts.iter().any(|text| Period::is_ambiguous(text)) => {
                let example = texts
                    .iter()
                    .find(|text| Period::is_ambiguous(text))
                    .cloned()
                    .unwrap_or_default();
                let message =
                    format!("`{example}` in column `{}` is a month or a financial year", kept.name);
                let error =
                    Diagnostic::error(Code::AmbiguousType, message).in_file(&self.dataset.path);
                diagnostics.push(
                    error.hint("declare `type: period(month)` or `type: period(financial-year)`"),
                );
                return Made::Failed;
            }
            grain => grain,
        };
        let read: Vec<Option<Period>> =
            texts.iter().map(|text| Period::parse(text, grain)).collect();
        if read.iter().all(Option::is_some) {
            // two spellings of one period share a code
            let mut distinct: Vec<Period> = Vec::new();
            let codes: Vec<i64> = read
                .into_iter()
                .flatten()
                .map(|period| {
                    distinct.iter().position(|known| *known == period).unwrap_or_else(|| {
                        distinct.push(period);
                        distinct.len() - 1
                    }) as i64
                })
                .collect();
            return Made::Column(Column::from_parts(
                Meaning::Period(distinct),
                recoded(parts, &codes),
            ));
        }
        if kept.kind.is_none() {
            return Made::Again(ColumnType::Text);
        }
        let column = Column::from_parts(Meaning::Text(texts.to_vec()), parts);
        let mut found: BTreeMap<Vec<u8>, Contradiction> = BTreeMap::new();
        let mut known = 0;
        for (checkpoint, part) in checkpoints.iter().zip(&column.parts) {
            for (offset, code) in part.values.unpack().into_iter().enumerate() {
                if part.marks.as_ref().is_some_and(|marks| marks[offset] != 0) {
                    continue;
                }
                known += 1;
                if read[code as usize].is_none() {
                    let lines = checkpoint
                        .lines
                        .as_ref()
                        .map_or(offset as u64, |lines| u64::from(lines[offset]));
                    let line = checkpoint.line + lines;
                    let text = texts[code as usize].clone();
                    let place = Cell {
                        path: self.dataset.path.clone(),
                        line,
                        column: 0,
                        excerpt: String::new(),
                        range: (0, 0),
                    };
                    found
                        .entry(text.into_bytes())
                        .and_modify(|c| c.count += 1)
                        .or_insert(Contradiction { count: 1, place });
                }
            }
        }
        diagnostics.push(contradiction(kept, ColumnType::Period(grain), &found, known));
        Made::Failed
    }
}

/// A block of a column with the range of its known integers.
type RangedPart = (Part, Option<(i64, i64)>);

/// What became of a column.
enum Made {
    Column(Column),
    /// It is to be read again as this type.
    Again(ColumnType),
    /// There was an error.
    Failed,
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    let cause = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    };
    Diagnostic::error(Code::UnreadableFile, format!("failed to read `{path}` ({cause})"))
        .in_file(path)
}

/// Two headers are the same if they differ only in case and spaces.
fn normal(header: &str) -> String {
    header.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A name for each column: the declared one, or the header's slug, made unique.
fn slugs(headers: &[String], declared: Vec<Option<String>>) -> Vec<String> {
    let mut taken: BTreeSet<String> = declared.iter().flatten().cloned().collect();
    let mut names = Vec::new();
    for (position, (header, name)) in headers.iter().zip(declared).enumerate() {
        names.push(name.unwrap_or_else(|| {
            let mut slug = slug(header);
            if slug.is_empty() {
                slug = format!("column_{}", position + 1);
            }
            while !taken.insert(slug.clone()) {
                slug.push_str("_2");
            }
            slug
        }));
    }
    names
}

/// Lower case, other characters to `_`, `x_` before a digit, `_` after a word of the language.
fn slug(header: &str) -> String {
    let mut slug = String::new();
    for c in header.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('_') && !slug.is_empty() {
            slug.push('_');
        }
    }
    let slug = slug.trim_end_matches('_').to_string();
    if slug.starts_with(|c: char| c.is_ascii_digit()) {
        format!("x_{slug}")
    } else if crate::language::RESERVED.contains(&slug.as_str()) {
        format!("{slug}_")
    } else {
        slug
    }
}

fn ignored(layout: &Layout, row: &Row<'_>) -> bool {
    layout.ignore.as_ref().is_some_and(|test| {
        test.holds(&|column| std::str::from_utf8(row.cell(column)).unwrap_or(""))
    })
}

/// What makes a whole chunk unreadable: bytes that are no UTF-8, or a stray quotation mark.
fn chunk_fault(path: &str, chunk: &Chunk) -> Option<Diagnostic> {
    if let Err(error) = std::str::from_utf8(&chunk.bytes) {
        let at = error.valid_up_to();
        let byte = chunk.bytes.get(at).copied().unwrap_or(0);
        let place = place(path, chunk, at, 1);
        return Some(Diagnostic::error(Code::BadEncoding, format!("the byte 0x{byte:02x} is not UTF-8")).at(place).hint(
            "save the file as UTF-8; a spreadsheet's \"CSV\" is often Windows-1252, its \"CSV UTF-8\" is not",
        ));
    }
    let at = stray_quote(&chunk.bytes)?;
    let error = Diagnostic::error(
        Code::StrayQuote,
        "a quotation mark inside a cell that is not quoted, or text after a closing one",
    );
    Some(
        error
            .at(place(path, chunk, at, 1))
            .hint("quote the whole cell and double the marks inside it: `\"5\"\" pipe\"`"),
    )
}

/// The place of some bytes of a chunk, with their line.
fn place(path: &str, chunk: &Chunk, at: usize, length: usize) -> Cell {
    let bytes = &chunk.bytes;
    let start = memchr::memrchr(chunk.newline, &bytes[..at]).map_or(0, |found| found + 1);
    let end = memchr::memchr(chunk.newline, &bytes[at..]).map_or(bytes.len(), |found| at + found);
    let from = start.max(at.saturating_sub(200));
    let to = end.min(at + length + 200);
    let before = String::from_utf8_lossy(&bytes[from..at]).into_owned();
    let meant = String::from_utf8_lossy(&bytes[at..(at + length).min(to)]).into_owned();
    let after = String::from_utf8_lossy(&bytes[(at + length).min(to)..to]).into_owned();
    let range = (before.len(), before.len() + meant.len());
    let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() as u64 + 1;
    let line = chunk.line + memchr_iter(chunk.newline, &bytes[..at]).count() as u64;
    let excerpt = format!("{before}{meant}{}", after.trim_end_matches('\r'));
    Cell { path: path.to_string(), line, column, excerpt, range }
}

struct Parser<'a> {
    path: &'a str,
    layout: &'a Layout,
    types: &'a [ColumnType],
}

/// A column of one chunk, while it is read.
struct Reading {
    values: Vec<i64>,
    marks: Vec<u8>,
    scale: u32,
    own: Dictionary,
    known: u64,
    contradictions: BTreeMap<Vec<u8>, Contradiction>,
}

impl Reading {
    fn new(rows: usize) -> Self {
        let (values, marks, own) = (Vec::with_capacity(rows), Vec::new(), Dictionary::default());
        Self { values, marks, scale: 0, own, known: 0, contradictions: BTreeMap::new() }
    }

    fn push(&mut self, value: i64, mark: Mark) {
        if mark != Mark::Known || !self.marks.is_empty() {
            self.marks.resize(self.values.len(), 0);
            self.marks.push(mark as u8);
        }
        self.values.push(value);
    }

    /// Adds a fixed-point number; all of the block come to the largest scale. `false` where that overflows.
    fn number(&mut self, mantissa: i64, scale: u32) -> bool {
        let factor = |digits: u32| 10i64.checked_pow(digits);
        if scale > self.scale {
            let Some(factor) = factor(scale - self.scale) else { return false };
            if self.values.iter().any(|value| value.checked_mul(factor).is_none()) {
                return false;
            }
            self.values.iter_mut().for_each(|value| *value *= factor);
            self.scale = scale;
        }
        let Some(value) =
            factor(self.scale - scale).and_then(|factor| mantissa.checked_mul(factor))
        else {
            return false;
        };
        self.push(value, Mark::Known);
        true
    }
}

impl Parser<'_> {
    fn chunk(&self, chunk: &Chunk, seeds: &[Dictionary], memory: &mut Vec<(u32, u32)>) -> Parsed {
        let empty = |faults| Parsed {
            index: chunk.index,
            checkpoint: Checkpoint {
                row: 0,
                rows: 0,
                line: chunk.line,
                byte: chunk.byte,
                bytes: 0,
                lines: None,
            },
            ignored: 0,
            columns: Vec::new(),
            faults,
        };
        if let Some(fault) = chunk_fault(self.path, chunk) {
            return empty(vec![fault]);
        }
        let table =
            split(&chunk.bytes, chunk.newline, self.layout.header.len(), std::mem::take(memory));
        if !table.ragged.is_empty() {
            return empty(
                table
                    .ragged
                    .iter()
                    .take(10)
                    .map(|(found, start)| self.ragged(chunk, *found, *start))
                    .collect(),
            );
        }
        let text =
            |row: usize, column: usize| std::str::from_utf8(table.cell(row, column)).unwrap_or("");
        let counts = |row: &usize| {
            !self
                .layout
                .ignore
                .as_ref()
                .is_some_and(|test| test.holds(&|column| text(*row, column)))
        };
        let rows: Vec<usize> = (0..table.rows.len()).filter(counts).collect();
        let columns = (0..seeds.len())
            .map(|index| self.column(index, (chunk, &table), &rows, &seeds[index]))
            .collect();
        let simple =
            rows.iter().enumerate().all(|(number, row)| table.rows[*row].1 as usize == number);
        let lines = (!simple).then(|| rows.iter().map(|row| table.rows[*row].1).collect());
        let bytes = chunk.bytes.len() as u64;
        let checkpoint = Checkpoint {
            row: 0,
            rows: rows.len() as u64,
            line: chunk.line,
            byte: chunk.byte,
            bytes,
            lines,
        };
        let ignored = (table.rows.len() - rows.len()) as u64;
        *memory = table.into_cells();
        Parsed { index: chunk.index, checkpoint, ignored, columns, faults: Vec::new() }
    }

    fn column(
        &self,
        index: usize,
        (chunk, table): (&Chunk, &Table<'_>),
        rows: &[usize],
        seed: &Dictionary,
    ) -> ParsedColumn {
        let kept = &self.layout.kept[index];
        let kind = self.types[index];
        let coded = matches!(kind, ColumnType::Text | ColumnType::Period(_));
        let mut reading = Reading::new(rows.len());
        let new_codes = seed.texts.len() as u32;
        let mut recent = Recent::new();
        for row in rows {
            let cell = table.cell(*row, kept.position);
            let mark = kept.markers.mark(cell);
            if mark != Mark::Known {
                reading.push(0, mark);
                continue;
            }
            reading.known += 1;
            if coded {
                let own = &mut reading.own;
                let code = recent
                    .code(cell, || seed.get(cell).unwrap_or_else(|| new_codes + own.code(cell)));
                reading.push(i64::from(code), Mark::Known);
            } else if !typed(kind, cell)
                .is_some_and(|(mantissa, scale)| reading.number(mantissa, scale))
            {
                reading.push(0, Mark::Missing);
                self.contradicts(&mut reading, cell, chunk, table.rows[*row].0 as usize);
            }
        }
        let Reading { values, marks, scale, own, known, contradictions } = reading;
        let (part, range) = Part::new(values, marks);
        ParsedColumn { part, range, scale, texts: own.texts, known, contradictions }
    }

    fn contradicts(&self, reading: &mut Reading, cell: &[u8], chunk: &Chunk, start: usize) {
        if let Some(found) = reading.contradictions.get_mut(cell) {
            found.count += 1;
        } else if reading.contradictions.len() < 1000 {
            let offset = memchr::memmem::find(&chunk.bytes[start..], cell).unwrap_or(0);
            let place = place(self.path, chunk, start + offset, cell.len());
            reading.contradictions.insert(cell.to_vec(), Contradiction { count: 1, place });
        }
    }

    fn ragged(&self, chunk: &Chunk, found: usize, start: usize) -> Diagnostic {
        let expected = self.layout.header.len();
        let cells = counted(found as u64, "cell");
        Diagnostic::error(Code::RaggedRow, format!("a row of {cells} under a header of {expected}"))
            .at(Cell { column: 0, range: (0, 0), ..place(self.path, chunk, start, 0) })
            .hint("a text with a comma in it stands in quotation marks; a row with fewer cells has lost some")
    }
}

/// One error for a column: its values that contradict the type, with counts, ready to paste.
fn contradiction(
    kept: &Kept,
    kind: ColumnType,
    found: &BTreeMap<Vec<u8>, Contradiction>,
    known: u64,
) -> Diagnostic {
    let what = match kind {
        ColumnType::Integer => "a whole number",
        ColumnType::Decimal => "a number",
        ColumnType::Percent => "a percentage",
        ColumnType::Date => "a date",
        ColumnType::Boolean => "true or false",
        ColumnType::Period(_) => "a period",
        ColumnType::Text => "a text",
    };
    let mut all: Vec<(String, &Contradiction)> =
        found.iter().map(|(text, c)| (String::from_utf8_lossy(text).into_owned(), c)).collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
    let bad: u64 = all.iter().map(|(_, c)| c.count).sum();
    let counted: Vec<String> = all
        .iter()
        .map(|(text, c)| if c.count == 1 { text.clone() } else { format!("{text} × {}", c.count) })
        .collect();
    let message = format!(
        "{bad} of {known} cells of column `{}` are not {what}: {}",
        kept.name,
        crate::diag::list(&counted, 8)
    );
    let pasted: Vec<String> = all.iter().take(20).map(|(text, _)| format!("\"{text}\"")).collect();
    let first = all.iter().map(|(_, c)| c).min_by_key(|c| (c.place.line, c.place.column));
    let mut error = Diagnostic::error(Code::CellType, message);
    if let Some(first) = first {
        error = error.at(first.place.clone()).label("the first of them");
    }
    error
        .hint(format!("if they mean missing, write under the column: missing: [{}]", pasted.join(", ")))
        .hint("if the publisher hides these values, write `suppressed:` instead; if the column is no number, `type: text`")
}

/// Brings the blocks' codes to one dictionary.
/// Each block's codes are those of the first block's texts, of which there are `seed`, and then its own.
fn unify(blocks: Vec<ParsedColumn>, seed: usize) -> (Vec<Vec<u8>>, Vec<RangedPart>) {
    let mut all = Dictionary::default();
    let mut parts = Vec::new();
    for (index, block) in blocks.into_iter().enumerate() {
        let own: Vec<i64> = block.texts.iter().map(|text| i64::from(all.code(text))).collect();
        if index == 0 {
            parts.push((block.part, block.range));
            continue;
        }
        let same = own.iter().enumerate().all(|(offset, code)| *code == (seed + offset) as i64);
        if same {
            parts.push((block.part, block.range));
        } else {
            let codes: Vec<i64> = (0..seed as i64).chain(own).collect();
            parts.extend(recoded(vec![(block.part, block.range)], &codes));
        }
    }
    (all.texts, parts)
}

fn recoded(parts: Vec<RangedPart>, codes: &[i64]) -> Vec<RangedPart> {
    let recode = |(part, _): RangedPart| {
        let values = part
            .values
            .unpack()
            .into_iter()
            .map(|code| codes.get(code as usize).copied().unwrap_or(0))
            .collect();
        Part::new(values, part.marks.map(|marks| marks.into_vec()).unwrap_or_default())
    };
    parts.into_iter().map(recode).collect()
}

fn rescaled(block: ParsedColumn, scale: u32) -> Option<RangedPart> {
    if block.scale == scale {
        return Some((block.part, block.range));
    }
    let factor = 10i64.checked_pow(scale - block.scale)?;
    let values: Option<Vec<i64>> =
        block.part.values.unpack().into_iter().map(|value| value.checked_mul(factor)).collect();
    Some(Part::new(values?, block.part.marks.map(|marks| marks.into_vec()).unwrap_or_default()))
}

/// What the other cells of a column say about `2010-11`: a month if some can only be months, and so on.
fn told_grain(texts: &[String]) -> Option<Grain> {
    let mut months = false;
    let mut years = false;
    for text in texts.iter().filter(|text| text.len() == 7 && text.as_bytes()[4] == b'-') {
        match Period::parse(text, None) {
            Some(Period::Month(..)) => months = true,
            Some(Period::FinancialYear(_)) => years = true,
            _ => {}
        }
    }
    match (months, years) {
        (true, false) => Some(Grain::Month),
        (false, true) => Some(Grain::FinancialYear),
        _ => None,
    }
}

/// Duplicate keys and broken rules; `false` where there is one.
fn checks(
    dataset: &Dataset,
    frame: &Frame,
    threads: NonZeroUsize,
    diagnostics: &mut Diagnostics,
) -> bool {
    let scope = Scope { frame, added: Vec::new(), parameters: BTreeMap::new() };
    let mut program = Program::default();
    let mut queries = Vec::new();
    let mut rules = Vec::new();
    for (text, rule) in &dataset.rules {
        let compiled = Compiler::new(&scope, &mut program).condition(rule);
        if let Some(truth) = diagnostics.take(compiled) {
            let broken = program.negated(truth);
            queries.push(Query {
                filter: Some(broken),
                group: Vec::new(),
                folds: vec![Fold { kind: FoldKind::One, value: None, filter: None }],
            });
            rules.push((text, rule.span));
        }
    }
    let mut group = Vec::new();
    for (name, span) in &dataset.key {
        let named =
            crate::language::Expr { kind: crate::language::Kind::Name(name.clone()), span: *span };
        if let Ok(typed) = Compiler::new(&scope, &mut program).expression(&named)
            && let TypedKind::Coded(key, _) | TypedKind::Number { node: key, .. } = typed.kind
        {
            group.push(Group { key, keep_unknown: true });
        }
    }
    if !group.is_empty() {
        queries.push(Query {
            filter: None,
            group,
            folds: vec![Fold { kind: FoldKind::One, value: None, filter: None }],
        });
    }
    let results = scan(frame, &program, &queries, threads);
    for ((text, span), partials) in rules.iter().zip(&results) {
        let Some(partial) = partials.only().first().filter(|partial| partial.rows > 0) else {
            continue;
        };
        let message = format!(
            "the rule `{text}` of `{}` is broken by {}",
            dataset.name,
            counted(partial.rows, "row")
        );
        let mut error = Diagnostic::error(Code::RuleBroken, message).at(*span);
        for row in example_rows(&partial.payload) {
            error = error.related(row_place(frame, row), "this row");
        }
        diagnostics.push(error.hint("correct the rule, or name the rows in `ignore_rows:`"));
    }
    if let (Some(partials), false) = (results.get(rules.len()), dataset.key.is_empty()) {
        duplicates(dataset, frame, partials, diagnostics);
    }
    !diagnostics.has_errors()
}

fn duplicates(
    dataset: &Dataset,
    frame: &Frame,
    partials: &crate::frame::Partials,
    diagnostics: &mut Diagnostics,
) {
    let doubled: Vec<(&Vec<Key>, &crate::frame::Partial)> = partials
        .groups
        .iter()
        .filter_map(|(keys, partial)| partial.first().filter(|p| p.rows > 1).map(|p| (keys, p)))
        .collect();
    let Some((_, partial)) = doubled.first() else { return };
    let rows = example_rows(&partial.payload);
    let names: Vec<&str> = dataset.key.iter().map(|(name, _)| name.as_str()).collect();
    let cells: Vec<String> = names
        .iter()
        .filter_map(|name| frame.columns.get(*name))
        .map(|column| frame.cell(column, rows[0]).to_string())
        .collect();
    let more = if doubled.len() > 1 {
        format!(", and {} other keys occur more than once", doubled.len() - 1)
    } else {
        String::new()
    };
    let message = format!(
        "{} rows of `{}` have the key {} = {}{more}",
        partial.rows,
        dataset.name,
        names.join(", "),
        cells.join(", ")
    );
    let mut error = Diagnostic::error(Code::DuplicateRow, message).at(dataset.key[0].1);
    for row in rows {
        error = error.related(row_place(frame, row), "a row with this key");
    }
    diagnostics.push(error.hint("add the column that tells them apart to `key:`, or name the surplus rows in `ignore_rows:`"));
}

fn example_rows(payload: &Payload) -> Vec<u64> {
    match payload {
        Payload::One(rows) => rows.iter().map(|(row, _)| *row).collect(),
        _ => Vec::new(),
    }
}

/// The place of a row in its file.
pub(crate) fn row_place(frame: &Frame, row: u64) -> Cell {
    let path = frame
        .provenance
        .as_ref()
        .map_or_else(|| frame.name.clone(), |provenance| provenance.path.clone());
    Cell { path, line: frame.line(row), column: 0, excerpt: String::new(), range: (0, 0) }
}
