//! Lines along an order, labelled where they end, and areas stacked from zero.

use super::canvas::{LINE, Place, Side, TEXT};
use super::data::Strand;
use super::sheet::{GAP, Plot, Scale, Sheet, absent};
use super::svg::{Paint, SUB};
use super::width::{broadest, fit, spread, width};
use crate::exact::Exact;
use crate::value::Date;

/// Keys up to which each point of a line is marked.
const MARKED: usize = 30;
/// Days of a year, for ticks.
const YEAR: i64 = 366;

/// The place of each key along the axis, of `along` between two edges.
pub(super) fn places(along: &[i64], left: i32, right: i32) -> Vec<i32> {
    let (first, last) = (along[0], along[along.len() - 1]);
    along.iter().map(|at| place(*at, (first, last), (left, right))).collect()
}

/// The place of a key between two edges, at which the first and the last key stand.
fn place(at: i64, (first, last): (i64, i64), (left, right): (i32, i32)) -> i32 {
    let range = (i128::from(last) - i128::from(first)).max(1);
    left + ((i128::from(at) - i128::from(first)) * i128::from(right - left) / range) as i32
}

/// Paints lines; returns the height of the drawing.
pub(super) fn paint(sheet: &Sheet<'_, '_, '_>) -> i32 {
    let strands = &sheet.data.strands;
    let values: Vec<Exact> = sheet.data.values().cloned().collect();
    let last = sheet.data.keys.len().saturating_sub(1);
    let frame = Frame::new(sheet, &values, |index| {
        let (key, value, mark) = strands[index].known().next_back()?;
        let shown = mark.shown.as_ref().map_or("", |shown| shown.as_str());
        // a value that is not the last says of when it is
        let words = match key == last {
            true => shown.to_string(),
            false => format!("{shown} ({})", sheet.data.keys[key]),
        };
        Some((value.clone(), words))
    });
    frame.ground(|key| {
        let marks = strands.iter().filter_map(|strand| strand.marks[key].value.as_ref());
        let highest = marks.map(|value| frame.plot.scale.at(value)).min();
        highest.unwrap_or(frame.plot.bottom) - GAP
    });
    for (index, strand) in strands.iter().enumerate() {
        frame.line(index, strand);
    }
    frame.finish(|_| frame.plot.bottom - 2 * SUB)
}

/// Paints areas, one on the other; returns the height of the drawing. There is none where a part is not known, and none
/// across keys that are left out.
pub(super) fn paint_areas(sheet: &Sheet<'_, '_, '_>) -> i32 {
    let data = sheet.data;
    let keys = data.keys.len();
    let mut tops = vec![vec![Exact::zero(); keys]];
    for strand in &data.strands {
        let below = &tops[tops.len() - 1];
        let sum = |(mark, below): (&super::Mark, &Exact)| {
            mark.value.as_ref().map_or(below.clone(), |value| below + value)
        };
        tops.push(strand.marks.iter().zip(below).map(sum).collect());
    }
    let whole = |key: usize| data.strands.iter().all(|strand| strand.marks[key].value.is_some());
    let runs = data.runs(whole);
    let values: Vec<Exact> = tops.iter().flatten().cloned().collect();
    let end = runs.last().and_then(|run| run.last().copied()).unwrap_or(0);
    let frame = Frame::new(sheet, &values, |index| {
        let middle = (&tops[index][end] + &tops[index + 1][end]).checked_div(&Exact::from(2))?;
        let shown = data.strands[index].marks[end].shown.as_ref()?;
        let words = match end + 1 == keys {
            true => shown.to_string(),
            false => format!("{shown} ({})", data.keys[end]),
        };
        Some((middle, words))
    });
    let top = |key: usize| frame.plot.scale.at(&tops[tops.len() - 1][key]);
    frame.ground(|key| top(key) - GAP / 2);
    for run in &runs {
        for index in 0..data.strands.len() {
            frame.area(run, &tops[index], &tops[index + 1], index);
        }
    }
    frame.finish(|key| top(key) - 2 * SUB)
}

/// The height of a label, with some air.
fn height(lines: &[String]) -> i32 {
    lines.len() as i32 * LINE + 2 * SUB
}

