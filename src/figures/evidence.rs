//! Lineage: the rows of a figure, and the figures of a row, both by running the figure's own scan again.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::{Figures, Selected};
use crate::frame::{
    Cell, Column, Fold, FoldKind, Frame, Group, Key, Mark, Partial, Partials, Program, Query, Sign,
    Stands, TruthId, scan,
};

/// The rows of a figure or series in one frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RowSet {
    /// The frame.
    pub frame: String,
    /// Numbers of the rows, rising.
    pub rows: Vec<u64>,
    /// Columns that the recipe names, sorted.
    pub columns: Vec<String>,
}

/// Ids of the figures and series that use a row, and of those that are made from them.
pub type Touched = BTreeSet<String>;

/// Numbers of the rows in which a condition is true, rising.
pub(super) fn select(
    frame: &Frame,
    program: &Program,
    filter: Option<TruthId>,
    most: usize,
    threads: NonZeroUsize,
) -> Vec<u64> {
    let query = listing(filter, Vec::new(), most);
    let results = scan(frame, program, &[query], threads);
    results.first().map_or(Vec::new(), |partials| numbers(partials.only()))
}

/// A sign beside values that a figure or series uses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marked {
    /// The sign.
    pub sign: String,
    /// What it means.
    pub meaning: String,
    /// Cells of the columns that the recipe names, in the rows that it uses.
    pub cells: u64,
}

/// The signs beside values that each figure and series uses, by id.
pub(super) fn marked(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    threads: NonZeroUsize,
) -> BTreeMap<String, Vec<Marked>> {
    let beside = |sign: &&Sign| sign.met && matches!(sign.stands, Stands::Beside(_));
    let signed = |id: &str| {
        let selected = figures.selected.get(id);
        let frame = selected.and_then(|selected| frames.get(&selected.frame));
        let names = selected.into_iter().flat_map(|selected| &selected.columns);
        let mut columns = names.filter_map(|name| frame?.columns.get(name));
        columns.any(|column| column.signs.iter().any(|sign| beside(&sign)))
    };
    let mut all = BTreeMap::new();
    for (id, set) in rows_of(figures, frames, &signed, usize::MAX, threads) {
        let Some(frame) = frames.get(&set.frame) else { continue };
        let mut found: BTreeMap<&str, Marked> = BTreeMap::new();
        for column in set.columns.iter().filter_map(|name| frame.columns.get(name)) {
            for row in &set.rows {
                let (block, offset) = frame.locate(*row);
                for sign in column.signs_at(block, offset) {
                    let Stands::Beside(meaning) = &sign.stands else { continue };
                    let none =
                        Marked { sign: sign.text.clone(), meaning: meaning.clone(), cells: 0 };
                    found.entry(&sign.text).or_insert(none).cells += 1;
                }
            }
        }
        if !found.is_empty() {
            all.insert(id, found.into_values().collect());
        }
    }
    all
}

/// The query that lists the first `most` rows of each group.
fn listing(filter: Option<TruthId>, group: Vec<Group>, most: usize) -> Query {
    let fold = Fold { kind: FoldKind::Rows(most), value: None, filter: None };
    Query { filter, group, folds: vec![fold] }
}

/// The rows that a [`listing`] found in one group.
fn numbers(listed: &[Partial]) -> Vec<u64> {
    listed.first().map_or(Vec::new(), |partial| partial.row_numbers().to_vec())
}

/// The first `most` rows of a computed figure or series; of a point, those of its series with the point's keys.
///
/// `None` for a figure without rows of its own: derived, quoted or entered.
pub fn rows(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    id: &str,
    most: usize,
    threads: NonZeroUsize,
) -> Option<RowSet> {
    let (base, point) = id.split_once('/').map_or((id, None), |(base, point)| (base, Some(point)));
    let selected = figures.selected.get(base)?;
    let frame = figures.frame(frames, &selected.frame)?;
    let program = figures.programs.get(&selected.frame)?;
    let rows = match point {
        None => select(frame, program, selected.rows, most, threads),
        Some(point) => {
            point_rows(figures, (frame, program), selected, (base, point), most, threads)?
        }
    };
    Some(row_set(selected, rows))
}

