//! Notes, numbered as the reader meets them: one for each source, for each number entered by hand, for each of the
//! author's own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Block, Citation, Detail, Note, NoteContent, NoteRef, Support};
use crate::figures::{Figure, Figures, Marked, Provenance, RowSet, Selected, Series, Shower};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::sources::{Dataset, Source, Sources, legend};

/// What a note is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Subject {
    Source(String),
    Entered(String),
    Author(String),
}

/// Notes in the order of their first reference.
#[derive(Default)]
pub(super) struct Register {
    subjects: Vec<(Subject, usize)>,
    /// What the passage in hand refers to already.
    passage: Vec<Subject>,
    bodies: BTreeMap<String, Vec<Block>>,
}

impl Register {
    /// A new reference to a note.
    pub(super) fn refer(&mut self, subject: Subject) -> NoteRef {
        let label = label(&subject);
        let index =
            self.subjects.iter().position(|(known, _)| *known == subject).unwrap_or_else(|| {
                self.subjects.push((subject, 0));
                self.subjects.len() - 1
            });
        self.subjects[index].1 += 1;
        NoteRef { number: index + 1, occurrence: self.subjects[index].1, label }
    }

    /// Begins a paragraph, caption or cell: in it, one reference to a source is enough for all its figures.
    pub(super) fn passage(&mut self) {
        self.passage.clear();
    }

    /// References to everything that supports some figures and is not yet referred to in this passage.
    pub(super) fn support<'f>(
        &mut self,
        figures: impl IntoIterator<Item = &'f Figure>,
    ) -> Vec<NoteRef> {
        let mut subjects = Vec::new();
        for figure in figures {
            let entered = figure.provenance == Provenance::Entered;
            let own = entered.then(|| Subject::Entered(figure.id.clone()));
            for subject in figure.sources.iter().cloned().map(Subject::Source).chain(own) {
                if !self.passage.contains(&subject) {
                    self.passage.push(subject.clone());
                    subjects.push(subject);
                }
            }
        }
        let mut references: Vec<NoteRef> =
            subjects.into_iter().map(|subject| self.refer(subject)).collect();
        references.sort_by_key(|reference| reference.number);
        references
    }

    /// Keeps what an author's note says.
    pub(super) fn define(&mut self, label: &str, blocks: Vec<Block>) {
        self.bodies.insert(label.to_string(), blocks);
    }

    /// The notes, by number.
    pub(super) fn finish(mut self, cited: &Cited<'_>) -> Vec<Note> {
        let subjects = std::mem::take(&mut self.subjects);
        subjects
            .into_iter()
            .filter_map(|(subject, references)| {
                let label = label(&subject);
                let content = match subject {
                    Subject::Author(label) => {
                        NoteContent::Author(self.bodies.remove(&label).unwrap_or_default())
                    }
                    Subject::Source(id) => NoteContent::Source(Box::new(cited.citation(&id)?)),
                    Subject::Entered(id) => NoteContent::Entered(
                        cited.figures.figures.get(&id)?.reason.clone().unwrap_or_default(),
                    ),
                };
                Some(Note { label, content, references })
            })
            .collect()
    }
}

/// The label of a note in Markdown: an author's is the author's own.
fn label(subject: &Subject) -> String {
    match subject {
        Subject::Source(id) => format!("source-{id}"),
        Subject::Entered(id) => format!("entered-{id}"),
        Subject::Author(label) => label.clone(),
    }
}

/// What citations are made from.
pub(super) struct Cited<'a> {
    pub(super) sources: &'a Sources,
    pub(super) figures: &'a Figures,
    pub(super) frames: &'a BTreeMap<String, Frame>,
    pub(super) rows: &'a BTreeMap<String, RowSet>,
    pub(super) shower: Shower<'a>,
}

