//! Small multiples: a small plot for each strand, all on one scale.

use super::canvas::{LINE, Side, TEXT};
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
        let mut runs = vec![Vec::new()];
        for (key, mark) in strand.marks.iter().enumerate() {
            if mark.value.is_none() || data.holes.contains(&key) {
                runs.push(Vec::new());
            }
            if let (Some(value), Some(run)) = (&mark.value, runs.last_mut()) {
                run.push(at(key, value));
            }
        }
        for run in runs.iter().filter(|run| run.len() > 1) {
            canvas.line(run, 5 * SUB / 2, Paint::Mark(0));
        }
        if count <= 30 {
            strand.known().for_each(|(key, value, _)| canvas.mark(at(key, value), 3 * SUB, 0));
        }
    } else {
        let half = ((plot.right - plot.left) * 35 / 100 / count.max(1) as i32).max(SUB / 2);
        for (key, value, _) in strand.known() {
            let (x, y) = at(key, value);
            canvas.fill((x - half, y), (x + half, plot.scale.base()), Paint::Mark(0));
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
    if let Some((key, value, mark)) = strand.known().next_back() {
        let shown = mark.shown.as_ref().map_or("", |shown| shown.as_str());
        let half = width(shown, TEXT) / 2;
        let (x, y) = at(key, value);
        let x = x.min(plot.right + GAP - half).max(half);
        canvas.strong(shown, (x, y - 4 * SUB), Side::Above, Paint::Halo);
    }
    for (key, side) in [(0, Side::Right), (count - 1, Side::Left)] {
        if count == 1 && side == Side::Left {
            break;
        }
        let label = fit(data.keys[key].as_str(), TEXT, (plot.right - plot.left) / 2, 1);
        let x = if side == Side::Right { plot.left } else { plot.right + GAP };
        canvas.lines(&label, (x, plot.bottom + GAP + LINE / 2), side, Paint::Soft);
    }
}