fn row_set(selected: &Selected, rows: Vec<u64>) -> RowSet {
    RowSet { frame: selected.frame.clone(), rows, columns: selected.columns.clone() }
}

fn point_rows(
    figures: &Figures,
    (frame, program): (&Frame, &Program),
    selected: &Selected,
    (base, point): (&str, &str),
    most: usize,
    threads: NonZeroUsize,
) -> Option<Vec<u64>> {
    let series = figures.series.get(base)?;
    let wanted = series.points.iter().position(|candidate| {
        let slug = series.slugs(candidate).join("/");
        point == slug || point.strip_prefix(&slug).is_some_and(|rest| rest.starts_with('/'))
    })?;
    let group = selected.keys.iter().map(|key| Group { key: *key, keep_unknown: false }).collect();
    let query = listing(selected.rows, group, most);
    let partials = scan(frame, program, &[query], threads).pop()?;
    partials.groups.get(&series.points[wanted].group).map(|listed| numbers(listed))
}

/// The rows of every computed figure and series, the first `most` of each, by one scan of each frame.
pub fn row_sets(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    most: usize,
    threads: NonZeroUsize,
) -> BTreeMap<String, RowSet> {
    rows_of(figures, frames, &|_| true, most, threads)
}

/// The rows of the figures and series that use at most `most`, which their counts tell beforehand.
pub fn small_row_sets(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    most: usize,
    threads: NonZeroUsize,
) -> BTreeMap<String, RowSet> {
    let few = |counts: &Option<super::Counts>| {
        let rows = counts.as_ref().and_then(|counts| counts.rows);
        rows.is_some_and(|rows| rows.used <= most as u64)
    };
    let small = |id: &str| match (figures.figures.get(id), figures.series.get(id)) {
        (Some(figure), _) => few(&figure.counts),
        (_, Some(series)) => {
            let used = |point: &super::Point| {
                let rows = |figure: &super::Figure| figure.counts.as_ref()?.rows;
                point.figures().find_map(rows).map_or(0, |rows| rows.used)
            };
            series.points.iter().map(used).sum::<u64>() <= most as u64
        }
        _ => false,
    };
    rows_of(figures, frames, &small, most, threads)
}

fn rows_of(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    wanted: &dyn Fn(&str) -> bool,
    most: usize,
    threads: NonZeroUsize,
) -> BTreeMap<String, RowSet> {
    let query =
        |selected: &Selected, _: &Frame, _: &mut Program| listing(selected.rows, Vec::new(), most);
    let answers = ask_all(figures, frames, wanted, &query, threads);
    let set = |(id, (_, partials)): (&str, (&Frame, Partials))| {
        let selected = figures.selected.get(id)?;
        Some((id.to_string(), row_set(selected, numbers(partials.only()))))
    };
    answers.into_iter().filter_map(set).collect()
}

/// A question to the frame of each computed figure and series, by one scan of each frame.
fn ask_all<'a>(
    figures: &'a Figures,
    frames: &'a BTreeMap<String, Frame>,
    wanted: &dyn Fn(&str) -> bool,
    query: &dyn Fn(&Selected, &Frame, &mut Program) -> Query,
    threads: NonZeroUsize,
) -> BTreeMap<&'a str, (&'a Frame, Partials)> {
    let mut by_frame: BTreeMap<&str, Vec<(&'a str, &'a Selected)>> = BTreeMap::new();
    let told = |(id, selected): &(&String, &Selected)| {
        wanted(id) && !figures.withheld.contains(&selected.frame)
    };
    for (id, selected) in figures.selected.iter().filter(told) {
        by_frame.entry(&selected.frame).or_default().push((id, selected));
    }
    let mut answers = BTreeMap::new();
    for (name, asking) in by_frame {
        let frame = figures.frame(frames, name);
        let (Some(frame), Some(program)) = (frame, figures.programs.get(name)) else { continue };
        let mut program = program.clone();
        let queries: Vec<Query> =
            asking.iter().map(|(_, selected)| query(selected, frame, &mut program)).collect();
        let results = scan(frame, &program, &queries, threads);
        answers
            .extend(asking.iter().zip(results).map(|((id, _), partials)| (*id, (frame, partials))));
    }
    answers
}