impl Cited<'_> {
    fn citation(&self, id: &str) -> Option<Citation> {
        let source = self.sources.sources.get(id)?;
        Some(Citation {
            id: id.to_string(),
            publisher: source.publisher.clone(),
            title: source.title.clone(),
            details: self.details(source),
            supports: self.supports(id),
        })
    }

    fn details(&self, source: &Source) -> Vec<Detail> {
        let locale = self.shower.locale;
        let mut details = Vec::new();
        if source.title.is_none() {
            details.push(Detail::Words("Title not recorded.".into()));
        }
        details.push(Detail::Words(match source.published {
            Some(date) => format!("Published {}.", locale.date(date)),
            None => "Date of publication not recorded.".into(),
        }));
        if let Some(version) = &source.version {
            details.push(Detail::Words(format!("Version: {version}.")));
        }
        if let Some(url) = &source.url {
            details.push(Detail::Address(String::new(), url.clone()));
        }
        let read = source
            .accessed
            .map_or("Read".to_string(), |date| format!("Read on {}", locale.date(date)));
        match &source.via {
            None if source.accessed.is_some() => details.push(Detail::Words(format!("{read}."))),
            None => {}
            Some(via) => {
                let words = format!("{read} second-hand, in {}", via.name);
                details.push(match &via.url {
                    Some(url) => Detail::Address(format!("{words}:"), url.clone()),
                    None => Detail::Words(format!("{words}.")),
                });
            }
        }
        details.push(Detail::Words(format!("Licence: {}.", source.licence)));
        if let Some(note) = &source.note {
            details.push(Detail::Words(note.clone()));
        }
        for dataset in
            self.sources.datasets.values().filter(|dataset| self.holds(dataset, &source.id))
        {
            details.extend(self.file(dataset, locale));
            details.extend(self.signs(dataset));
        }
        details
    }

    /// Whether a figure or series of the report rests on a source through a dataset.
    fn holds(&self, dataset: &Dataset, source: &str) -> bool {
        let uses = |selected: &Selected| {
            let frame = self.frames.get(&selected.frame);
            let mut lookups = selected.columns.iter().filter_map(|name| frame?.lookups.get(name));
            selected.frame == dataset.name || lookups.any(|lookup| lookup.dataset == dataset.name)
        };
        self.figures.selected.iter().filter(|(_, selected)| uses(selected)).any(|(id, _)| {
            let points = self.figures.series.get(id).into_iter().flat_map(Series::figures);
            let mut figures = self.figures.figures.get(id).into_iter().chain(points);
            figures.any(|figure| figure.sources.contains(source))
        })
    }

    /// The file of a dataset that this report uses.
    fn file(&self, dataset: &Dataset, locale: &Locale) -> Option<Detail> {
        let provenance = self.frames.get(&dataset.name)?.provenance.as_ref()?;
        let typed = dataset.transcribed.as_ref().map_or(String::new(), |typed| {
            format!(", typed by {} on {}", typed.by, locale.date(typed.on))
        });
        let words = format!("File {}{typed}, SHA-256", file_name(&provenance.path));
        Some(Detail::Code(words, provenance.sha256.clone()))
    }

    /// What the signs in a dataset mean: those in columns that this report uses.
    fn signs(&self, dataset: &Dataset) -> Option<Detail> {
        let columns = self.frames.get(&dataset.name)?.columns.values();
        let met = columns.flat_map(|column| &column.signs).filter(|sign| sign.met);
        let signs: BTreeSet<String> = met.map(legend).collect();
        let signs: Vec<String> = signs.into_iter().collect();
        (!signs.is_empty())
            .then(|| Detail::Words(format!("Signs in its table: {}.", signs.join("; "))))
    }

    /// Figures and series that rest on a source, in the order of the report.
    fn supports(&self, id: &str) -> Vec<Support> {
        let figures =
            self.figures.figures.values().filter(|figure| figure.sources.contains(id)).map(
                |figure| Support {
                    id: figure.id.clone(),
                    shown: Some(self.shower.figure(figure)),
                    place: self.place(figure, id) + &marked(self.figures, &figure.id, self.shower),
                },
            );
        let series = self.figures.series.values().filter_map(|series| {
            let uses = series.figures().any(|figure| figure.sources.contains(id));
            uses.then(|| {
                let rows = self.rows.get(&series.id);
                let place = rows.map_or_else(|| "series".to_string(), |rows| self.lines(rows, id));
                let place = place + &marked(self.figures, &series.id, self.shower);
                Support { id: series.id.clone(), shown: None, place }
            })
        });
        figures.chain(series).collect()
    }

    fn place(&self, figure: &Figure, source: &str) -> String {
        match figure.provenance {
            Provenance::Quoted => figure
                .quote
                .as_ref()
                .and_then(|quote| quote.at.clone())
                .unwrap_or_else(|| "quoted".into()),
            Provenance::Computed => self.rows.get(&figure.id).map_or_else(
                || match figure.counts.as_ref().map(|counts| counts.rows) {
                    Some(None) => "rows that are not told".to_string(),
                    rows => {
                        let used = rows.flatten().map_or(0, |rows| rows.used);
                        format!("{} rows", self.shower.count(used))
                    }
                },
                |rows| self.lines(rows, source),
            ),
            other => other.name().to_string(),
        }
    }

    /// The rows of another dataset from which columns of some rows are looked up.
    fn looked_up(&self, frame: &Frame, rows: &RowSet, source: &str) -> Option<RowSet> {
        let lookups = || {
            let columns = rows.columns.iter().filter_map(|name| frame.lookups.get(name));
            columns.filter(|lookup| lookup.source == source)
        };
        let dataset = &lookups().next()?.dataset;
        let own = lookups().filter(|lookup| lookup.dataset == *dataset);
        let mut found = BTreeSet::new();
        let mut columns = BTreeSet::new();
        for lookup in own {
            columns.insert(lookup.column.clone());
            let there = rows.rows.iter().filter_map(|row| *lookup.rows.get(*row as usize)?);
            found.extend(there.map(u64::from));
        }
        let (rows, columns) = (found.into_iter().collect(), columns.into_iter().collect());
        Some(RowSet { frame: dataset.clone(), rows, columns })
    }

    /// `releases.csv, lines 2, 5–7`: of the rows, those that name the source, where rows name theirs.
    fn lines(&self, rows: &RowSet, source: &str) -> String {
        let Some(frame) = self.frames.get(&rows.frame) else {
            return format!("from {}", rows.frame.replace('_', " "));
        };
        let provenance = frame.provenance.as_ref();
        // of a source from which only columns are looked up, the rows there
        if provenance.is_some_and(|provenance| {
            provenance.source_column.is_none() && provenance.source != source
        }) && let Some(set) = self.looked_up(frame, rows, source)
        {
            return self.lines(&set, source);
        }
        let file = provenance.map_or("", |provenance| file_name(&provenance.path));
        let named =
            provenance.and_then(|provenance| frame.columns.get(provenance.source_column.as_ref()?));
        let names_it =
            |row: &&u64| named.is_none_or(|column| frame.cell(column, **row).to_string() == source);
        let position = |name: &String| frame.header.iter().position(|known| known == name);
        let columns: Vec<usize> = rows.columns.iter().filter_map(position).collect();
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for row in rows.rows.iter().filter(names_it).copied() {
            match runs.last_mut() {
                Some((_, last)) if frame.line(*last) + 1 == frame.line(row) => *last = row,
                _ => runs.push((row, row)),
            }
        }
        let shown: Vec<String> = runs.iter().map(|run| frame.run_of(*run, &columns)).collect();
        if frame.sheet().is_some() {
            return format!("{file}, {}", shown.join(", "));
        }
        let word = if shown.len() == 1 && !shown[0].contains('–') { "line" } else { "lines" };
        format!("{file}, {word} {}", shown.join(", "))
    }
}

/// The signs beside the values that a figure or series uses: `; [p] provisional (2 cells)`.
pub(super) fn marked(figures: &Figures, id: &str, shower: Shower<'_>) -> String {
    let words = |marked: &Marked| {
        let cells = if marked.cells == 1 { "cell" } else { "cells" };
        format!("; {} {} ({} {cells})", marked.sign, marked.meaning, shower.count(marked.cells))
    };
    figures.marked.get(id).into_iter().flatten().map(words).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