/// The axes of a plot along an order, and the labels at its right.
struct Frame<'b, 'a, 'c, 's> {
    sheet: &'b Sheet<'a, 'c, 's>,
    plot: Plot,
    places: Vec<i32>,
    notes: super::sheet::Annotations,
    ends: Vec<End>,
}

/// What stands at the end of a strand.
struct End {
    at: i32,
    lines: Vec<String>,
}

impl<'b, 'a, 'c, 's> Frame<'b, 'a, 'c, 's> {
    fn new(
        sheet: &'b Sheet<'a, 'c, 's>,
        values: &[Exact],
        end: impl Fn(usize) -> Option<(Exact, String)>,
    ) -> Self {
        let data = sheet.data;
        let ticks = sheet.ticks(values, data.zero);
        let left = broadest(&sheet.tick_texts(&ticks), TEXT) + GAP + SUB;
        let several = data.strands.len() > 1;
        let limit = sheet.width * if sheet.narrow() { 30 } else { 24 } / 100;
        let labels: Vec<Option<(Exact, Vec<String>)>> = (0..data.strands.len())
            .map(|index| {
                let (value, shown) = end(index)?;
                let mut lines = if several {
                    fit(&data.strands[index].name, TEXT, limit, 3)
                } else {
                    Vec::new()
                };
                lines.push(shown);
                Some((value, lines))
            })
            .collect();
        let broad = broadest(labels.iter().flatten().flat_map(|(_, lines)| lines), TEXT);
        let right = (sheet.width - broad - 2 * GAP).max(left + sheet.width / 12);
        let along = data.along.clone().unwrap_or_else(|| (0..data.keys.len() as i64).collect());
        let places = places(&along, left + GAP, right);
        let noted: Vec<i32> = data.annotations.iter().map(|(key, _)| places[*key]).collect();
        let notes = sheet.annotations(sheet.reference_words(sheet.caption(0)), &noted);
        let top = notes.bottom + LINE / 2;
        let needs: i32 = labels.iter().flatten().map(|(_, lines)| height(lines)).sum();
        let bottom = top + needs.max(if sheet.narrow() { 200 * SUB } else { 270 * SUB });
        let plot = Plot { left, right, top, bottom, scale: Scale::new(ticks, bottom, top) };
        let ends = labels.into_iter().filter_map(|label| {
            let (value, lines) = label?;
            Some(End { at: plot.scale.at(&value), lines })
        });
        Self { sheet, ends: ends.collect(), places, notes, plot }
    }

    /// Axes, and what stands behind the marks.
    fn ground(&self, foot: impl Fn(usize) -> i32) {
        self.sheet.value_axis(&self.plot);
        self.notes.paint(self.sheet, foot);
    }

    /// An area over a run of keys; a bar where the run has one.
    fn area(&self, run: &[usize], low: &[Exact], high: &[Exact], index: usize) {
        let at = |of: &[Exact]| -> Vec<Place> {
            run.iter().map(|key| (self.places[*key], self.plot.scale.at(&of[*key]))).collect()
        };
        let (edge, foot) = (at(high), at(low));
        if let ([top], [bottom]) = (edge.as_slice(), foot.as_slice()) {
            let (left, right) = (top.0 - 2 * SUB, top.0 + 2 * SUB);
            self.sheet.canvas.fill((left, top.1), (right, bottom.1), Paint::Mark(index));
            return;
        }
        let outline: Vec<Place> = edge.iter().copied().chain(foot.into_iter().rev()).collect();
        self.sheet.canvas.polygon(&outline, Paint::Mark(index));
        self.sheet.canvas.line(&edge, 3 * SUB / 2, Paint::Paper);
    }

    /// A line, broken where a value is not known.
    fn line(&self, index: usize, strand: &Strand) {
        let canvas = self.sheet.canvas;
        let paint = self.sheet.paint(index);
        let at = |key: usize| {
            let value = strand.marks[key].value.as_ref()?;
            Some((self.places[key], self.plot.scale.at(value)))
        };
        for run in self.sheet.data.runs(|key| strand.marks[key].value.is_some()) {
            let places: Vec<Place> = run.into_iter().filter_map(at).collect();
            match places.as_slice() {
                [one] => canvas.mark(*one, 4 * SUB, index, paint),
                places => canvas.line(places, 5 * SUB / 2, paint),
            }
        }
        for (key, _, mark) in strand.known() {
            if let Some(ends) = &mark.ends {
                self.sheet.whisker(&self.plot.scale, ends, self.places[key], false);
            }
        }
        if strand.marks.len() <= MARKED {
            for (key, value, mark) in strand.known() {
                let at = (self.places[key], self.plot.scale.at(value));
                canvas
                    .showing(mark.figure.as_ref(), |canvas| canvas.mark(at, 4 * SUB, index, paint));
            }
        }
    }