/// The rows of a figure or series, equal ones together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collapsed {
    /// Columns that the recipe names, sorted.
    pub columns: Vec<String>,
    /// Canonical cells, and how many rows have them.
    pub rows: Vec<(Vec<String>, u64)>,
}

impl Collapsed {
    /// The digest of the rows: free of their order, over the values that the recipe names.
    ///
    /// Each row gives one line: its cells in the columns named, sorted by column, in canonical text, with tabs between
    /// them (`\`, tab, LF and CR in a text are written `\\`, `\t`, `\n` and `\r`). Equal lines are counted; each becomes
    /// `COUNT<TAB>LINE<LF>`, in the order of the lines' bytes, and all of it is hashed with SHA-256. The same as
    /// `LC_ALL=C sort | uniq -c | sha256sum` with one tab behind each count and no space before it.
    pub fn digest(&self) -> String {
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        for (cells, count) in &self.rows {
            let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
            *lines.entry(cells.join("\t")).or_insert(0) += count;
        }
        let mut hasher = crate::digest::Hasher::default();
        for (line, count) in &lines {
            hasher.update(format!("{count}\t{line}\n").as_bytes());
        }
        hasher.finish()
    }
}

/// The rows of every computed figure and series, collapsed by the cells that its recipe names, by one scan of each frame.
pub fn collapsed(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    threads: NonZeroUsize,
) -> BTreeMap<String, Collapsed> {
    let query = |selected: &Selected, frame: &Frame, program: &mut Program| {
        counting(selected, Vec::new(), frame, program)
    };
    let answers = ask_all(figures, frames, &|_| true, &query, threads);
    let collapse = |(id, (frame, partials)): (&str, (&Frame, Partials))| {
        let selected = figures.selected.get(id)?;
        let mut rows = Vec::new();
        for (keys, counted) in &partials.groups {
            rows.extend(counted_row(selected, frame, keys, counted));
        }
        Some((id.to_string(), Collapsed { columns: selected.columns.clone(), rows }))
    };
    answers.into_iter().filter_map(collapse).collect()
}

/// The datasets whose rows disclosure control does not let be told: those in which each row is a case; and tables of numbers
/// of cases with a number that is hidden or rounded.
pub(super) fn withheld(figures: &Figures, frames: &BTreeMap<String, Frame>) -> BTreeSet<String> {
    let asked: BTreeSet<&String> = figures.selected.values().map(|own| &own.frame).collect();
    let hides = |frame: &Frame| {
        let Some(guard) = &frame.guard else { return false };
        let small = |column: &Column| {
            let mut numbers = (0..frame.rows).filter_map(|row| frame.number(column, row));
            numbers.any(|number| guard.rule.hides(&number))
        };
        let mut counts = guard.counts.iter().filter_map(|name| frame.columns.get(name));
        guard.rows || guard.rule.round > 0 || counts.any(small)
    };
    let own = asked.into_iter().filter(|name| frames.get(*name).is_some_and(hides));
    let own: BTreeSet<String> = own.cloned().collect();
    // a dataset that looks up columns of such a one shows its cells
    let looks_up = frames.iter().filter(|(_, frame)| {
        frame.lookups.values().any(|lookup| frames.get(&lookup.dataset).is_some_and(hides))
    });
    own.into_iter().chain(looks_up.map(|(name, _)| name.clone())).collect()
}

/// Digests of the rows of every computed figure and series, by id; of rows that are not told, which a digest of few could
/// give away, that of their whole file.
pub fn digests(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    collapsed: &BTreeMap<String, Collapsed>,
) -> BTreeMap<String, String> {
    let mut digests: BTreeMap<String, String> =
        collapsed.iter().map(|(id, rows)| (id.clone(), rows.digest())).collect();
    for (id, selected) in &figures.selected {
        digests.extend(file_digest(figures, frames, selected).map(|digest| (id.clone(), digest)));
    }
    digests
}

/// The digest of the file of rows that are not told.
fn file_digest(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    selected: &Selected,
) -> Option<String> {
    let provenance = frames.get(&selected.frame)?.provenance.as_ref()?;
    figures.withheld.contains(&selected.frame).then(|| provenance.sha256.clone())
}

