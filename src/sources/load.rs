//! One file to one frame: header, types, blocks side by side, columns put together, keys and rules checked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;
use memchr::memchr_iter;

use super::cells::{Dictionary, Markers, infer_named};
use super::checks::checks;
use super::chunk::{Kept, Layout, Parsed, ParsedColumn, Parser, chunk_fault};
use super::column::Made;
use super::csv::{Chunk, Fault, Feed, records};
use super::declare::{ColumnType, Dataset};
use super::grid;
use super::header::{normal, slugs, tagged};
use super::ignore::{self, Test};
use super::vocabulary;
use crate::diag::{Cell, Code, Diagnostic, Diagnostics, Outcome};
use crate::frame::{Checkpoint, Frame, Mark, Meaning, Provenance, Table, letters};

/// What is asked of a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Names that recipes use; columns with other names are not kept. Every column where there are none.
    pub names: Option<BTreeSet<String>>,
    /// Threads to parse on. The frame does not depend on it.
    pub threads: NonZeroUsize,
}

/// Opens the file anew.
pub type Open<'o> = dyn FnMut() -> io::Result<Box<dyn Read + Send + 'o>> + 'o;

/// Reads a dataset. Errors point into the data file; there is no frame where there is one.
pub fn load(dataset: &Dataset, wanted: &Wanted, open: &mut Open<'_>) -> Outcome<Option<Frame>> {
    let mut diagnostics = Diagnostics::default();
    if !grid::applies(dataset) {
        let frame = typed(dataset, wanted, None, open, &mut diagnostics);
        return Outcome::new(frame, diagnostics);
    }
    let mut bytes = Vec::new();
    let read = open().and_then(|mut reader| reader.read_to_end(&mut bytes));
    if let Err(error) = read {
        let error = Diagnostic::unreadable(&dataset.path, &error);
        diagnostics.push(error.related(dataset.file_span, "named here"));
        return Outcome::new(None, diagnostics);
    }
    let Some(table) = grid::read(dataset, &bytes, &mut diagnostics).map(Arc::new) else {
        return Outcome::new(None, diagnostics);
    };
    let mut found = Diagnostics::default();
    let rows: &mut Open<'_> = &mut || Ok(Box::new(&table.csv[..]));
    let frame = typed(dataset, wanted, Some(&table), rows, &mut found);
    diagnostics.extend(table.found(&dataset.path, found));
    Outcome::new(frame, diagnostics)
}

