//! Small multiples: a small plot for each strand, all on one scale.

use super::canvas::{LINE, Place, Side, TEXT};
use super::lines::places;
use super::sheet::{GAP, Plot, Scale, Sheet, absent, middles};
use super::svg::{Paint, SUB};
use super::width::{broadest, fit, width};
use crate::exact::Exact;

/// Between one plot and the next.
const BETWEEN: i32 = 20 * SUB;

/// Paints small multiples; returns the height of the drawing.
pub(super) fn paint(sheet: &Sheet<'_, '_, '_>) -> i32 {
    let data = sheet.data;
    let columns = if sheet.narrow() {
        1
    } else if matches!(data.strands.len(), 2 | 4) {
        2
    } else {
        3
    };
    let values: Vec<Exact> = data.values().cloned().collect();
    let ticks = sheet.ticks(&values, data.zero || data.along.is_none());
    let axis = broadest(&sheet.tick_texts(&ticks), TEXT) + GAP;
    let column = (sheet.width - BETWEEN * (columns - 1)) / columns;
    let height = if sheet.narrow() { 110 * SUB } else { 120 * SUB };
    let head = sheet.caption(0);
    let names: Vec<Vec<String>> =
        data.strands.iter().map(|strand| fit(&strand.name, TEXT, column, 2)).collect();
    let lines = names.iter().map(Vec::len).max().unwrap_or(1) as i32;
    let full = lines * LINE + LINE + height + LINE + 3 * GAP;
    for (index, name) in names.iter().enumerate() {
        let (x, y) =
            ((index as i32 % columns) * (column + BETWEEN), head + (index as i32 / columns) * full);
        for (row, line) in name.iter().enumerate() {
            sheet.canvas.strong(line, (x, y + row as i32 * LINE), Side::Corner, Paint::Ink);
        }
        let top = y + lines * LINE + LINE;
        let scale = Scale::new(ticks.clone(), top + height, top);
        let plot =
            Plot { left: x + axis, right: x + column - GAP, top, bottom: top + height, scale };
        panel(sheet, index, &plot);
    }
    let rows = (data.strands.len() as i32 + columns - 1) / columns;
    head + rows * full
}

fn panel(sheet: &Sheet<'_, '_, '_>, index: usize, plot: &Plot) {
    let (data, canvas) = (sheet.data, sheet.canvas);
    let strand = &data.strands[index];
    sheet.value_axis(plot);
    let count = data.keys.len();
    let middle = match &data.along {
        Some(along) if count > 1 => places(along, plot.left + GAP, plot.right - GAP),
        _ => middles(plot.left, plot.right, count),
    };
    let at = |key: usize, value: &Exact| (middle[key], plot.scale.at(value));
    if data.along.is_some() && count > 1 {
        let known = |key: usize| Some(at(key, strand.marks[key].value.as_ref()?));
        let runs = data.runs(|key| strand.marks[key].value.is_some());
        for run in runs.into_iter().filter(|run| run.len() > 1) {
            let places: Vec<Place> = run.into_iter().filter_map(known).collect();
            canvas.line(&places, 5 * SUB / 2, Paint::Mark(0));
        }
        if count <= 30 {
            strand.known().for_each(|(key, value, mark)| {
                let at = at(key, value);
                canvas.showing(mark.figure.as_ref(), |canvas| {
                    canvas.mark(at, 3 * SUB, 0, Paint::Mark(0))
                });
            });
        }
    } else {
        let half = ((plot.right - plot.left) * 35 / 100 / count.max(1) as i32).max(SUB / 2);
        for (key, value, mark) in strand.known() {
            let (x, y) = at(key, value);
            let bar = ((x - half, y), (x + half, plot.scale.base()));
            canvas
                .showing(mark.figure.as_ref(), |canvas| canvas.fill(bar.0, bar.1, Paint::Mark(0)));
        }
    }
    for (key, _, mark) in strand.known() {
        if let Some(ends) = &mark.ends {
            sheet.whisker(&plot.scale, ends, middle[key], false);
        }
    }
    for (key, mark) in strand.marks.iter().enumerate().filter(|(_, mark)| mark.value.is_none()) {
        if count <= 12 {
            canvas.text(
                absent(mark.hidden),
                (middle[key], plot.bottom - SUB),
                Side::Above,
                Paint::Soft,
            );
        }
    }
    values(sheet, index, plot, &middle);
    keys(sheet, plot, &middle);
}

/// The last value, and the one that is furthest from it.
fn values(sheet: &Sheet<'_, '_, '_>, index: usize, plot: &Plot, middle: &[i32]) {
    let known: Vec<_> = sheet.data.strands[index].known().collect();
    let Some(last) = known.last() else { return };
    let far = known.iter().max_by_key(|(key, value, _)| ((*value - last.1).abs(), *key));
    let mut free = sheet.width;
    for (key, value, mark) in [Some(last), far].into_iter().flatten() {
        let shown = mark.shown.as_ref().map_or("", |shown| shown.as_str());
        let half = width(shown, TEXT) / 2;
        let (x, y) =
            (middle[*key], plot.scale.at(mark.ends.as_ref().map_or(value, |(_, high)| high)));
        let x = x.max(plot.left + half - GAP).min(plot.right + GAP - half).max(half);
        // a number wider than its bar would lie on the next
        let slot = (plot.right - plot.left) / middle.len().max(1) as i32;
        if x + half > free || (sheet.data.along.is_none() && 2 * half > slot) {
            continue;
        }
        free = x - half - GAP;
        let low = *value < last.1 && !value.is_negative() && y + LINE + 2 * GAP < plot.bottom;
        let (at, side) = if low && sheet.data.along.is_some() {
            ((x, y + 4 * SUB), Side::Below)
        } else {
            ((x, y - 4 * SUB), Side::Above)
        };
        sheet.canvas.strong(shown, at, side, Paint::Halo);
    }
}

/// Keys below a panel: as many as there is room for, the first and the last among them.
fn keys(sheet: &Sheet<'_, '_, '_>, plot: &Plot, middle: &[i32]) {
    let keys = &sheet.data.keys;
    let room = plot.right - plot.left + GAP;
    let label = |key: usize| fit(keys[key].as_str(), TEXT, room / 2 - GAP, 1);
    let mut free = sheet.width;
    let broad = (0..keys.len()).map(|key| broadest(&label(key), TEXT)).max().unwrap_or(0);
    let step = middle.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(room).max(1);
    let stride = ((broad + 2 * GAP) / step + 1).max(1) as usize;
    let y = plot.bottom + GAP + LINE / 2;
    for key in (0..keys.len()).rev().step_by(stride) {
        let lines = label(key);
        let half = broadest(&lines, TEXT) / 2;
        let x = middle[key].max(plot.left + half - GAP).min(plot.right + GAP - half);
        if x + half <= free {
            free = x - half - GAP;
            sheet.canvas.lines(&lines, (x, y), Side::Middle, Paint::Soft);
        }
    }
}