/// Digests of the rows of the points of those series that are `wanted`, by `series/key`, by one scan of each frame.
pub fn point_digests(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    wanted: &dyn Fn(&str) -> bool,
    threads: NonZeroUsize,
) -> BTreeMap<String, String> {
    let query = |selected: &Selected, frame: &Frame, program: &mut Program| {
        let keys = selected.keys.iter().map(|key| Group { key: *key, keep_unknown: false });
        counting(selected, keys.collect(), frame, program)
    };
    let series = |id: &str| figures.series.contains_key(id) && wanted(id);
    let mut digests = BTreeMap::new();
    for (id, series) in figures.series.iter().filter(|(id, _)| wanted(id)) {
        let Some(selected) = figures.selected.get(id) else { continue };
        let Some(digest) = file_digest(figures, frames, selected) else { continue };
        let points =
            series.points.iter().map(|point| format!("{id}/{}", series.slugs(point).join("/")));
        digests.extend(points.map(|point| (point, digest.clone())));
    }
    for (id, (frame, partials)) in ask_all(figures, frames, &series, &query, threads) {
        let (Some(selected), Some(series)) = (figures.selected.get(id), figures.series.get(id))
        else {
            continue;
        };
        let mut by_point: BTreeMap<&[Key], Vec<(Vec<String>, u64)>> = BTreeMap::new();
        for (keys, counted) in &partials.groups {
            let (point, cells) = keys.split_at(selected.keys.len());
            by_point.entry(point).or_default().extend(counted_row(selected, frame, cells, counted));
        }
        for point in &series.points {
            let rows = by_point.remove(point.group.as_slice()).unwrap_or_default();
            let collapsed = Collapsed { columns: selected.columns.clone(), rows };
            digests.insert(format!("{id}/{}", series.slugs(point).join("/")), collapsed.digest());
        }
    }
    digests
}

/// The query that counts equal rows: those with the same cells in the columns that a recipe names, in each group.
fn counting(
    selected: &Selected,
    mut group: Vec<Group>,
    frame: &Frame,
    program: &mut Program,
) -> Query {
    let named = selected.columns.iter().filter_map(|name| frame.index(name));
    group.extend(named.map(|index| Group { key: program.column_node(index), keep_unknown: true }));
    let fold = Fold { kind: FoldKind::Count, value: None, filter: None };
    Query { filter: selected.rows, group, folds: vec![fold] }
}

/// The rows of a dataset that some figure or series uses, each once, with the columns that their recipes name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Used {
    /// Those columns, in the order of the file.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: UsedRows,
}

/// Rows that are used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UsedRows {
    /// Their numbers, rising.
    Each(Vec<u64>),
    /// Where there are more than were asked for: their cells, and how many rows have the same.
    Collapsed(Vec<(Vec<Cell>, u64)>),
    /// Where there are still more.
    TooMany(u64),
}

/// The rows of each dataset that figures or series use, at most `most` of a dataset.
pub fn used(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    most: usize,
    threads: NonZeroUsize,
) -> BTreeMap<String, Used> {
    let mut asked: BTreeMap<&str, Vec<&Selected>> = BTreeMap::new();
    let told = figures.selected.values().filter(|own| !figures.withheld.contains(&own.frame));
    for selected in told {
        asked.entry(&selected.frame).or_default().push(selected);
    }
    let mut all = BTreeMap::new();
    for (name, asking) in asked {
        let (Some(frame), Some(program)) = (frames.get(name), figures.programs.get(name)) else {
            continue;
        };
        let mut program = program.clone();
        // all rows, where one of them takes all
        let filters: Option<Vec<TruthId>> = asking.iter().map(|selected| selected.rows).collect();
        let either = |filters: Vec<TruthId>| {
            filters.into_iter().reduce(|any, filter| program.either(any, filter))
        };
        let filter = filters.and_then(either);
        let named: BTreeSet<&String> =
            asking.iter().flat_map(|selected| &selected.columns).collect();
        let columns = frame.columns.keys().filter(|name| named.contains(name)).cloned().collect();
        let selected =
            Selected { frame: name.to_string(), rows: filter, keys: Vec::new(), columns };
        let each = select(frame, &program, filter, most.saturating_add(1), threads);
        let rows = if each.len() <= most {
            UsedRows::Each(each)
        } else {
            let query = counting(&selected, Vec::new(), frame, &mut program);
            let groups = scan(frame, &program, &[query], threads).pop().unwrap_or_default().groups;
            if groups.len() > most {
                UsedRows::TooMany(groups.len() as u64)
            } else {
                let row = |(keys, counted): (&Vec<Key>, &Vec<Partial>)| {
                    let count = counted.first().map_or(0, |count| count.rows);
                    (cells(&selected, frame, keys).collect(), count)
                };
                UsedRows::Collapsed(groups.iter().map(row).filter(|(_, n)| *n > 0).collect())
            }
        };
        all.insert(name.to_string(), Used { columns: selected.columns, rows });
    }
    all
}