    /// Labels at the ends, below, and at what is not there, whose marks stand at `foot`; returns the height of the drawing.
    fn finish(&self, foot: impl Fn(usize) -> i32) -> i32 {
        let (sheet, plot) = (self.sheet, &self.plot);
        sheet.reference(plot);
        self.gaps(foot);
        let at: Vec<(i32, i32)> =
            self.ends.iter().map(|end| (end.at, height(&end.lines))).collect();
        let moved = spread(&at, plot.top - LINE / 4, plot.bottom + LINE / 4);
        for (end, y) in self.ends.iter().zip(moved) {
            let x = plot.right + 2 * GAP;
            if sheet.data.strands.len() > 1 {
                // the mark of the strand, where it ends, leads to its name
                sheet.canvas.line(
                    &[(plot.right + SUB, end.at), (x - 3 * SUB, y)],
                    SUB,
                    Paint::Grid,
                );
            }
            let count = end.lines.len() as i32;
            for (index, line) in end.lines.iter().enumerate() {
                let at = (x, y - (count - 1) * LINE / 2 + index as i32 * LINE);
                let last = index + 1 == end.lines.len();
                if last {
                    sheet.canvas.strong(line, at, Side::Right, Paint::Ink)
                } else {
                    sheet.canvas.text(line, at, Side::Right, Paint::Ink)
                }
            }
        }
        self.labels(plot.bottom + GAP)
    }

    /// Marks at the keys for which some strand has no value, on what is drawn there.
    fn gaps(&self, foot: impl Fn(usize) -> i32) {
        let mut free = i32::MIN;
        for (key, x) in self.places.iter().enumerate() {
            let absent_here =
                self.sheet.data.strands.iter().find(|strand| strand.marks[key].value.is_none());
            let Some(strand) = absent_here else { continue };
            let text = absent(strand.marks[key].hidden);
            if x - width(text, TEXT) / 2 > free {
                self.sheet.canvas.text(text, (*x, foot(key)), Side::Above, Paint::Soft);
                free = x + width(text, TEXT) / 2;
            }
        }
    }

    /// Labels along the order: round years where there are many days, else keys as they fit.
    fn labels(&self, top: i32) -> i32 {
        let (sheet, data) = (self.sheet, self.sheet.data);
        let long = |along: &&Vec<i64>| {
            along.len() > MARKED && along[along.len() - 1] - along[0] > 3 * YEAR
        };
        if let Some(along) = data.along.as_ref().filter(|_| data.days).filter(long)
            && let Some(years) = self.years(along, top)
        {
            return years;
        }
        let slot =
            self.places.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(sheet.width);
        sheet.key_labels(&self.places, slot, top)
    }

    /// Years of a round step, at their first days.
    fn years(&self, along: &[i64], top: i32) -> Option<i32> {
        let (first, last) = (along[0], along[along.len() - 1]);
        let year = |day: i64| Date::from_days(day).map(|date| date.parts().0);
        let (from, to) = (year(first)?, year(last)?);
        let room = (self.plot.right - self.plot.left) / (width("0000", TEXT) + 3 * GAP);
        let step = [1, 2, 5, 10, 20, 50, 100]
            .into_iter()
            .find(|step| i32::from((to - from) / step) < room)?;
        for year in (from..=to).filter(|year| year % step == 0) {
            let day = Date::new(year, 1, 1)?.days();
            if day < first || day > last {
                continue;
            }
            let x = place(day, (first, last), (self.plot.left + GAP, self.plot.right));
            self.sheet.canvas.line(
                &[(x, self.plot.bottom), (x, self.plot.bottom + 4 * SUB)],
                SUB,
                Paint::Soft,
            );
            self.sheet.canvas.text(&year.to_string(), (x, top), Side::Below, Paint::Ink);
        }
        Some(top + LINE + GAP)
    }
}
