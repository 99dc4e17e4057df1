//! Two periods, a line from one to the other for each strand, labelled at both ends.

use super::canvas::{LINE, Side, TEXT};
use super::sheet::{GAP, Scale, Sheet, absent};
use super::svg::{Paint, SUB};
use super::width::{broadest, fit, on_sheet, spread, width};
use crate::exact::Exact;

/// Paints slopes; returns the height of the drawing.
pub(super) fn paint(sheet: &Sheet<'_, '_, '_>) -> i32 {
    let (data, canvas) = (sheet.data, sheet.canvas);
    let limit = sheet.width * 30 / 100;
    let text = |strand: &super::Strand, key: usize| {
        let mark = &strand.marks[key];
        let shown = mark.shown.as_ref().map_or(absent(mark.hidden), |shown| shown.as_str());
        let mut lines = fit(&strand.name, TEXT, limit, 3);
        match lines.last_mut() {
            Some(last) if width(&format!("{last} {shown}"), TEXT) <= limit => {
                last.push(' ');
                last.push_str(shown);
            }
            _ => lines.push(shown.to_string()),
        }
        lines
    };
    let labels: [Vec<Vec<String>>; 2] =
        [0, 1].map(|key| data.strands.iter().map(|strand| text(strand, key)).collect());
    let column = |side: usize| broadest(labels[side].iter().flatten(), TEXT) + GAP / 2;
    let edges = [column(0) + 2 * GAP, sheet.width - column(1) - 2 * GAP];
    let head = sheet.caption(0);
    let top = head + LINE + GAP + LINE / 2;
    let tallest =
        labels.iter().flatten().map(|lines| lines.len() as i32 * LINE).max().unwrap_or(LINE);
    let needs = (tallest + 2 * SUB) * data.strands.len() as i32;
    let height = needs.max(if sheet.narrow() { 220 * SUB } else { 280 * SUB });
    let values: Vec<Exact> = data.values().cloned().collect();
    let scale = Scale::new(sheet.ticks(&values, data.zero), top + height, top);
    for (edge, key) in edges.iter().zip(&data.keys) {
        canvas.line(&[(*edge, top), (*edge, top + height)], SUB, Paint::Grid);
        let words = fit(key.as_str(), TEXT, sheet.width / 2 - GAP, 1).concat();
        let x = on_sheet(*edge, width(&words, TEXT) / 2, sheet.width);
        canvas.strong(&words, (x, head), Side::Below, Paint::Ink);
    }
    let place = |strand: usize, key: usize| {
        data.strands[strand].marks[key].value.as_ref().map_or(top + height, |value| scale.at(value))
    };
    for (index, strand) in data.strands.iter().enumerate() {
        let known: Vec<(i32, i32)> =
            strand.known().map(|(key, value, _)| (edges[key], scale.at(value))).collect();
        if known.len() == 2 {
            canvas.line(&known, 5 * SUB / 2, sheet.paint(index));
        }
        for ((_, _, mark), at) in strand.known().zip(known) {
            canvas.showing(mark.figure.as_ref(), |canvas| {
                canvas.mark(at, 5 * SUB, index, sheet.paint(index))
            });
        }
        for (key, _, mark) in strand.known() {
            if let Some(ends) = &mark.ends {
                sheet.whisker(&scale, ends, edges[key], false);
            }
        }
    }
    for (key, side) in [Side::Left, Side::Right].into_iter().enumerate() {
        let at: Vec<i32> = (0..data.strands.len()).map(|strand| place(strand, key)).collect();
        let things: Vec<(i32, i32)> = at
            .iter()
            .zip(&labels[key])
            .map(|(at, lines)| (*at, lines.len() as i32 * LINE + 2 * SUB))
            .collect();
        let moved = spread(&things, top - LINE / 4, top + height + LINE / 4);
        let x = if key == 0 { edges[0] - 2 * GAP } else { edges[1] + 2 * GAP };
        for ((lines, y), at) in labels[key].iter().zip(moved).zip(at) {
            if y != at {
                canvas.line(&[(edges[key], at), (x, y)], SUB, Paint::Soft);
            }
            let gap = if key == 0 { -GAP / 2 } else { GAP / 2 };
            canvas.lines(lines, (x + gap, y), side, Paint::Ink);
        }
    }
    top + height + LINE
}