/// The cells of the columns that a recipe names, by the keys of a group of equal rows.
fn cells<'k>(
    selected: &'k Selected,
    frame: &'k Frame,
    keys: &'k [Key],
) -> impl Iterator<Item = Cell> + 'k {
    let named = selected.columns.iter().filter_map(|name| frame.index(name));
    keys.iter().zip(named).map(|(key, index)| match key {
        Key::Value(integer) => Cell::Known(frame.columns[index].meaning.value(*integer)),
        Key::Unknown(mark) if *mark == Mark::Suppressed as u8 => Cell::Suppressed,
        Key::Unknown(_) => Cell::Missing,
    })
}

/// The cells in canonical text, and how many rows have them; nothing where none has.
fn counted_row(
    selected: &Selected,
    frame: &Frame,
    keys: &[Key],
    counted: &[Partial],
) -> Option<(Vec<String>, u64)> {
    let cells = cells(selected, frame, keys).map(|cell| cell.to_string());
    let count = counted.first().map_or(0, |count| count.rows);
    (count > 0).then(|| (cells.collect(), count))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// The figures and series that use a row of a dataset, or its cell in one column, and all that is made from them.
pub fn touched(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    (dataset, row, column): (&str, u64, Option<&str>),
    threads: NonZeroUsize,
) -> Touched {
    let mut found: Touched = BTreeSet::new();
    let names = |selected: &Selected| {
        column.is_none_or(|column| selected.columns.iter().any(|name| name == column))
    };
    for (id, _) in
        figures.selected.iter().filter(|(_, selected)| selected.frame == dataset && names(selected))
    {
        if rows(figures, frames, id, usize::MAX, threads)
            .is_some_and(|set| set.rows.binary_search(&row).is_ok())
        {
            found.insert(id.clone());
        }
    }
    // figures that look up a column in that row
    for (id, selected) in &figures.selected {
        let Some(frame) = frames.get(&selected.frame) else { continue };
        let lookups = selected.columns.iter().filter_map(|name| frame.lookups.get(name));
        let there = |found: &Option<u32>| found.is_some_and(|found| u64::from(found) == row);
        let own: BTreeSet<u64> = lookups
            .filter(|lookup| {
                lookup.dataset == dataset && column.is_none_or(|column| lookup.column == column)
            })
            .flat_map(|lookup| lookup.rows.iter().zip(0..).filter(|(found, _)| there(found)))
            .map(|(_, own)| own)
            .collect();
        let uses = || rows(figures, frames, id, usize::MAX, threads);
        if !own.is_empty() && uses().is_some_and(|set| set.rows.iter().any(|row| own.contains(row)))
        {
            found.insert(id.clone());
        }
    }
    loop {
        let made_from = |uses: &[String]| uses.iter().any(|used| found.contains(used));
        let figures_of = figures
            .figures
            .values()
            .filter(|figure| made_from(&figure.uses))
            .map(|figure| figure.id.clone());
        let series_of = figures
            .series
            .values()
            .filter(|series| series.figures().any(|figure| made_from(&figure.uses)))
            .map(|series| series.id.clone());
        let more: Vec<String> =
            figures_of.chain(series_of).filter(|id| !found.contains(id)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