/// Reads rows of plain CSV; `table` is what they were made from.
fn typed(
    dataset: &Dataset,
    wanted: &Wanted,
    table: Option<&Arc<Table>>,
    open: &mut Open<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Frame> {
    let mut retyped = BTreeMap::new();
    loop {
        let loader = Loader { dataset, wanted, retyped: &retyped, table };
        match loader.run(open, diagnostics) {
            Ok(frame) => {
                return frame.filter(|frame| checks(dataset, frame, wanted.threads, diagnostics));
            }
            // the head of the file suggested another type than the rest: read it again, at most twice a column
            Err(columns) => retyped.extend(columns),
        }
    }
}

pub(super) struct Loader<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) wanted: &'a Wanted,
    /// Types that all cells of inferred columns suggest, where the first did not.
    pub(super) retyped: &'a BTreeMap<String, ColumnType>,
    /// What the rows were made from, where they are not the file's own.
    pub(super) table: Option<&'a Arc<Table>>,
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
                let error = Diagnostic::unreadable(path, &error);
                diagnostics.push(error.related(self.dataset.file_span, "named here"));
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
        let types = self.types(&layout, &first);
        let parsed = self.parse_all(&layout, &types, first, feed, diagnostics);
        let Some((parsed, seeded, feed)) = parsed else { return Ok(None) };
        let (sha256, bytes) = match self.table {
            Some(table) => (table.sha256.clone(), table.bytes),
            None => feed.finish(),
        };
        self.check_pin(&sha256, diagnostics);
        self.assemble(layout, &types, (parsed, &seeded), (sha256, bytes), diagnostics)
    }

    fn fault(&self, fault: Fault) -> Diagnostic {
        let path = &self.dataset.path;
        let at_line = |line| Cell::line(path, line);
        match fault {
            Fault::Read(error) => Diagnostic::unreadable(path, &error),
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
        let mut tags: Option<Vec<String>> = None;
        let mut end = first.bytes.len();
        if let Some(fault) = chunk_fault(&self.dataset.path, &first) {
            diagnostics.push(fault);
            return None;
        }
        records(&first.bytes, first.newline, |row, start| {
            let cells =
                || (0..row.len()).map(|i| String::from_utf8_lossy(row.cell(i)).into_owned());
            if headers.is_none() {
                headers = Some(cells().collect());
                return true;
            }
            let row: Vec<String> = cells().collect();
            if tags.is_none() && tagged(row.iter().map(String::as_str)) {
                tags = Some(row);
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
        Some((self.columns(&headers, &tags.unwrap_or_default(), diagnostics)?, first))
    }

    /// The position of a column by its letter in the file.
    fn lettered(&self, letter: u32) -> Option<usize> {
        match self.table {
            Some(table) => table.places.columns.iter().position(|column| *column == letter),
            None => (letter as usize).checked_sub(1),
        }
    }

    /// The columns by their headers, or by the tags under them.
    fn columns(
        &self,
        headers: &[String],
        tags: &[String],
        diagnostics: &mut Diagnostics,
    ) -> Option<Layout> {
        let dataset = self.dataset;
        let path = &dataset.path;
        let at = Cell { excerpt: headers.join(","), ..Cell::line(path, 1) };
        let mut positions: BTreeMap<String, usize> = BTreeMap::new();
        for (position, header) in
            headers.iter().enumerate().filter(|(_, header)| !header.is_empty())
        {
            let by_letter = dataset.columns.values().any(|declared| declared.letter.is_some());
            if let Some(first) = positions.insert(normal(header), position) {
                // the first one keeps its name, the others are told apart by letters
                if by_letter {
                    positions.insert(normal(header), first);
                    continue;
                }
                let message = format!(
                    "columns {} and {} are both headed `{header}`",
                    first + 1,
                    position + 1
                );
                let error = Diagnostic::error(Code::DuplicateHeader, message).at(at.clone());
                diagnostics.push(
                    error.hint("name them by their letters: `columns: { name: { column: B } }`"),
                );
                return None;
            }
        }
        for (position, tag) in tags.iter().enumerate().filter(|(_, tag)| !tag.is_empty()) {
            positions.entry(normal(tag)).or_insert(position);
        }
        let mut names: Vec<Option<String>> = vec![None; headers.len()];
        for (name, declared) in &dataset.columns {
            if let Some((letter, span)) = declared.letter {
                match self.lettered(letter).filter(|position| *position < headers.len()) {
                    Some(position) => names[position] = Some(name.clone()),
                    None => {
                        let letter = letters(letter);
                        let message = format!("`{path}` has no column {letter} in its table");
                        diagnostics.push(Diagnostic::error(Code::UnknownColumn, message).at(span));
                    }
                }
                continue;
            }
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
        let source_column = dataset.source_column.iter().chain(&dataset.covers);
        let counts = dataset.disclosure.iter().flat_map(|(_, named)| named);
        for (name, span) in dataset.key.iter().chain(source_column).chain(counts) {
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
            self.wanted.names.as_ref().is_none_or(|names| names.contains(name))
                || dataset
                    .key
                    .iter()
                    .chain(&dataset.source_column)
                    .chain(&dataset.covers)
                    .any(|(key, _)| key == name)
                || vocabulary::is_unit(name)
                || dataset.disclosure.iter().any(|(own, _)| own.counts.iter().any(|n| n == name))
                || dataset.columns.get(name).is_some_and(|declared| declared.constraints.any())
                || dataset.lookup.values().flat_map(|lookup| &lookup.by).any(|(by, _)| by == name)
                || dataset
                    .rules
                    .iter()
                    .any(|(_, rule)| rule.names().iter().any(|(used, _)| *used == name))
        };
        let kept =
            names.iter().enumerate().filter(|(_, name)| needed(name)).map(|(position, name)| {
                let declared = dataset.columns.get(name);
                let own = declared.map_or(&[][..], |d| &d.signs);
                // what a column says of a sign comes before what is said of all
                let of_all =
                    dataset.signs.iter().filter(|sign| own.iter().all(|own| own.text != sign.text));
                let signs = own.iter().chain(of_all).cloned().collect();
                Kept {
                    name: name.clone(),
                    header: headers[position].clone(),
                    position,
                    kind: declared.and_then(|d| d.kind),
                    unit: declared.and_then(|d| d.unit.clone()),
                    thousands: declared.and_then(|d| d.thousands),
                    power: declared.and_then(|d| d.power),
                    replace: declared.map_or_else(BTreeMap::new, |d| {
                        let pairs = d.replace.iter().enumerate();
                        pairs
                            .map(|(index, (from, to, _))| {
                                (from.clone().into_bytes(), (to.clone().into_bytes(), index))
                            })
                            .collect()
                    }),
                    markers: Markers::new(signs),
                }
            });
        Some(Layout { kept: kept.collect(), header: names, ignore })
    }

    /// Declared types, and those that the first chunk suggests.
    fn types(&self, layout: &Layout, first: &Chunk) -> Vec<ColumnType> {
        let mut samples: Vec<Vec<Vec<u8>>> = vec![Vec::new(); layout.kept.len()];
        if layout.kept.iter().any(|kept| kept.kind.is_none()) {
            records(&first.bytes, first.newline, |row, _| {
                if !layout.ignores(&|column| row.cell(column)) {
                    for (sample, kept) in samples.iter_mut().zip(&layout.kept) {
                        let cell = row.cell(kept.position);
                        let cell = kept.replace.get(cell).map_or(cell, |(to, _)| to);
                        if kept.kind.is_none() && kept.markers.mark(cell).0 == Mark::Known {
                            let mut cell = cell;
                            while let Some((rest, _)) = kept.markers.beside(cell) {
                                cell = rest;
                            }
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
            None => infer_named(&kept.name, sample.iter().map(Vec::as_slice)),
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
        let early = parsed.iter().find_map(|parsed| parsed.faults.first());
        let stray = early.is_some_and(|fault| fault.code == Code::StrayQuote);
        let sound = fault.is_none() && early.is_none();
        if let Some(fault) = fault.filter(|_| !stray) {
            diagnostics.push(self.fault(fault));
        }
        let faults = parsed.iter().flat_map(|parsed| &parsed.faults);
        for diagnostic in faults.take(if stray { 1 } else { 10 }) {
            diagnostics.push(diagnostic.clone());
        }
        let seeded = seeds.iter().map(|seed| seed.texts.len()).collect();
        sound.then_some((parsed, seeded, feed))
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
        let mut totals = Vec::new();
        for block in &mut parsed {
            block.checkpoint.row = row;
            let found = std::mem::take(&mut block.totals).into_iter();
            totals.extend(found.map(|(offset, label)| (row + offset, label)));
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
        for (name, span) in self.dataset.disclosure.iter().flat_map(|(_, named)| named) {
            let column = columns.get(name).map(|column| &column.meaning);
            if !matches!(column, None | Some(Meaning::Number { percent: false, .. })) {
                let message = format!("`{name}` holds no numbers of cases");
                let error = Diagnostic::error(Code::Disclosure, message).at(*span);
                diagnostics.push(error.hint(
                    "`counts:` names columns of numbers; leave it out where each row is a case",
                ));
                return Ok(None);
            }
        }
        let provenance = Provenance {
            source: self.dataset.source.clone(),
            path: path.clone(),
            sha256,
            bytes,
            ignored,
            source_column: self.dataset.source_column.as_ref().map(|(name, _)| name.clone()),
            headers,
            table: self.table.cloned(),
        };
        Ok(Some(Frame {
            name: self.dataset.name.clone(),
            columns,
            header: layout.header,
            blocks,
            rows: row,
            key: self.dataset.key.iter().map(|(key, _)| key.clone()).collect(),
            lookups: IndexMap::new(),
            totals,
            provenance: Some(provenance),
            guard: self.dataset.disclosure.as_ref().map(|(guard, _)| guard.clone()),
            personal: self
                .dataset
                .columns
                .iter()
                .filter(|(_, column)| column.personal)
                .map(|(name, _)| name.clone())
                .collect(),
        }))
    }
}
