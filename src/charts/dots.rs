//! Dots in rows, one row a key: by themselves, joined where there are several, or on a stem from zero.

use super::canvas::{LINE, Side, TEXT};
use super::sheet::{GAP, Scale, Sheet, absent};
use super::svg::{Paint, SUB};
use super::width::width;
use crate::exact::Exact;

/// From one row to the next.
const ROW: i32 = 26 * SUB;

/// Paints dots; returns the height of the drawing.
pub(super) fn paint(sheet: &Sheet<'_, '_, '_>, stem: bool) -> i32 {
    let (data, canvas) = (sheet.data, sheet.canvas);
    let (labels, column) = sheet.key_column();
    let shown = data.strands.iter().flat_map(|s| &s.marks).filter_map(|m| m.shown.as_ref());
    let broad = shown.map(|shown| width(shown.as_str(), TEXT)).max().unwrap_or(0) + 2 * GAP;
    // where numbers are long, those at the left have no room
    let several = data.strands.len() > 1 && broad < sheet.width / 3;
    let negative = data.values().any(Exact::is_negative);
    let left = column + GAP + if several || negative { broad } else { 2 * GAP };
    let left = if data.gaps() == (false, false) { left } else { left + 24 * SUB };
    let right = (sheet.width - broad).max(left + sheet.width / 12);
    let values: Vec<Exact> = data.values().cloned().collect();
    let scale = Scale::new(sheet.ticks(&values, data.zero || stem), left, right);
    let top = sheet.legend(sheet.caption(0)) + sheet.lying_reference_room();
    let height = |lines: &Vec<String>| ROW.max(lines.len() as i32 * LINE + 8 * SUB);
    let bottom = top + labels.iter().map(height).sum::<i32>();
    sheet.lying_axis(&scale, (top, bottom), &sheet.tick_texts(scale.ticks()));
    sheet.lying_reference(&scale, (top, bottom));
    let mut y = top;
    for (key, lines) in labels.iter().enumerate() {
        let middle = y + height(lines) / 2;
        y += height(lines);
        canvas.lines(lines, (column, middle), Side::Left, Paint::Ink);
        let mut places: Vec<(i32, &str)> = Vec::new();
        let mut gap = None;
        for strand in &data.strands {
            let mark = &strand.marks[key];
            match (&mark.value, &mark.shown) {
                (Some(value), Some(shown)) => {
                    // the number stands beside the whisker
                    let at = mark.ends.as_ref().map_or(value, |(_, high)| high);
                    places.push((scale.at(at), shown.as_str()));
                }
                _ => gap = Some(absent(mark.hidden)),
            }
        }
        if let Some(gap) = gap {
            canvas.text(gap, (column + GAP, middle), Side::Right, Paint::Soft);
        }
        let ends = (places.iter().min(), places.iter().max());
        let (Some((low, first)), Some((high, last))) = ends else { continue };
        if stem {
            let value = data.strands.iter().find_map(|strand| strand.marks[key].value.as_ref());
            let end = value.map_or(*high, |value| scale.at(value));
            canvas.line(&[(scale.base(), middle), (end, middle)], 5 * SUB / 2, Paint::Mark(0));
        } else if low != high {
            canvas.line(&[(*low, middle), (*high, middle)], 2 * SUB, Paint::Grid);
        }
        for (index, strand) in data.strands.iter().enumerate() {
            if let Some(value) = &strand.marks[key].value {
                let at = (scale.at(value), middle);
                let figure = strand.marks[key].figure.as_ref();
                canvas
                    .showing(figure, |canvas| canvas.mark(at, 6 * SUB, index, Paint::Mark(index)));
                if let Some(ends) = &strand.marks[key].ends {
                    sheet.whisker(&scale, ends, middle, true);
                }
            }
        }
        if stem && *low < scale.base() {
            canvas.text(first, (low - 2 * GAP, middle), Side::Left, Paint::Halo);
        } else {
            canvas.text(last, (high + 2 * GAP, middle), Side::Right, Paint::Halo);
            if several && low != high {
                canvas.text(first, (low - 2 * GAP, middle), Side::Left, Paint::Halo);
            }
        }
    }
    bottom + LINE + 2 * GAP
}
