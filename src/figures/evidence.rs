//! Lineage: the rows of a figure, and the figures of a row, both by running the figure's own scan again.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::{Figures, Selected};
use crate::frame::{Fold, FoldKind, Frame, Group, Key, Mark, Payload, Program, Query, TruthId, scan};

/// The rows of a figure or series in one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
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
pub(super) fn select(frame: &Frame, program: &Program, filter: Option<TruthId>, threads: NonZeroUsize) -> Vec<u64> {
    let fold = Fold { kind: FoldKind::Rows, value: None, filter: None };
    let query = Query { filter, group: Vec::new(), folds: vec![fold] };
    let mut result = scan(frame, program, &[query], threads);
    match result.pop().and_then(|mut partials| partials.groups.pop_first()).and_then(|(_, mut partials)| partials.pop()) {
        Some(partial) => match partial.payload {
            Payload::Rows(rows) => rows,
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

/// The rows of a computed figure or series; of a point, those of its series with the point's keys.
///
/// `None` for a figure without rows of its own: derived, quoted or entered.
pub fn rows(figures: &Figures, frames: &BTreeMap<String, Frame>, id: &str, threads: NonZeroUsize) -> Option<RowSet> {
    let (base, point) = id.split_once('/').map_or((id, None), |(base, point)| (base, Some(point)));
    let selected = figures.selected.get(base)?;
    let frame = frames.get(&selected.frame).or_else(|| figures.frames.get(&selected.frame))?;
    let program = figures.programs.get(&selected.frame)?;
    let rows = match point {
        None => select(frame, program, selected.rows, threads),
        Some(point) => point_rows(figures, frame, program, selected, (base, point), threads)?,
    };
    Some(RowSet { frame: selected.frame.clone(), rows, columns: selected.columns.clone() })
}

fn point_rows(
    figures: &Figures,
    frame: &Frame,
    program: &Program,
    selected: &Selected,
    (base, point): (&str, &str),
    threads: NonZeroUsize,
) -> Option<Vec<u64>> {
    let series = figures.series.get(base)?;
    let wanted = series.points.iter().position(|candidate| {
        let slug = series.slugs(candidate).join("/");
        point == slug || point.strip_prefix(&slug).is_some_and(|rest| rest.starts_with('/'))
    })?;
    let group = selected.keys.iter().map(|key| Group { key: *key, keep_unknown: false }).collect();
    let fold = Fold { kind: FoldKind::Rows, value: None, filter: None };
    let partials = scan(frame, program, &[Query { filter: selected.rows, group, folds: vec![fold] }], threads).pop()?;
    let partials = partials.groups.get(&series.points[wanted].group)?;
    match &partials.first()?.payload {
        Payload::Rows(rows) => Some(rows.clone()),
        _ => None,
    }
}

/// The rows of every computed figure and series.
pub fn row_sets(figures: &Figures, frames: &BTreeMap<String, Frame>, threads: NonZeroUsize) -> BTreeMap<String, RowSet> {
    let ids = figures.selected.keys();
    ids.filter_map(|id| Some((id.clone(), rows(figures, frames, id, threads)?))).collect()
}

/// The digest of a figure's or series' rows: free of their order, over the values that the recipe names.
///
/// Each row gives one line: its cells in the columns named, sorted by column, in canonical text, with tabs between
/// them (`\`, tab, LF and CR in a text are written `\\`, `\t`, `\n` and `\r`). Equal lines are counted; each becomes
/// `COUNT<TAB>LINE<LF>`, and these are sorted by their bytes after the count's tab and hashed with SHA-256. The same as
/// `sort | uniq -c` with the spaces around the count taken away.
pub fn digest(figures: &Figures, frames: &BTreeMap<String, Frame>, id: &str, threads: NonZeroUsize) -> Option<String> {
    let selected = figures.selected.get(id)?;
    let frame = frames.get(&selected.frame).or_else(|| figures.frames.get(&selected.frame))?;
    let mut program = figures.programs.get(&selected.frame)?.clone();
    let indices: Vec<usize> = selected.columns.iter().filter_map(|name| frame.index(name)).collect();
    let group = indices.iter().map(|index| Group { key: program.column_node(*index), keep_unknown: true }).collect();
    let fold = Fold { kind: FoldKind::Count, value: None, filter: None };
    let partials = scan(frame, &program, &[Query { filter: selected.rows, group, folds: vec![fold] }], threads).pop()?;
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for (keys, counted) in &partials.groups {
        let cells: Vec<String> = keys.iter().zip(&indices).map(|(key, index)| match key {
            Key::Value(integer) => escaped(&frame.columns[*index].meaning.value(*integer).to_string()),
            Key::Unknown(mark) if *mark == Mark::Suppressed as u8 => "[c]".to_string(),
            Key::Unknown(_) => String::new(),
        }).collect();
        *lines.entry(cells.join("\t")).or_insert(0) += counted.first().map_or(0, |count| count.rows);
    }
    let mut hasher = crate::digest::Hasher::default();
    for (line, count) in lines.iter().filter(|(_, count)| **count > 0) {
        hasher.update(format!("{count}\t{line}\n").as_bytes());
    }
    Some(hasher.finish())
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// The figures and series that use a row of a dataset, and all that is made from them.
pub fn touched(figures: &Figures, frames: &BTreeMap<String, Frame>, dataset: &str, row: u64, threads: NonZeroUsize) -> Touched {
    let mut found: Touched = BTreeSet::new();
    for (id, _) in figures.selected.iter().filter(|(_, selected)| selected.frame == dataset) {
        if rows(figures, frames, id, threads).is_some_and(|set| set.rows.binary_search(&row).is_ok()) {
            found.insert(id.clone());
        }
    }
    loop {
        let made_from = |uses: &[String]| uses.iter().any(|used| found.contains(used));
        let figures_of = figures.figures.values().filter(|figure| made_from(&figure.uses)).map(|figure| figure.id.clone());
        let series_of = figures.series.values().filter(|series| {
            series.points.iter().flat_map(|point| &point.values).filter_map(|value| value.figure()).any(|figure| made_from(&figure.uses))
        }).map(|series| series.id.clone());
        let more: Vec<String> = figures_of.chain(series_of).filter(|id| !found.contains(id)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
